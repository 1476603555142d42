// The Big List of Naughty Strings (../data): each goes through create, read, change, lists, conditions and
// searches unaltered, or is refused with the documented 400; as a key it leads to nothing.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Muster, PROFILES, assertError, parallel } from './harness.mjs';

const NAUGHTY = JSON.parse(readFileSync(new URL('../data/naughty-strings.json', import.meta.url)));
const WIDTH = 8;
const each = (work) => parallel(NAUGHTY.length, WIDTH, (i) => work(NAUGHTY[i], i));
// A displayName takes 256 characters.
const isName = (text) => [...text].length <= 256;
const isSame = (a, b) => fold(a) === fold(b);
const fold = (text) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
const literal = (text) => `'${text.replaceAll("'", "''")}'`;

let muster;
let ids; // by the index of the string
before(async () => {
  assert.equal(NAUGHTY.length, 515);
  muster = await Muster.start();
  ids = await each(async (text) => {
    const body = { ...(isName(text) && { displayName: text }), description: text };
    const answer = await muster.post(PROFILES, body);
    assert.equal(answer.status, 201, `${JSON.stringify(text)}: ${answer.text}`);
    assert.equal(answer.json.description, text);
    if (isName(text)) assert.equal(answer.json.displayName, text);
    return answer.json.id;
  });
});
after(() => muster?.destroy());

const indexesOf = (takes) => NAUGHTY.map((text, i) => (takes(text) ? i : -1)).filter((i) => i >= 0);
async function found(query) {
  const answer = await muster.get(`${PROFILES}?$select=id&$top=1000&${query}`);
  assert.equal(answer.status, 200, `${query}: ${answer.text}`);
  return answer.json.value.map(({ id }) => ids.indexOf(id)).sort((a, b) => a - b);
}

test('a name beyond its limit is refused, the same text fits a description', async () => {
  const long = NAUGHTY.filter((text) => !isName(text));
  assert.ok(long.length >= 1);
  for (const displayName of long) {
    assertError(await muster.post(PROFILES, { displayName }), 400, 'ModelValidationFailure', 'displayName');
    assertError(await muster.patch(`${PROFILES}/${ids[0]}`, { displayName }), 400, 'ModelValidationFailure', 'displayName');
  }
  assert.equal(await muster.count(), NAUGHTY.length);
});

test('read by key, as an entity, a property and a value', async () => {
  await each(async (text, i) => {
    const url = `${PROFILES}/${ids[i]}`;
    const { json } = await muster.get(url);
    assert.equal(json.displayName, isName(text) ? text : null);
    assert.equal(json.description, text);
    assert.equal((await muster.get(`${url}/description`)).json.value, text);
    const value = await muster.get(`${url}/description/$value`);
    assert.equal(value.status, 200);
    assert.equal(value.octets.toString('utf8'), text);
  });
});

test('in lists, page by page', async () => {
  const seen = new Map();
  for (let next = `${PROFILES}?$top=100&$orderby=description`; next; ) {
    const { json } = await muster.get(next);
    for (const { id, displayName, description } of json.value) seen.set(id, [displayName, description]);
    next = json['@odata.nextLink']?.slice(muster.base.length);
  }
  assert.equal(seen.size, NAUGHTY.length);
  NAUGHTY.forEach((text, i) => assert.deepEqual(seen.get(ids[i]), [isName(text) ? text : null, text]));
});

test('by conditions that name them', async () => {
  await each(async (text) => {
    const named = indexesOf((other) => isName(other) && isSame(other, text));
    const option = (condition) => `$filter=${encodeURIComponent(condition)}`;
    assert.deepEqual(await found(option(`displayName eq ${literal(text)}`)), named, text);
    assert.deepEqual(await found(option(`description in (${literal(text)},'no such')`)), indexesOf((other) => isSame(other, text)), text);
    assert.deepEqual(await found(`$filter=displayName%20eq%20@p&@p=${encodeURIComponent(literal(text))}`), named, text);
    assert.deepEqual(await found(option(`contains(description,${literal(text)})`)), indexesOf((other) => fold(other).includes(fold(text))), text);
    const { text: count } = await muster.get(`${PROFILES}/$count?${option(`displayName eq ${literal(text)}`)}`);
    assert.equal(count, String(named.length), text);
  });
});

test('by conditions within a batch', async () => {
  for (let i = 0; i < NAUGHTY.length; i += 20) {
    const texts = NAUGHTY.slice(i, i + 20);
    const requests = texts.map((text, n) => ({
      id: String(n), method: 'GET', url: `${PROFILES}/$count?$filter=${encodeURIComponent(`description eq ${literal(text)}`)}`,
    }));
    const { json } = await muster.post('/beta/$batch', { requests });
    for (const { id, status, body } of json.responses) {
      assert.deepEqual([status, body], [200, String(indexesOf((other) => isSame(other, texts[id])).length)], texts[id]);
    }
  }
});

