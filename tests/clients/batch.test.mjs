// Batches as @microsoft/microsoft-graph-client builds and reads them.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import graph from '@microsoft/microsoft-graph-client';
import { PROFILES, URL_, client } from './clients.mjs';

const { BatchRequestContent, BatchResponseContent } = graph;
const JSON_TYPE = { 'Content-Type': 'application/json' };
// Given whole URLs, the library keeps the version and leaves the host out.
const url = (path) => `${URL_}/beta${path}`;
const create = (body) => new Request(url(PROFILES), { method: 'POST', headers: JSON_TYPE, body: JSON.stringify(body) });

async function send(steps) {
  const content = await new BatchRequestContent(steps).getContent();
  return new BatchResponseContent(await client().api('/$batch').post(content));
}

test('creates, reads, changes and deletes in one batch each', async () => {
  const label = randomUUID();
  const made = await send([1, 2, 3].map((i) => ({ id: String(i), request: create({ displayName: `${label} ${i}` }) })));
  const profiles = [];
  for (const [, response] of made.getResponsesIterator()) {
    assert.equal(response.status, 201);
    profiles.push(await response.json());
  }
  assert.deepEqual(profiles.map((profile) => profile.displayName).toSorted(), [1, 2, 3].map((i) => `${label} ${i}`));
  const one = profiles[0].id;
  const mixed = await send([
    { id: '1', request: new Request(url(`${PROFILES}/${one}`), { method: 'PATCH', headers: JSON_TYPE, body: '{"description":"d"}' }) },
    { id: '2', request: new Request(url(`${PROFILES}/${one}?$select=id,description`), { method: 'GET' }), dependsOn: ['1'] },
    { id: '3', request: new Request(url(`${PROFILES}/${one}/qrCode.png`), { method: 'GET' }), dependsOn: ['2'] },
    { id: '4', request: new Request(url(`${PROFILES}/$count`), { method: 'GET' }), dependsOn: ['3'] },
  ]);
  assert.equal((await mixed.getResponseById('1').json()).id, one);
  assert.equal((await mixed.getResponseById('2').json()).description, 'd');
  const picture = Buffer.from(await mixed.getResponseById('3').text(), 'base64');
  assert.equal(picture.subarray(1, 4).toString(), 'PNG');
  assert.match(await mixed.getResponseById('4').text(), /^\d+$/);
  const gone = await send(profiles.map(({ id }, i) =>
    ({ id: String(i + 1), request: new Request(url(`${PROFILES}/${id}`), { method: 'DELETE' }) })));
  for (const [, response] of gone.getResponsesIterator()) {
    assert.equal(response.status, 204);
    assert.equal(await response.text(), '');
  }
});

test('actions in a batch: a new token, then none', async () => {
  const { id, tokenValue } = await client().api(PROFILES).post({ displayName: 'tokens in a batch' });
  const one = url(`${PROFILES}/${id}`);
  const valid = new Request(`${one}/createToken`,
    { method: 'POST', headers: JSON_TYPE, body: '{"tokenValidityInSeconds":600}' });
  const read = () => new Request(`${one}?$select=tokenValue`, { method: 'GET' });
  const answers = await send([
    { id: '1', request: valid },
    { id: '2', request: read(), dependsOn: ['1'] },
    { id: '3', request: new Request(`${one}/microsoft.graph.revokeToken`, { method: 'POST' }), dependsOn: ['2'] },
    { id: '4', request: read(), dependsOn: ['3'] },
    { id: '5', request: new Request(one, { method: 'DELETE' }), dependsOn: ['4'] },
  ]);
  const statuses = [1, 2, 3, 4, 5].map((i) => answers.getResponseById(String(i)).status);
  assert.deepEqual(statuses, [204, 200, 204, 200, 204]);
  const renewed = (await answers.getResponseById('2').json()).tokenValue;
  assert.ok(renewed.length >= 20 && renewed !== tokenValue);
  assert.equal((await answers.getResponseById('4').json()).tokenValue, null);
});

test('errors come as Graph errors, and fail what depends on them', async () => {
  const answers = await send([
    { id: '1', request: create({ nonsense: 1 }) },
    { id: '2', request: new Request(url(PROFILES), { method: 'GET' }), dependsOn: ['1'] },
  ]);
  assert.equal(answers.getResponseById('1').status, 400);
  assert.equal((await answers.getResponseById('1').json()).error.code, 'ModelValidationFailure');
  assert.equal(answers.getResponseById('2').status, 424);
  assert.equal((await answers.getResponseById('2').json()).error.code, 'FailedDependency');
});

test('twenty requests are taken', async () => {
  const steps = Array.from({ length: 20 }, (_, i) =>
    ({ id: String(i + 1), request: new Request(url(`${PROFILES}?$top=1`), { method: 'GET' }) }));
  const answers = await send(steps);
  assert.equal(answers.getResponses().size, 20);
  for (const [, response] of answers.getResponsesIterator()) assert.equal(response.status, 200);
});
