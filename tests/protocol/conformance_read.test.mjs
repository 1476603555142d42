// Rows 1 to 28 of the checklist of OData 4.01: the minimal level, read side.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PROFILES, assertError, contractBody } from './harness.mjs';
import { Five, SET, accept, members, prefer } from './conformance.mjs';

let five;
let muster;
before(async () => {
  five = await Five.start();
  muster = five.muster;
});
after(() => five?.destroy());

const maxVersion = (value) => ({ headers: { 'OData-MaxVersion': value } });

test('row 1: the service document', async () => {
  for (const root of ['/beta', '/beta/']) {
    const { status, json } = await muster.get(root);
    assert.equal(status, 200);
    assert.equal(json['@odata.context'], `${muster.base}/beta/$metadata`);
    assert.deepEqual(json.value, [{ name: 'deviceManagement', kind: 'Singleton', url: 'deviceManagement' }]);
  }
});

test('row 2: a collection is one object, its context first', async () => {
  const { status, json, text } = await muster.get(PROFILES);
  assert.equal(status, 200);
  assert.deepEqual(Object.keys(json), ['@odata.context', 'value']);
  assert.ok(text.startsWith(`{"@odata.context":"${five.context(SET)}"`), text.slice(0, 200));
});

test('row 3: an entity has every declared property, null as null', async () => {
  const { json } = await muster.get(five.url('p5'));
  assert.equal(json['@odata.context'], five.context(`${SET}/$entity`));
  const schema = (await muster.get('/beta/$metadata?$format=json')).json['microsoft.graph'];
  const own = (type) => Object.entries(schema[type]).filter(([name, one]) => /^[^$@]/.test(name) && !one.$Kind).map(([name]) => name);
  assert.deepEqual(members(json).sort(), [...own('entity'), ...own('androidForWorkEnrollmentProfile')].sort());
  for (const name of ['displayName', 'description', 'qrCodeImage']) assert.strictEqual(json[name], null);
  assert.equal(json.id, five.id.p5);
});

test('row 4: pages go on by next links only, which keep the query', async () => {
  const $filter = 'enrolledDeviceCount ge 0';
  const query = `$filter=${encodeURIComponent($filter)}&$select=id,accountId&$orderby=displayName%20desc&$count=true`;
  for (const [path, options] of [[`${PROFILES}?${query}&$top=2`, {}], [`${PROFILES}?${query}`, prefer('maxpagesize=2')]]) {
    const pages = await five.walk(path, options);
    assert.deepEqual(pages.map(({ json }) => json.value.length), [2, 2, 1]);
    const ids = pages.flatMap(({ json }) => json.value.map((profile) => five.name[profile.id]));
    assert.deepEqual(ids, ['p3', 'p2', 'p1', 'p4', 'p5']);
    for (const { json } of pages) {
      assert.equal(json['@odata.count'], 5);
      assert.deepEqual(members(json.value[0]), ['id', 'accountId']);
    }
    assert.ok(!('@odata.nextLink' in pages.at(-1).json));
    const { searchParams } = new URL(pages[0].json['@odata.nextLink']);
    assert.equal(searchParams.get('$filter'), $filter);
  }
});

test('row 5: what lives through a walk is seen once, whatever comes and goes', async () => {
  for (const order of ['', '&$orderby=displayName', '&$orderby=enrolledDeviceCount%20desc', '&$orderby=displayName%20desc']) {
    const gone = await muster.create({ displayName: 'Alpha', enrolledDeviceCount: 3 });
    const seen = [];
    const made = [];
    let next = `${PROFILES}?$top=1${order}`;
    for (let pages = 0; next; ++pages) {
      const { json } = await muster.get(next);
      seen.push(...json.value.map((profile) => five.name[profile.id]).filter(Boolean));
      next = json['@odata.nextLink']?.slice(muster.base.length);
      if (pages === 1) assert.equal((await muster.delete(`${PROFILES}/${gone.id}`)).status, 204);
      if (pages < 3) made.push(await muster.create({ displayName: ['a', 'Alpha', 'z'][pages], enrolledDeviceCount: pages }));
    }
    assert.deepEqual(seen.sort(), ['p1', 'p2', 'p3', 'p4', 'p5'], order);
    for (const { id } of made) assert.equal((await muster.delete(`${PROFILES}/${id}`)).status, 204);
  }
});

