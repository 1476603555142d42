// $batch in both forms, by the rows of OData 4.01 that it keeps (Protocol §11.7, JSON Format §19) and
// by what Graph's own clients send and read.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { GUID, Muster, NO_DATE, PROFILES, assertError, contractBody } from './harness.mjs';

const BATCH = '/beta/$batch';
const SET = '/deviceManagement/androidForWorkEnrollmentProfiles';
const JSON_TYPE = { 'Content-Type': 'application/json' };

let muster;
before(async () => (muster = await Muster.start()));
after(() => muster?.destroy());

// One JSON batch; resolves with its responses by id.
async function batch(requests, options) {
  const answer = await muster.post(BATCH, { requests }, options);
  assert.equal(answer.status, 200, answer.text);
  const { responses } = answer.json;
  const byId = Object.fromEntries(responses.map((response) => [response.id, response]));
  assert.equal(Object.keys(byId).length, responses.length);
  for (const response of responses) assertPart(response);
  return Object.assign(byId, { all: responses, answer });
}

// What each answer of a JSON batch keeps, whatever it says.
function assertPart({ id, status, headers, body }) {
  assert.equal(typeof id, 'string');
  assert.ok(Number.isInteger(status) && status >= 200 && status <= 599);
  assert.match(headers['request-id'], GUID);
  assert.ok(headers['client-request-id']);
  assert.equal(headers['OData-Version'], '4.0');
  assert.equal(body === undefined, headers['Content-Type'] === undefined, 'a type goes with a body');
  if (status === 204) assert.equal(body, undefined);
  if (status >= 400) {
    assert.ok(body.error.code && body.error.message);
    assert.equal(body.error.innerError['request-id'], headers['request-id']);
  }
}

const get = (id, url = SET, more = {}) => ({ id, method: 'GET', url, ...more });
const post = (id, body, more = {}) => ({ id, method: 'POST', url: SET, headers: JSON_TYPE, body, ...more });
const named = async (name) => {
  const { json } = await muster.get(`${PROFILES}?$select=id,displayName&$top=1000`);
  return json.value.filter((profile) => profile.displayName === name);
};
const statuses = (answers) => answers.all.map(({ status }) => status);
let unique = 0;
const name = () => `batch ${process.pid} ${++unique}`;

// Multipart, with CRLF unless `end` says otherwise.
const lines = (...all) => all.join('\r\n') + '\r\n';
const httpPart = (request, id) =>
  lines('Content-Type: application/http', 'Content-Transfer-Encoding: binary',
    ...(id ? [`Content-ID: ${id}`] : []), '', ...request);
const postPart = (body, id, url = SET) =>
  httpPart([`POST ${url} HTTP/1.1`, 'Content-Type: application/json', '', JSON.stringify(body)], id);
const multipart = (boundary, parts) =>
  parts.map((part) => `--${boundary}\r\n${part}`).join('') + `--${boundary}--\r\n`;
const changeSet = (parts, boundary = 'set') =>
  lines(`Content-Type: multipart/mixed; boundary=${boundary}`, '') + multipart(boundary, parts);
const sendMultipart = (body, headers = {}) =>
  muster.post(BATCH, body, { headers: { 'Content-Type': 'multipart/mixed; boundary=b', ...headers } });

