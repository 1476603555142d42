// Rows 51, 53, 59, 65 and 67 to 75 of the checklist of OData 4.01: the resources of its intermediate and
// advanced levels, and what is defined but not built here.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PROFILES, PROFILE_TYPE, contractBody } from './harness.mjs';
import { Five, SET, accept, members } from './conformance.mjs';

let five;
let muster;
before(async () => {
  five = await Five.start();
  muster = five.muster;
});
after(() => five?.destroy());

const get = (cases) => five.refuses(cases.map(([path, ...rest]) => ['GET', path, {}, ...rest]));

test('row 51: the own type as a segment changes nothing, another is 404', async () => {
  const type = PROFILE_TYPE.slice(1);
  assert.deepEqual((await muster.get(`${PROFILES}/${type}`)).json, (await muster.get(PROFILES)).json);
  assert.deepEqual((await muster.get(`${five.url('p1')}/${type}`)).json, (await muster.get(five.url('p1'))).json);
  assert.equal((await muster.get(`${PROFILES}/${type}/$count`)).text, '5');
  await get([PROFILES, five.url('p1')].map((path) => [`${path}/microsoft.graph.user`, 404, 'microsoft.graph.user']));
});

test('row 53: values alone', async () => {
  const raw = (name, path) => muster.get(`${five.url(name)}/${path}/$value`);
  for (const [name, path, text] of [['p1', 'displayName', 'Alpha'], ['p1', 'enrolledDeviceCount', '3'], ['p4', 'displayName', 'a/b 100% + ü😀'],
    ['p2', 'tokenExpirationDateTime', '2026-01-02T12:00:00.1234567+03:00'], ['p1', 'qrCodeImage/type', 'image/png']]) {
    const answer = await raw(name, path);
    assert.equal(answer.text, text);
    assert.match(answer.headers['content-type'], /^text\/plain/);
  }
  for (const [name, type, text] of [['p1', 'image/png', 'value'], ['p4', 'text/plain', '']]) {
    const answer = await raw(name, 'qrCodeImage/value');
    assert.equal(answer.text, text);
    assert.match(answer.headers['content-type'], new RegExp(`^${type}`));
  }
  for (const [name, path] of [['p5', 'displayName'], ['p1', 'description'], ['p3', 'qrCodeImage/value']]) {
    const answer = await raw(name, path);
    assert.deepEqual([answer.status, answer.text], [204, ''], path);
  }
  await five.with({ ...contractBody(), tokenValue: 'Row 53' }, async (url) => {
    // "Type value" is no media type.
    const octets = await muster.get(`${url}/qrCodeImage/value/$value`);
    assert.deepEqual([octets.text, octets.headers['content-type'], octets.headers['x-content-type-options']], ['value', 'application/octet-stream', 'nosniff']);
  });
  await five.with({}, async (url, made) => {
    const picture = await muster.get(`${url}/qrCodeImage/value/$value`);
    assert.equal(picture.headers['content-type'], 'image/png');
    assert.equal(picture.octets.toString('base64'), made.qrCodeImage.value);
  });
  await five.refuses([['GET', `${five.url('p1')}/displayName/$value`, accept('image/png'), 406, 'Accept']]);
  await get([[`${five.url('p1')}/qrCodeImage/$value`, 400], [`${five.url('p1')}/$value`, 400], [`${PROFILES}/$value`, 400], [`${five.url('p1')}/nothing/$value`, 400, 'nothing']]);
});

test('row 59: $metadata as XML or JSON', async () => {
  for (const [query, type, expected] of [['', null, 'xml'], ['', '*/*', 'xml'], ['', 'application/xml', 'xml'], ['?$format=xml', 'application/json', 'xml'],
    ['', 'application/json', 'json'], ['?$format=json', 'application/xml', 'json']]) {
    const { status, headers, text } = await muster.get(`/beta/$metadata${query}`, accept(type));
    assert.equal(status, 200);
    assert.match(headers['content-type'], new RegExp(`^application/${expected}`));
    assert.ok(text.startsWith(expected === 'xml' ? '<?xml' : '{"$Version"'));
  }
  await five.refuses([['GET', '/beta/$metadata', accept('text/html'), 406, 'Accept'], ['GET', '/beta/$metadata?$format=atom', {}, 406, '$format']]);
});

