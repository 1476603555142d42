// One test for each numbered difference from Graph in docs/compatibility.md, named by its number; the
// last one keeps page and tests in step.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Device, makeRequest, scanned } from './device.mjs';
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
  assert.equal((await muster.get(`${PROFILES}?$filter=case(true:true)`)).status, 501);
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

difference(12, 'entities have an ETag, in bodies only with metadata=full', async () => {
  const made = await muster.create();
  assert.ok(!('@odata.etag' in made));
  const read = await muster.get(entity(made));
  assert.match(read.headers.etag, /^W\/"\d+"$/);
  assert.ok(!('@odata.etag' in read.json));
  const full = await muster.get(entity(made), { headers: { Accept: 'application/json;odata.metadata=full' } });
  assert.equal(full.json['@odata.etag'], read.headers.etag);
});

difference(13, 'a condition on an entity that is not there is 404', async () => {
  const headers = { 'If-Match': '*' };
  assert.equal((await muster.patch(`${PROFILES}/nope`, {}, { headers })).status, 404);
  assert.equal((await muster.delete(`${PROFILES}/nope`, { headers })).status, 404);
});

difference(14, 'PUT of an entity is 405', async () => {
  const made = await muster.create();
  assert.equal((await muster.request('PUT', entity(made), { body: contractBody() })).status, 405);
  assert.equal((await muster.patch(`${PROFILES}/nope`, contractBody())).status, 404);
  assert.equal((await muster.request('PUT', `${entity(made)}/displayName`, { body: { value: 'x' } })).status, 204);
});

difference(15, 'properties, values and references are resources', async () => {
  const made = await muster.create({ displayName: 'x' });
  assert.equal((await muster.get(`${entity(made)}/displayName`)).json.value, 'x');
  assert.equal((await muster.get(`${entity(made)}/displayName/$value`)).text, 'x');
  assert.equal((await muster.get(`${entity(made)}/description`)).status, 204);
  assert.equal((await muster.get(`${entity(made)}/$ref`)).json['@odata.id'], muster.base + entity(made));
});

difference(16, 'OData 4.01 is given to those who ask', async () => {
  const answer = await muster.get(PROFILES, { headers: { 'OData-MaxVersion': '4.01' } });
  assert.equal(answer.headers['odata-version'], '4.01');
  assert.ok('@context' in answer.json);
});

difference(17, 'an unknown qualified name is 404, another unknown segment 400', async () => {
  const made = await muster.create();
  assert.equal((await muster.get(`${entity(made)}/microsoft.graph.nope`)).status, 404);
  assert.equal((await muster.get(`${entity(made)}/nope`)).status, 400);
});

difference(18, '/$value of a picture has the media type stored beside it', async () => {
  const made = await muster.create({ qrCodeImage: { type: 'text/html', value: 'PGI+' } });
  const answer = await muster.get(`${entity(made)}/qrCodeImage/value/$value`);
  assert.equal(answer.headers['content-type'], 'text/html');
  assert.equal(answer.text, '<b>');
  assert.equal(answer.headers['x-content-type-options'], 'nosniff');
  assert.match(answer.headers['content-security-policy'], /sandbox/);
});

difference(19, 'GET deviceManagement tells the id of the tenant', async () => {
  const { json } = await muster.get('/beta/deviceManagement');
  assert.deepEqual(Object.keys(json), ['@odata.context', 'id']);
});

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

difference(26, 'text compares without ASCII case, keys and secrets exactly', async () => {
  const made = await muster.create({ displayName: 'Numbered Ö', tokenValue: 'NUMBEREDTOKENVALUE30' });
  const found = async (condition) => (await muster.get(`${PROFILES}?$filter=${encodeURIComponent(condition)}`)).json.value.length;
  assert.equal(await found("displayName eq 'nUMBERED Ö'"), 1);
  assert.equal(await found("displayName eq 'numbered ö'"), 0);
  assert.equal(await found(`id eq '${made.id}'`), 1);
  assert.equal(await found(`id eq '${made.id.toUpperCase()}'`), 0);
  assert.equal(await found("tokenValue eq 'NUMBEREDTOKENVALUE30'"), 1);
  assert.equal(await found("tokenValue eq 'numberedtokenvalue30'"), 0);
});

