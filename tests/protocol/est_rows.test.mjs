// EST row by row, beside est.test.mjs: bodies, certificates that no longer renew, what is answered to whom.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Muster } from './harness.mjs';
import {
  Device, assertEmpty, assertText, certificatesOf, file, issued, makeKey, makeRequest, openssl, pem, scanned, verify,
} from './device.mjs';
import { certificate, name, newKey, pemOf, requestBy, spkiOf } from './der.mjs';
import { DEVICES, ENROLLMENTS, idOf, newSource, offer, refusals, tally } from './enrolment.mjs';

const DAY = 86_400_000;
const OTHER = '22222222-2222-4222-8222-222222222222';

describe('E1: bodies', () => {
  let muster;
  let offered;
  let device;
  let der;
  before(async () => {
    muster = await Muster.start();
    offered = await offer(muster);
    device = new Device(muster, { url: offered.url });
    der = makeRequest(device.key);
  });
  after(() => muster?.destroy());
  const base64 = () => der.toString('base64');

  const good = {
    'one line': () => base64(),
    'lines of 64 and CRLF': () => base64().replace(/.{1,64}/g, '$&\r\n'),
    'lines of 76 and LF': () => base64().replace(/.{1,76}/g, '$&\n'),
    'lines of one character': () => base64().replace(/./g, '$&\n'),
    'blanks and tabs': () => `\t ${base64().replace(/.{1,7}/g, '$& \t')}`,
    PEM: () => pem('CERTIFICATE REQUEST', der),
    'PEM of old programs': () => pem('NEW CERTIFICATE REQUEST', der),
    'PEM without line breaks': () => `-----BEGIN CERTIFICATE REQUEST-----${base64()}-----END CERTIFICATE REQUEST-----`,
  };
  for (const [what, body] of Object.entries(good)) {
    test(`E1: ${what}`, async () => issued(await device.enroll(offered.token, { request: body() })));
  }

  const bad = {
    nothing: () => '', blanks: () => ' \r\n', DER: () => der.toString('latin1'), 'a JSON text': () => JSON.stringify(base64()),
    'base64 of another alphabet': () => `${base64().slice(0, 40)}-_${base64().slice(42)}`,
    'base64 without its end': () => base64().slice(0, -3), 'base64 with junk': () => `${base64().slice(0, 80)}!${base64().slice(80)}`,
    'base64 with a NUL': () => `${base64()}\0`, 'padding inside': () => `${base64().slice(0, 40)}=${base64().slice(40)}`,
    'too much padding': () => `${base64()}====`,
    'base64 twice': () => base64() + base64(), 'base64 of base64': () => Buffer.from(base64()).toString('base64'),
    'PEM of another kind': () => pem('CERTIFICATE', der), 'PEM without an end': () => pem('CERTIFICATE REQUEST', der).slice(0, -5),
    'PEM twice': () => pem('CERTIFICATE REQUEST', der) + pem('CERTIFICATE REQUEST', der),
    'PEM with a key before it': () => device.key + pem('CERTIFICATE REQUEST', der),
    'a certificate': () => openssl(['req', '-x509', '-key', file(device.key), '-subj', '/CN=x', '-outform', 'DER']).toString('base64'),
    'a key': () => openssl(['pkey', '-outform', 'DER'], device.key).toString('base64'),
    'a million As': () => 'A'.repeat(1_000_000), 'an empty SEQUENCE': () => Buffer.from([0x30, 0]).toString('base64'),
    'a length of four gigabytes': () => Buffer.from([0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0]).toString('base64'),
    'a thousand nested SEQUENCEs': () => Buffer.concat(Array.from({ length: 1000 }, () => Buffer.from([0x30, 0x80]))).toString('base64'),
  };
  for (const [what, body] of Object.entries(bad)) {
    test(`E1: ${what} is no request`, async () => {
      const earlier = await tally(muster, offered.profile);
      assertText(await device.enroll(offered.token, { request: body() }), 400);
      assert.deepEqual(await tally(muster, offered.profile), earlier);
    });
  }

  test('E1: every beginning of a request is refused', async () => {
    const fresh = makeRequest(makeKey());
    for (let size = 0; size < fresh.length; size += 7) {
      assertText(await device.enroll(offered.token, { request: fresh.subarray(0, size) }), 400);
    }
  });

  test('E1: more than the service reads is 413', async () => {
    const answer = await device.enroll(offered.token, { request: 'A'.repeat(2_000_000) });
    assert.equal(answer.status, 413, answer.text);
  });

  test('E1: Content-Type decides, Content-Transfer-Encoding does not', async () => {
    for (const type of ['application/x-pkcs10', 'application/pkcs7-mime', 'application/pkcs10x', 'multipart/mixed', '']) {
      assertText(await device.enroll(offered.token, { headers: { 'Content-Type': type } }), 415);
    }
    for (const type of ['application/pkcs10', 'Application/PKCS10', 'application/pkcs10; x=y']) {
      for (const encoding of ['base64', 'binary', '8bit', 'quoted-printable', 'nonsense']) {
        issued(await device.enroll(offered.token, { headers: { 'Content-Type': type, 'Content-Transfer-Encoding': encoding } }));
      }
    }
  });
});

