// Rows 29 to 47 of the checklist of OData 4.01: the minimal level of a service that can be updated.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { NO_DATE, PROFILES, PROFILE_TYPE, assertError, contractBody, parallel } from './harness.mjs';
import { Five, SET, prefer } from './conformance.mjs';

let five;
let muster;
before(async () => {
  five = await Five.start();
  muster = five.muster;
});
after(() => five?.destroy());

const MINIMAL = prefer('return=minimal');
const condition = (name, value, body = { displayName: 'changed' }) => ({ body, headers: { [name]: value } });
// Without context and types: a create tells the types, as in the contract's example, a read does not.
const without = (json) => JSON.parse(JSON.stringify(json), (name, value) => (/^@odata\.(context|type)$/.test(name) ? undefined : value));
// Each body sent as a create and as a change, with what must be named.
const refusedBodies = (bodies, status = 400) => five.refuses(bodies.flatMap(([body, ...names]) => [
  ['POST', PROFILES, { body }, status, ...names], ['PATCH', five.url('p1'), { body }, status, ...names],
]));

test('row 29: a create is 201 with Location, ETag and what a read gives', async () => {
  const made = await muster.post(PROFILES, contractBody());
  assert.equal(made.status, 201);
  const url = `${PROFILES}/${made.json.id}`;
  assert.equal(made.headers.location, muster.base + url);
  const read = await muster.get(url);
  assert.match(made.headers.etag, /^W\/"\d+"$/);
  assert.equal(read.headers.etag, made.headers.etag);
  assert.equal((await muster.request('HEAD', url)).headers.etag, made.headers.etag);
  assert.deepEqual(without(read.json), without(made.json));
  assert.equal(made.json['@odata.context'], five.context(`${SET}/$entity`));
  assert.equal((await muster.delete(url)).status, 204);
});

// What is null in OData and made here: difference 2 of docs/compatibility.md.
test('row 30: what is left out is null, or its default, or made', async () => {
  await five.with({}, (url, made) => {
    for (const name of ['displayName', 'description']) assert.strictEqual(made[name], null);
    assert.strictEqual(made.enrolledDeviceCount, 0);
    assert.equal(made.accountId, muster.tenant);
    for (const name of ['tokenValue', 'qrCodeContent', 'qrCodeImage']) assert.ok(made[name], name);
    assert.notEqual(made.tokenExpirationDateTime, NO_DATE);
  });
  await refusedBodies([[{ enrolledDeviceCount: null }, 'enrolledDeviceCount'], [{ tokenExpirationDateTime: null }, 'tokenExpirationDateTime']]);
});

// Token, QR code and count are honoured: difference 1.
test('row 31: what the service makes is ignored in a body', async () => {
  for (const ignored of [{ id: five.id.p1, createdDateTime: NO_DATE, lastModifiedDateTime: NO_DATE }, { id: 1, createdDateTime: 'x', lastModifiedDateTime: null }]) {
    await five.with({ displayName: 'x', ...ignored }, async (url, made) => {
      assert.notEqual(made.id, five.id.p1);
      for (const name of ['createdDateTime', 'lastModifiedDateTime']) assert.ok(Math.abs(Date.parse(made[name]) - Date.now()) < 60_000, name);
      const { json } = await muster.patch(url, ignored);
      assert.deepEqual(without(json), without(made));
    });
  }
});

test('row 32: unknown properties are refused, unknown annotations ignored', async () => {
  await refusedBodies([
    [{ foo: 1 }, 'foo'], [{ DisplayName: 'x', displayName: 'y' }, 'DisplayName'], [{ qrCodeImage: { foo: 1 } }, 'foo'], [{ version: 7 }, 'version'],
    [{ '@odata.type': '#microsoft.graph.user' }, '@odata.type'], [{ '@odata.type': '#microsoft.graph.mimeContent' }, '@odata.type'],
  ]);
  for (const type of [PROFILE_TYPE, PROFILE_TYPE.slice(1)]) {
    const body = { '@odata.type': type, '@x.y': 1, 'displayName@x.y': 1, '@odata.context': 'x', displayName: 'x', qrCodeImage: { '@x.y': {}, type: 'a/b', value: 'dmFsdWU=' } };
    await five.with(body, (url, made) => assert.deepEqual(without(made).qrCodeImage, { type: 'a/b', value: 'dmFsdWU=' }));
  }
});