// The parts of a multipart answer: { id, status, headers, json } or, of a change set, an array of such.
function readMultipart(contentType, text) {
  const boundary = /^multipart\/mixed; boundary=(\S+)$/.exec(contentType)[1];
  const pieces = text.split(new RegExp(`(?:^|\r\n)--${boundary}(?:--)?\r\n`));
  assert.equal(pieces[0], '');
  assert.equal(pieces.at(-1), '');
  return pieces.slice(1, -1).map((piece) => {
    const [head, rest] = cut(piece);
    const type = /^content-type: (.*)$/im.exec(head)[1];
    if (type.startsWith('multipart/mixed')) return readMultipart(type, rest);
    assert.equal(type, 'application/http');
    assert.match(head, /^content-transfer-encoding: binary$/im);
    const [start, body] = cut(rest);
    const [line, ...fields] = start.split('\r\n');
    const headers = Object.fromEntries(fields.map((field) => {
      const colon = field.indexOf(': ');
      return [field.slice(0, colon).toLowerCase(), field.slice(colon + 2)];
    }));
    const status = Number(/^HTTP\/1\.1 (\d{3}) [A-Z]/.exec(line)[1]);
    assert.match(headers['request-id'], GUID);
    assert.equal(headers['odata-version'], '4.0');
    if (status !== 204) assert.equal(Number(headers['content-length']), Buffer.byteLength(body));
    const isJson = (headers['content-type'] ?? '').startsWith('application/json');
    return { id: /^content-id: (.*)$/im.exec(head)?.[1], status, headers, json: isJson ? JSON.parse(body) : undefined, body };
  });
}
function cut(text) {
  const at = text.indexOf('\r\n\r\n');
  return [text.slice(0, at), text.slice(at + 4)];
}
async function multipartBatch(parts, headers) {
  const answer = await sendMultipart(typeof parts === 'string' ? parts : multipart('b', parts), headers);
  assert.equal(answer.status, 200, answer.text);
  return readMultipart(answer.headers['content-type'], answer.text);
}

describe('row 93: the envelope', () => {
  test('valid headers are answered 200, whatever is inside', async () => {
    const answers = await batch([get('1', '/nothing'), get('2')]);
    assert.equal(answers.all.length, 2);
    assert.equal(answers[1].status, 400);
    assert.equal(answers[2].status, 200);
    assert.match(answers.answer.headers['request-id'], GUID);
    assert.equal(answers.answer.headers['content-type'], 'application/json');
    const ids = new Set([answers.answer.headers['request-id'], ...answers.all.map((r) => r.headers['request-id'])]);
    assert.equal(ids.size, 3, 'each has an id of its own');
  });

  test('what cannot be read is refused and nothing runs', async () => {
    const display = name();
    const good = JSON.stringify({ requests: [post('1', { displayName: display })] });
    const parts = multipart('b', [postPart({ displayName: display })]);
    const cases = [
      [good, { 'Content-Type': 'text/plain' }, 415, 'Content-Type'],
      [good, { 'Content-Type': null }, 415, 'Content-Type'],
      [good, { 'Content-Type': 'application/json; charset=latin1' }, 415, 'Content-Type'],
      [parts, { 'Content-Type': 'multipart/mixed' }, 400, 'boundary'],
      [parts, { 'Content-Type': 'multipart/mixed; boundary=c' }, 400, '--c--'],
      [good.slice(0, -1), JSON_TYPE, 400],
      ['{}', JSON_TYPE, 400, 'requests'],
      ['{"requests":{}}', JSON_TYPE, 400, 'requests'],
      ['', JSON_TYPE, 400],
      [good, { ...JSON_TYPE, 'If-Match': '*' }, 400, 'If-Match'],
      [good, { ...JSON_TYPE, 'If-None-Match': '*' }, 400, 'If-None-Match'],
      [good, { ...JSON_TYPE, Accept: 'text/html' }, 406, 'Accept'],
    ];
    for (const [body, headers, status, ...names] of cases) {
      assertError(await muster.post(BATCH, body, { headers }), status, undefined, ...names);
    }
    assertError(await muster.post(`${BATCH}?$format=json`, good), 400, undefined, '$format');
    assertError(await muster.post(BATCH, good, { token: null }), 401);
    const notAllowed = await muster.get(BATCH);
    assertError(notAllowed, 405);
    assert.equal(notAllowed.headers.allow, 'POST, OPTIONS');
    assert.deepEqual(await named(display), []);
  });

  test('both versions, and both spellings of the path', async () => {
    for (const path of ['/v1.0/$batch', '/beta/%24batch', '/V1.0/$Batch']) {
      const answer = await muster.post(path, { requests: [get('1')] });
      assert.equal(answer.json?.responses[0].status, 200, answer.text);
      assert.ok(answer.json.responses[0].body['@odata.context'].includes(path.slice(0, 5).toLowerCase()));
    }
  });
});

