// Requests that clients send again (OData Repeatable Requests 1.0): after cut connections and killed
// processes, side by side, within batches. Whatever happens, each is done once.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import tls from 'node:tls';
import { Muster, PROFILES, assertError, parallel } from './harness.mjs';

const BATCH = '/beta/$batch';
const SET = '/deviceManagement/androidForWorkEnrollmentProfiles';

let muster;
before(async () => (muster = await Muster.start()));
after(() => muster?.destroy());

const repeatable = (id = randomUUID(), at = new Date()) => ({
  'Repeatability-Request-ID': id,
  'Repeatability-First-Sent': at.toUTCString(),
});
let unique = 0;
const name = () => `repeat ${process.pid} ${++unique}`;
const named = async (wanted) => {
  const { json } = await muster.get(`${PROFILES}?$filter=displayName eq '${encodeURIComponent(wanted)}'`.replaceAll(' ', '%20'));
  return json.value;
};
const result = (answer) => answer.headers['repeatability-result'];

// Sends a create on a connection of its own and leaves the answer unread; resolves with the socket.
async function createUnheard(body, headers) {
  const socket = tls.connect({ host: '127.0.0.1', port: muster.port, ca: muster.ca });
  await once(socket, 'secureConnect');
  const octets = JSON.stringify(body);
  const head = [
    `POST ${PROFILES} HTTP/1.1`,
    `Host: 127.0.0.1:${muster.port}`,
    `Authorization: Bearer ${muster.bearer}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(octets)}`,
    ...Object.entries(headers).map(([key, value]) => `${key}: ${value}`),
  ];
  await new Promise((resolve) => socket.write(`${head.join('\r\n')}\r\n\r\n${octets}`, resolve));
  return socket;
}

async function tokenOfAnotherApplication() {
  const role = 'DeviceManagementConfiguration.ReadWrite.All';
  const app = JSON.parse(await muster.command('app', 'create', '--tenant', muster.tenant, '--name', name(), '--role', role, '--json'));
  const form = { grant_type: 'client_credentials', client_id: app.clientId, client_secret: app.clientSecret,
    scope: 'https://graph.microsoft.com/.default' };
  const answer = await muster.post(`/${muster.tenant}/oauth2/v2.0/token`, new URLSearchParams(form).toString(), {
    token: null,
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
  });
  assert.equal(answer.status, 200, answer.text);
  return answer.json.access_token;
}

describe('one request after another', () => {
  test('a create is done once and answered the same, by both URLs', async () => {
    for (const url of [PROFILES, `${PROFILES}/$ref`]) {
      const headers = repeatable();
      const body = { displayName: name() };
      const first = await muster.post(url, body, { headers });
      const second = await muster.post(url, body, { headers });
      for (const answer of [first, second]) {
        assert.equal(answer.status, 201, answer.text);
        assert.equal(result(answer), 'accepted');
      }
      assert.deepEqual(second.json, first.json);
      assert.equal(second.headers.location, first.headers.location);
      assert.equal(second.headers.etag, first.headers.etag);
      assert.notEqual(second.headers['request-id'], first.headers['request-id']);
      assert.equal((await named(body.displayName)).length, 1);
    }
  });

  test('without a body in the answer, too', async () => {
    const headers = { ...repeatable(), Prefer: 'return=minimal' };
    const body = { displayName: name() };
    const first = await muster.post(PROFILES, body, { headers });
    const second = await muster.post(PROFILES, body, { headers });
    assert.equal(first.status, 204);
    assert.equal(second.status, 204);
    assert.equal(second.headers.location, first.headers.location);
    assert.equal(second.headers['odata-entityid'], first.headers['odata-entityid']);
  });

  test('an imported token that is in use by the first is no conflict', async () => {
    const body = { displayName: name(), tokenValue: `IMPORTED${randomUUID()}` };
    const headers = repeatable();
    assert.equal((await muster.post(PROFILES, body, { headers })).status, 201);
    assert.equal((await muster.post(PROFILES, body, { headers })).status, 201);
    assertError(await muster.post(PROFILES, body, { headers: repeatable() }), 409, 'Conflict');
  });

  test('createToken makes one token, revokeToken ends none that came later', async () => {
    const { id } = await muster.create({ displayName: name() });
    const act = (action, headers, body) => muster.post(`${PROFILES}/${id}/${action}`, body, { headers });
    const token = async () => (await muster.get(`${PROFILES}/${id}`)).json.tokenValue;
    const [revoke, make] = [repeatable(), repeatable()];
    assert.equal((await act('revokeToken', revoke)).status, 204);
    assert.equal((await act('createToken', make, { tokenValidityInSeconds: 3600 })).status, 204);
    const made = await token();
    for (const again of [await act('createToken', make, { tokenValidityInSeconds: 3600 }), await act('revokeToken', revoke)]) {
      assert.equal(again.status, 204);
      assert.equal(result(again), 'accepted');
    }
    assert.equal(await token(), made);
  });

  test('PATCH, PUT and DELETE are done once; a condition that held is not asked again', async () => {
    const { id } = await muster.create({ displayName: name() });
    const url = `${PROFILES}/${id}`;
    const patch = { headers: { ...repeatable(), 'If-Match': 'W/"1"' } };
    const put = { body: { value: 'put' }, headers: repeatable() };
    const remove = { headers: repeatable() };
    assert.equal((await muster.patch(url, { description: 'once' }, patch)).status, 200);
    assert.equal((await muster.request('PUT', `${url}/displayName`, put)).status, 204);
    const again = await muster.patch(url, { description: 'once' }, patch);
    assert.equal(again.status, 200, again.text);
    assert.equal(again.headers.etag, 'W/"3"');
    assert.equal((await muster.request('PUT', `${url}/displayName`, put)).headers.etag, 'W/"3"');
    assert.equal((await muster.delete(url, remove)).status, 204);
    assert.equal((await muster.delete(url, remove)).status, 204);
    assertError(await muster.delete(url, { headers: repeatable() }), 404);
    const gone = await muster.patch(url, { description: 'once' }, patch);
    assert.equal(gone.status, 200, gone.text);
    assert.equal(gone.json.id, id);
    assert.equal('displayName' in gone.json, false, 'only its key is known');
  });

  test('what was refused is judged anew', async () => {
    const headers = repeatable();
    const refused = await muster.post(PROFILES, { displayName: 7 }, { headers });
    assertError(refused, 400, 'ModelValidationFailure', 'displayName');
    assert.equal(result(refused), 'accepted');
    assert.equal((await muster.post(PROFILES, { displayName: name() }, { headers })).status, 201);
  });
});

