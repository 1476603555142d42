// Resources of the OData surface: addresses, forms, versions, entity tags, preferences. Each test is
// named by what it shows; the figure is the row of the conformance list that it stands for.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Muster, PROFILES, PROFILE_TYPE, assertError, contractBody, parallel } from './harness.mjs';

let muster;
let one;
let url;
before(async () => {
  muster = await Muster.start();
  one = await muster.create(contractBody());
  url = `${PROFILES}/${one.id}`;
});
after(() => muster?.destroy());

const SET = 'deviceManagement/androidForWorkEnrollmentProfiles';
const context = (fragment) => `${muster.base}/beta/$metadata#${fragment}`;
const accept = (value) => ({ headers: { Accept: value } });
const members = (json) => Object.keys(json).filter((name) => !name.includes('@') && !name.startsWith('#'));

// The profile as it is now, without what says how it was asked for.
const state = async () => {
  const { json, headers } = await muster.get(url);
  return JSON.stringify([json, headers.etag]);
};

describe('addresses', () => {
  test('row 86, 27: every form of a key leads to the same entity', async () => {
    const plain = (await muster.get(url)).json;
    for (const form of [`('${one.id}')`, `(id='${one.id}')`, `(${one.id})`, `/${one.id}`, `(%27${one.id}%27)`, `%28'${one.id}'%29`,
      `(@k)?@k='${one.id}'`, `(id=@k)?@k='${one.id}'`, `(@k)?%40k=%27${one.id}%27`]) {
      const answer = await muster.get(PROFILES + form);
      assert.equal(answer.status, 200, form);
      assert.deepEqual(answer.json, plain, form);
    }
    for (const [form, status] of [['(@k)', 404], ['(@k)?@k=null', 404], [`(@k)?@k='a'&@k='b'`, 400], ["(foo='x')", 400], ['(1)', 400],
      ['()', 400], ["('x'", 400], ["('x')", 404], ["(displayName='Alpha')", 400]]) {
      assertError(await muster.get(PROFILES + form), status);
    }
  });

  test('row 87, 88, 89: order of segments, raw keys, one decoding', async () => {
    assert.equal((await muster.get(`${PROFILES}/$count`)).text, '1');
    for (const key of ["('$count')", "/O'Neil", '/O%27Neil', "('O%27%27Neil')", '/a%2Fb', '/%2527']) {
      assertError(await muster.get(PROFILES + key), 404, 'ResourceNotFound');
    }
    assertError(await muster.get(`${PROFILES}('O%27Neil')`), 400);
    assertError(await muster.get(`${PROFILES}/%FF`), 400);
  });

  test('row 51: the own type changes nothing, another is 404', async () => {
    const type = PROFILE_TYPE.slice(1);
    assert.deepEqual((await muster.get(`${PROFILES}/${type}`)).json, (await muster.get(PROFILES)).json);
    assert.deepEqual((await muster.get(`${url}/${type}`)).json, (await muster.get(url)).json);
    assertError(await muster.get(`${PROFILES}/microsoft.graph.user`), 404);
    assertError(await muster.get(`${url}/microsoft.graph.user`), 404);
  });

  test('row 68: $entity, and what is defined but not built', async () => {
    for (const id of [muster.base + url, `${SET}/${one.id}`, `${SET}('${one.id}')`]) {
      const answer = await muster.get(`/beta/$entity?$id=${encodeURIComponent(id)}&$select=id`);
      assert.equal(answer.status, 200, answer.text);
      assert.deepEqual(members(answer.json), ['id']);
    }
    assertError(await muster.get(`/beta/$entity?$id=${encodeURIComponent('https://elsewhere.example/beta/x')}`), 400);
    for (const path of ['/beta/$all', '/beta/$crossjoin(a,b)', `${PROFILES}/$filter(x)`, `${PROFILES}/$each`]) {
      assertError(await muster.get(path), 501, 'NotSupported');
    }
  });

  test('the singleton is a small entity', async () => {
    const { json } = await muster.get('/beta/deviceManagement');
    assert.deepEqual(json, { '@odata.context': context('deviceManagement'), id: muster.tenant });
  });

  test('row 47: methods, HEAD and OPTIONS on every kind of resource', async () => {
    for (const [path, allow] of [
      ['/beta/deviceManagement', 'GET, HEAD, OPTIONS'],
      [PROFILES, 'GET, HEAD, POST, OPTIONS'],
      [`${PROFILES}/$ref`, 'GET, HEAD, POST, OPTIONS'],
      [`${PROFILES}/$count`, 'GET, HEAD, OPTIONS'],
      [url, 'GET, HEAD, PATCH, DELETE, OPTIONS'],
      [`${url}/$ref`, 'GET, HEAD, OPTIONS'],
      [`${url}/displayName`, 'GET, HEAD, PUT, PATCH, DELETE, OPTIONS'],
      [`${url}/createdDateTime`, 'GET, HEAD, OPTIONS'],
      [`${url}/displayName/$value`, 'GET, HEAD, OPTIONS'],
      [`${url}/createToken`, 'POST, OPTIONS'],
    ]) {
      const options = await muster.request('OPTIONS', path);
      assert.equal(options.status, 204, path);
      assert.equal(options.headers.allow, allow, path);
      assert.equal(options.headers['odata-version'], '4.0');
      const refused = await muster.request('FROB', path);
      assertError(refused, 405);
      assert.equal(refused.headers.allow, allow);
      if (!allow.startsWith('GET')) continue;
      const [get, head] = [await muster.get(path), await muster.request('HEAD', path)];
      assert.equal(head.status, get.status, path);
      assert.equal(head.text, '');
      for (const name of ['content-type', 'content-length', 'etag']) assert.equal(head.headers[name], get.headers[name], `${path} ${name}`);
    }
  });

  test('row 44, 37: $ref is not written, PUT replaces no entity and makes none', async () => {
    const was = await state();
    assertError(await muster.request('PUT', url, { body: contractBody() }), 405);
    assertError(await muster.request('PUT', `${PROFILES}/${crypto.randomUUID()}`, { body: {} }), 405);
    assertError(await muster.patch(`${PROFILES}/${crypto.randomUUID()}`, { displayName: 'x' }), 404);
    assertError(await muster.delete(`${PROFILES}/$ref?$id=${one.id}`), 405);
    assertError(await muster.delete(`${url}/$ref`), 405);
    assertError(await muster.post(`${PROFILES}/$ref`, { '@odata.id': muster.base + url }), 400);
    assert.equal(await muster.count(), 1);
    assert.equal(await state(), was);
  });
});