test('row 6: every answer carries OData-Version', async () => {
  const { id } = await muster.create();
  const url = `${PROFILES}/${id}`;
  const answers = [
    await muster.get('/beta'), await muster.get(PROFILES), await muster.get(`${PROFILES}/$count`), await muster.get(`${url}/displayName/$value`),
    await muster.patch(url, { displayName: 'x' }), await muster.get('/beta/nothing'), await muster.get('/v9.9/x'), await muster.get(PROFILES, { token: null }),
    await muster.post(PROFILES, '{'), await muster.request('PUT', PROFILES, { body: {} }), await muster.get(url, { headers: { 'If-None-Match': '*' } }),
    await muster.get(`${PROFILES}?$filter=x`), await muster.get(`${PROFILES}?$apply=x`), await muster.delete(url),
  ];
  assert.deepEqual(answers.map(({ status }) => status), [200, 200, 200, 200, 200, 400, 404, 401, 400, 405, 304, 400, 501, 204]);
  for (const { headers, status } of answers) assert.equal(headers['odata-version'], '4.0', String(status));
  const requests = [{ id: '1', method: 'GET', url: `/${SET}` }, { id: '2', method: 'GET', url: '/nothing' }, { id: '3', method: 'DELETE', url: `/${SET}/x` }];
  const { json } = await muster.post('/beta/$batch', { requests });
  assert.deepEqual(json.responses.map((part) => part.headers['OData-Version']), ['4.0', '4.0', '4.0']);
});

test('row 7: OData-MaxVersion is compared as a number', async () => {
  for (const [asked, given] of [[null, '4.0'], ['4.0', '4.0'], ['4.01', '4.01'], ['4.1', '4.01'], ['9.9', '4.01']]) {
    const answer = await muster.get(PROFILES, maxVersion(asked));
    assert.equal(answer.headers['odata-version'], given, asked);
    assert.equal(Object.keys(answer.json)[0], given === '4.0' ? '@odata.context' : '@context');
    assert.match(answer.headers.vary, /OData-MaxVersion/);
  }
  await five.refuses(['3.0', 'abc', '', '4.0.1', '-4.0'].map((asked) => ['GET', PROFILES, maxVersion(asked), 400, 'OData-MaxVersion']));
});

test('row 8: OData-Version of a request with a body', async () => {
  const version = (sent, body = { displayName: 'changed' }) => ({ body, headers: { 'OData-Version': sent } });
  await five.refuses(['4.05', '3.0', 'x'].flatMap((sent) => [
    ['PATCH', five.url('p1'), version(sent), 400, 'OData-Version'], ['POST', PROFILES, version(sent), 400, 'OData-Version'],
  ]));
  for (const sent of ['4.0', '4.01', null]) assert.equal((await muster.request('PATCH', five.url('p1'), version(sent, {}))).status, 200);
});

test('row 9: Accept', async () => {
  for (const value of [null, '*/*', 'application/*', 'application/json', 'text/html;q=0.9, application/json;q=0.1', 'application/json, text/plain, */*',
    'application/json;odata.streaming=true', 'application/json;IEEE754Compatible=false;charset=utf-8']) {
    const answer = await muster.get(PROFILES, accept(value));
    assert.equal(answer.status, 200, value);
    assert.match(answer.headers['content-type'], /^application\/json;/);
  }
  await five.refuses(['text/html', 'application/atom+xml', 'application/json;q=0'].map((value) => ['GET', PROFILES, accept(value), 406, 'Accept']));
});

test('row 10: unknown parameters of a format are refused, streaming keeps its order', async () => {
  await five.refuses(['application/json;foo=bar', 'application/json;odata.metadata=much', 'application/json;odata.streaming=maybe']
    .map((value) => ['GET', PROFILES, accept(value), 406, 'Accept']));
  for (const streaming of ['streaming=true', 'odata.streaming=true']) {
    const { status, json } = await muster.get(five.url('p1'), accept(`application/json;odata.metadata=full;${streaming}`));
    assert.equal(status, 200);
    const names = Object.keys(json);
    const leading = names.findIndex((name) => !name.startsWith('@'));
    assert.deepEqual(names.slice(0, 2), ['@odata.context', '@odata.type']);
    assert.ok(['@odata.id', '@odata.etag'].every((name) => names.slice(0, leading).includes(name)), names.join());
    assert.ok(names.slice(leading).every((name) => !name.startsWith('@')));
    names.forEach((name, i) => {
      const [property, annotation] = name.split('@');
      if (property && annotation) assert.equal(names[i + 1], property);
    });
  }
});

