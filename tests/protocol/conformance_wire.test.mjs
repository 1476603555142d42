// Rows 84 to 92 of the checklist of OData 4.01: errors, keys, encoding, preferences. The last test says
// that every row of the list has a test.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { PROFILES, assertError, contractBody } from './harness.mjs';
import { Five, prefer } from './conformance.mjs';

let five;
let muster;
before(async () => {
  five = await Five.start();
  muster = five.muster;
});
after(() => five?.destroy());

const get = (cases) => five.refuses(cases.map(([form, ...rest]) => ['GET', PROFILES + form, {}, ...rest]));

test('row 84: errors have one form', async () => {
  const clientRequestId = randomUUID();
  const headers = { 'client-request-id': clientRequestId };
  for (const [status, answer] of [
    [400, await muster.get(`${PROFILES}?$filter=x`, { headers })], [404, await muster.get(`${PROFILES}/x`, { headers })], [401, await muster.get(PROFILES, { headers, token: null })],
    [405, await muster.request('PUT', PROFILES, { headers, body: {} })], [501, await muster.get(`${PROFILES}?$apply=x`, { headers })], [415, await muster.post(PROFILES, 'x', { headers: { ...headers, 'Content-Type': 'a/b' } })],
    [406, await muster.get(PROFILES, { headers: { ...headers, Accept: 'a/b' } })], [400, await muster.post(PROFILES, { a: 1, b: 2 }, { headers })],
  ]) {
    const error = assertError(answer, status);
    assert.deepEqual(Object.keys(answer.json), ['error']);
    assert.ok(Object.keys(error).every((name) => ['code', 'message', 'target', 'details', 'innerError'].includes(name)), answer.text);
    assert.match(error.code, /^\w+$/);
    assert.equal(error.innerError['client-request-id'], clientRequestId);
    assert.equal(answer.headers['content-type'], 'application/json');
    assert.equal(answer.headers['content-language'], 'en');
    for (const detail of error.details ?? []) assert.deepEqual(Object.keys(detail), ['code', 'message', 'target']);
    assert.doesNotMatch(answer.text, /\.cc|\.h:|std::|0x[0-9a-f]{6}/);
  }
});

// The body of a list is complete before its status goes out, so no error comes after a 200.
test('row 85: no answer breaks off', async () => {
  for (const path of [PROFILES, `${PROFILES}?$filter=1%20div%20enrolledDeviceCount%20eq%201`, '/beta/$metadata', five.url('p1')]) {
    const { status, headers, octets } = await muster.get(path);
    assert.equal(status, 200, path);
    assert.equal(Number(headers['content-length']), octets.length);
    assert.equal(headers['transfer-encoding'], undefined);
  }
});

test('row 86: forms of a key', async () => {
  const id = five.id.p1;
  const plain = (await muster.get(five.url('p1'))).text;
  for (const form of [`('${id}')`, `(id='${id}')`, `/${id}`, `(%27${id}%27)`, `%28'${id}'%29`, `(${id})`]) {
    const { status, text } = await muster.get(PROFILES + form);
    assert.equal(status, 200, form);
    assert.equal(text, plain, form);
  }
  await get([["(foo='x')", 400, 'foo'], ['(1)', 400], ['()', 400], ["('x'", 400], ["('x", 400], ["(id='x',id='x')", 400], ["('x')", 404, 'x'], ["(id='x')", 404, 'x'], ['/x', 404, 'x']]);
});

test('row 87: $ segments and operations go before keys', async () => {
  assert.equal((await muster.get(`${PROFILES}/$count`)).text, '5');
  await get([["('$count')", 404, '$count'], ['/microsoft.graph.nothing', 404, 'microsoft.graph.nothing'], ['/$nothing', 400, '$nothing']]);
});

test('row 88: keys in segments are raw, in parentheses quotes are doubled', async () => {
  await get([["/O'Neil", 404, "O'Neil"], ['/O%27Neil', 404, "O'Neil"], ["/O''Neil", 404, "O''Neil"], ["('O%27Neil')", 400], ["('O'Neil')", 400],
    ["('O%27%27Neil')", 404, "O'Neil"], ['/a%2Fb', 404, 'a/b'], ["('a%2Fb')", 404, 'a/b'], ['/a/b', 400, 'b']]);
});