describe('parts of an entity', () => {
  test('row 69: a property has its context; null is 204', async () => {
    for (const [path, value] of [['displayName', 'Display Name value'], ['enrolledDeviceCount', 3], ['qrCodeImage/type', 'Type value'],
      ['qrCodeImage/value', 'dmFsdWU='], ['tokenExpirationDateTime', '2016-12-31T23:56:54.7194078+03:00']]) {
      const answer = await muster.get(`${url}/${path}`);
      assert.deepEqual(answer.json, { '@odata.context': context(`${SET}('${one.id}')/${path}`), value }, path);
    }
    assert.deepEqual((await muster.get(`${url}/qrCodeImage`)).json,
      { '@odata.context': context(`${SET}('${one.id}')/qrCodeImage`), type: 'Type value', value: 'dmFsdWU=' });
    const bare = await muster.create({ displayName: 'x' });
    assert.equal((await muster.get(`${PROFILES}/${bare.id}/description`)).status, 204);
    assert.equal((await muster.delete(`${PROFILES}/${bare.id}`)).status, 204);
    assertError(await muster.get(`${url}/nothing`), 400, 'BadRequest', 'nothing');
    assertError(await muster.get(`${url}/version`), 400, 'BadRequest', 'version');
  });

  test('row 53: values alone', async () => {
    const raw = async (path, headers = {}) => muster.get(`${url}/${path}/$value`, { headers });
    for (const [path, text] of [['displayName', 'Display Name value'], ['enrolledDeviceCount', '3'],
      ['tokenExpirationDateTime', '2016-12-31T23:56:54.7194078+03:00']]) {
      const answer = await raw(path);
      assert.equal(answer.text, text);
      assert.match(answer.headers['content-type'], /^text\/plain/);
    }
    // "Type value" is no media type.
    const octets = await raw('qrCodeImage/value');
    assert.equal(octets.text, 'value');
    assert.equal(octets.headers['content-type'], 'application/octet-stream');
    assert.equal(octets.headers['x-content-type-options'], 'nosniff');
    const drawn = await muster.create({ displayName: 'drawn' });
    const picture = await muster.get(`${PROFILES}/${drawn.id}/qrCodeImage/value/$value`);
    assert.equal(picture.headers['content-type'], 'image/png');
    assert.equal(picture.octets.toString('base64'), drawn.qrCodeImage.value);
    assert.equal((await muster.get(`${PROFILES}/${drawn.id}/description/$value`)).status, 204);
    assert.equal((await muster.delete(`${PROFILES}/${drawn.id}`)).status, 204);
    assertError(await raw('qrCodeImage'), 400);
    assertError(await muster.get(`${url}/$value`), 400);
    assertError(await raw('displayName', { Accept: 'image/png' }), 406);
  });

  test('row 70: references', async () => {
    assert.deepEqual((await muster.get(`${url}/$ref`)).json, { '@odata.context': context('$ref'), '@odata.id': muster.base + url });
    assert.deepEqual((await muster.get(`${PROFILES}/$ref`)).json,
      { '@odata.context': context('Collection($ref)'), value: [{ '@odata.id': muster.base + url }] });
    assertError(await muster.get(`${PROFILES}/nope/$ref`), 404);
    assertError(await muster.get(`${url}/displayName/$ref`), 404);
    const made = await parallel(4, 4, () => muster.create({}));
    const seen = [];
    for (let next = `${PROFILES}/$ref?$top=2&$count=true`; next; ) {
      const { json } = await muster.get(next);
      assert.equal(json['@odata.count'], 5);
      seen.push(...json.value.map((item) => item['@odata.id']));
      next = json['@odata.nextLink']?.slice(muster.base.length);
      if (next) assert.ok(next.startsWith(`${PROFILES}/$ref?`), next);
    }
    assert.deepEqual(seen.sort(), [one, ...made].map(({ id }) => `${muster.base}${PROFILES}/${id}`).sort());
    for (const { id } of made) assert.equal((await muster.delete(`${PROFILES}/${id}`)).status, 204);
  });

  test('row 46: properties are changed as parts of their entity', async () => {
    const { id } = await muster.create(contractBody().tokenValue ? { ...contractBody(), tokenValue: 'Another' } : {});
    const part = `${PROFILES}/${id}`;
    const put = await muster.request('PUT', `${part}/displayName`, { body: { value: 'new' } });
    assert.equal(put.status, 204, put.text);
    assert.equal(put.headers.etag, (await muster.get(part)).headers.etag);
    assert.equal((await muster.patch(`${part}/qrCodeImage`, { type: 'image/gif' })).status, 204);
    assert.equal((await muster.delete(`${part}/description`)).status, 204);
    const shown = await muster.request('PUT', `${part}/enrolledDeviceCount`,
      { body: { value: 7 }, headers: { Prefer: 'return=representation' } });
    assert.equal(shown.status, 200);
    assert.equal(shown.json.value, 7);
    const { json } = await muster.get(part);
    assert.equal(json.displayName, 'new');
    assert.equal(json.description, null);
    assert.equal(json.enrolledDeviceCount, 7);
    assert.deepEqual(json.qrCodeImage, { type: 'image/gif', value: 'dmFsdWU=' });
    const before = (await muster.get(part)).text;
    assertError(await muster.delete(`${part}/enrolledDeviceCount`), 400, undefined, 'enrolledDeviceCount');
    assertError(await muster.request('PUT', `${part}/enrolledDeviceCount`, { body: { value: 'x' } }), 400);
    assertError(await muster.request('PUT', `${part}/displayName`, { body: { name: 'x' } }), 400);
    assertError(await muster.request('PUT', `${part}/createdDateTime`, { body: { value: 'x' } }), 405);
    assertError(await muster.request('PUT', `${part}/displayName`, { body: '{"value":1', headers: {} }), 400);
    assert.equal((await muster.get(part)).text, before);
    assert.equal((await muster.delete(part)).status, 204);
  });
});