difference(27, '$filter and $orderby work on every property, without ConsistencyLevel', async () => {
  await muster.create({ displayName: 'Numbered 31', description: 'third' });
  const query = encodeURIComponent("not startswith(description,'x') and endsWith(displayName,'31')");
  const answer = await muster.get(`${PROFILES}?$filter=${query}&$orderby=description%20desc&$count=true`);
  assert.equal(answer.json['@odata.count'], 1);
});

difference(28, '$search looks in displayName and description', async () => {
  await muster.create({ displayName: 'Numbered 32', description: 'Zweiunddreissig' });
  assert.equal((await muster.get(`${PROFILES}?$search=zweiund`)).json.value.length, 1);
});

difference(29, '$metadata is CSDL 4.01 unless 4.0 is asked for', async () => {
  const read = (headers) => muster.get('/beta/$metadata', { token: null, headers });
  assert.match((await read({})).text, /<edmx:Edmx Version="4.01"/);
  assert.match((await read({ 'OData-MaxVersion': '4.0' })).text, /<edmx:Edmx Version="4.0"/);
});

difference(30, '$metadata tells what the service makes, in full names, of what is served', async () => {
  const { text } = await muster.get('/beta/$metadata', { token: null });
  const created = text.slice(text.indexOf('<Property Name="createdDateTime"'));
  assert.match(created.slice(0, created.indexOf('</Property>')), /Term="Core.Computed" Bool="true"/);
  assert.match(text, /Type="Collection\(microsoft.graph.androidForWorkEnrollmentProfile\)" ContainsTarget="true"/);
  assert.doesNotMatch(text, /Type="(Collection\()?graph\./);
  assert.doesNotMatch(text, /EntityType Name="(user|device)"/);
});

const OWNERS = '/beta/deviceManagement/androidDeviceOwnerEnrollmentProfiles';

difference(31, "the successor's values are honoured as well", async () => {
  const sent = { tokenValue: 'a token of Google, long enough', qrCodeContent: 'text', enrolledDeviceCount: 2, accountId: 'mine' };
  const { status, json } = await muster.post(OWNERS, sent);
  assert.equal(status, 201);
  for (const [name, value] of Object.entries(sent)) assert.equal(json[name], value);
  const far = await muster.post(OWNERS, { tokenExpirationDateTime: '2200-01-01T00:00:00Z' });
  assert.equal(far.status, 400);
  assert.match(far.json.error.message, /max_device_owner_token_validity/);
});

difference(32, 'lists hold QR text and picture', async () => {
  const { id } = await muster.create();
  await muster.post(OWNERS, { tokenExpirationDateTime: '2060-01-01T00:00:00Z' });
  for (const set of [PROFILES, OWNERS]) {
    const { value } = (await muster.get(`${set}?$orderby=createdDateTime%20desc&$top=1`)).json;
    assert.match(value[0].qrCodeContent, /^\{/, id);
    assert.equal(value[0].qrCodeImage.type, 'image/png');
  }
});

difference(33, 'no group is found', async () => {
  const { json } = await muster.post(OWNERS, { displayName: 'x' });
  const targets = [{ targetType: 'staticSecurityGroup', targetId: json.id }];
  const url = `${OWNERS}/${json.id}/setEnrollmentTimeDeviceMembershipTarget`;
  const answer = await muster.post(url, { enrollmentTimeDeviceMembershipTargets: targets });
  assert.equal(answer.status, 200);
  assert.equal(answer.json.validationSucceeded, false);
});

difference(34, 'settings are there, and not bound', async () => {
  for (const name of ['androidForWorkSettings', 'androidManagedStoreAccountEnterpriseSettings']) {
    const { status, json } = await muster.patch(`/beta/deviceManagement/${name}`, { bindStatus: 'bound' });
    assert.equal(status, 200);
    assert.equal(json.bindStatus, 'notBound');
  }
});

difference(35, 'devices can be filtered and counted by all that they have', async () => {
  const { text } = await muster.get('/beta/$metadata', { token: null });
  const type = text.slice(text.indexOf('<EntityType Name="managedDevice"'));
  const names = [...type.slice(0, type.indexOf('</EntityType>')).matchAll(/<Property Name="(\w+)" Type="Edm.String"/g)].map((match) => match[1]);
  assert.ok(names.length > 20);
  for (const name of names) {
    const answer = await muster.get(`/beta/deviceManagement/managedDevices/$count?$filter=${name}%20eq%20'x'`);
    assert.equal(answer.text, '0', name);
  }
  assert.doesNotMatch(type.slice(0, type.indexOf('</EntityType>')), /skuFamily/);
});

difference(36, 'what would have to reach a device is 501', async () => {
  const answer = await muster.post(`/beta/deviceManagement/managedDevices/${muster.tenant}/rebootNow`);
  assert.equal(answer.status, 501);
  assert.equal((await muster.post(`/beta/deviceManagement/managedDevices/${muster.tenant}/retire`)).status, 404);
});

difference(37, 'the audit log cannot be written', async () => {
  for (const method of ['POST', 'PATCH', 'DELETE']) {
    const url = `/beta/deviceManagement/auditEvents${method === 'POST' ? '' : `/${muster.tenant}`}`;
    assert.equal((await muster.request(method, url, { body: {} })).status, 405, method);
  }
});

difference(38, 'names of properties count without case', async () => {
  const { id } = await muster.create({ displayName: 'Any case' });
  const { json } = await muster.get(`${PROFILES}?$filter=DisplayName%20eq%20'any%20case'&$orderby=CREATEDDATETIME&$select=ID`);
  assert.deepEqual(json.value, [{ id }]);
  assert.equal((await muster.get(`${OWNERS}?$filter=roleScopeTagIds/any(t:T%20eq%20'x')`)).status, 400);
});

difference(39, 'enrollmentPolicies and deviceEnrollments are there', async () => {
  const { id } = await muster.create();
  const policies = '/beta/deviceManagement/enrollmentPolicies';
  const made = await muster.post(policies, { profileId: id, tokenUsageLimit: 1 });
  assert.equal(made.status, 201, made.text);
  assert.equal(made.json.approval, 'notRequired');
  assert.equal((await muster.post(policies, { profileId: id })).status, 409);
  assert.equal((await muster.post(policies, { profileId: muster.tenant })).status, 400);
  const { json } = await muster.get('/beta/deviceManagement/deviceEnrollments');
  assert.deepEqual(json.value, []);
  for (const action of ['approve', 'deny']) {
    assert.equal((await muster.post(`/beta/deviceManagement/deviceEnrollments/${id}/${action}`)).status, 404);
  }
});

difference(40, 'enrolledDeviceCount counts from what was set, and the version with it', async () => {
  const made = await muster.create({ enrolledDeviceCount: 7 });
  const before = await muster.get(entity(made));
  assert.equal((await enrol(made, 'COUNTED')).status, 200);
  const counted = await muster.get(entity(made));
  assert.equal(counted.json.enrolledDeviceCount, 8);
  assert.notEqual(counted.headers.etag, before.headers.etag);
  assert.equal((await enrol(made, 'COUNTED')).status, 200);
  assert.equal((await muster.get(entity(made))).json.enrolledDeviceCount, 8);
});

difference(41, 'a deleted device that comes back has its id again', async () => {
  const made = await muster.create();
  await enrol(made, 'BACK-AGAIN');
  const find = async () =>
    (await muster.get(`/beta/deviceManagement/managedDevices?$filter=serialNumber%20eq%20'BACK-AGAIN'`)).json.value;
  const [device] = await find();
  assert.equal((await muster.delete(`/beta/deviceManagement/managedDevices/${device.id}`)).status, 204);
  assert.deepEqual(await find(), []);
  await enrol(made, 'BACK-AGAIN');
  assert.deepEqual((await find()).map(({ id }) => id), [device.id]);
});

// A device of that serial number enrols by the profile, with a key of its own.
const enrol = (profile, serialNumber) => {
  const { url, token } = scanned(profile);
  const device = new Device(muster, { url });
  return device.enroll(token, { request: makeRequest(device.key, { facts: { serialNumber } }) });
};

// The answers of a JSON batch by id.
const batch = async (requests) => {
  const answer = await muster.post('/beta/$batch', { requests });
  assert.equal(answer.status, 200, answer.text);
  return Object.fromEntries(answer.json.responses.map((response) => [response.id, response]));
};
const SET = PROFILES.slice('/beta'.length);
const creation = (id, more) =>
  ({ id, method: 'POST', url: SET, headers: { 'Content-Type': 'application/json' }, body: { displayName: 'x' }, ...more });

test('the page and the tests number the same differences', () => {
  const page = readFileSync(new URL('../../docs/compatibility.md', import.meta.url), 'utf8');
  const numbers = [...page.matchAll(/^(\d+)\. \*\*/gm)].map((match) => Number(match[1]));
  assert.deepEqual(numbers, [...covered]);
});
