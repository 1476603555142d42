// E8: keys of authorities, tokens and PINs stay where they belong: not in the log, not in an answer, not in a file that
// is not sealed; and keys in a token of PKCS#11 issue and renew.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Muster, ON_POSTGRES, octetsInDatabase } from './harness.mjs';
import { Device, certificatesOf, file, makeKey, openssl, text, verify } from './device.mjs';
import { newKey, pemOf } from './der.mjs';
import { DEVICES, ENROLLMENTS, POLICIES, idOf, offer } from './enrolment.mjs';

const MODULE = '/usr/lib/softhsm/libsofthsm2.so';
const authorities = async (device) => certificatesOf(Buffer.from((await device.get('cacerts', { identity: null })).text, 'base64'));

function* filesBelow(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else yield path;
  }
}

// A root and an issuing authority by OpenSSL: {root, issuing, key}, texts in PEM.
function worksAuthority() {
  const config = file('[req]\ndistinguished_name = dn\n[dn]\n[ca]\nbasicConstraints = critical,CA:TRUE\n' +
    'keyUsage = critical,keyCertSign,cRLSign\nsubjectKeyIdentifier = hash\nauthorityKeyIdentifier = keyid\n');
  const [rootKey, key] = [newKey(), newKey()].map(pemOf);
  const request = (subject, of) => openssl(['req', '-new', '-key', file(of), '-subj', subject, '-config', config]);
  const signed = (asked, ...by) => openssl(['x509', '-req', '-days', '3650', '-extfile', config, '-extensions', 'ca', ...by], asked).toString();
  const root = signed(request('/O=Works/CN=Root', rootKey), '-signkey', file(rootKey), '-set_serial', '1');
  const issuing = signed(request('/O=Works/CN=Issuing', key), '-CA', file(root), '-CAkey', file(rootKey), '-set_serial', '2');
  return { root, issuing, key };
}

// The forms in which a private key could stand somewhere: its number, DER, base64 of either, hex.
function formsOf(key) {
  const { d } = createPrivateKey(key).export({ format: 'jwk' });
  const number = Buffer.from(d, 'base64url');
  const der = createPrivateKey(key).export({ type: 'pkcs8', format: 'der' });
  const line = key.split('\n')[1];
  return [number, der, d, number.toString('base64').slice(0, 42), number.toString('hex'), number.toString('hex').toUpperCase(), line]
    .map((form) => Buffer.from(form));
}

test('E8: keys and tokens stand nowhere in the open', async () => {
  const muster = await Muster.start({ args: ['--log-level', 'debug', '--log-requests'] });
  const said = [];
  try {
    const works = worksAuthority();
    said.push(await muster.command('ca', 'import', '--tenant', muster.tenant, '--certificate', file(works.issuing), '--key',
      file(works.key), '--root', file(works.root)));
    const offered = await offer(muster, { tokenUsageLimit: 2 });
    const device = new Device(muster, { url: offered.url });
    const answers = [await device.enroll(offered.token)];
    assert.equal(answers[0].status, 200, answers[0].text);
    assert.match(device.certificate.issuer, /Works/);
    answers.push(await device.renew(), await device.report({ osVersion: '1' }), await device.enroll('B'.repeat(26)),
      await device.enroll(offered.token, { request: 'junk' }), await device.get('cacerts'), await device.get('csrattrs'));
    for (const path of ['ca.cer', 'root.cer', 'ca.crl']) answers.push(await device.call('GET', `/pki/${device.label}/${path}`, { identity: null }));
    for (const path of [DEVICES, ENROLLMENTS, POLICIES, '/beta/deviceManagement/auditEvents', '/metrics', '/openapi.json',
      `${DEVICES}/${idOf(device.certificate)}`]) {
      answers.push(await muster.get(path));
    }
    const full = { headers: { Accept: 'application/json;odata.metadata=full' } };
    for (const set of ['authorities', 'certificates', 'enrollmentTokens', 'revocations']) {
      assert.ok([400, 404].includes((await muster.get(`/beta/deviceManagement/${set}`, full)).status), set);
    }
    for (const command of ['show', 'export', 'replace']) said.push(await muster.command('ca', command, '--tenant', muster.tenant));
    // Files as they are while the service runs, its journal among them, and as they are afterwards.
    const files = new Map();
    const collect = (when) => {
      for (const path of filesBelow(muster.data)) files.set(`${path} ${when}`, readFileSync(path));
    };
    collect('running');
    assert.ok(ON_POSTGRES || [...files.keys()].some((path) => path.includes('muster.db-wal')));
    await muster.stop();
    collect('stopped');
    files.set('the database', octetsInDatabase(muster));

    const keys = formsOf(works.key);
    const deviceKey = formsOf(device.key);
    const tokens = [offered.token, offered.profile.tokenValue].map((token) => Buffer.from(token));
    const outside = { log: Buffer.from(muster.log + muster.output), commands: Buffer.from(said.join('\n')) };
    answers.forEach((answer, i) => (outside[`answer ${i}`] = Buffer.concat([answer.octets, Buffer.from(JSON.stringify(answer.headers))])));
    for (const [where, octets] of [...Object.entries(outside), ...files]) {
      for (const secret of [...keys, ...deviceKey, ...tokens]) assert.ok(!octets.includes(secret), `a secret in ${where}`);
      const own = /\/tls\/(ca|server)-key/.test(where);
      assert.ok(own || !octets.includes('PRIVATE KEY'), `a private key in ${where}`);
    }
    assert.ok([...files.values()].some((octets) => octets.includes('Shop floor')), 'the search finds what is there');
    assert.ok(outside.log.includes('simpleenroll'));
    for (const path of filesBelow(muster.data)) {
      const open = statSync(path).mode & 0o077;
      assert.ok(open === 0 || /\/tls\/(ca|server)\.pem$|ca\.pem$/.test(path), `${path} is open to others`);
    }
  } finally {
    await muster.destroy();
  }
});