describe('forms', () => {
  test('row 9, 10: Accept', async () => {
    for (const value of ['*/*', 'application/*', 'application/json', 'text/html;q=0.9, application/json;q=0.1', 'application/json, text/plain, */*',
      'application/json;odata.streaming=true', 'application/json;IEEE754Compatible=false;charset=utf-8']) {
      assert.equal((await muster.get(url, accept(value))).status, 200, value);
    }
    for (const value of ['text/html', 'application/atom+xml', 'application/json;q=0', 'application/json;foo=bar',
      'application/json;odata.metadata=much']) {
      assertError(await muster.get(url, accept(value)), 406, 'NotAcceptable');
    }
  });

  test('row 11: levels of metadata, in either spelling and any case', async () => {
    for (const name of ['odata.metadata', 'metadata', 'OData.MetaData']) {
      const none = await muster.get(PROFILES + '?$count=true', accept(`application/json;${name}=none`));
      assert.deepEqual(Object.keys(none.json), ['@odata.count', 'value']);
      assert.match(none.headers['content-type'], /odata\.metadata=none/);
      const { json, headers } = await muster.get(url, accept(`application/json;${name}=FULL`));
      assert.match(headers['content-type'], /odata\.metadata=full/);
      assert.equal(json['@odata.type'], PROFILE_TYPE);
      assert.equal(json['@odata.id'], muster.base + url);
      assert.equal(json['@odata.editLink'], muster.base + url);
      assert.equal(json['@odata.etag'], headers.etag);
      assert.equal(json['createdDateTime@odata.type'], '#DateTimeOffset');
      assert.equal(json['enrolledDeviceCount@odata.type'], '#Int32');
      assert.deepEqual(json['#microsoft.graph.createToken'],
        { title: 'createToken', target: `${muster.base}${url}/microsoft.graph.createToken` });
      assert.deepEqual(members(json), members(one));
      const bare = await muster.get(url, accept('application/json'));
      assert.deepEqual(Object.keys(bare.json).filter((member) => member.includes('@')), ['@odata.context']);
    }
  });

  test('row 12: IEEE754Compatible', async () => {
    const { json, headers } = await muster.get(`${PROFILES}?$count=true`, accept('application/json;IEEE754Compatible=true'));
    assert.equal(json['@odata.count'], '1');
    assert.equal(json.value[0].enrolledDeviceCount, 3);
    assert.match(headers['content-type'], /IEEE754Compatible=true/);
  });

  test('row 13: $format beats Accept', async () => {
    const html = accept('text/html');
    assert.equal((await muster.get(`${url}?$format=json`, html)).status, 200);
    assert.deepEqual(Object.keys((await muster.get(`${url}?$format=application/json;odata.metadata=none`, html)).json), members(one));
    assertError(await muster.get(`${url}?$format=atom`), 406);
    assertError(await muster.get(`${url}?$format=json;odata.metadata=none`), 400);
    assertError(await muster.get(`${PROFILES}/$count?$format=json`), 400);
  });

  test('row 92: Content-Type on a GET without a body', async () => {
    assert.equal((await muster.get(url, { headers: { 'Content-Type': 'application/json' } })).status, 200);
  });

  test('row 84: errors name their language and version', async () => {
    const answer = await muster.get(`${PROFILES}/nope`);
    assertError(answer, 404);
    assert.equal(answer.headers['content-language'], 'en');
  });
});