describe('row 94: JSON requests', () => {
  test('methods and header names in any case, bodies of every kind', async () => {
    const text = JSON.stringify({ displayName: 'x' });
    const base64 = Buffer.from(text).toString('base64');
    const answers = await batch([
      post('object', { displayName: 'x' }, { method: 'pOSt', headers: { 'CONTENT-type': 'application/json' } }),
      post('untyped', { displayName: 'x' }, { headers: undefined }),
      // As Kiota's libraries send it.
      post('kiota', base64, { headers: undefined }),
      post('text', text, { headers: { 'Content-Type': 'text/plain' } }),
      post('octets', base64, { headers: { 'Content-Type': 'application/octet-stream' } }),
      post('exact', 'RAW'),
      post('badBase64', '***', { headers: undefined }),
      post('wrongKind', { a: 1 }, { headers: { 'Content-Type': 'text/plain' } }),
      get('getWithBody', SET, { body: {} }),
      { id: 'deleteWithBody', method: 'DELETE', url: `${SET}/x`, body: {} },
    ]);
    for (const id of ['object', 'untyped', 'kiota']) assert.equal(answers[id].status, 201, id);
    // The service takes JSON only, whatever the envelope did with the body.
    for (const id of ['text', 'octets']) assert.equal(answers[id].status, 415, id);
    for (const id of ['exact', 'badBase64', 'wrongKind', 'getWithBody', 'deleteWithBody']) {
      assert.equal(answers[id].status, 400, id);
    }
  });

  test('a body arrives as it was sent, duplicates and numbers included', async () => {
    const raw = `{"requests":[
      {"id":"twice","method":"POST","url":"${SET}","headers":{"Content-Type":"application/json"},"body":{"displayName":"a","displayName":"b"}},
      {"id":"big","method":"POST","url":"${SET}","headers":{"Content-Type":"application/json"},"body":{"enrolledDeviceCount":2147483648}}]}`;
    const { responses } = (await muster.post(BATCH, raw)).json;
    assert.deepEqual(responses.map((r) => r.status), [400, 400]);
    assert.match(responses[1].body.error.message, /2147483648/);
  });

  test('ids are needed, unique and of unreserved characters; else the batch is refused', async () => {
    const display = name();
    const first = post('a', { displayName: display });
    const cases = [
      [[first, get('a')], 'a'], [[first, get(undefined)], 'id'], [[first, get(1)], 'id'],
      [[first, get('')], 'id'], [[first, get('b c')], 'id'], [[first, { id: 'b', url: SET }], 'method'],
      [[first, { id: 'b', method: 'GET' }], 'url'], [[first, get('b', SET, { dependson: ['a'] })], 'dependson'],
      [[first, get('g'), get('b', SET, { atomicityGroup: 'g' })], 'g'],
      [[first, 7], 'object'],
    ];
    for (const [requests, ...names] of cases) {
      assertError(await muster.post(BATCH, { requests }), 400, undefined, ...names);
    }
    assert.deepEqual(await named(display), []);
    // Case counts.
    assert.deepEqual(statuses(await batch([get('a'), get('A')])), [200, 200]);
  });

  test('header values that are no text of one line are refused', async () => {
    const answers = await batch([
      get('crlf', SET, { headers: { Prefer: 'a\r\nX: y' } }), get('number', SET, { headers: { Prefer: 1 } }),
      get('name', SET, { headers: { 'a b': 'c' } }), get('gzip', SET, { headers: { 'Content-Encoding': 'gzip' } }),
      get('method', SET, { method: 'G T' }), get('unknown', SET, { method: 'BREW' }),
    ]);
    assert.deepEqual(statuses(answers), [400, 400, 400, 415, 400, 405]);
  });
});

describe('row 95: JSON responses', () => {
  test('bodies are JSON, text or base64, by their type; 204 has none', async () => {
    const made = await muster.create();
    const answers = await batch([
      get('json', `${SET}/${made.id}`), get('text', `${SET}/$count`), get('png', `${SET}/${made.id}/qrCode.png`),
      { id: 'none', method: 'DELETE', url: `${SET}/${made.id}`, dependsOn: ['json', 'png'] },
    ]);
    assert.equal(answers.json.body.id, made.id);
    assert.match(answers.json.headers['Content-Type'], /^application\/json;/);
    assert.match(answers.text.body, /^\d+$/);
    assert.equal(answers.text.headers['Content-Type'], 'text/plain');
    assert.equal(Buffer.from(answers.png.body, 'base64').subarray(1, 4).toString(), 'PNG');
    assert.equal(answers.none.status, 204);
    assert.ok(!('body' in answers.none));
  });

  test('a create has its Location, the id of the group is echoed', async () => {
    const answers = await batch([post('1', { displayName: 'x' }, { atomicityGroup: 'g' }), get('2')]);
    assert.equal(answers[1].atomicityGroup, 'g');
    assert.ok(!('atomicityGroup' in answers[2]));
    assert.equal(answers[1].headers.Location, `${muster.base}${PROFILES}/${answers[1].body.id}`);
    assert.ok(!answers.answer.text.includes('$1'));
  });
});

