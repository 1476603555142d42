// `muster device simulate` against an EST server that is not Muster's.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { after, before, beforeEach, test } from 'node:test';

import { FakeEst, TOKEN } from './fake_est.mjs';
import { BIN, Muster } from './harness.mjs';

let fake;
before(async () => (fake = await FakeEst.start()));
after(() => fake.stop());
beforeEach(() => {
  fake.requests.length = 0;
  fake.script.length = 0;
  fake.connections = 0;
  fake.resumed = 0;
});

// Runs the command to its end. `during(process)` is called once it runs; `input` is what it reads.
function simulate(args, { input = '', during } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(BIN, ['device', 'simulate', ...args], { stdio: 'pipe' });
    const said = { out: '', err: '' };
    child.stdout.on('data', (piece) => (said.out += piece));
    child.stderr.on('data', (piece) => (said.err += piece));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...said }));
    child.stdin.on('error', () => {}); // a command that refuses its options reads nothing
    child.stdin.end(input);
    during?.(child);
  });
}

async function summary(args, options) {
  const ended = await simulate(['--profile', fake.payload(), '--json', ...args], options);
  assert.ok(ended.out, ended.err);
  return { ...ended, json: JSON.parse(ended.out) };
}

const sent = (operation) => fake.requests.filter(({ path }) => path.endsWith(operation));

test('devices enrol, renew with another key and report', async () => {
  const { code, json, err } = await summary(['--count', '5', '--concurrency', '3']);
  assert.equal(code, 0, err);
  const { devices, finished, enrolled, renewed, reported, failed, pending, refusals } = json;
  assert.deepEqual(
    { devices, finished, enrolled, renewed, reported, failed, pending, refusals },
    { devices: 5, finished: 5, enrolled: 5, renewed: 5, reported: 5, failed: 0, pending: 0, refusals: [] },
  );
  for (const name of ['enrolmentCallMilliseconds', 'tlsMilliseconds']) {
    const { p50, p90, p99 } = json[name];
    assert.ok(p50 > 0 && p50 <= p90 && p90 <= p99, `${name}: ${p50} ${p90} ${p99}`);
  }
  assert.equal(fake.connections, 15, 'one for each step of each device');
  assert.equal(fake.resumed, 0);
  for (const { headers, certificate } of sent('/simpleenroll')) {
    assert.equal(headers['content-type'], 'application/pkcs10');
    assert.equal(headers.authorization, `Bearer ${TOKEN}`);
    assert.ok(!certificate);
  }
  const renewals = sent('/simplereenroll');
  for (const { headers, certificate, der } of renewals) {
    assert.equal(headers.authorization, undefined);
    const text = await fake.text(der);
    assert.match(text, /URI:urn:uuid:fake/);
    assert.match(text, new RegExp(certificate.subject.replace('CN=', 'CN = ')));
  }
  // Each report is by the certificate that was had last.
  const serials = new Set(renewals.map(({ certificate }) => certificate.serialNumber));
  for (const { certificate, body } of sent('/status')) {
    assert.ok(certificate && !serials.has(certificate.serialNumber));
    assert.equal(typeof JSON.parse(body).osVersion, 'string');
  }
});

test('a request says what the device is', async () => {
  const more = ['--no-renew', '--no-report', '--serial-prefix', 'T.', '--manufacturer', 'Zoë', '--model', '電話'];
  await summary(['--count', '2', ...more]);
  const [first, second] = sent('/simpleenroll');
  assert.match(await fake.text(first.der), /Subject: CN = T\.000001\n[^]*ASN1 OID: prime256v1[^]*ecdsa-with-SHA256/);
  const facts = await fake.facts(second.der);
  assert.equal(facts.serialNumber, 'T.000002');
  assert.equal(facts.manufacturer, 'Zoë');
  assert.equal(facts.model, '電話');
  assert.equal(fake.requests.length, 2);
});

test('a device that waits for approval sends the same request again, and others go on', async () => {
  const wait = { path: '/simpleenroll', status: 202, headers: { 'Retry-After': '1' } };
  fake.script.push(wait, wait);
  const { code, json, err } = await summary(['--count', '3', '--no-renew', '--no-report']);
  assert.equal(code, 0, err);
  assert.equal(json.enrolled, 3);
  const bodies = sent('/simpleenroll').map(({ body }) => body.toString());
  assert.equal(bodies.length, 5);
  assert.equal(new Set(bodies).size, 3);
  assert.equal(bodies[0], bodies[3], 'the first to wait is the first to come back');
});