describe('what is no repetition', () => {
  const rejects = (answer, status, ...names) => {
    assertError(answer, status, undefined, ...names);
    assert.equal(result(answer), 'rejected');
  };

  test('another method, URL, body, time or caller under the same id', async () => {
    const headers = repeatable();
    const body = { displayName: name() };
    const made = await muster.post(PROFILES, body, { headers });
    assert.equal(made.status, 201);
    const id = 'Repeatability-Request-ID';
    rejects(await muster.post(PROFILES, { displayName: name() }, { headers }), 400, id);
    rejects(await muster.post(PROFILES.replace('beta', 'v1.0'), body, { headers }), 400, id);
    rejects(await muster.post(`${PROFILES}?$select=id`, body, { headers }), 400, id);
    rejects(await muster.patch(`${PROFILES}/${made.json.id}`, body, { headers }), 400, id);
    const later = { ...headers, 'Repeatability-First-Sent': new Date(Date.now() - 5_000).toUTCString() };
    rejects(await muster.post(PROFILES, body, { headers: later }), 400, id);
    rejects(await muster.post(PROFILES, body, { headers, token: await tokenOfAnotherApplication() }), 400, id);
    assert.equal((await named(body.displayName)).length, 1);
  });

  test('another tenant has ids of its own', async () => {
    const tenant = randomUUID();
    await muster.createTenant(tenant, 'Other');
    const token = await muster.token(tenant);
    const headers = repeatable();
    const mine = await muster.post(PROFILES, { displayName: 'x' }, { headers });
    const theirs = await muster.post(PROFILES, { displayName: 'x' }, { headers, token });
    assert.equal(theirs.status, 201, theirs.text);
    assert.notEqual(theirs.json.id, mine.json.id);
  });

  test('fields that are malformed, alone, too old or of tomorrow', async () => {
    const at = (date) => ({ ...repeatable(), 'Repeatability-First-Sent': date });
    const { 'Repeatability-Request-ID': id, 'Repeatability-First-Sent': sent } = repeatable();
    const post = (headers) => muster.post(PROFILES, { displayName: 'never' }, { headers });
    rejects(await post({ 'Repeatability-Request-ID': id }), 400, 'Repeatability-First-Sent');
    rejects(await post({ 'Repeatability-First-Sent': sent }), 400, 'Repeatability-Request-ID');
    rejects(await post({ ...repeatable('17') }), 400, 'Repeatability-Request-ID');
    rejects(await post(at(new Date().toISOString())), 400, 'Repeatability-First-Sent');
    rejects(await post(at(new Date(Date.now() - 25 * 3_600_000).toUTCString())), 412, 'Repeatability-First-Sent');
    rejects(await post(at(new Date(Date.now() + 3_600_000).toUTCString())), 412, 'Repeatability-First-Sent');
    assert.equal((await named('never')).length, 0);
  });

  test('a batch itself and the token service: 501; reads ignore the fields', async () => {
    rejects(await muster.post(BATCH, { requests: [] }, { headers: repeatable() }), 501, 'Repeatability-Request-ID');
    const token = await muster.post(`/${muster.tenant}/oauth2/v2.0/token`, 'grant_type=client_credentials', {
      token: null,
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...repeatable() },
    });
    rejects(token, 501, 'Repeatability-Request-ID');
    const read = await muster.get(PROFILES, { headers: { 'Repeatability-Request-ID': 'x' } });
    assert.equal(read.status, 200);
    assert.equal(result(read), undefined);
  });
});

