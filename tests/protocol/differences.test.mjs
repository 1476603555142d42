// One test for each numbered difference from Graph in docs/compatibility.md, named by its number; the
// last one keeps page and tests in step.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Muster, NO_DATE, PROFILES, PROFILE_TYPE, contractBody } from './harness.mjs';

let muster;
before(async () => (muster = await Muster.start()));
after(() => muster?.destroy());

const entity = (profile) => `${PROFILES}/${profile.id}`;
const covered = new Set();
const difference = (number, name, work) => {
  covered.add(number);
  test(`${number}. ${name}`, work);
};

difference(1, 'values that Graph refuses are honoured, server-made ones ignored', async () => {
  const made = await muster.create({ ...contractBody(), id: 'mine', createdDateTime: 'x' });
  assert.equal(made.tokenValue, 'Token Value value');
  assert.equal(made.enrolledDeviceCount, 3);
  assert.notEqual(made.id, 'mine');
  const patched = await muster.patch(entity(made), { enrolledDeviceCount: 4, accountId: 'other' });
  assert.equal(patched.json.enrolledDeviceCount, 4);
  assert.equal(patched.json.accountId, 'other');
});

difference(2, 'a create makes a token at once', async () => {
  const made = await muster.create({ displayName: 'x' });
  assert.match(made.tokenValue, /^[A-Z2-7]{20,}$/);
  assert.ok(Date.parse(made.tokenExpirationDateTime) > Date.now());
});

difference(3, 'POST on $ref with an entity creates it', async () => {
  assert.equal((await muster.post(`${PROFILES}/$ref`, { displayName: 'x' })).status, 201);
});

difference(4, '/v1.0 serves what /beta serves', async () => {
  const made = await muster.create();
  const read = await muster.get(entity(made).replace('/beta/', '/v1.0/'));
  assert.equal(read.status, 200);
  assert.equal(read.json.tokenValue, made.tokenValue);
});

difference(5, 'a PATCH that changes nothing is 200', async () => {
  const made = await muster.create();
  for (const body of [{}, { displayName: made.displayName }]) {
    const answer = await muster.patch(entity(made), body);
    assert.equal(answer.status, 200);
    assert.equal(answer.json.lastModifiedDateTime, made.lastModifiedDateTime);
  }
});

difference(6, 'dates are returned as they were sent', async () => {
  const sent = '2030-06-30T23:59:59.1000000-07:30';
  const made = await muster.create({ tokenExpirationDateTime: sent });
  assert.equal((await muster.get(entity(made))).json.tokenExpirationDateTime, sent);
});

difference(7, 'after revokeToken nothing of the token is left', async () => {
  const made = await muster.create();
  assert.equal((await muster.post(`${entity(made)}/revokeToken`)).status, 204);
  const { json } = await muster.get(entity(made));
  for (const name of ['tokenValue', 'qrCodeContent', 'qrCodeImage']) assert.equal(json[name], null);
  assert.equal(json.tokenExpirationDateTime, NO_DATE);
});

difference(8, 'unsupported query options are refused', async () => {
  assert.equal((await muster.get(`${PROFILES}?$filter=id%20eq%20'x'`)).status, 501);
  assert.equal((await muster.get(`${PROFILES}?$nonsense=1`)).status, 400);
});

difference(9, 'an imported token of another profile is 409', async () => {
  const body = { tokenValue: 'ABCDEFGHIJKLMNOPQRSTUVWX' };
  assert.equal((await muster.post(PROFILES, body)).status, 201);
  assert.equal((await muster.post(PROFILES, body)).status, 409);
});

difference(10, 'all faults of a body come at once', async () => {
  const answer = await muster.post(PROFILES, { displayName: 1, nonsense: 2, enrolledDeviceCount: 'x' });
  assert.deepEqual(answer.json.error.details.map((detail) => detail.target), ['displayName', 'nonsense', 'enrolledDeviceCount']);
});

difference(11, '@odata.type is in the answer of a create and not on reads', async () => {
  const made = await muster.create();
  assert.equal(made['@odata.type'], PROFILE_TYPE);
  assert.ok(!('@odata.type' in (await muster.get(entity(made))).json));
});

// The answers of a JSON batch by id.
const batch = async (requests) => {
  const answer = await muster.post('/beta/$batch', { requests });
  assert.equal(answer.status, 200, answer.text);
  return Object.fromEntries(answer.json.responses.map((response) => [response.id, response]));
};
const SET = PROFILES.slice('/beta'.length);
const creation = (id, more) =>
  ({ id, method: 'POST', url: SET, headers: { 'Content-Type': 'application/json' }, body: { displayName: 'x' }, ...more });

difference(20, 'atomicity groups are transactions', async () => {
  const before_ = await muster.count();
  const atomicityGroup = 'g';
  const answers = await batch([creation('1', { atomicityGroup }), creation('2', { atomicityGroup, body: { nonsense: 1 } })]);
  assert.deepEqual([answers[1].status, answers[2].status], [424, 400]);
  assert.equal(await muster.count(), before_);
});

difference(21, 'dependsOn takes any earlier requests', async () => {
  const answers = await batch([creation('1'), creation('2'), creation('3', { dependsOn: ['1'] }), creation('4', { dependsOn: ['2', '3'] })]);
  assert.deepEqual(Object.values(answers).map(({ status }) => status), [201, 201, 201, 201]);
});

difference(22, 'batches are taken and answered as multipart/mixed', async () => {
  const body = `--b\r\nContent-Type: application/http\r\n\r\nGET ${PROFILES} HTTP/1.1\r\n\r\n--b--\r\n`;
  const answer = await muster.post('/beta/$batch', body, { headers: { 'Content-Type': 'multipart/mixed; boundary=b' } });
  assert.equal(answer.status, 200);
  assert.match(answer.headers['content-type'], /^multipart\/mixed; boundary=/);
  assert.match(answer.text, /\r\nHTTP\/1\.1 200 OK\r\n/);
});

difference(23, 'ids of a batch are told apart by case', async () => {
  const answers = await batch([creation('a'), creation('A')]);
  assert.deepEqual([answers.a.status, answers.A.status], [201, 201]);
});

difference(24, 'URLs in a batch may name this service in full', async () => {
  const answers = await batch([creation('1', { url: muster.base + PROFILES }), creation('2', { url: PROFILES }), creation('3', { url: SET }),
    creation('4', { url: `https://elsewhere.example${PROFILES}` })]);
  assert.deepEqual(Object.values(answers).map(({ status }) => status), [201, 201, 201, 400]);
});

difference(25, 'header fields in the answers of a JSON batch are spelled as Graph spells them', async () => {
  const answers = await batch([creation('1')]);
  assert.match(answers[1].headers['Content-Type'], /^application\/json/);
  assert.ok(answers[1].headers.Location);
});

test('the page and the tests number the same differences', () => {
  const page = readFileSync(new URL('../../docs/compatibility.md', import.meta.url), 'utf8');
  const numbers = [...page.matchAll(/^(\d+)\. \*\*/gm)].map((match) => Number(match[1]));
  assert.deepEqual(numbers, [...covered]);
});