describe('E6: certificates that do not renew', () => {
  let muster;
  let offered;
  let authority; // {key, certificate}: the issuing one, of which the test has the key
  let root;
  let veteran;
  const reasons = [];

  // An authority of our own, so that certificates can be made that the service would not make.
  async function importAuthority() {
    const config = file('[req]\ndistinguished_name = dn\n[dn]\n[ca]\nbasicConstraints = critical,CA:TRUE\n' +
      'keyUsage = critical,keyCertSign,cRLSign\nsubjectKeyIdentifier = hash\nauthorityKeyIdentifier = keyid\n');
    const make = (subject, signer) => {
      const key = newKey();
      const signed = signer ? ['-CA', file(signer.pem), '-CAkey', file(pemOf(signer.key))] : [];
      const request = openssl(['req', '-new', '-key', file(pemOf(key)), '-subj', subject, '-config', config]);
      const made = openssl(['x509', '-req', '-days', '3650', '-extfile', config, '-extensions', 'ca',
        ...(signer ? signed : ['-signkey', file(pemOf(key))]), '-set_serial', signer ? '2' : '1'], request).toString();
      return { key, pem: made };
    };
    root = make('/O=Works/CN=Root');
    authority = make('/O=Works/CN=Issuing', root);
    const paths = { cert: file(authority.pem), key: file(pemOf(authority.key)), root: file(root.pem) };
    await muster.command('ca', 'import', '--tenant', muster.tenant, '--certificate', paths.cert, '--key', paths.key, '--root', paths.root);
  }

  // A certificate like the device's, by our authority, with what `change` says.
  function like(device, change = {}) {
    const id = idOf(device.certificate);
    const subject = name(['2.5.4.10', change.tenant ?? muster.tenant], ['2.5.4.3', change.id ?? id]);
    const from = new Date(Date.now() + (change.from ?? -DAY));
    const to = new Date(Date.now() + (change.to ?? DAY));
    const signer = change.signer ?? authority.key;
    const der = certificate({ serial: change.serial ?? `0x${device.certificate.serialNumber}`, subject,
      issuer: name(['2.5.4.10', 'Works'], ['2.5.4.3', 'Issuing']), spki: spkiOf(device.privateKey), signer, from, to });
    return { key: device.key, cert: pem('CERTIFICATE', der) };
  }

  async function join(url = offered) {
    const privateKey = newKey();
    const device = new Device(muster, { url: url.url, key: pemOf(privateKey) });
    device.privateKey = privateKey;
    assert.equal((await device.enroll(url.token)).status, 200);
    return device;
  }

  async function assertRefused(device, identity, reason) {
    const earlier = await tally(muster, offered.profile);
    const subject = device.subject;
    assertText(await device.renew({ request: makeRequest(device.key, { subject }), identity }), 403);
    assertText(await device.renew({ request: makeRequest(makeKey(), { subject }), identity }), 403);
    const reported = await device.report({ osVersion: '1' }, { identity });
    assert.equal(reported.status, 403, reported.text);
    reasons.push(reason, reason, reason);
    assert.deepEqual(await tally(muster, offered.profile), earlier);
  }

  before(async () => {
    muster = await Muster.start();
    await importAuthority();
    offered = await offer(muster);
    veteran = await join(); // of the first authority, before it is replaced
  });
  after(() => muster?.destroy());

  test('E6: none', async () => assertRefused(veteran, null, 'no client certificate'));
  test('E6: one like the own, with the right key and dates, renews only if it was recorded', async () => {
    assert.equal((await veteran.renew({ identity: like(veteran) })).status, 200);
    await assertRefused(veteran, like(veteran, { serial: 0x1234567890abcdef1234n }), 'a certificate that was never recorded');
  });
  test('E6: expired', async () => assertRefused(veteran, like(veteran, { from: -2 * DAY, to: -60_000 }), 'expired certificate'));
  test('E6: not valid yet', async () => assertRefused(veteran, like(veteran, { from: DAY, to: 2 * DAY }), 'expired certificate'));
  test('E6: of another tenant, by its own words', async () =>
    assertRefused(veteran, like(veteran, { tenant: OTHER }), 'foreign client certificate'));
  test('E6: by another authority of the same name', async () =>
    assertRefused(veteran, like(veteran, { signer: newKey() }), 'foreign client certificate'));
  test("E6: the authority's own, and the root's", async () => {
    for (const one of [authority, root]) {
      await assertRefused(veteran, { key: pemOf(one.key), cert: one.pem }, 'foreign client certificate');
    }
  });
  test('E6: signed by the key of a device', async () => {
    await assertRefused(veteran, like(veteran, { signer: veteran.privateKey }), 'foreign client certificate');
  });
  test("E6: the service's own", async () => {
    const key = newKey();
    const subject = name(['2.5.4.10', muster.tenant], ['2.5.4.3', idOf(veteran.certificate)]);
    const der = certificate({ subject, issuer: subject, spki: spkiOf(key), signer: key,
      from: new Date(Date.now() - DAY), to: new Date(Date.now() + DAY) });
    await assertRefused(veteran, { key: pemOf(key), cert: pem('CERTIFICATE', der) }, 'foreign client certificate');
  });

  test('E6: of another tenant', async () => {
    await muster.createTenant(OTHER, 'Other');
    const options = { token: await muster.token(OTHER) };
    const scan = scanned(await muster.create({ displayName: 'Other' }, options));
    const stranger = await join(scan);
    assert.equal((await stranger.renew()).status, 200);
    stranger.path = veteran.path;
    await assertRefused(stranger, undefined, 'foreign client certificate');
  });

  test('E6: revoked by retire, wipe and delete', async () => {
    for (const end of ['retire', 'wipe', 'delete']) {
      const device = await join();
      const renewed = await device.renew({ key: pemOf(newKey()) });
      assert.equal(renewed.status, 200, renewed.text);
      const path = `${DEVICES}/${idOf(device.certificate)}`;
      const answer = end === 'delete' ? await muster.delete(path) : await muster.post(`${path}/${end}`, {});
      assert.ok(answer.status < 300, answer.text);
      await assertRefused(device, undefined, 'revoked certificate');
    }
  });

  test('E6: every certificate of a device that was retired, not the newest alone', async () => {
    const device = await join();
    const privateKey = newKey();
    const second = await device.renew({ key: pemOf(privateKey) });
    assert.equal((await muster.post(`${DEVICES}/${idOf(device.certificate)}/retire`, {})).status, 204);
    await assertRefused(device, { key: pemOf(privateKey), cert: second.certificate.toString() }, 'revoked certificate');
  });

  test('E6: whose device is gone is not enrolled by its old key, and by a new one anew', async () => {
    for (const end of ['retire', 'delete']) {
      const device = await join();
      const path = `${DEVICES}/${idOf(device.certificate)}`;
      const answer = end === 'delete' ? await muster.delete(path) : await muster.post(`${path}/retire`, {});
      assert.ok(answer.status < 300, answer.text);
      const earlier = await tally(muster, offered.profile);
      assertText(await device.enroll(offered.token), 403);
      reasons.push('the certificate that was issued is revoked');
      assert.deepEqual(await tally(muster, offered.profile), earlier);
      const reset = new Device(muster, { url: offered.url });
      assert.equal((await reset.enroll(offered.token)).status, 200);
      assert.equal((await reset.report({})).status, 204);
    }
  });

  test('E6: a subject that is not the own', async () => {
    const earlier = await tally(muster, offered.profile);
    const { key, subject } = veteran;
    for (const other of [subject.replace(/CN = .*/, 'CN = device'), subject.replace(/O = .*/, `O = ${OTHER}`), `${subject}\nOU = x`,
      subject.split('\n').reverse().join('\n'), subject.split('\n')[1]]) {
      assertText(await veteran.renew({ request: makeRequest(key, { subject: other }) }), 400);
      reasons.push(/^request: The subject/);
    }
    for (const names of ['DNS:muster.test', `URI:urn:uuid:${OTHER}`, `${veteran.certificate.subjectAltName},DNS:x.test`]) {
      assertText(await veteran.renew({ request: makeRequest(key, { subject, names }) }), 400);
      reasons.push(/^request: The subjectAltName/);
    }
    assert.deepEqual(await tally(muster, offered.profile), earlier);
  });

  test("E6: another device's subject", async () => {
    const device = await join();
    assertText(await device.renew({ request: makeRequest(device.key, { subject: veteran.subject }) }), 400);
    reasons.push(/^request: The subject/);
  });

  test('E6: after the authority was replaced, the older certificate renews and a revoked one does not', async () => {
    const gone = await join();
    const deleted = await join();
    await muster.command('ca', 'replace', '--tenant', muster.tenant);
    // The running service believes what it knows for a second.
    const deadline = Date.now() + 30_000;
    let renewed;
    do {
      renewed = await veteran.renew({ key: makeKey() });
      assert.equal(renewed.status, 200, renewed.text);
      assert.ok(Date.now() < deadline);
    } while (renewed.certificate.issuer === veteran.certificate.issuer);
    const authorities = certificatesOf(Buffer.from((await veteran.get('cacerts')).text, 'base64'));
    assert.match(verify(renewed.certificate, authorities), /: OK/);
    assert.match(verify(veteran.certificate, authorities), /: OK/);
    assert.equal((await muster.post(`${DEVICES}/${idOf(gone.certificate)}/retire`, {})).status, 204);
    await assertRefused(gone, undefined, 'revoked certificate');
    assert.equal((await muster.delete(`${DEVICES}/${idOf(deleted.certificate)}`)).status, 204);
    await assertRefused(deleted, undefined, 'revoked certificate');
    await assertRefused(veteran, like(veteran, { from: -2 * DAY, to: -60_000 }), 'expired certificate');
  });

  test('E6: the audit log has the reason of each refusal', async () => {
    const found = await refusals(muster, reasons.length);
    assert.equal(found.length, reasons.length, found.join('\n'));
    reasons.forEach((reason, i) => (typeof reason === 'string' ? assert.equal(found[i], reason) : assert.match(found[i], reason)));
  });
});