test('row 11: levels of metadata, in either spelling and any case', async () => {
  const one = (await muster.get(five.url('p1'))).json;
  for (const name of ['odata.metadata', 'metadata', 'OData.MetaData']) {
    const none = await muster.get(`${PROFILES}?$count=true&$top=2`, accept(`application/json;${name}=none`));
    assert.deepEqual(Object.keys(none.json).sort(), ['@odata.count', '@odata.nextLink', 'value']);
    assert.match(none.headers['content-type'], /odata\.metadata=none/);
    const { json, headers } = await muster.get(five.url('p1'), accept(`application/json;${name}=FULL`));
    assert.match(headers['content-type'], /odata\.metadata=full/);
    assert.equal(json['@odata.type'], '#microsoft.graph.androidForWorkEnrollmentProfile');
    assert.equal(json['@odata.id'], muster.base + five.url('p1'));
    assert.equal(json['@odata.editLink'], muster.base + five.url('p1'));
    assert.equal(json['@odata.etag'], headers.etag);
    assert.equal(json['createdDateTime@odata.type'], '#DateTimeOffset');
    assert.equal(json['enrolledDeviceCount@odata.type'], '#Int32');
    assert.deepEqual(json['#microsoft.graph.createToken'], { title: 'createToken', target: `${muster.base}${five.url('p1')}/microsoft.graph.createToken` });
    assert.deepEqual(members(json), members(one));
    const minimal = await muster.get(five.url('p1'), accept(`application/json;${name}=minimal`));
    assert.deepEqual(minimal.json, one);
    assert.match(minimal.headers['content-type'], /odata\.metadata=minimal/);
    assert.deepEqual(Object.keys(one).filter((member) => member.includes('@')), ['@odata.context']);
  }
});

test('row 12: IEEE754Compatible makes texts of 64-bit numbers', async () => {
  const { json, headers } = await muster.get(`${PROFILES}?$count=true`, accept('application/json;IEEE754Compatible=true'));
  assert.strictEqual(json['@odata.count'], '5');
  assert.strictEqual(json.value[0].enrolledDeviceCount, 3);
  assert.match(headers['content-type'], /IEEE754Compatible=true/);
  assert.strictEqual((await muster.get(`${PROFILES}?$count=true`)).json['@odata.count'], 5);
});

test('row 13: $format beats Accept', async () => {
  const html = accept('text/html');
  const url = five.url('p1');
  assert.equal((await muster.get(`${url}?$format=json`, html)).status, 200);
  const bare = (await muster.get(`${url}?$format=application/json;odata.metadata=none`, html)).json;
  assert.deepEqual(Object.keys(bare), members(bare));
  await five.refuses([
    ['GET', `${url}?$format=atom`, {}, 406, '$format'], ['GET', `${url}?$format=json;odata.metadata=none`, {}, 400, '$format'],
    ['GET', `${PROFILES}/$count?$format=json`, {}, 400, '$format'], ['POST', '/beta/$batch?$format=json', { body: { requests: [] } }, 400, '$format'],
  ]);
});

test('row 14: every public case of the grammar is answered, and what it refuses is refused', async () => {
  const judged = await five.judgeGrammar('public-cases.json', true);
  assert.ok(judged > 300, String(judged));
});

test('row 15: what is not built is 501, what is not known 400, and nothing is given twice', async () => {
  const one = encodeURIComponent("displayName eq 'x'");
  await five.refuses([
    ...['expand=x', 'apply=aggregate(x)', 'compute=1 as x', 'deltatoken=x', 'index=1', 'schemaversion=x', 'levels=1']
      .flatMap((option) => ['$', ''].map((dollar) => ['GET', `${PROFILES}?${dollar}${encodeURI(option)}`, {}, 501, `$${option.split('=')[0]}`])),
    ['GET', `${PROFILES}?$foo=1`, {}, 400, '$foo'],
    ...['$top=1&$top=1', '$top=1&top=1', '$top=1&$TOP=2', `$filter=${one}&filter=${one}`].map((query) => ['GET', `${PROFILES}?${query}`, {}, 400, query.slice(0, 4)]),
  ]);
  for (const query of ['debug=1', 'debug=1&debug=2', 'foo']) assert.equal(await five.names(query), 'p1 p2 p3 p4 p5');
});