describe('row 96: dependsOn', () => {
  test('orders requests, and a failure fails the chain', async () => {
    const display = name();
    const answers = await batch([
      post('1', { displayName: display }), get('2', `${SET}/$count`, { dependsOn: ['1'] }),
      post('3', { nonsense: 1 }, { dependsOn: ['2'] }), post('4', { displayName: display }, { dependsOn: ['3'] }),
      get('5', SET, { dependsOn: ['4', '1'] }), get('6'),
    ]);
    assert.deepEqual(statuses(answers), [201, 200, 400, 424, 424, 200]);
    assert.equal(answers[4].body.error.code, 'FailedDependency');
    assert.equal((await named(display)).length, 1);
  });

  test('what is no earlier request or group refuses the batch', async () => {
    for (const [requests, word] of [
      [[get('1', SET, { dependsOn: ['2'] }), get('2')], '2'], [[get('1', SET, { dependsOn: ['1'] })], '1'],
      [[get('1', SET, { dependsOn: ['x'] })], 'x'], [[get('1', SET, { dependsOn: '1' })], 'dependsOn'],
      [[post('1', {}, { atomicityGroup: 'g' }), get('2', SET, { dependsOn: ['1'] })], 'g'],
    ]) {
      assertError(await muster.post(BATCH, { requests }), 400, undefined, word);
    }
  });

  test('a group is named by its name', async () => {
    const answers = await batch([
      post('1', { displayName: 'x' }, { atomicityGroup: 'g' }), get('2', '$1?$select=displayName', { dependsOn: ['g'] }),
    ]);
    assert.equal(answers[2].body.displayName, 'x');
  });
});