test('row 33: values of the wrong type are refused and name their property', async () => {
  const dates = ['2026-13-01T00:00:00Z', '2026-02-30T00:00:00Z', '2026-01-01', 'soon', '', 5];
  const counts = ['3', 3.5, 2147483648, true, -1, [], {}];
  await refusedBodies([
    ...counts.map((enrolledDeviceCount) => [{ enrolledDeviceCount }, 'enrolledDeviceCount']),
    ...dates.map((tokenExpirationDateTime) => [{ tokenExpirationDateTime }, 'tokenExpirationDateTime']),
    ...['***', 'dmFsdWU==', 'a', 5].map((value) => [{ qrCodeImage: { value } }, 'qrCodeImage/value']),
    ...[5, true, {}, ['x']].map((displayName) => [{ displayName }, 'displayName']),
    [{ qrCodeImage: 'dmFsdWU=' }, 'qrCodeImage'], [{ qrCodeImage: [] }, 'qrCodeImage'],
  ]);
  // A whole number has neither point nor exponent.
  await refusedBodies(['3.0', '3e0'].map((number) => [`{"enrolledDeviceCount":${number}}`, 'enrolledDeviceCount']));
  // Both alphabets, padding or none.
  for (const [value, expected] of [['-_8', '+/8='], ['+/8=', '+/8='], ['-_8=', '+/8=']]) {
    await five.with({ qrCodeImage: { value } }, (url, made) => assert.equal(made.qrCodeImage.value, expected));
  }
});

test('row 34: bodies that are no JSON object', async () => {
  await refusedBodies(['', '{', '{"displayName":}', '{}{}', '{} x', '[]', '"x"', 'null', '{"displayName":"x",}', '\uFEFF{}', Buffer.from('{"displayName":"\xc0\x80"}', 'latin1'),
    '{"displayName":"\\ud800"}', '{"displayName":"a","displayName":"b"}', '{"a":'.padEnd(100_000, '[')].map((body) => [body]));
  const typed = (type) => ({ body: '{}', headers: { 'Content-Type': type } });
  await five.refuses([
    ...['text/plain', 'application/xml', 'multipart/form-data', null].map((type) => ['POST', PROFILES, typed(type), 415]),
    ['PATCH', five.url('p1'), typed('text/plain'), 415, 'Content-Type'],
    ['POST', PROFILES, { body: { description: 'x'.repeat(1024 * 1024) }, headers: { Connection: 'close' } }, 413],
  ]);
});

test('row 35: PATCH merges', async () => {
  await five.with({ ...contractBody(), tokenValue: 'Row 35' }, async (url, made) => {
    const was = without(made);
    const changed = async (body, expected) => {
      const { status, json } = await muster.patch(url, body);
      assert.equal(status, 200);
      Object.assign(was, expected, { lastModifiedDateTime: json.lastModifiedDateTime });
      assert.deepEqual(without(json), was);
    };
    await changed({}, {});
    await changed({ description: 'new' }, { description: 'new' });
    await changed({ qrCodeImage: { type: 'x' } }, { qrCodeImage: { type: 'x', value: 'dmFsdWU=' } });
    await changed({ qrCodeImage: {} }, {});
    await changed({ qrCodeImage: null, id: 'x' }, { qrCodeImage: null });
    await changed({ qrCodeImage: { value: '' } }, { qrCodeImage: { type: null, value: '' } });
    assertError(await muster.patch(url, { enrolledDeviceCount: null }), 400, undefined, 'enrolledDeviceCount');
    assert.deepEqual(without((await muster.get(url)).json), was);
  });
});

test('row 36: PATCH answers with the entity, or 204 where that is preferred; its times move', async () => {
  await five.with({ displayName: 'a' }, async (url, made) => {
    const first = await muster.get(url);
    const changed = await muster.patch(url, { displayName: 'b' });
    assert.equal(changed.status, 200);
    assert.notEqual(changed.json.lastModifiedDateTime, made.lastModifiedDateTime);
    assert.notEqual(changed.headers.etag, first.headers.etag);
    const shown = await muster.patch(url, { displayName: 'c' }, prefer('return=representation'));
    assert.equal(shown.headers['preference-applied'], 'return=representation');
    assert.equal(shown.json.displayName, 'c');
    const minimal = await muster.patch(url, { displayName: 'd' }, MINIMAL);
    assert.equal(minimal.status, 204);
    assert.equal(minimal.text, '');
    assert.equal(minimal.headers['preference-applied'], 'return=minimal');
    assert.equal((await muster.get(url)).headers.etag, minimal.headers.etag);
    const same = await muster.patch(url, { displayName: 'd' });
    assert.equal(same.headers.etag, minimal.headers.etag, 'what changes nothing moves nothing');
    const revoked = await muster.post(`${url}/revokeToken`);
    assert.equal(revoked.headers.etag, (await muster.get(url)).headers.etag);
  });
});