test('patience ends, and the device is pending', async () => {
  fake.script.push({ path: '/simpleenroll', status: 202, headers: { 'Retry-After': '3600' } });
  const { code, json } = await summary(['--count', '2', '--patience', '30s']);
  assert.equal(code, 0, 'nothing failed');
  assert.deepEqual([json.pending, json.enrolled, json.finished, json.failed], [1, 1, 1, 0]);
});

test('a busy service is waited for, at every step', async () => {
  const headers = { 'Retry-After': '1' };
  fake.script.push(
    { path: '/simpleenroll', status: 429, headers },
    { path: '/simplereenroll', status: 503, headers },
    { path: '/status', status: 503, headers },
  );
  const { code, json, err } = await summary([]);
  assert.equal(code, 0, err);
  assert.deepEqual([json.enrolled, json.renewed, json.reported], [1, 1, 1]);
  assert.equal(fake.requests.length, 6);
  assert.equal(sent('/simplereenroll')[0].body.toString(), sent('/simplereenroll')[1].body.toString());
});

test('refusals are counted by step, status and reason', async () => {
  fake.script.push(
    { path: '/simpleenroll', status: 403, body: 'Enrolment was denied.\u001b[31m\nmore' },
    { path: '/simpleenroll', status: 401 },
    { path: '/simpleenroll', status: 401 },
    { path: '/simpleenroll', status: 200, body: 'no certificate' },
    { path: '/simplereenroll', status: 403, body: 'revoked' },
    { path: '/status', status: 400, body: 'what' },
  );
  const { code, json, err } = await summary(['--count', '7']);
  assert.equal(code, 1);
  assert.match(err, /6 of 7 devices failed/);
  const reason = "the answer is not a certificate for the device's key";
  assert.deepEqual(json.refusals, [
    { step: 'enrol', status: 0, reason, count: 1 },
    { step: 'enrol', status: 401, reason: '', count: 2 },
    { step: 'enrol', status: 403, reason: 'Enrolment was denied. [31m', count: 1 },
    { step: 'renew', status: 403, reason: 'revoked', count: 1 },
    { step: 'report', status: 400, reason: 'what', count: 1 },
  ]);
  assert.deepEqual([json.enrolled, json.renewed, json.reported, json.finished], [3, 2, 1, 1]);
});

test('a certificate for another key is none', async () => {
  const other = fake.requests;
  await summary(['--no-renew', '--no-report']);
  fake.script.push({ path: '/simpleenroll', ...(await fake.issue(other[0].der)) });
  const { code, json } = await summary(['--no-renew', '--no-report']);
  assert.equal(code, 1);
  assert.equal(json.enrolled, 0);
});

test('connections that are kept and sessions that are resumed', async () => {
  const more = ['--count', '4', '--no-renew', '--no-report'];
  assert.equal((await summary([...more, '--keep-connections'])).json.enrolled, 4);
  assert.equal(fake.connections, 1);
  assert.equal((await summary([...more, '--tls-resume'])).json.enrolled, 4);
  assert.equal(fake.connections, 5);
  // libcurl takes not every ticket that it could.
  assert.ok(fake.resumed > 0 && fake.resumed < 4, `${fake.resumed} resumed`);
});

test('a server whose chain does not lead to the pin, or with another name, gets no token', async () => {
  const wrong = fake.payload({ CA_PIN: Buffer.alloc(32).toString('base64url') });
  const elsewhere = await FakeEst.start({ names: 'DNS:elsewhere.example' });
  try {
    for (const payload of [wrong, fake.payload({ CA_PIN: undefined }), elsewhere.payload()]) {
      const { code, out } = await simulate(['--profile', payload, '--json']);
      assert.equal(code, 1);
      const { failed, refusals } = JSON.parse(out);
      assert.equal(failed, 1);
      assert.match(refusals[0].reason, /certificate/i);
    }
    assert.equal(fake.requests.length + elsewhere.requests.length, 0);
  } finally {
    elsewhere.stop();
  }
});

test('an authority of a file is trusted when there is no pin', async () => {
  const payload = fake.payload({ CA_PIN: undefined });
  const { code, err } = await simulate(['--profile', payload, '--ca-cert', fake.file('ca.pem')]);
  assert.equal(code, 0, err);
});