describe('E9: what is answered to whom', () => {
  let muster;
  let offered;
  let device;
  before(async () => {
    muster = await Muster.start();
    await muster.createTenant(OTHER, 'Other');
    offered = await offer(muster);
    device = new Device(muster, { url: offered.url });
    issued(await device.enroll(offered.token));
  });
  after(() => muster?.destroy());

  const table = [
    // method, path below /.well-known/est, with L for the label; status
    ['GET', 'L/cacerts', 200], ['HEAD', 'L/cacerts', 200], ['POST', 'L/cacerts', 405], ['PUT', 'L/cacerts', 405],
    ['GET', 'L/csrattrs', 200], ['HEAD', 'L/csrattrs', 200], ['POST', 'L/csrattrs', 405], ['DELETE', 'L/csrattrs', 405],
    ['GET', 'L/simpleenroll', 405], ['PUT', 'L/simpleenroll', 405], ['POST', 'L/simpleenroll', 401],
    ['GET', 'L/simplereenroll', 405], ['DELETE', 'L/simplereenroll', 405],
    ['POST', 'L/fullcmc', 501], ['GET', 'L/fullcmc', 405], ['POST', 'L/serverkeygen', 501], ['GET', 'L/serverkeygen', 405],
    ['GET', 'nobody-here/cacerts', 404], ['GET', 'nobody-here/csrattrs', 404], ['POST', 'nobody-here/simpleenroll', 404],
    ['GET', 'cacerts', 404], ['GET', 'csrattrs', 404], ['POST', 'simpleenroll', 404],
    ['GET', '', 404], ['GET', 'L', 404], ['GET', 'L/', 404], ['GET', 'L/nothing', 404], ['GET', 'L/cacerts/', 404],
    ['GET', 'L/cacerts/more', 404], ['GET', 'L/CACERTS', 404], ['GET', 'L//cacerts', 404], ['GET', '../est/L/cacerts', 404],
    ['GET', 'L/cacerts?x=y', 200], ['GET', `${OTHER}/cacerts`, 200], ['GET', `${OTHER.replaceAll('2', '3')}/cacerts`, 404], ['GET', '%00/cacerts', 404],
    ['GET', `${'x'.repeat(300)}/cacerts`, 404],
  ];
  for (const [method, path, status] of table) {
    test(`E9: ${method} ${path.slice(0, 40)}: ${status}`, async () => {
      const at = `/.well-known/est/${path.replace(/^L(?=\/|$)|(?<=est\/)L/, device.label)}`;
      const answer = await device.call(method, at, { identity: null, headers: { 'Content-Type': 'application/pkcs10' } });
      assert.equal(answer.status, status, answer.text);
      if (status === 405) assert.match(answer.headers.allow, /^(POST|GET, HEAD)$/);
      if (status === 401) assertEmpty(answer, 401);
      else if (status >= 400 && method !== 'HEAD') assertText(answer, status);
      assert.ok(!answer.text.includes(muster.tenant));
    });
  }

  const credentials = {
    'Basic without a password': `Basic ${Buffer.from('user:').toString('base64')}`,
    'Basic with the token as user': (token) => `Basic ${Buffer.from(`${token}:`).toString('base64')}`,
    'Basic with another password': `Basic ${Buffer.from(`user:${'A'.repeat(26)}`).toString('base64')}`,
    'Basic that is no base64': 'Basic !!!', 'Basic without a colon': (token) => `Basic ${Buffer.from(token).toString('base64')}`,
    'an empty Bearer': 'Bearer ', 'a Bearer of blanks': (token) => `Bearer ${token} x`, 'no scheme': (token) => token,
    Digest: (token) => `Digest ${token}`, 'a Bearer in lower case': (token) => `Bearer ${token.toLowerCase()}`,
    'the access token of an administrator': () => `Bearer ${muster.bearer}`,
  };
  for (const [what, value] of Object.entries(credentials)) {
    test(`E9: ${what}: 401 without a body, and how to come`, async () => {
      const Authorization = typeof value === 'function' ? value(offered.token) : value;
      const source = { localAddress: newSource() };
      const answer = await device.enroll(null, { request: makeRequest(makeKey()), headers: { Authorization }, ...source });
      assertEmpty(answer, 401);
      const challenges = answer.raw.filter((_, i) => answer.raw[i - 1]?.toLowerCase() === 'www-authenticate');
      assert.deepEqual(challenges, ['Basic realm="enrollment", charset="UTF-8"', 'Bearer realm="enrollment"']);
    });
  }

  test('E9: a client certificate is no token, and a token is no client certificate', async () => {
    assertEmpty(await device.enroll(null, { identity: undefined }), 401);
    const request = makeRequest(device.key, { subject: device.subject });
    const headers = { Authorization: `Bearer ${offered.token}` };
    assertText(await device.renew({ request, headers, identity: null }), 403);
  });

  test('E9: 202, empty, with Retry-After, until an administrator decides', async () => {
    const waiting = await offer(muster, { approval: 'required' });
    for (const [decision, status] of [['approve', 200], ['deny', 403]]) {
      const one = new Device(muster, { url: waiting.url });
      const request = requestBy(newKey());
      const earlier = await tally(muster, waiting.profile);
      for (let i = 0; i < 3; ++i) {
        const answer = await one.enroll(waiting.token, { request });
        assertEmpty(answer, 202);
        assert.ok(Number(answer.headers['retry-after']) >= 30 && Number(answer.headers['retry-after']) <= 38);
      }
      const now = await tally(muster, waiting.profile);
      assert.deepEqual(now, { ...earlier, enrollments: earlier.enrollments + 1 }, 'asked for once, counted not at all');
      const pending = await muster.get(encodeURI(`${ENROLLMENTS}?$filter=state eq 'pending'`));
      assert.equal(pending.json.value.length, 1);
      const decided = await muster.post(`${ENROLLMENTS}/${pending.json.value[0].id}/${decision}`, {});
      assert.ok(decided.status < 300, decided.text);
      assert.equal((await one.enroll(waiting.token, { request })).status, status);
      assert.equal((await one.enroll(waiting.token, { request })).status, status);
    }
    assert.equal((await tally(muster, waiting.profile)).counted, 1);
  });
});