describe('row 97: atomicity groups', () => {
  const group = (requests) => requests.map((request) => ({ ...request, atomicityGroup: 'g' }));

  test('all changes of a group are made, in its order', async () => {
    const old = await muster.create({ displayName: 'old' });
    const display = name();
    const answers = await batch(group([
      post('1', { displayName: display }),
      { id: '2', method: 'PATCH', url: '$1', headers: JSON_TYPE, body: { description: 'patched' }, dependsOn: ['1'] },
      post('3', undefined, { url: '$1/revokeToken', headers: undefined, dependsOn: ['2'] }),
      { id: '4', method: 'DELETE', url: `${SET}/${old.id}` },
    ]));
    assert.deepEqual(statuses(answers), [201, 200, 204, 204]);
    const { json } = await muster.get(`${PROFILES}/${answers[1].body.id}`);
    assert.equal(json.description, 'patched');
    assert.equal(json.tokenExpirationDateTime, NO_DATE);
    assert.equal((await muster.get(`${PROFILES}/${old.id}`)).status, 404);
  });

  test('one refusal, before the write or in it, and nothing is changed', async () => {
    const kept = await muster.create({ displayName: 'kept' });
    const { tokenValue } = await muster.create({ tokenValue: 'BATCHTOKENVALUE234567ABC' });
    for (const [bad, status] of [
      [post('bad', { nonsense: 1 }), 400],
      [post('bad', { displayName: 'x', tokenValue }), 409],
      [{ id: 'bad', method: 'DELETE', url: `${SET}/00000000-0000-7000-8000-000000000000` }, 404],
      [get('bad', '/nothing'), 400],
      [post('bad', {}, { url: 'https://elsewhere.example/beta/x' }), 400],
      [post('bad', { displayName: 'x' }, { headers: { ...JSON_TYPE, Authorization: 'Bearer x' } }), 401],
    ]) {
      const display = name();
      const answers = await batch(group([
        post('1', { displayName: display }), { id: '2', method: 'DELETE', url: `${SET}/${kept.id}` },
        get('3'), bad, post('4', { displayName: display }),
      ]));
      assert.deepEqual(statuses(answers), [424, 424, 424, status, 424]);
      assert.deepEqual(await named(display), []);
      assert.equal((await muster.get(`${PROFILES}/${kept.id}`)).status, 200);
    }
  });

  test('a read in a group sees what was there before', async () => {
    const before_ = await muster.count();
    const answers = await batch(group([post('1', { displayName: 'x' }), get('2', `${SET}/$count`)]));
    assert.deepEqual(statuses(answers), [201, 200]);
    assert.equal(Number(answers[2].body), before_);
    assert.equal(await muster.count(), before_ + 1);
  });

  test('members of two tenants are no group', async () => {
    const other = '99999999-9999-4999-8999-999999999999';
    await muster.createTenant(other, 'Other');
    const token = await muster.token(other);
    const headers = { ...JSON_TYPE, Authorization: `Bearer ${token}` };
    const answers = await batch(group([post('1', { displayName: 'x' }), post('2', { displayName: 'x' }, { headers })]));
    assert.deepEqual(statuses(answers), [424, 400]);
    // Without a group each is made for its own tenant.
    const apart = await batch([post('1', { displayName: 'x' }), post('2', { displayName: 'x' }, { headers })]);
    assert.deepEqual(statuses(apart), [201, 201]);
    assert.equal((await muster.get(`${PROFILES}/${apart[2].body.id}`)).status, 404);
    assert.equal((await muster.get(`${PROFILES}/${apart[2].body.id}`, { token })).status, 200);
  });

  test('members that are not neighbours refuse the batch', async () => {
    const requests = [...group([post('1', {})]), get('2'), ...group([post('3', {})])];
    assertError(await muster.post(BATCH, { requests }), 400, undefined, 'g');
  });

  test('groups and other requests side by side, many at a time', async () => {
    const display = name();
    const one = () => batch(Array.from({ length: 20 }, (_, i) => ({
      ...post(String(i), { displayName: display }), atomicityGroup: i < 15 ? `g${Math.floor(i / 5)}` : undefined,
    })));
    const all = await Promise.all(Array.from({ length: 10 }, one));
    for (const answers of all) assert.ok(statuses(answers).every((status) => status === 201));
    assert.equal((await named(display)).length, 200);
  });
});

describe('row 98: references', () => {
  test('$1 is the entity that request 1 made or named', async () => {
    const made = await muster.create({ displayName: 'named' });
    const answers = await batch([
      post('1', { displayName: 'new' }), get('2', '$1', { dependsOn: ['1'] }),
      get('3', '/$1?$select=displayName', { dependsOn: ['1'] }), post('4', undefined, { url: '/beta/$1/revokeToken', headers: undefined, dependsOn: ['3'] }),
      get('n', `${SET}/${made.id}?$select=id`), get('5', '$n?$select=displayName', { dependsOn: ['n'] }),
    ]);
    assert.deepEqual(statuses(answers), [201, 200, 200, 204, 200, 200]);
    assert.equal(answers[2].body.id, answers[1].body.id);
    assert.equal(answers[3].body.displayName, 'new');
    assert.equal(answers[5].body.displayName, 'named');
  });

  test('needs dependsOn, and names of OData win', async () => {
    const old = { headers: { 'OData-MaxVersion': '4.0' } };
    const answers = await batch([get('metadata'), get('1'), get('2', '$1'), get('3', '$nope'), get('4', '$metadata', old)]);
    assert.equal(answers[2].status, 400);
    assert.match(answers[2].body.error.message, /dependsOn/);
    assert.equal(answers[3].status, 400);
    assert.notEqual(answers[4].body?.value, answers.metadata.body.value);
  });

  test('an If-Match of "$1" is the version tag of request 1, or a refusal where there is none', async () => {
    const made = await muster.create();
    const answers = await batch([
      get('1', `${SET}/${made.id}`),
      { id: '2', method: 'PATCH', url: '$1', headers: { ...JSON_TYPE, 'If-Match': '"$1"' }, body: { description: 'x' }, dependsOn: ['1'] },
    ]);
    assert.equal(answers[2].status, answers[1].headers.ETag ? 200 : 400);
    if (answers[2].status === 400) assert.match(answers[2].body.error.message, /If-Match/);
  });
});