// PUT of an entity is not taken: difference 14.
test('row 37: keys are the service\'s, so nothing is made by PATCH or PUT', async () => {
  const missing = `${PROFILES}/${randomUUID()}`;
  await five.refuses([
    ['PATCH', missing, { body: { displayName: 'x' } }, 404], ['PATCH', `${PROFILES}('mine')`, { body: {} }, 404], ['PUT', missing, { body: contractBody() }, 405],
    ['PUT', five.url('p1'), { body: contractBody() }, 405], ['PATCH', `${missing}/displayName`, { body: { value: 'x' } }, 404],
  ]);
});

// 404 goes before the condition: difference 13.
test('row 38: conditions on what is not there, and If-None-Match: *', async () => {
  const missing = `${PROFILES}/${randomUUID()}`;
  await five.refuses([
    ...['*', '"x"', 'W/"1"'].flatMap((tag) => ['PATCH', 'DELETE'].map((method) => [method, missing, condition('If-Match', tag), 404])),
    ['PATCH', missing, condition('If-None-Match', '*'), 404],
    ['PATCH', five.url('p1'), condition('If-None-Match', '*'), 412, 'If-None-Match'],
  ]);
});

test('row 39: If-Match on every kind of change, and one of many writers', async () => {
  await five.with({ displayName: 'a' }, async (url) => {
    const old = (await muster.get(url)).headers.etag;
    await muster.patch(url, { displayName: 'b' });
    const stale = (body) => condition('If-Match', old, body);
    await five.refuses([
      ['PATCH', url, stale(), 412, 'If-Match'], ['DELETE', url, stale(undefined), 412], ['PUT', `${url}/displayName`, stale({ value: 'x' }), 412],
      ['DELETE', `${url}/displayName`, stale(), 412], ['POST', `${url}/revokeToken`, stale({}), 412], ['POST', `${url}/createToken`, stale({ tokenValidityInSeconds: 5 }), 412],
      ...['"other"', `"other", ${old}`, 'x'].map((tags) => ['PATCH', url, condition('If-Match', tags), 412]), ['GET', url, { headers: { 'If-Match': old } }, 412],
    ]);
    for (const form of [(tag) => tag, () => '*', (tag) => `"x", ${tag}`, (tag) => tag.slice(2)]) {
      const { etag } = (await muster.get(url)).headers;
      assert.equal((await muster.patch(url, { description: form(etag) }, { headers: { 'If-Match': form(etag) } })).status, 200);
    }
    for (let round = 0; round < 3; ++round) {
      const { etag } = (await muster.get(url)).headers;
      const all = await parallel(16, 16, (i) => muster.patch(url, { displayName: `${round}/${i}` }, { headers: { 'If-Match': etag } }));
      assert.deepEqual(all.map(({ status }) => status).sort(), [200, ...Array(15).fill(412)]);
      assert.equal((await muster.get(url)).json.displayName, all.find(({ status }) => status === 200).json.displayName);
    }
    assert.equal((await muster.post(`${url}/revokeToken`, undefined, { headers: { 'If-Match': '*' } })).status, 204);
  });
  const { id } = await muster.create({});
  assert.equal((await muster.delete(`${PROFILES}/${id}`, { headers: { 'If-Match': '*' } })).status, 204);
});