// Who judges: the suite of clients (tests/clients/metadata.test.mjs).
test('row 16: $metadata has types of Edm and own types only', async () => {
  const { text } = await muster.get('/beta/$metadata');
  const types = [...text.matchAll(/ Type="(?:Collection\()?([^")]+)/g)].map(([, type]) => type);
  assert.ok(types.length > 10);
  for (const type of types) {
    const [, own] = /^(?:Edm\.\w+|microsoft\.graph\.(\w+))$/.exec(type) ?? assert.fail(type);
    if (own) assert.match(text, new RegExp(`<(Entity|Complex|Enum)Type Name="${own}"`));
  }
});

test('row 17: a plain client needs no header but its token', async () => {
  const plain = { headers: { Accept: null, 'OData-Version': null } };
  const made = await muster.post(PROFILES, contractBody(), plain);
  assert.equal(made.status, 201);
  const url = `${PROFILES}/${made.json.id}`;
  assert.deepEqual((await muster.get(url, plain)).json.displayName, made.json.displayName);
  assert.equal((await muster.patch(url, { displayName: 'x' }, plain)).status, 200);
  assert.equal((await muster.delete(url, plain)).status, 204);
});

test('row 18: both spellings of headers and preferences, of which the short one wins', async () => {
  for (const value of ['maxpagesize=2', 'odata.maxpagesize=2', 'odata.maxpagesize=3, maxpagesize=2', 'maxpagesize=2, odata.maxpagesize=3']) {
    const { json, headers } = await muster.get(PROFILES, prefer(value));
    assert.equal(json.value.length, 2, value);
    assert.match(headers['preference-applied'], /^(odata\.)?maxpagesize=2$/, value);
  }
  for (const value of ['omit-values=nulls', 'odata.omit-values=nulls', 'omit-values="nulls", x=y; z']) {
    const { json, headers } = await muster.get(five.url('p1'), prefer(value));
    assert.ok(!('description' in json), value);
    assert.equal(headers['preference-applied'], 'omit-values=nulls', value);
  }
  await five.refuses(['Isolation', 'OData-Isolation'].map((name) => ['GET', PROFILES, { headers: { [name]: 'snapshot' } }, 412]));
  const body = { requests: [{ id: '1', method: 'GET', url: '/x' }, { id: '2', method: 'GET', url: `/${SET}` }] };
  for (const value of ['continue-on-error=false', 'odata.continue-on-error=false', 'odata.continue-on-error, continue-on-error=false']) {
    const { json } = await muster.post('/beta/$batch', body, prefer(value));
    assert.deepEqual(json.responses.map(({ status }) => status), [400, 424], value);
  }
});

test('row 19: durations with and without their prefix', async () => {
  const all = 'p1 p2 p3 p4 p5';
  await five.answers([
    ["tokenExpirationDateTime sub tokenExpirationDateTime eq duration'PT0S'", all], ["tokenExpirationDateTime sub tokenExpirationDateTime eq 'PT0S'", all],
    ["tokenExpirationDateTime sub tokenExpirationDateTime lt duration'PT1H'", all], ["tokenExpirationDateTime sub tokenExpirationDateTime eq 'nope'", '400'],
  ]);
});

// Core.SchemaVersion is not published.
test('row 20: $schemaversion is 501', async () => {
  const { text } = await muster.get('/beta/$metadata');
  assert.ok(!text.includes('Core.SchemaVersion'));
  await five.refuses(['/beta/$metadata', PROFILES, five.url('p1')].flatMap((path) =>
    ['x', '*'].map((value) => ['GET', `${path}?$schemaversion=${value}`, {}, 501, '$schemaversion'])));
});