describe('row 99: errors and going on', () => {
  const requests = () => [get('1', '/nothing'), get('2'), get('3')];

  test('JSON goes on unless it is asked to stop', async () => {
    assert.deepEqual(statuses(await batch(requests())), [400, 200, 200]);
    for (const [prefer, applied, expected] of [
      ['continue-on-error', 'continue-on-error', [400, 200, 200]],
      ['odata.continue-on-error=true', 'continue-on-error', [400, 200, 200]],
      ['odata.continue-on-error=false', 'continue-on-error=false', [400, 424, 424]],
      ['odata.continue-on-error=true, continue-on-error=false', 'continue-on-error=false', [400, 424, 424]],
    ]) {
      const answers = await batch(requests(), { headers: { Prefer: prefer } });
      assert.deepEqual(statuses(answers), expected, prefer);
      assert.equal(answers.answer.headers['preference-applied'], applied);
    }
  });

  test('multipart stops at the first error unless it is asked to go on', async () => {
    const parts = [httpPart([`GET ${SET} HTTP/1.1`, '']), httpPart(['GET /nothing HTTP/1.1', '']), httpPart([`GET ${SET} HTTP/1.1`, ''])];
    assert.deepEqual((await multipartBatch(parts)).map((part) => part.status), [200, 400]);
    const on = await multipartBatch(parts, { Prefer: 'odata.continue-on-error' });
    assert.deepEqual(on.map((part) => part.status), [200, 400, 200]);
  });

  test("'if' is not built and answered 424", async () => {
    assert.deepEqual(statuses(await batch([get('1', SET, { if: '$x eq 1' }), get('2')])), [424, 200]);
  });
});

describe('row 100: multipart', () => {
  test('the structure of the answer is that of the request', async () => {
    const display = name();
    const answers = await multipartBatch([
      httpPart([`GET ${SET}/$count HTTP/1.1`, ''], 'count'),
      changeSet([postPart({ displayName: display }, '1'), postPart({ tokenValidityInSeconds: 60 }, '2', '$1/createToken')]),
      httpPart([`GET $1?$select=displayName HTTP/1.1`, '']),
    ]);
    assert.equal(answers.length, 3);
    assert.equal(answers[0].id, 'count');
    assert.match(answers[0].body, /^\d+$/);
    assert.deepEqual(answers[1].map(({ id, status }) => [id, status]), [['1', 201], ['2', 204]]);
    assert.equal(answers[2].json.displayName, display);
  });

  test('a change set that fails is one error, and nothing of it is stored', async () => {
    const display = name();
    for (const bad of [postPart({ nonsense: 1 }), httpPart([`GET ${SET} HTTP/1.1`, ''])]) {
      const answers = await multipartBatch([changeSet([postPart({ displayName: display }, '1'), bad]), postPart({ displayName: 'later' })]);
      assert.equal(answers.length, 1);
      assert.equal(answers[0].status, 400);
      assert.deepEqual(await named(display), []);
    }
  });

  test('three forms of URLs', async () => {
    const host = `127.0.0.1:${muster.port}`;
    const answers = await multipartBatch([
      httpPart([`GET ${muster.base}${PROFILES} HTTP/1.1`, '']), httpPart([`GET ${PROFILES} HTTP/1.1`, `Host: ${host}`, '']),
      httpPart([`GET ${PROFILES} HTTP/1.1`, '']), httpPart([`GET ${SET.slice(1)}?$top=1 HTTP/1.1`, '']),
      httpPart([`GET ${PROFILES} HTTP/1.1`, 'Host: elsewhere.example', '']),
      httpPart(['GET https://elsewhere.example/beta/x HTTP/1.1', '']), httpPart([`GET ${muster.base}/healthz HTTP/1.1`, '']),
    ], { Prefer: 'continue-on-error' });
    assert.deepEqual(answers.map((part) => part.status), [200, 200, 200, 200, 400, 400, 400]);
  });

  test('line feeds alone, text around the parts, padding, a missing end of line', async () => {
    const display = name();
    const body = `preamble\r\n${multipart('b', [postPart({ displayName: display, description: '--b--' })])}`;
    for (const [text, count] of [[body, 1], [body.replaceAll('\r\n', '\n'), 2], [body.replace('--b\r\n', '--b \t\r\n'), 3],
      [body.replace(/\r\n$/, ''), 4], [`${body}epilogue\r\n--b\r\n`, 5]]) {
      const [answer] = await multipartBatch(text);
      assert.equal(answer.status, 201);
      assert.equal(answer.json.description, '--b--', 'a boundary is one at the start of a line only');
      assert.equal((await named(display)).length, count);
    }
  });

  test('what is malformed is refused before anything runs', async () => {
    const display = name();
    const good = postPart({ displayName: display });
    for (const bad of [
      multipart('b', [good]).replace('--b--', ''), multipart('b', []), multipart('b', [good, 'Content-Type: text/plain\r\n\r\nx\r\n']),
      multipart('b', [good, httpPart(['GET', ''])]), multipart('b', [good, httpPart([`GET ${SET} HTTP/2`, ''])]),
      multipart('b', [good, changeSet([changeSet([good], 'inner')])]), multipart('b', [good, changeSet([])]),
      multipart('b', [good, httpPart([`GET ${SET} HTTP/1.1`, ''], 'a b')]),
      multipart('b', [postPart({ displayName: display }, '1'), postPart({ displayName: display }, '1')]),
    ]) {
      assertError(await sendMultipart(bad), 400);
    }
    assert.deepEqual(await named(display), []);
  });
});