test('keys, certificates and chains are kept for other tools', async () => {
  const kept = fake.file('kept');
  const { code, err } = await summary(['--count', '2', '--keep', kept]);
  assert.equal(code, 0, err);
  const names = ['SIM-000001', 'SIM-000002'].flatMap((name) => ['cert', 'chain', 'key'].map((part) => `${name}.${part}.pem`));
  assert.deepEqual(readdirSync(kept).sort(), names);
  assert.equal(statSync(`${kept}/SIM-000001.key.pem`).mode & 0o777, 0o600);
  assert.equal(statSync(kept).mode & 0o777, 0o700);
  await fake.openssl('verify', '-CAfile', `${kept}/SIM-000001.chain.pem`, `${kept}/SIM-000001.cert.pem`);
  const ofKey = await fake.openssl('pkey', '-in', `${kept}/SIM-000001.key.pem`, '-pubout');
  const ofCertificate = await fake.openssl('x509', '-in', `${kept}/SIM-000001.cert.pem`, '-pubkey', '-noout');
  assert.equal(ofKey.toString(), ofCertificate.toString());
});

test('a file, standard input and a picture are profiles', async () => {
  const file = fake.file('payload.json');
  writeFileSync(file, fake.payload({}, 'org.other.prefix'));
  assert.equal((await simulate(['--profile', file])).code, 0);
  assert.equal((await simulate(['--profile', '-'], { input: fake.payload() })).code, 0);
  assert.equal(sent('/simpleenroll').length, 2);

  // The service draws a code that leads to the fake.
  const muster = await Muster.start({
    settings: `[payload.default]\nest_url = "${fake.url}"\nca_pin = "${fake.pin}"\n`,
  });
  try {
    const { id, tokenValue } = await muster.create();
    const picture = fake.file('qr.png');
    await muster.command('profile', 'qr', id, '--tenant', muster.tenant, '--format', 'png', '--out', picture);
    const { out } = await simulate(['--profile', picture, '--json']);
    assert.equal(JSON.parse(out).refusals[0].status, 401, 'the fake does not know this token');
    assert.equal(sent('/simpleenroll').at(-1).headers.authorization, `Bearer ${tokenValue}`);
    const piped = await simulate(['--profile', '-'], { input: readFileSync(picture) });
    assert.equal(piped.code, 1);
    assert.match(piped.out, /1 x enrol 401\n/);
  } finally {
    await muster.destroy();
  }
});

test('what is no profile is refused before anything is sent', async () => {
  const broken = fake.file('broken.png');
  writeFileSync(broken, Buffer.from('89504e470d0a1a0a0000', 'hex'));
  for (const [profile, words] of [
    ['{"a":1}', /PROVISIONING_ADMIN_EXTRAS_BUNDLE/],
    [fake.payload({ EST_URL: undefined }), /no EST_URL/],
    [fake.payload({ ENROLLMENT_TOKEN: undefined }), /no ENROLLMENT_TOKEN/],
    [fake.payload({ CA_PIN: 'x' }), /CA_PIN/],
    [fake.payload({ EST_URL: 'http://127.0.0.1/.well-known/est/a' }), /https/],
    [fake.payload({ EST_URL: 'https://127.0.0.1/est' }), /--no-report/],
    [fake.file('absent'), /cannot be read/],
    [broken, /no QR code/],
  ]) {
    const { code, err, out } = await simulate(['--profile', profile]);
    assert.equal(code, 1, profile);
    assert.match(err, words);
    assert.equal(out, '');
  }
  const { code, err } = await simulate(['--profile', fake.payload(), '--serial-prefix', '../x']);
  assert.equal(code, 1);
  assert.match(err, /--serial-prefix/);
  assert.equal((await simulate(['--profile', fake.payload(), '--count', '0'])).code, 2);
  assert.equal(fake.requests.length, 0);
});

test('an interrupted run says what was done', async () => {
  fake.script.push({ path: '/simpleenroll', status: 503, headers: { 'Retry-After': '60' } });
  let child;
  const isWaiting = new Promise((resolve) => {
    const look = (request) => request.url.endsWith('/status') && setImmediate(resolve);
    fake.server.on('request', look);
  });
  const ended = summary(['--count', '2'], { during: (started) => (child = started) });
  await isWaiting; // the first device waits, the second is at its last step
  child.kill('SIGINT');
  const { code, json } = await ended;
  assert.equal(code, 0);
  assert.equal(json.interrupted, true);
  assert.deepEqual([json.devices, json.enrolled, json.failed], [2, 1, 0]);
});