// $expand of sets is not part of this version: "Honest limits" in docs/compatibility.md.
// The rest of it: expand.test.mjs.
test('row 65: $expand on the container', async () => {
  const expand = async (value) => (await muster.get(`/beta/deviceManagement?$expand=${encodeURIComponent(value)}`)).json;
  const name = PROFILES.split('/').pop();
  const three = await expand(`${name}($filter=enrolledDeviceCount eq 3;$select=id;$orderby=id;$top=1;$count=true)`);
  assert.equal(three[`${name}@odata.count`], 2);
  assert.deepEqual(three[name], [{ id: [five.id.p1, five.id.p5].sort()[0] }]);
  assert.match(three[`${name}@odata.nextLink`], /skiptoken=/);
  assert.equal((await expand(name))[name].length, 5);
  assert.deepEqual(Object.keys((await expand(`${name}/$ref`))[name][0]), ['@odata.id']);
  assert.equal((await expand(`${name}/$count`))[`${name}@odata.count`], 5);
  const refused = ['nope', 'id', `${name},${name}`, `${name}($levels=0)`, `${name}($levels=04)`];
  await get(refused.map((value) => [`/beta/deviceManagement?$expand=${encodeURIComponent(value)}`, 400]));
  // A set has nothing to expand.
  await get([`${PROFILES}?$expand=*`, `${five.url('p1')}?$expand=*`].map((path) => [path, 501, '$expand']));
});

// The rest of it: rows 93 to 102 in batch.test.mjs.
test('row 67: $batch in JSON and multipart', async () => {
  const { json } = await muster.post('/beta/$batch', { requests: [{ id: '1', method: 'GET', url: `/${SET}/$count` }] });
  assert.deepEqual(json.responses.map(({ status, body }) => [status, body]), [[200, '5']]);
  const body = `--b\r\nContent-Type: application/http\r\n\r\nGET ${PROFILES}/$count HTTP/1.1\r\n\r\n--b--\r\n`;
  const answer = await muster.post('/beta/$batch', body, { headers: { 'Content-Type': 'multipart/mixed; boundary=b' } });
  assert.match(answer.text, /HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n5\r\n--/);
});

test('row 68: every kind of resource path, and those that are not built', async () => {
  const url = five.url('p1');
  for (const path of [`${url}/displayName`, `${url}/qrCodeImage/type`, `${url}/qrCodeImage/type/$value`, `${PROFILES}/$count`, `${PROFILES}/$ref`, `${url}/$ref`,
    `${url}/${PROFILE_TYPE.slice(1)}/displayName`, '/beta/deviceManagement']) {
    assert.equal((await muster.get(path)).status, 200, path);
  }
  for (const id of [muster.base + url, `${SET}/${five.id.p1}`, `${SET}('${five.id.p1}')`, url]) {
    const { status, json } = await muster.get(`/beta/$entity?$id=${encodeURIComponent(id)}&$select=accountId`);
    assert.equal(status, 200, id);
    assert.deepEqual([members(json), json.accountId], [['accountId'], 'p1']);
  }
  await get([
    ['/beta/$all', 501, '$all'], ['/beta/$crossjoin(a,b)', 501, '$crossjoin'], ['/beta/$entity', 400, '$id'], ['/beta/$entity?$id=x', 400, 'x'],
    ['/beta/$entity?$id=https%3A%2F%2Felsewhere.example%2Fbeta%2Fx', 400, '$id'], [`/beta/$entity?$id=${SET}/x`, 404],
  ]);
});

// An unknown property is an unknown segment and 400, as in Graph.
test('row 69: properties', async () => {
  const fragment = (name, path) => five.context(`${SET}('${five.id[name]}')/${path}`);
  for (const [path, value] of [['displayName', 'Alpha'], ['enrolledDeviceCount', 3], ['qrCodeImage/type', 'image/png'], ['qrCodeImage/value', 'dmFsdWU='], ['tokenExpirationDateTime', '2026-01-01T00:00:00Z']]) {
    assert.deepEqual((await muster.get(`${five.url('p1')}/${path}`)).json, { '@odata.context': fragment('p1', path), value });
  }
  assert.deepEqual((await muster.get(`${five.url('p1')}/qrCodeImage`)).json, { '@odata.context': fragment('p1', 'qrCodeImage'), type: 'image/png', value: 'dmFsdWU=' });
  for (const [name, path] of [['p5', 'displayName'], ['p2', 'qrCodeImage'], ['p3', 'qrCodeImage/type'], ['p2', 'qrCodeImage/type']]) {
    const { status, text } = await muster.get(`${five.url(name)}/${path}`);
    assert.deepEqual([status, text], [204, ''], `${name} ${path}`);
  }
  await get([[`${five.url('p1')}/nothing`, 400, 'nothing'], [`${five.url('p1')}/version`, 400, 'version'], [`${five.url('p1')}/displayName?$filter=true`, 501, '$filter'],
    [`${PROFILES}/nothing/displayName`, 404]]);
});