describe('versions', () => {
  test('row 6, 7: OData-MaxVersion', async () => {
    for (const [asked, given] of [[undefined, '4.0'], ['4.0', '4.0'], ['4.01', '4.01'], ['4.1', '4.01'], ['9.9', '4.01']]) {
      const answer = await muster.get(url, { headers: asked ? { 'OData-MaxVersion': asked } : {} });
      assert.equal(answer.headers['odata-version'], given, asked);
      const prefix = given === '4.0' ? '@odata.' : '@';
      assert.equal(Object.keys(answer.json)[0], `${prefix}context`);
    }
    for (const asked of ['3.0', 'abc']) assertError(await muster.get(url, { headers: { 'OData-MaxVersion': asked } }), 400);
  });

  test('row 8: OData-Version of a body', async () => {
    const was = await state();
    for (const sent of ['4.05', '3.0', 'x']) {
      assertError(await muster.patch(url, { displayName: 'no' }, { headers: { 'OData-Version': sent } }), 400);
    }
    assert.equal(await state(), was);
    for (const sent of ['4.0', '4.01']) {
      assert.equal((await muster.patch(url, {}, { headers: { 'OData-Version': sent } })).status, 200);
    }
  });

  test('4.01 has no odata. in its control information', async () => {
    const headers = { 'OData-MaxVersion': '4.01', Accept: 'application/json;metadata=full' };
    const { text } = await muster.get(`${PROFILES}?$count=true`, { headers });
    assert.ok(!text.includes('odata.'), text);
    const made = await muster.post(PROFILES, { displayName: 'x' }, { headers: { 'OData-MaxVersion': '4.01' } });
    assert.equal(made.json['@type'], PROFILE_TYPE);
    assert.equal((await muster.delete(`${PROFILES}/${made.json.id}`)).status, 204);
  });
});