// Properties, too: Graph takes them so, and its users write them so.
test('row 21: options, operators, functions and properties in any case', async () => {
  for (const [spelt, expected] of [
    ["filter=displayName eq 'Alpha'", 'p1'], ["$FILTER=displayName EQ 'Alpha'", 'p1'], ["$Filter=StartsWith(displayName,'Alp')", 'p1'],
    ['$ORDERBY=accountId DESC', 'p5 p4 p3 p2 p1'], ['$orderby=accountId ASC&$Top=2', 'p1 p2'], ['$filter=enrolledDeviceCount IN (0) OR NOT TRUE', 'p2'],
    ["$filter=DisplayName eq 'Alpha'", 'p1'], ["$filter=displayName eq 'Alpha' AND displayname eq 'Alpha'", 'p1'],
    ["$filter=QRCODEIMAGE/TYPE eq 'image/png'", 'p1'], ['$orderby=ACCOUNTID desc&$top=1', 'p5'], ["$filter=displayNam eq 'x'", '400'],
  ]) assert.equal(await five.names(encodeURI(spelt)), expected, spelt);
});

test('row 22: names go out as $metadata spells them', async () => {
  const { json } = await muster.get(`/BETA/devicemanagement/ANDROIDFORWORKENROLLMENTPROFILES?$SELECT=ID,DISPLAYNAME&$top=1`);
  assert.deepEqual(Object.keys(json.value[0]), ['id', 'displayName']);
  assert.equal(json['@odata.context'], five.context(`${SET}(id,displayName)`));
});

test('row 23: cast from text', async () => {
  await five.answers([
    ["enrolledDeviceCount eq cast('3',Edm.Int32)", 'p1 p5'], ["enrolledDeviceCount eq cast('x',Edm.Int32)", ''], ["cast(enrolledDeviceCount,Edm.String) eq '3'", 'p1 p5'],
    ["isof(displayName,Edm.String)", '501'],
  ]);
});

test('row 24: the model has no function imports', async () => {
  assert.doesNotMatch((await muster.get('/beta/$metadata')).text, /<(Function|Action)Import\b/);
  assert.ok((await muster.get('/beta')).json.value.every(({ kind }) => kind === 'Singleton' || kind === 'EntitySet'));
});

test('row 25: an action without parameters takes no body, an empty one and {}', async () => {
  await five.with({}, async (url) => {
    for (const [body, headers] of [[undefined, {}], ['', {}], [undefined, { 'Content-Length': '0' }], [{}, {}], ['', { 'Content-Type': null }]]) {
      const { status, text } = await muster.post(`${url}/revokeToken`, body, { headers });
      assert.equal(status, 204, text);
    }
  });
});

test('row 26: actions by their short and their full names', async () => {
  await five.with({}, async (url) => {
    for (const name of ['createToken', 'microsoft.graph.createToken', 'graph.createToken']) {
      const before = (await muster.get(url)).json.tokenValue;
      assert.equal((await muster.post(`${url}/${name}`, { tokenValidityInSeconds: 60 })).status, 204, name);
      assert.notEqual((await muster.get(url)).json.tokenValue, before);
    }
    assertError(await muster.post(`${url}/microsoft.graph.nothing`, { tokenValidityInSeconds: 60 }), 404, undefined, 'microsoft.graph.nothing');
  });
});

test('row 27: keys by alias', async () => {
  const plain = (await muster.get(five.url('p1'))).text;
  for (const form of [`(@k)?@k='${five.id.p1}'`, `(id=@k)?@k='${five.id.p1}'`, `(@k)?%40k=%27${five.id.p1}%27`]) {
    assert.equal((await muster.get(PROFILES + form)).text, plain, form);
  }
  await five.refuses([['(@k)', 404], ['(@k)?@k=null', 404], ["(@k)?@k='a'&@k='b'", 400, '@k']].map(([form, ...rest]) => ['GET', PROFILES + form, {}, ...rest]));
});

test('row 28: respond-async is answered at once and never 202', async () => {
  const asynchronous = prefer('respond-async, wait=0');
  const made = await muster.post(PROFILES, {}, asynchronous);
  assert.equal(made.status, 201);
  assert.equal(made.headers['preference-applied'], undefined);
  assert.equal((await muster.get(PROFILES, asynchronous)).status, 200);
  assert.equal((await muster.delete(`${PROFILES}/${made.json.id}`, asynchronous)).status, 204);
});