describe('row 101: one form in, the other out', () => {
  test('JSON asked, multipart answered', async () => {
    for (const accept of ['multipart/mixed', 'application/json;q=0.5, multipart/mixed']) {
      const requests = [post('1', { displayName: 'x' }, { atomicityGroup: 'g' }), get('2', '/nothing')];
      const answer = await muster.post(BATCH, { requests }, { headers: { Accept: accept } });
      assert.equal(answer.status, 200, answer.text);
      const parts = readMultipart(answer.headers['content-type'], answer.text).flat();
      assert.deepEqual(parts.map(({ id, status }) => [id, status]), [['1', 201], ['2', 400]]);
    }
  });

  test('multipart asked, JSON answered', async () => {
    const body = multipart('b', [httpPart([`GET ${SET} HTTP/1.1`, '']), changeSet([postPart({ displayName: 'x' }, 'c')]),
      httpPart(['GET /nothing HTTP/1.1', '']), httpPart([`GET ${SET} HTTP/1.1`, ''])]);
    const answer = await sendMultipart(body, { Accept: 'application/json' });
    assert.equal(answer.status, 200, answer.text);
    const { responses } = answer.json;
    responses.forEach(assertPart);
    assert.deepEqual(responses.map(({ id, status }) => [id, status]), [['1', 200], ['c', 201], ['3', 400], ['4', 424]]);
  });

  test('without a preference the form of the request', async () => {
    for (const accept of [undefined, '*/*', 'application/json, multipart/mixed']) {
      const headers = accept ? { Accept: accept } : {};
      assert.ok((await muster.post(BATCH, { requests: [get('1')] }, { headers })).json);
      const parts = multipart('b', [httpPart([`GET ${SET} HTTP/1.1`, ''])]);
      assert.match((await sendMultipart(parts, headers)).headers['content-type'], /^multipart\/mixed/);
    }
  });
});

