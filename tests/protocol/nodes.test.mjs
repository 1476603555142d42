// Two nodes, each with a data directory of its own, that serve one database and share nothing else but the key that wraps
// its keys: what one node is told the other one knows, and what one takes back the other refuses within a second.
//
//   RACE_ROUNDS    how many races for a token of one (default 50)
import assert from 'node:assert/strict';
import { X509Certificate, randomBytes, randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Muster, PROFILES, sharedDatabase } from './harness.mjs';
import { Device, certificatesOf, file, makeKey, openssl, text } from './device.mjs';
import { DEVICES, ENROLLMENTS, QuickDevice, idOf, offer } from './enrolment.mjs';

const ROUNDS = Number(process.env.RACE_ROUNDS ?? 50);
// What is promised is a second; the rest is what a busy machine may add.
const BOUND = 2_000;
const ROLE = 'DeviceManagementConfiguration.ReadWrite.All';

let database;
let a;
let b;

function newNode() {
  const node = new Muster({ args: ['--log-level', 'warning'], tenant: a?.tenant });
  node.env = { ...node.env, MUSTER_STORE: database.url, MUSTER_KEY_ENCRYPTION_KEYS: 'env:NODES_TEST_KEY', NODES_TEST_KEY: key };
  return node;
}
const key = randomBytes(32).toString('base64');

before(async () => {
  database = await sharedDatabase();
  a = newNode();
  await a.createTenant(a.tenant, 'Contoso');
  await a.launch();
  b = newNode();
  await b.launch();
  a.bearer = await a.token(a.tenant);
  b.bearer = a.bearer; // minted on the machine of one, used at both
});
after(async () => {
  await a?.destroy();
  await b?.destroy();
  await database?.end();
});

// Asks until it is so, and says how long that took since `begun`, when the change was acknowledged.
async function until(t, what, asks, begun = performance.now()) {
  while (!(await asks())) {
    assert.ok(performance.now() - begun < BOUND, `${what}: not within ${BOUND} ms`);
    await sleep(5);
  }
  t.diagnostic(`${what}: ${(performance.now() - begun).toFixed(0)} ms`);
}

// An access token by a log-in at one node.
function logIn(node, { tenantId, clientId, clientSecret }) {
  const body = new URLSearchParams({
    grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, scope: 'https://graph.microsoft.com/.default',
  }).toString();
  return node.request('POST', `/${tenantId}/oauth2/v2.0/token`, {
    body, token: null, headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
  });
}