describe('side by side', () => {
  test('fifty equal requests make one profile', async () => {
    const headers = repeatable();
    const body = { displayName: name() };
    const answers = await parallel(50, 50, () => muster.post(PROFILES, body, { headers }));
    for (const answer of answers) {
      assert.equal(answer.status, 201, answer.text);
      assert.equal(result(answer), 'accepted');
      assert.deepEqual(answer.json, answers[0].json);
    }
    assert.equal((await named(body.displayName)).length, 1);
  });

  test('fifty requests under one id: one is done, the others are refused', async () => {
    const headers = repeatable();
    const mine = name();
    const answers = await parallel(50, 50, (i) => muster.post(PROFILES, { displayName: mine, description: `${i}` }, { headers }));
    assert.equal(answers.filter(({ status }) => status === 201).length, 1);
    assert.equal(answers.filter(({ status }) => status === 400).length, 49);
    assert.equal((await named(mine)).length, 1);
  });
});

describe('cut off', () => {
  test('a request whose connection was cut is done once', async () => {
    await parallel(50, 10, async () => {
      const headers = repeatable();
      const body = { displayName: name() };
      (await createUnheard(body, headers)).destroy();
      const answer = await muster.post(PROFILES, body, { headers });
      assert.equal(answer.status, 201, answer.text);
      const there = await named(body.displayName);
      assert.deepEqual(there.map(({ id }) => id), [answer.json.id]);
    });
  });

  test('a request that was done and whose answer was lost is answered', async () => {
    const headers = repeatable();
    const body = { displayName: name() };
    const socket = await createUnheard(body, headers);
    let there = [];
    while (there.length === 0) there = await named(body.displayName);
    socket.destroy();
    const answer = await muster.post(PROFILES, body, { headers });
    assert.equal(answer.status, 201, answer.text);
    assert.equal(answer.json.id, there[0].id);
    assert.equal((await named(body.displayName)).length, 1);
  });

  test('kill -9 after the answer: the next process gives the same', async () => {
    const headers = repeatable();
    const body = { displayName: name() };
    const first = await muster.post(PROFILES, body, { headers });
    assert.equal(first.status, 201);
    await muster.kill();
    await muster.launch();
    const second = await muster.post(PROFILES, body, { headers });
    assert.equal(second.status, 201);
    assert.equal(second.json.id, first.json.id);
    assert.equal(second.json.tokenValue, first.json.tokenValue);
    assert.equal((await named(body.displayName)).length, 1);
  });

  test('kill -9 in the midst: what is sent again is there once', async () => {
    for (let cycle = 0; cycle < 5; ++cycle) {
      const requests = Array.from({ length: 64 }, () => ({ body: { displayName: name() }, headers: repeatable() }));
      let answered = 0;
      const sent = requests.map(({ body, headers }) =>
        muster.post(PROFILES, body, { headers }).then(
          (answer) => (++answered, answer.json.id),
          () => undefined,
        ),
      );
      while (answered <= cycle * 8) await new Promise(setImmediate);
      await muster.kill();
      const before = await Promise.all(sent);
      await muster.launch();
      await parallel(requests.length, 16, async (i) => {
        const { body, headers } = requests[i];
        const answer = await muster.post(PROFILES, body, { headers });
        assert.equal(answer.status, 201, answer.text);
        if (before[i]) assert.equal(answer.json.id, before[i]);
        assert.deepEqual((await named(body.displayName)).map(({ id }) => id), [answer.json.id]);
      });
    }
  });
});