test('E8: with another vault key nothing is served', async () => {
  const muster = await Muster.start();
  try {
    const offered = await offer(muster);
    const device = new Device(muster, { url: offered.url });
    assert.equal((await device.enroll(offered.token)).status, 200);
    await muster.stop();
    const key = join(muster.data, 'secrets', 'vault.key');
    renameSync(key, `${key}.right`);
    const wrong = readFileSync(`${key}.right`);
    wrong[wrong.length >> 1] = wrong[wrong.length >> 1] === 0x41 ? 0x42 : 0x41;
    writeFileSync(key, wrong, { mode: 0o600 });
    await assert.rejects(muster.launch(), /muster serve ended: {"code":[1-9]/);
    renameSync(`${key}.right`, key);
    await muster.launch();
    assert.equal((await device.renew()).status, 200);
  } finally {
    await muster.destroy();
  }
});

test('E8: keys in a PKCS#11 token issue and renew, also after a restart and a replacement', async () => {
  const muster = new Muster();
  const pin = '73519264';
  try {
    const store = join(muster.dir, 'tokens');
    mkdirSync(store);
    const config = join(muster.dir, 'softhsm2.conf');
    writeFileSync(config, `directories.tokendir = ${store}\nobjectstore.backend = file\nlog.level = ERROR\n`);
    muster.env = { SOFTHSM2_CONF: config, MUSTER_PKCS11_MODULE: MODULE, MUSTER_PKCS11_TOKEN: 'muster', MUSTER_PKCS11_PIN: pin };
    execFileSync('softhsm2-util', ['--init-token', '--free', '--label', 'muster', '--pin', pin, '--so-pin', '5678'],
      { env: { ...process.env, ...muster.env }, stdio: 'pipe' });
    muster.args = ['--log-level', 'debug', '--log-requests'];
    await muster.createTenant(muster.tenant, 'Contoso');
    await muster.launch();
    muster.bearer = await muster.token(muster.tenant);

    const offered = await offer(muster);
    const device = new Device(muster, { url: offered.url });
    assert.equal((await device.enroll(offered.token)).status, 200);
    assert.match(verify(device.certificate, await authorities(device)), /: OK/);
    const renewed = await device.renew({ key: makeKey() });
    assert.equal(renewed.status, 200, renewed.text);
    const [shown] = JSON.parse(await muster.command('ca', 'show', '--tenant', muster.tenant, '--json'));
    assert.deepEqual([shown.rootKey, shown.issuingKey], ['token', 'token']);

    await muster.stop();
    await muster.launch();
    assert.equal((await device.renew()).status, 200);
    await muster.command('ca', 'replace', '--tenant', muster.tenant);
    const deadline = Date.now() + 30_000;
    let latest;
    do latest = await device.renew({ key: makeKey() }); while (!/\/2\/ca\.crl/.test(text(latest.certificate)) && Date.now() < deadline);
    assert.match(text(latest.certificate), /\/2\/ca\.crl/);
    assert.match(verify(latest.certificate, await authorities(device)), /: OK/);
    assert.match(verify(device.certificate, await authorities(device)), /: OK/);
    for (const list of ['1/ca.crl', '2/ca.crl', '1/root.crl', '2/root.crl']) {
      assert.equal((await device.call('GET', `/pki/${device.label}/${list}`, { identity: null })).status, 200, list);
    }
    await muster.stop();

    assert.ok(!muster.log.includes(pin));
    for (const path of filesBelow(muster.data)) {
      const octets = readFileSync(path);
      assert.ok(!octets.includes(pin), path);
    }
    // With another PIN, or without the token, the service does not start, and says why without naming the PIN.
    for (const [change, why] of [[{ MUSTER_PKCS11_PIN: '00000000' }, /refuses the PIN/], [{ MUSTER_PKCS11_TOKEN: 'other' }, /no such token/],
      [{ MUSTER_PKCS11_MODULE: '/nowhere/module.so' }, /cannot be loaded/]]) {
      const { env } = muster;
      muster.env = { ...env, ...change };
      muster.log = '';
      await assert.rejects(muster.launch(), /muster serve ended: {"code":[1-9]/);
      assert.match(muster.log, why);
      assert.ok(!muster.log.includes('00000000') && !muster.log.includes(pin));
      muster.env = env;
    }
  } finally {
    await muster.destroy();
  }
});