// No change demands a tag, so 428 is never born; @odata.etag is in bodies with metadata=full: difference 12.
test('row 40: entity tags on reads and in bodies', async () => {
  const url = five.url('p1');
  const { etag } = (await muster.get(url)).headers;
  for (const tags of [etag, etag.slice(2), `"x", ${etag}`, '*']) {
    const answer = await muster.get(url, { headers: { 'If-None-Match': tags } });
    assert.equal(answer.status, 304, tags);
    assert.equal(answer.text, '');
    assert.equal(answer.headers.etag, etag);
  }
  assert.equal((await muster.get(url, { headers: { 'If-None-Match': 'W/"x"' } })).status, 200);
  assert.equal((await muster.get(url, { headers: { Accept: 'application/json;odata.metadata=full' } })).json['@odata.etag'], etag);
  const sent = (name, tag, version) => ({ body: { [name]: tag }, headers: { 'OData-Version': version } });
  await five.refuses(['@etag', '@odata.etag'].map((name) => ['PATCH', url, sent(name, 'W/"999"', '4.01'), 412]));
  for (const [name, tag, version] of [['@etag', etag, '4.01'], ['@odata.etag', etag, '4.01'], ['@odata.etag', 'W/"999"', '4.0']]) {
    assert.equal((await muster.request('PATCH', url, sent(name, tag, version))).status, 200, `${name} ${version}`);
  }
});

test('row 41: a create without a body names the entity in its headers', async () => {
  const { status, text, headers } = await muster.post(PROFILES, {}, MINIMAL);
  assert.equal(status, 204);
  assert.equal(text, '');
  assert.equal(headers['odata-entityid'], headers.location);
  assert.equal(headers['preference-applied'], 'return=minimal');
  const url = headers.location.slice(muster.base.length);
  assert.equal((await muster.get(url)).headers.etag, headers.etag);
  assert.equal((await muster.delete(url)).status, 204);
});

test('row 42: DELETE', async () => {
  const { id } = await muster.create({});
  const url = `${PROFILES}/${id}`;
  const gone = await muster.delete(url);
  assert.equal(gone.status, 204);
  assert.equal(gone.text, '');
  await five.refuses([['DELETE', url, {}, 404, id], ['GET', url, {}, 404, id]]);
});

test('row 43: POST creates in the container, and there is no other set of the type', async () => {
  const { id } = await muster.create({});
  assert.ok((await muster.get(`${PROFILES}?$select=id`)).json.value.some((one) => one.id === id));
  assert.equal((await muster.delete(`${PROFILES}/${id}`)).status, 204);
  await five.refuses([['POST', '/beta/androidForWorkEnrollmentProfiles', { body: {} }, 400, 'androidForWorkEnrollmentProfiles']]);
});

// A whole entity sent to $ref creates it: difference 3.
test('row 44: a contained collection has no references to write', async () => {
  const link = { '@odata.id': muster.base + five.url('p1') };
  await five.refuses([
    ['POST', `${PROFILES}/$ref`, { body: link }, 400, '@odata.id'], ['DELETE', `${PROFILES}/$ref?$id=${encodeURIComponent(link['@odata.id'])}`, {}, 405],
    ['DELETE', `${five.url('p1')}/$ref`, {}, 405], ['PUT', `${five.url('p1')}/$ref`, { body: link }, 405], ['PUT', `${PROFILES}/$ref`, { body: link }, 405],
  ]);
  const made = await muster.post(`${PROFILES}/$ref`, contractBody());
  assert.equal(made.status, 201);
  assert.equal((await muster.delete(`${PROFILES}/${made.json.id}`)).status, 204);
});

test('row 45: a request that fails changes nothing, not even in part', async () => {
  const half = { displayName: 'half', description: 'half', enrolledDeviceCount: 'x' };
  const { tokenValue } = await muster.create({ tokenValue: 'ROW45ROW45ROW45ROW45ROW' });
  await five.refuses([
    ['POST', PROFILES, { body: half }, 400, 'enrolledDeviceCount'], ['PATCH', five.url('p2'), { body: half }, 400], ['POST', `${PROFILES}/$ref`, { body: half }, 400],
    ['POST', PROFILES, { body: { displayName: 'x', tokenValue } }, 409], ['PATCH', five.url('p2'), { body: { displayName: 'x', tokenValue } }, 409],
    ['POST', `${five.url('p2')}/createToken`, { body: { tokenValidityInSeconds: 0 } }, 400, 'tokenValidityInSeconds'],
    ['POST', PROFILES, { body: { displayName: 'x' }, headers: { Accept: 'text/html' } }, 406], ['POST', `${PROFILES}?$top=1`, { body: {} }, 400, '$top'],
    ['PATCH', `${five.url('p2')}?$expand=x`, { body: { displayName: 'x' } }, 501, '$expand'],
    ['POST', `${five.url('p2')}/revokeToken`, { headers: { 'If-Match': '"x"' } }, 412],
  ]);
});