describe('entity tags', () => {
  test('row 29, 36, 41: every answer about one entity has its tag', async () => {
    const made = await muster.post(PROFILES, { displayName: 'a' });
    const part = `${PROFILES}/${made.json.id}`;
    assert.match(made.headers.etag, /^W\/"\d+"$/);
    assert.equal((await muster.get(part)).headers.etag, made.headers.etag);
    assert.equal((await muster.request('HEAD', part)).headers.etag, made.headers.etag);
    assert.equal(made.headers.location, muster.base + part);
    const changed = await muster.patch(part, { displayName: 'b' });
    assert.equal(changed.status, 200);
    assert.notEqual(changed.headers.etag, made.headers.etag);
    const minimal = await muster.patch(part, { displayName: 'c' }, { headers: { Prefer: 'return=minimal' } });
    assert.equal(minimal.status, 204);
    assert.equal(minimal.headers['preference-applied'], 'return=minimal');
    assert.equal(minimal.headers.etag, (await muster.get(part)).headers.etag);
    const same = await muster.patch(part, { displayName: 'c' });
    assert.equal(same.headers.etag, minimal.headers.etag, 'what changes nothing moves nothing');
    const revoked = await muster.post(`${part}/revokeToken`);
    assert.equal(revoked.headers.etag, (await muster.get(part)).headers.etag);
    assert.equal((await muster.delete(part)).status, 204);
    const silent = await muster.post(PROFILES, {}, { headers: { Prefer: 'return=minimal' } });
    assert.equal(silent.status, 204);
    assert.equal(silent.headers['odata-entityid'], silent.headers.location);
    assert.match(silent.headers.etag, /^W\//);
    assert.equal((await muster.delete(silent.headers.location.slice(muster.base.length))).status, 204);
  });

  test('row 39: If-Match on PATCH, DELETE, PUT of a property and actions', async () => {
    const made = await muster.post(PROFILES, { displayName: 'a' });
    const part = `${PROFILES}/${made.json.id}`;
    await muster.patch(part, { displayName: 'b' });
    const before = (await muster.get(part)).text;
    for (const tags of [made.headers.etag, '"other"', `"other", ${made.headers.etag}`, 'x']) {
      const headers = { 'If-Match': tags };
      assertError(await muster.patch(part, { displayName: 'no' }, { headers }), 412, 'PreconditionFailed');
      assertError(await muster.delete(part, { headers }), 412);
      assertError(await muster.request('PUT', `${part}/displayName`, { body: { value: 'no' }, headers }), 412);
      assertError(await muster.post(`${part}/revokeToken`, undefined, { headers }), 412);
      assertError(await muster.get(part, { headers }), 412);
    }
    assertError(await muster.patch(part, { displayName: 'no' }, { headers: { 'If-None-Match': '*' } }), 412);
    assert.equal((await muster.get(part)).text, before);
    const { etag } = (await muster.get(part)).headers;
    assert.equal((await muster.patch(part, { displayName: 'c' }, { headers: { 'If-Match': `"x", ${etag}` } })).status, 200);
    assert.equal((await muster.post(`${part}/revokeToken`, undefined, { headers: { 'If-Match': '*' } })).status, 204);
    assert.equal((await muster.delete(part, { headers: { 'If-Match': '*' } })).status, 204);
    // Row 38; RFC 9110 §13.2.1 lets the 404 go first.
    assertError(await muster.patch(part, { displayName: 'x' }, { headers: { 'If-Match': '*' } }), 404);
    assertError(await muster.delete(part, { headers: { 'If-Match': etag } }), 404);
  });

  test('row 39: of many writers with the same tag one is done', async () => {
    const made = await muster.post(PROFILES, { displayName: 'a' });
    const part = `${PROFILES}/${made.json.id}`;
    for (let round = 0; round < 3; ++round) {
      const { etag } = (await muster.get(part)).headers;
      const answers = await parallel(16, 16, (i) =>
        muster.patch(part, { displayName: `${round}/${i}` }, { headers: { 'If-Match': etag } }));
      assert.deepEqual(answers.map((answer) => answer.status).sort(), [200, ...Array(15).fill(412)]);
      const winner = answers.find((answer) => answer.status === 200);
      assert.equal((await muster.get(part)).json.displayName, winner.json.displayName);
    }
    assert.equal((await muster.delete(part)).status, 204);
  });

  test('row 40: If-None-Match on GET', async () => {
    const { etag } = (await muster.get(url)).headers;
    for (const tags of [etag, etag.slice(2), `"x", ${etag}`, '*']) {
      const answer = await muster.get(url, { headers: { 'If-None-Match': tags } });
      assert.equal(answer.status, 304, tags);
      assert.equal(answer.text, '');
      assert.equal(answer.headers.etag, etag);
    }
    assert.equal((await muster.get(url, { headers: { 'If-None-Match': '"x"' } })).status, 200);
  });

  test('tags outlive a restart', async () => {
    const { etag } = (await muster.get(url)).headers;
    await muster.stop();
    await muster.launch();
    assert.equal((await muster.get(url)).headers.etag, etag);
  });
});

describe('preferences', () => {
  test('row 18, 91: both spellings; what is honoured is said', async () => {
    for (const prefer of ['omit-values=nulls', 'odata.omit-values=nulls', 'omit-values="nulls", x=y; z']) {
      const answer = await muster.get(`${PROFILES}`, { headers: { Prefer: prefer } });
      assert.equal(answer.headers['preference-applied'], 'omit-values=nulls', prefer);
    }
    for (const prefer of ['maxpagesize=0', 'odata.maxpagesize=-1', 'respond-async', 'odata.track-changes', 'foo']) {
      const answer = await muster.get(PROFILES, { headers: { Prefer: prefer } });
      assert.equal(answer.status, 200);
      assert.equal(answer.headers['preference-applied'], undefined, prefer);
    }
    assert.match((await muster.get(url)).headers.vary, /Prefer/);
    const shown = await muster.patch(url, {}, { headers: { Prefer: 'return=representation' } });
    assert.equal(shown.headers['preference-applied'], 'return=representation');
    for (const name of ['Isolation', 'OData-Isolation']) {
      assertError(await muster.get(url, { headers: { [name]: 'snapshot' } }), 412);
    }
  });
});

describe('row 30 to 35, 45: what a body may say', () => {
  test('a PATCH merges, and what is refused changes nothing', async () => {
    const was = await state();
    for (const body of [{ foo: 1 }, { enrolledDeviceCount: '3' }, { enrolledDeviceCount: null }, { displayName: [] }, { version: 7 },
      { '@odata.type': '#microsoft.graph.user' }, { qrCodeImage: { value: '*' } }, '{"displayName":"a","displayName":"b"}', '[]', '{} {}']) {
      assertError(await muster.patch(url, body), 400);
    }
    assertError(await muster.patch(url, '{}', { headers: { 'Content-Type': 'text/plain' } }), 415);
    assert.equal(await state(), was);
    const same = await muster.patch(url, { id: 'x', createdDateTime: 'x', '@odata.context': 'x', '@x.y': 1, 'displayName@x.y': 2,
      '@odata.etag': 'W/"999"', '@odata.type': PROFILE_TYPE.slice(1) });
    assert.equal(same.status, 200, same.text);
    assert.equal(await state(), was, 'a 4.0 body has its tag ignored');
    const patched = await muster.patch(url, { qrCodeImage: { type: 'image/gif' } });
    assert.deepEqual(patched.json.qrCodeImage, { type: 'image/gif', value: 'dmFsdWU=' });
    assert.equal((await muster.patch(url, { qrCodeImage: null })).json.qrCodeImage, null);
    assert.equal((await muster.patch(url, { qrCodeImage: contractBody().qrCodeImage })).status, 200);
  });

  test('row 42: DELETE', async () => {
    const { id } = await muster.create({});
    const gone = await muster.delete(`${PROFILES}/${id}`);
    assert.equal(gone.status, 204);
    assert.equal(gone.text, '');
    assertError(await muster.delete(`${PROFILES}/${id}`), 404);
    assertError(await muster.get(`${PROFILES}/${id}`), 404);
  });
});
