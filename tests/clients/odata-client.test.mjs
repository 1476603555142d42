// @odata/client: a generic OData client that knows neither Graph nor Entra.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { OData } from '@odata/client';
import { CLIENT_ID, CLIENT_SECRET, TENANT, SCOPE, URL_ } from './clients.mjs';

const SET = 'deviceManagement/androidForWorkEnrollmentProfiles';

// `more`: how the secret travels; by default in an Authorization field of Basic.
const service = (more, commonHeaders) => OData.New4({
  serviceEndpoint: `${URL_}/beta/`,
  commonHeaders,
  credential: {
    tokenUrl: `${URL_}/${TENANT}/oauth2/v2.0/token`,
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    scope: SCOPE,
    ...more,
  },
});

test('the whole life of a profile', async () => {
  const profiles = service().getEntitySet(SET);
  const name = `generic ${randomUUID()}`;
  const created = await profiles.create({ displayName: name });
  const { id } = created;
  assert.equal((await profiles.retrieve(id)).displayName, name);

  await profiles.update(id, { description: 'changed' });
  assert.equal((await profiles.retrieve(id, service().newOptions().select('description'))).description, 'changed');

  await profiles.action('microsoft.graph.createToken', id, { tokenValidityInSeconds: 600 });
  const renewed = await profiles.retrieve(id);
  assert.notEqual(renewed.tokenValue, created.tokenValue);
  await profiles.action('microsoft.graph.revokeToken', id);
  assert.equal((await profiles.retrieve(id)).tokenValue, null);

  await profiles.delete(id);
  await assert.rejects(profiles.retrieve(id), /not found|not exist|no /i);
});

test('find, count and pages of a filtered, ordered list', async () => {
  const profiles = service().getEntitySet(SET);
  const description = randomUUID();
  const made = [];
  for (let i = 0; i < 5; ++i) made.push((await profiles.create({ displayName: `list ${i}`, description })).id);
  assert.deepEqual((await profiles.find({ description, displayName: 'list 3' })).map(({ id }) => id), [made[3]]);
  assert.equal(await profiles.count({ description }), 5);
  const { newFilter, newOptions } = OData;
  const page = (skip) => profiles.query(newOptions().filter(newFilter().property('description').eq(description))
    .orderby('displayName', 'desc').skip(skip).top(2));
  const walked = (await Promise.all([0, 2, 4].map(page))).flat();
  assert.deepEqual(walked.map(({ id }) => id), made.toReversed());
  await Promise.all(made.map((id) => profiles.delete(id)));
  assert.equal(await profiles.count({ description }), 0);
});

test('batches in JSON and as multipart', async () => {
  // By itself it asks for JSON whatever it sends, and then cannot read the JSON that a multipart batch gets.
  const client = service({}, { Accept: '*/*' });
  const profiles = client.getEntitySet(SET);
  const { id } = await profiles.create({ displayName: 'batch' });
  const read = () => client.newBatchRequest({ collection: SET, id, method: 'GET' });
  const change = (description) =>
    client.newBatchRequest({ collection: SET, id, method: 'PATCH', entity: { description } });
  for (const send of ['execBatchRequestsJson', 'execBatchRequests']) {
    const [changed, found] = await client[send]([await change(send), await read()]);
    assert.equal(changed.status, 200, send);
    assert.equal((await changed.json()).description, send);
    assert.equal(found.status, 200, send);
    assert.equal((await found.json()).id, id, send);
  }
  assert.equal((await profiles.retrieve(id)).description, 'execBatchRequests');
  await profiles.delete(id);
});

test('the secret in the form; a wrong secret; a fault', async () => {
  const profiles = service({ tokenRetrieveType: 'form' }).getEntitySet(SET);
  assert.ok((await profiles.query()).length >= 0);
  await assert.rejects(profiles.create({ displayName: 7 }), /displayName/);
  const wrong = service({ clientSecret: 'not-the-secret' }).getEntitySet(SET);
  await assert.rejects(wrong.query(), /invalid_client/);
});