test('row 46: properties are written as parts of their entity', async () => {
  await five.with({ ...contractBody(), tokenValue: 'Row 46' }, async (url) => {
    const write = async (method, part, body, more) => {
      const { status, text, headers } = await muster.request(method, `${url}/${part}`, { body, ...more });
      assert.equal(status, 204, `${method} ${part}: ${text}`);
      assert.equal(headers.etag, (await muster.get(url)).headers.etag);
    };
    await write('PUT', 'displayName', { value: 'x' });
    await write('PATCH', 'qrCodeImage', { type: 'image/gif' });
    await write('DELETE', 'description');
    await write('PUT', 'qrCodeImage/type', { value: 'image/bmp' });
    const { json } = await muster.get(url);
    assert.equal(json.displayName, 'x');
    assert.deepEqual(json.qrCodeImage, { type: 'image/bmp', value: 'dmFsdWU=' });
    assert.strictEqual(json.description, null);
    const shown = await muster.request('PUT', `${url}/enrolledDeviceCount`, { body: { value: 7 }, ...prefer('return=representation') });
    assert.deepEqual([shown.status, shown.json.value], [200, 7]);
    await five.refuses([
      ['DELETE', `${url}/enrolledDeviceCount`, {}, 400, 'enrolledDeviceCount'], ['PUT', `${url}/enrolledDeviceCount`, { body: { value: 'x' } }, 400],
      ['PUT', `${url}/displayName`, { body: { name: 'x' } }, 400], ['PUT', `${url}/createdDateTime`, { body: { value: NO_DATE } }, 405],
      ['PUT', `${url}/displayName`, { body: '{"value":1' }, 400], ['PUT', `${url}/nothing`, { body: { value: 1 } }, 400, 'nothing'],
    ]);
  });
});

// An unknown segment is 400, as in Graph; an unknown version 404.
test('row 47: methods, HEAD, unknown paths', async () => {
  const unknown = `${PROFILES}/${randomUUID()}`;
  await five.refuses([
    ['PUT', PROFILES, { body: {} }, 405], ['DELETE', PROFILES, {}, 405], ['POST', five.url('p1'), { body: {} }, 405], ['GET', `${five.url('p1')}/createToken`, {}, 405],
    ['FROB', PROFILES, {}, 405], ['GET', '/beta/nothing', {}, 400, 'nothing'], ['GET', '/v9.9/deviceManagement', {}, 404, 'v9.9'], ['GET', unknown, {}, 404],
  ]);
  const url = five.url('p1');
  for (const [path, allow] of [
    ['/beta/deviceManagement', 'GET, HEAD, OPTIONS'], [PROFILES, 'GET, HEAD, POST, OPTIONS'], [`${PROFILES}/$ref`, 'GET, HEAD, POST, OPTIONS'],
    [`${PROFILES}/$count`, 'GET, HEAD, OPTIONS'], [url, 'GET, HEAD, PATCH, DELETE, OPTIONS'], [`${url}/$ref`, 'GET, HEAD, OPTIONS'],
    [`${url}/displayName`, 'GET, HEAD, PUT, PATCH, DELETE, OPTIONS'], [`${url}/createdDateTime`, 'GET, HEAD, OPTIONS'], [`${url}/displayName/$value`, 'GET, HEAD, OPTIONS'],
    [`${url}/createToken`, 'POST, OPTIONS'], ['/beta', 'GET, HEAD, OPTIONS'], ['/beta/$metadata', 'GET, HEAD, OPTIONS'],
  ]) {
    const options = await muster.request('OPTIONS', path);
    assert.deepEqual([options.status, options.headers.allow], [204, allow], path);
    assert.match(options.headers['odata-version'], /^4\.0/);
    const refused = await muster.request('FROB', path);
    assert.deepEqual([refused.status, refused.headers.allow], [405, allow], path);
  }
  for (const path of ['/beta', '/beta/$metadata', '/beta/deviceManagement', PROFILES, `${PROFILES}/$ref`, `${PROFILES}/$count`, url, `${url}/$ref`, `${url}/displayName`,
    `${url}/createdDateTime`, `${url}/displayName/$value`, unknown]) {
    const [get, head] = [await muster.get(path), await muster.request('HEAD', path)];
    assert.equal(head.status, get.status, path);
    assert.equal(head.text, '');
    for (const name of ['content-type', 'content-length', 'etag']) assert.equal(head.headers[name], get.headers[name], `${path} ${name}`);
  }
});