test('row 70: references', async () => {
  const reference = (name) => ({ '@odata.id': muster.base + five.url(name) });
  assert.deepEqual((await muster.get(`${five.url('p1')}/$ref`)).json, { '@odata.context': five.context('$ref'), ...reference('p1') });
  assert.deepEqual((await muster.get(`${PROFILES}/$ref`)).json,
    { '@odata.context': five.context('Collection($ref)'), value: ['p1', 'p2', 'p3', 'p4', 'p5'].map(reference) });
  const pages = await five.walk(`${PROFILES}/$ref?$top=2&$count=true&$filter=enrolledDeviceCount%20ne%200`);
  assert.deepEqual(pages.flatMap(({ json }) => json.value), ['p1', 'p3', 'p4', 'p5'].map(reference));
  for (const { json } of pages) assert.equal(json['@odata.count'], 4);
  assert.ok(pages[0].json['@odata.nextLink'].startsWith(`${muster.base}${PROFILES}/$ref?`));
  await get([[`${PROFILES}/nothing/$ref`, 404, 'nothing'], [`${five.url('p1')}/displayName/$ref`, 404]]);
});

test('row 71: /$count within a filter needs a collection; the older form is 501', async () => {
  await get([
    ['displayName/$count gt 0', 400, '$filter'], ["displayName/$filter($this eq '7')/$count gt 0", 501, '$filter'],
  ].map(([filter, ...rest]) => [`${PROFILES}?$filter=${encodeURIComponent(filter)}`, ...rest]));
});

test('row 72: $compute is 501', async () => {
  await get([PROFILES, `${PROFILES}/$count`, five.url('p1')].flatMap((path) =>
    ['enrolledDeviceCount mul 2 as dbl', 'enrolledDeviceCount mul 2 as displayName'].map((value) => [`${path}?$compute=${encodeURIComponent(value)}`, 501, '$compute'])));
});

test('row 73: $select takes no $filter: 501', async () => {
  await get([PROFILES, five.url('p1')].map((path) => [`${path}?$select=qrCodeImage($filter=true)`, 501, '$select']));
});

test('row 74: $apply, deltas, $index, $query and $each are 501', async () => {
  const applies = ['aggregate($count as n)', 'groupby((displayName))', 'filter(true)', 'identity', ''];
  await get([
    ...applies.flatMap((value) => ['$apply', 'apply', '$Apply'].map((name) => [`${PROFILES}?${name}=${encodeURIComponent(value)}`, 501, '$apply'])),
    [`${PROFILES}?$deltatoken=x`, 501, '$deltatoken'], [`${PROFILES}?$index=1`, 501, '$index'], [`${PROFILES}/$each`, 501, '$each'], [`${PROFILES}/$filter(true)`, 501, '$filter'],
  ]);
  await five.refuses([['POST', `${PROFILES}/$query`, { body: '$top=1', headers: { 'Content-Type': 'text/plain' } }, 501, '$query'], ['PATCH', `${PROFILES}/$each`, { body: {} }, 501, '$each']]);
});

test('row 75: what SHOULD be at the advanced level is refused or ignored as it may be', async () => {
  const { status, headers, json } = await muster.get(PROFILES, { headers: { Prefer: 'odata.track-changes, respond-async' } });
  assert.equal(status, 200);
  assert.equal(headers['preference-applied'], undefined);
  assert.ok(!('@odata.deltaLink' in json));
  await get([[`/beta/$crossjoin(${SET})`, 501, '$crossjoin'], [`${PROFILES}?$levels=1`, 501, '$levels'], [`${PROFILES}/$delta`, 400, '$delta']]);
});