test('row 89: one decoding, after the query is cut', async () => {
  await get([['/%2527', 404, '%27'], ['/%FF', 400], ["('%C0%AF')", 400], ['?$filter=%ff', 400]]);
  const { id } = await muster.create({ displayName: 'a&$top=0%27b' });
  five.name[id] = 'p6';
  assert.equal(await five.names("$filter=displayName%20eq%20'a%26$top=0%2527b'"), 'p6');
  assert.equal(await five.names("%24filter=displayName%20eq%20'a%26%24top=0%2527b'&%24select=id"), 'p6');
  assert.equal((await muster.get(`${PROFILES}/${id.replaceAll('-', '%2D')}`)).status, 200);
  assert.equal((await muster.delete(`${PROFILES}/${id}`)).status, 204);
});

test('row 90: there are no alternate keys', async () => {
  await get([["(displayName='Alpha')", 400, 'displayName'], ["(accountId='p1')", 400, 'accountId'], [`(id='${five.id.p1}',displayName='Alpha')`, 400], ['/Alpha', 404, 'Alpha']]);
});

test('row 91: preferences', async () => {
  const paged = await muster.get(PROFILES, prefer('odata.maxpagesize=2'));
  assert.equal(paged.json.value.length, 2);
  assert.ok(paged.json['@odata.nextLink']);
  assert.match(paged.headers['preference-applied'], /maxpagesize=2$/);
  for (const ignored of ['maxpagesize=0', 'maxpagesize=-1', 'maxpagesize=x', 'maxpagesize', 'foo, bar=1; baz', '']) {
    const { status, json, headers } = await muster.get(PROFILES, prefer(ignored));
    assert.deepEqual([status, json.value.length, headers['preference-applied']], [200, 5, undefined], ignored);
  }
  const bare = await muster.get(five.url('p1'), prefer('omit-values=nulls'));
  assert.ok(!('description' in bare.json));
  assert.equal(bare.headers['preference-applied'], 'omit-values=nulls');
  for (const name of ['Prefer', 'OData-MaxVersion']) assert.match(bare.headers.vary, new RegExp(name));
  assert.equal((await muster.get(five.url('p1'), prefer('return=minimal'))).status, 200);
  await five.with({}, async (url) => {
    const changed = (body, value, query = '') => muster.patch(url + query, body, prefer(value));
    assert.equal((await changed({ displayName: 'x' }, 'return=minimal')).headers['preference-applied'], 'return=minimal');
    const shown = await changed({ displayName: 'y' }, 'return=representation');
    assert.deepEqual([shown.status, shown.json.displayName, shown.headers['preference-applied']], [200, 'y', 'return=representation']);
    const selected = await muster.patch(`${url}?$select=displayName`, { displayName: 'z' });
    assert.deepEqual([selected.status, selected.json?.displayName, selected.json?.id], [200, 'z', undefined]);
  });
  await five.refuses([['GET', PROFILES, { headers: { Isolation: 'snapshot' } }, 412, 'solation'], ['PATCH', five.url('p1'), { body: {}, headers: { 'OData-Isolation': 'snapshot' } }, 412]]);
});

test('row 92: Content-Type on a GET without a body', async () => {
  for (const type of ['application/json', 'text/plain']) {
    for (const path of [PROFILES, five.url('p1'), `${PROFILES}/$count`, '/beta/$metadata']) {
      assert.equal((await muster.get(path, { headers: { 'Content-Type': type } })).status, 200, path);
    }
  }
  assert.equal((await muster.request('DELETE', `${PROFILES}/${(await muster.create(contractBody())).id}`, { headers: { 'Content-Type': 'application/json' } })).status, 204);
});

test('each of the 102 rows has a test', () => {
  const folder = new URL('.', import.meta.url);
  const files = readdirSync(folder).filter((file) => /^(conformance_.*|batch)\.test\.mjs$/.test(file));
  const named = new Set(files.flatMap((file) =>
    [...readFileSync(new URL(file, folder), 'utf8').matchAll(/^(?:test|describe)\(['"]row (\d+): /gm)].map(([, number]) => Number(number))));
  assert.deepEqual([...named].sort((a, b) => a - b), Array.from({ length: 102 }, (_, i) => i + 1));
});