test('by searches, as a phrase; what is no phrase is refused', async () => {
  await each(async (text) => {
    const query = `$search=${encodeURIComponent(`"${text}"`)}`;
    if (/["\\]/.test(text) || /^ *$/.test(text)) {
      const answer = await muster.get(`${PROFILES}?${query}`);
      // A backslash may escape what follows it.
      assert.ok(answer.status === 200 || answer.status === 400, answer.text);
      if (answer.status === 400) assertError(answer, 400, 'BadRequest', '$search');
    } else {
      assert.deepEqual(await found(query), indexesOf((other) => fold(other).includes(fold(text))), text);
    }
  });
});

test('as raw values of every option: an answer, never a fault of the service', async () => {
  await each(async (text) => {
    for (const name of ['$filter', '$orderby', '$search', '$select', '$top', '$skip', '$count', '$skiptoken', '$format', '$expand', '@p']) {
      const { status } = await muster.get(`${PROFILES}?${name}=${encodeURIComponent(text)}`);
      assert.ok([200, 400, 406, 501].includes(status), `${name}=${text}: ${status}`);
    }
    const { status } = await muster.get(`${PROFILES}?${encodeURIComponent(text)}=1`);
    assert.ok([200, 400, 501].includes(status), `${text}=1: ${status}`);
  });
});

test('by PATCH, and by PUT of a property', async () => {
  const { id } = await muster.create({ displayName: 'x' });
  const url = `${PROFILES}/${id}`;
  for (const text of NAUGHTY) {
    const patched = await muster.patch(url, { description: text });
    assert.deepEqual([patched.status, patched.json.description], [200, text]);
    // The same with every character beyond ASCII escaped.
    const ascii = JSON.stringify({ accountId: [...text].slice(0, 256).join('') }).replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
    assert.equal((await muster.patch(url, ascii)).json.accountId, JSON.parse(ascii).accountId);
    if (isName(text)) assert.equal((await muster.request('PUT', `${url}/displayName`, { body: { value: text } })).status, 204);
    const { json } = await muster.get(url);
    assert.equal(json.description, text);
    if (isName(text)) assert.equal(json.displayName, text);
  }
  assert.equal((await muster.delete(url)).status, 204);
});

test('as a key: 404 or 400, and nothing changes', async () => {
  const was = (await muster.get(PROFILES)).text;
  await each(async (text) => {
    if (!text) return; // a slash at the end changes nothing
    const raw = encodeURIComponent(text);
    const quoted = encodeURIComponent(literal(text));
    for (const [method, path, body] of [
      ['GET', `${PROFILES}/${raw}`], ['PATCH', `${PROFILES}/${raw}`, { displayName: 'taken' }], ['DELETE', `${PROFILES}/${raw}`], ['GET', `${PROFILES}(${quoted})`],
      ['DELETE', `${PROFILES}(${quoted})`], ['GET', `${PROFILES}(@k)?@k=${quoted}`], ['GET', `${PROFILES}(${raw})`], ['POST', `${PROFILES}/${raw}/revokeToken`],
      ['GET', `/beta/$entity?$id=${encodeURIComponent(`deviceManagement/androidForWorkEnrollmentProfiles/${raw}`)}`], ['GET', `${PROFILES}/${ids[1]}/${raw}`],
    ]) {
      const answer = await muster.request(method, path, { body });
      assert.ok([400, 404].includes(answer.status), `${method} ${path}: ${answer.status} ${answer.text}`);
      assertError(answer, answer.status);
    }
  });
  assertError(await muster.get(`${PROFILES}('')`), 404);
  assert.equal((await muster.get(PROFILES)).text, was);
  assert.equal(await muster.count(), NAUGHTY.length);
});

test('as values of properties that take no text, as names of members, as header values', async () => {
  await each(async (text) => {
    const url = `${PROFILES}/${ids[2]}`;
    for (const name of ['enrolledDeviceCount', 'qrCodeImage', 'tokenExpirationDateTime']) {
      // Some are dates.
      const answer = await muster.patch(url, { [name]: text }, { headers: { 'If-Match': '"x"' } });
      assert.ok([400, 412].includes(answer.status), answer.text);
    }
    const members = await muster.post(PROFILES, JSON.stringify(Object.fromEntries([['description', 7], [text, 1]])));
    assertError(members, 400);
    if (!/^[\x20-\x7e]*$/.test(text)) return;
    for (const name of ['Prefer', 'Accept', 'If-None-Match', 'OData-MaxVersion', 'client-request-id']) {
      const { status } = await muster.get(url, { headers: { [name]: text } });
      assert.ok([200, 304, 400, 406].includes(status), `${name}: ${text}: ${status}`);
    }
  });
});