describe('read after write', () => {
  test('what one node has acknowledged the other one reads, counts, lists and changes at once', async () => {
    for (let i = 0; i < 20; ++i) {
      const [writer, reader] = i % 2 ? [a, b] : [b, a];
      const { id } = await writer.create({ displayName: `both ${i}` });
      const read = await reader.get(`${PROFILES}/${id}`);
      assert.equal(read.status, 200, read.text);
      const changed = await reader.patch(`${PROFILES}/${id}`, { displayName: 'changed' }, { headers: { 'If-Match': read.headers.etag } });
      assert.equal(changed.status, 200, changed.text);
      assert.equal((await writer.get(`${PROFILES}/${id}`)).json.displayName, 'changed');
      assert.equal((await writer.delete(`${PROFILES}/${id}`)).status, 204);
      assert.equal((await reader.get(`${PROFILES}/${id}`)).status, 404);
    }
  });

  test('a tenant made on the machine of one node is known to the other', async () => {
    const tenant = randomUUID();
    await a.createTenant(tenant, 'Fabrikam');
    const token = await b.token(tenant);
    for (const node of [b, a]) assert.equal((await node.get(PROFILES, { token })).status, 200);
    const { url } = await offer(a, null, { token });
    assert.equal((await new Device(b, { url }).get('cacerts', { identity: null })).status, 200);
    assert.equal((await a.get(PROFILES, { token: await a.token(a.tenant) })).status, 200);
  });

  test('an application made on the machine of one node logs in at the other, and its token is good at both', async () => {
    const app = JSON.parse(await a.command('app', 'create', '--tenant', a.tenant, '--name', 'both', '--role', ROLE, '--json'));
    const login = await logIn(b, app);
    assert.equal(login.status, 200, login.text);
    for (const node of [a, b]) assert.equal((await node.get(PROFILES, { token: login.json.access_token })).status, 200);
  });

  test('commands work on the machine of either node', async () => {
    const { id } = await a.create({ displayName: 'by command' });
    assert.match(await b.command('profile', 'show', id, '--tenant', a.tenant), /by command/);
    assert.match(await b.command('tenant', 'list'), /Contoso/);
    assert.match(await b.command('ca', 'show', '--tenant', a.tenant), /1/);
    const keys = JSON.parse(await b.command('keys', 'list', '--json'));
    assert.deepEqual(keys.map(({ use, source }) => [use, source]), [['seals', 'env:NODES_TEST_KEY'], ['hashes', 'env:NODES_TEST_KEY']]);
  });

  test('a page of one node goes on at the other', async () => {
    for (let i = 0; i < 7; ++i) await a.create({ displayName: `page ${i}` });
    const seen = [];
    let next = `${PROFILES}?$top=2&$orderby=displayName&$filter=startswith(displayName,'page')`;
    for (let node = a; next; node = node === a ? b : a) {
      const { status, json, text: said } = await node.get(next.replaceAll(' ', '%20'));
      assert.equal(status, 200, said);
      seen.push(...json.value.map(({ displayName }) => displayName));
      next = json['@odata.nextLink'] && new URL(json['@odata.nextLink']).pathname + new URL(json['@odata.nextLink']).search;
    }
    assert.deepEqual(seen, [0, 1, 2, 3, 4, 5, 6].map((i) => `page ${i}`));
  });

  test('a request that is sent to both is done once', async () => {
    for (let i = 0; i < 10; ++i) {
      const headers = { 'Repeatability-Request-ID': randomUUID(), 'Repeatability-First-Sent': new Date().toUTCString() };
      const body = { displayName: `repeated ${i}` };
      const answers = await Promise.all([a, b, a, b].map((node) => node.post(PROFILES, body, { headers })));
      for (const { status, text: said } of answers) assert.equal(status, 201, said);
      assert.equal(new Set(answers.map(({ json }) => json.id)).size, 1);
      const later = await b.post(PROFILES, body, { headers });
      assert.equal(later.json.id, answers[0].json.id);
      const { json } = await a.get(`${PROFILES}?$filter=displayName%20eq%20'repeated%20${i}'`);
      assert.equal(json.value.length, 1);
    }
  });
});

test(`${ROUNDS} one-time tokens, each raced for at both nodes, let one device in each`, { timeout: 300_000 }, async () => {
  for (let round = 0; round < ROUNDS; ++round) {
    const offered = await offer(a, { tokenUsageLimit: 1 });
    const rivals = Array.from({ length: 4 }, () => new QuickDevice(offered));
    const answers = await Promise.all(rivals.map((device, i) => device.enroll(i % 2 ? a : b)));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 401, 401, 401], `round ${round}`);
    const winner = answers.findIndex(({ status }) => status === 200);
    // The same request again, at the other node, gives the same certificate.
    const again = await rivals[winner].enroll(winner % 2 ? b : a);
    assert.equal(again.text, answers[winner].text, `round ${round}`);
    assert.equal((await b.get(`${PROFILES}/${offered.profile.id}`)).json.enrolledDeviceCount, 1);
  }
  assert.equal(Number((await b.get(`${ENROLLMENTS}/$count`)).text), ROUNDS);
});