describe('row 102: limits and what requests inherit', () => {
  test('20 requests are taken, 21 refused', async () => {
    const many = (count) => Array.from({ length: count }, (_, i) => get(String(i), `${SET}/$count`));
    assert.equal((await batch(many(20))).all.length, 20);
    assertError(await muster.post(BATCH, { requests: many(21) }), 400, 'BadRequest', '20');
    const parts = Array.from({ length: 21 }, () => httpPart([`GET ${SET} HTTP/1.1`, '']));
    assertError(await sendMultipart(multipart('b', parts)), 400, 'BadRequest', '20');
    assert.deepEqual((await batch([])).all, []);
  });

  test('a batch in a batch is refused, the others run', async () => {
    const inner = { requests: [get('1')] };
    const answers = await batch([
      post('1', inner, { url: '/$batch' }), post('2', inner, { url: '/v1.0/%24batch' }), get('3'),
      get('4', '/$batch'),
    ]);
    assert.deepEqual(statuses(answers), [400, 400, 200, 405]);
  });

  test('a body over the limit is 413', async () => {
    const answer = await muster.post(BATCH, { requests: [post('1', { description: 'x'.repeat(1024 * 1024) })] });
    assert.equal(answer.status, 413);
  });

  test('token, Prefer, Accept and the correlation id hold for requests that say nothing', async () => {
    const made = await muster.create();
    const patch = (id, headers = {}) =>
      ({ id, method: 'PATCH', url: `${SET}/${made.id}`, headers: { ...JSON_TYPE, ...headers }, body: { description: id } });
    const answers = await batch([
      patch('1'), patch('2', { Prefer: 'return=representation', Accept: 'application/json' }),
      get('3', SET, { headers: { authorization: '' } }), get('4', `${SET}/${made.id}`), get('5', `${SET}/$count`),
    ], { headers: { Prefer: 'return=minimal', Accept: 'application/json;odata.metadata=none', 'client-request-id': 'mine' } });
    assert.equal(answers[1].status, 204);
    assert.equal(answers[1].headers['Preference-Applied'], 'return=minimal');
    assert.equal(answers[2].status, 200);
    assert.ok('@odata.context' in answers[2].body);
    assert.equal(answers[3].status, 401, 'an empty Authorization is one');
    assert.ok(answers[3].headers['WWW-Authenticate']);
    assert.ok(!('@odata.context' in answers[4].body));
    assert.equal(answers[5].status, 200, 'an answer that is no JSON does not fail by the Accept of the batch');
    for (const { headers } of answers.all) assert.equal(headers['client-request-id'], 'mine');
  });

  test('each request is authorised by itself', async () => {
    const token = await muster.token(muster.tenant, '--role', 'DeviceManagementConfiguration.Read.All');
    const answers = await batch([get('1'), post('2', { displayName: 'x' }),
      post('3', { displayName: 'x' }, { headers: { ...JSON_TYPE, Authorization: `Bearer ${muster.bearer}` } })], { token });
    assert.deepEqual(statuses(answers), [200, 403, 201]);
  });

  test('log and metrics tell the batch from its parts', async () => {
    const { answer, all } = await batch([get('1'), get('2', '/nothing')]);
    const outer = answer.headers['request-id'];
    for (const { headers } of all) {
      const line = await logLine(headers['request-id']);
      assert.match(line, /batch_part/);
      assert.ok(line.includes(outer), line);
    }
    assert.doesNotMatch(await logLine(outer, (line) => !line.includes('batch_part')), /batch_part/);
  });
});

describe('URLs as clients write them', () => {
  test('all spellings, blanks and letters beyond ASCII', async () => {
    const { id } = await muster.create(contractBody());
    const answers = await batch([
      get('1', `${SET}/${id}`), get('2', `${SET.slice(1)}/${id}`), get('3', `${PROFILES}/${id}`), get('4', `/v1.0${SET}/${id}`),
      get('5', `${muster.base}${PROFILES}/${id}`), get('6', `${SET}/${id}?$select=id, displayName`), get('7', `${SET}('${id}')`),
      get('8', `${SET}/ü`), get('9', `https://elsewhere.example${PROFILES}`), get('10', `${muster.base}/${muster.tenant}/oauth2/v2.0/token`),
      get('11', '/healthz'), get('12', `${SET}#x`), get('13', `/${'x'.repeat(20_000)}`), get('14', ''),
    ]);
    assert.deepEqual(statuses(answers), [200, 200, 200, 200, 200, 200, 200, 404, 400, 400, 400, 400, 400, 400]);
  });
});

// The first line of the log that holds `text`; the log is written a moment after the answer.
async function logLine(text, wanted = () => true) {
  for (let i = 0; i < 2000; ++i) {
    const line = muster.log.split('\n').find((one) => one.includes(text) && wanted(one));
    if (line) return line;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.fail(`no line of the log has ${text}`);
}