describe('in a batch', () => {
  const post = (id, url, body, headers, more = {}) =>
    ({ id, method: 'POST', url, body, headers: { 'Content-Type': 'application/json', ...headers }, ...more });
  async function batch(requests) {
    const answer = await muster.post(BATCH, { requests });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(result(answer), undefined);
    return Object.fromEntries(answer.json.responses.map((response) => [response.id, response]));
  }

  test('each request has fields of its own, and may be sent again without the batch', async () => {
    const [mine, body] = [repeatable(), { displayName: name() }];
    const requests = [post('1', SET, body, mine), post('2', SET, { displayName: body.displayName })];
    const first = await batch(requests);
    assert.equal(first['1'].headers['Repeatability-Result'], 'accepted');
    assert.equal(first['2'].headers['Repeatability-Result'], undefined);
    const second = await batch(requests);
    assert.equal(second['1'].body.id, first['1'].body.id);
    assert.notEqual(second['2'].body.id, first['2'].body.id);
    const alone = await muster.post(PROFILES, body, { headers: mine });
    assert.equal(alone.json.id, first['1'].body.id);
    assert.equal((await named(body.displayName)).length, 3);
  });

  test('a group is done once as a whole: one id for all its requests, references within it', async () => {
    const headers = repeatable();
    const mine = name();
    const group = (more) => [
      post('1', SET, { displayName: mine }, headers, { atomicityGroup: 'g' }),
      post('2', '$1/createToken', { tokenValidityInSeconds: 600 }, headers, { atomicityGroup: 'g', dependsOn: ['1'] }),
      post('3', SET, { displayName: mine, description: more }, headers, { atomicityGroup: 'g' }),
    ];
    const first = await batch(group('third'));
    assert.deepEqual([1, 2, 3].map((id) => first[id].status), [201, 204, 201]);
    const [one] = await named(mine);
    const second = await batch(group('third'));
    assert.deepEqual([1, 2, 3].map((id) => second[id].status), [201, 204, 201]);
    for (const id of ['1', '3']) {
      assert.equal(second[id].body.id, first[id].body.id);
      assert.equal(second[id].headers['Repeatability-Result'], 'accepted');
    }
    const there = await named(mine);
    assert.equal(there.length, 2);
    assert.equal(there.find(({ id }) => id === one.id).tokenValue, one.tokenValue);
    const changed = await batch(group('another'));
    assert.deepEqual([1, 2, 3].map((id) => changed[id].status), [424, 424, 400]);
    assert.equal(changed['3'].headers['Repeatability-Result'], 'rejected');
    assert.equal((await named(mine)).length, 2);
  });

  test('a group that failed is not remembered', async () => {
    const headers = repeatable();
    const mine = name();
    const group = (body) => [
      post('1', SET, { displayName: mine }, headers, { atomicityGroup: 'g' }),
      post('2', SET, body, headers, { atomicityGroup: 'g' }),
    ];
    assert.deepEqual(Object.values(await batch(group({ displayName: 7 }))).map(({ status }) => status), [424, 400]);
    assert.deepEqual(Object.values(await batch(group({ displayName: mine }))).map(({ status }) => status), [201, 201]);
    assert.equal((await named(mine)).length, 2);
  });

  test('equal groups side by side are done once', async () => {
    const headers = repeatable();
    const mine = name();
    const requests = [
      post('1', SET, { displayName: mine }, headers, { atomicityGroup: 'g' }),
      post('2', '$1/createToken', { tokenValidityInSeconds: 600 }, headers, { atomicityGroup: 'g', dependsOn: ['1'] }),
    ];
    const answers = await parallel(10, 10, () => batch(requests));
    for (const answer of answers) {
      assert.deepEqual([answer['1'].status, answer['2'].status], [201, 204], JSON.stringify(answer));
      assert.equal(answer['1'].body.id, answers[0]['1'].body.id);
    }
    assert.equal((await named(mine)).length, 1);
  });
});

test('pages of other origins may send the fields and see the result', async () => {
  const shared = await Muster.start({ args: ['--cors-origins', 'https://portal.example'] });
  try {
    const preflight = await shared.request('OPTIONS', PROFILES, {
      token: null,
      headers: { Origin: 'https://portal.example', 'Access-Control-Request-Method': 'POST' },
    });
    assert.match(preflight.headers['access-control-allow-headers'], /Repeatability-Request-ID, Repeatability-First-Sent/);
    const made = await shared.post(PROFILES, {}, { headers: { ...repeatable(), Origin: 'https://portal.example' } });
    assert.match(made.headers['access-control-expose-headers'], /Repeatability-Result/);
  } finally {
    await shared.destroy();
  }
});

test('the window is a setting', async () => {
  const short = await Muster.start({ args: ['--repeatability-window', '5m'] });
  try {
    const at = (seconds) => ({ headers: repeatable(randomUUID(), new Date(Date.now() - seconds * 1000)) });
    assert.equal((await short.post(PROFILES, {}, at(290))).status, 201);
    assertError(await short.post(PROFILES, {}, at(310)), 412, 'PreconditionFailed', 'Repeatability-First-Sent');
  } finally {
    await short.destroy();
  }
});