describe('what one node takes back the other one refuses within a second', () => {
  test('the tokens and log-ins of an application', async (t) => {
    const app = JSON.parse(await a.command('app', 'create', '--tenant', a.tenant, '--name', 'gone', '--role', ROLE, '--json'));
    const { access_token: token } = (await logIn(b, app)).json;
    for (let i = 0; i < 50; ++i) assert.equal((await b.get(PROFILES, { token })).status, 200); // on every loop
    await a.command('app', 'delete', app.clientId, '--tenant', a.tenant);
    const refused = async (node) => {
      const { status } = await node.get(PROFILES, { token });
      assert.ok(status === 200 || status === 401, String(status));
      return status === 401;
    };
    const begun = performance.now();
    await until(t, 'a token of a removed application', () => refused(b), begun);
    await until(t, 'the same at the node of the command', () => refused(a), begun);
    for (let i = 0; i < 50; ++i) assert.ok(await refused(b), 'on every loop');
    assert.equal((await logIn(b, app)).status, 401);
  });

  test('tokens of signing keys that were replaced', async (t) => {
    const old = a.bearer;
    for (let i = 0; i < 50; ++i) assert.equal((await b.get(PROFILES)).status, 200);
    await a.command('keys', 'renew-signing');
    const begun = performance.now();
    const refused = async (node) => (await node.get(PROFILES, { token: old })).status === 401;
    await until(t, 'a token of a replaced signing key', () => refused(b), begun);
    await until(t, 'the same at the node of the command', () => refused(a), begun);
    a.bearer = await a.token(a.tenant);
    b.bearer = a.bearer;
    for (const node of [b, a]) assert.equal((await node.get(PROFILES)).status, 200, 'the new key is known');
    const keys = async (node) => (await node.get(`/${a.tenant}/discovery/v2.0/keys`, { token: null })).json.keys.map(({ kid }) => kid);
    assert.deepEqual(await keys(a), await keys(b));
    assert.equal((await keys(a)).length, 1);
  });

  test('the token of a profile', async (t) => {
    const offered = await offer(a);
    assert.equal((await new QuickDevice(offered).enroll(b)).status, 200);
    assert.equal((await a.post(`${PROFILES}/${offered.profile.id}/revokeToken`)).status, 204);
    assert.equal((await new QuickDevice(offered).enroll(b)).status, 401, 'at once');
    t.diagnostic('a revoked profile token: at once');
    assert.equal((await b.get(`${PROFILES}/${offered.profile.id}`)).json.tokenValue, null);
  });

  test('the certificates of a device: renewal, reports, OCSP and the list', async (t) => {
    const offered = await offer(a);
    const device = new Device(b, { url: offered.url });
    assert.equal((await device.enroll(offered.token)).status, 200);
    assert.equal((await device.renew()).status, 200);
    const published = async (path) => (await device.call('GET', `/pki/${device.label}/${path}`, { identity: null })).octets;
    const issuer = file(new X509Certificate(await published('1/ca.cer')).toString());
    const request = openssl(['ocsp', '-reqout', '-', '-issuer', issuer, '-cert', file(device.certificate.toString()), '-no_nonce']);
    const status = async () => {
      const { octets } = await device.call('POST', `/pki/${device.label}/ocsp`, {
        body: request, headers: { 'Content-Type': 'application/ocsp-request' }, identity: null,
      });
      return openssl(['ocsp', '-respin', file(octets), '-issuer', issuer, '-cert', file(device.certificate.toString()), '-noverify']).toString();
    };
    const listed = async () => openssl(['crl', '-inform', 'DER', '-noout', '-text'], await published('1/ca.crl')).toString()
      .includes(device.certificate.serialNumber);
    assert.match(await status(), /: good/);
    assert.equal(await listed(), false); // the list is now remembered at b
    const list = await published('1/ca.crl');
    await sleep(700);
    assert.deepEqual(await published('1/ca.crl'), list, 'unchanged while nothing is revoked');

    assert.equal((await a.post(`${DEVICES}/${idOf(device.certificate)}/retire`)).status, 204);
    const begun = performance.now();
    assert.notEqual((await device.renew()).status, 200, 'at once');
    assert.notEqual((await device.report({ osVersion: '1' })).status, 204, 'at once');
    assert.match(await status(), /: revoked/, 'at once');
    t.diagnostic(`renewal, report and OCSP of a retired device: at once (three answers in ${(performance.now() - begun).toFixed(0)} ms)`);
    await until(t, 'the revocation list of a retired device', listed, begun);
  });

  test('the authority that was replaced issues no more', async (t) => {
    const offered = await offer(a);
    const device = new Device(b, { url: offered.url });
    assert.equal((await device.enroll(offered.token)).status, 200);
    assert.match(text(device.certificate), /\/1\/ca\.crl/);
    await a.command('ca', 'replace', '--tenant', a.tenant);
    await until(t, 'the successor of an authority', async () => {
      const answer = await device.renew({ key: makeKey() });
      assert.equal(answer.status, 200, answer.text);
      return /\/2\/ca\.crl/.test(text(answer.certificate));
    });
    const bundle = certificatesOf(Buffer.from((await device.get('cacerts', { identity: null })).text, 'base64'));
    assert.ok(bundle.length >= 4, 'both generations and their links');
  });
});

describe('keys', () => {
  test('a node with another key-encryption key does not start and stores nothing', async () => {
    const rows = async () => (await a.command('keys', 'list', '--json'));
    const had = await rows();
    const stranger = newNode();
    try {
      stranger.env.NODES_TEST_KEY = randomBytes(32).toString('hex');
      await assert.rejects(stranger.launch(), /muster serve ended: {"code":[1-9]/);
      assert.match(stranger.log, /key_encryption_keys.*env:NODES_TEST_KEY/s);
      assert.ok(!stranger.log.includes(stranger.env.NODES_TEST_KEY));
      // Without the setting it has a key file to look for, and makes none.
      delete stranger.env.MUSTER_KEY_ENCRYPTION_KEYS;
      stranger.log = '';
      await assert.rejects(stranger.launch(), /muster serve ended/);
      assert.match(stranger.log, /secrets\/vault\.key/);
      await assert.rejects(stranger.launch(), /vault\.key/);
    } finally {
      await stranger.destroy();
    }
    assert.equal(await rows(), had);
  });

  test('both kinds of keys are rotated while both nodes run', { timeout: 120_000 }, async () => {
    const old = await a.create({ displayName: 'old' });
    const next = randomBytes(32).toString('base64');
    const rotating = { MUSTER_KEY_ENCRYPTION_KEYS: 'env:NODES_NEXT_KEY,env:NODES_TEST_KEY', NODES_NEXT_KEY: next };
    for (const node of [a, b]) {
      await node.stop();
      node.env = { ...node.env, ...rotating };
      await node.launch();
    }
    assert.match(await b.command('keys', 'rotate-kek'), /2 keys were/);
    assert.match(await a.command('keys', 'rotate-kek'), /0 keys were/);

    // Both create and read all the time, while the data key changes under them.
    let running = true;
    const made = [];
    const work = async (writer, reader) => {
      while (running) {
        const { id, tokenValue } = await writer.create({ displayName: 'meanwhile' });
        const read = await reader.get(`${PROFILES}/${id}`);
        assert.equal(read.status, 200, read.text);
        assert.equal(read.json.tokenValue, tokenValue);
        made.push({ id, tokenValue });
        await sleep(20);
      }
    };
    const works = [work(a, b), work(b, a)];
    assert.match(await b.command('keys', 'rotate'), /Data key 2/);
    assert.match(await a.command('keys', 'reseal'), /rows were sealed anew under data key 2/);
    running = false;
    await Promise.all(works);
    await b.command('keys', 'reseal'); // what a node sealed before it turned to the new key
    const again = await a.command('keys', 'reseal');
    assert.match(again, /^0 of \d+ rows/, again);
    await assert.rejects(a.command('keys', 'retire', '1'), /lately/);
    await assert.rejects(a.command('keys', 'retire', '2'), /newest/);
    const keys = JSON.parse(await a.command('keys', 'list', '--json'));
    assert.deepEqual(keys.map(({ number, use, source }) => [number, use, source]),
      [[1, 'opens', 'env:NODES_NEXT_KEY'], [2, 'seals', 'env:NODES_NEXT_KEY'], [undefined, 'hashes', 'env:NODES_NEXT_KEY']]);

    // The old key is taken away; everything is there, and tokens are found by their hashes.
    for (const node of [a, b]) {
      await node.stop();
      node.env = { ...node.env, MUSTER_KEY_ENCRYPTION_KEYS: 'env:NODES_NEXT_KEY' };
      delete node.env.NODES_TEST_KEY;
      await node.launch();
    }
    const read = await b.get(`${PROFILES}/${old.id}`);
    assert.deepEqual([read.status, read.json.tokenValue, read.headers.etag ? 1 : 0], [200, old.tokenValue, 1], read.text);
    for (const { id, tokenValue } of made.slice(-5)) assert.equal((await a.get(`${PROFILES}/${id}`)).json.tokenValue, tokenValue);
    const { url, token } = await offer(a);
    const device = new Device(b, { url });
    assert.equal((await device.enroll(token)).status, 200);
    const bearer = await b.token(a.tenant);
    assert.equal((await a.get(PROFILES, { token: bearer })).status, 200);
  });
});
