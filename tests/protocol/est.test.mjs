// EST and reports from a device's side: enrolment, renewal, what refuses them, over both versions of TLS.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Muster, PROFILES } from './harness.mjs';
import {
  Device, assertEmpty, assertText, certificatesOf, file, issued, makeKey, makeRequest, openssl, pem, scanned, text,
  verify,
} from './device.mjs';
import { DEVICES, ENROLLMENTS, idOf, offer } from './enrolment.mjs';

const authorities = async (device) =>
  certificatesOf(Buffer.from((await device.get('cacerts', { identity: null })).text, 'base64'));
const basic = (user, token) => `Basic ${Buffer.from(`${user}:${token}`).toString('base64')}`;

for (const version of ['TLSv1.2', 'TLSv1.3']) {
  describe(`a device's life over ${version}`, () => {
    let muster;
    let offered;
    before(async () => {
      muster = await Muster.start();
      offered = await offer(muster);
    });
    after(() => muster?.destroy());
    const device = (options) => new Device(muster, { url: offered.url, version, ...options });

    test('enrols with a bearer token and is listed and counted', async () => {
      const one = device();
      const facts = { serialNumber: 'R58N', manufacturer: 'Fairphone', model: 'FP5', osVersion: '15' };
      const answer = await one.enroll(offered.token, { request: makeRequest(one.key, { facts }) });
      assert.equal(answer.status, 200, answer.text);
      assert.match(answer.headers['cache-control'], /no-store/);
      assert.match(verify(one.certificate, await authorities(one)), /: OK/);
      assert.ok(one.certificate.checkPrivateKey((await import('node:crypto')).createPrivateKey(one.key)));
      assert.ok(one.certificate.subject.includes(`O=${muster.tenant}`));
      assert.equal(one.certificate.subjectAltName, `URI:urn:uuid:${idOf(one.certificate)}`);
      assert.match(text(one.certificate), /TLS Web Client Authentication/);
      assert.match(text(one.certificate), /CA:FALSE/);

      const listed = (await muster.get(`${DEVICES}/${idOf(one.certificate)}`)).json;
      assert.equal(listed.serialNumber, 'R58N');
      assert.equal(listed.model, 'FP5');
      assert.equal((await muster.get(`${PROFILES}/${offered.profile.id}`)).json.enrolledDeviceCount, 1);
    });

    test('E5: the same key gets the same certificate however often it asks', async () => {
      const one = device();
      const request = makeRequest(one.key);
      const first = await one.enroll(offered.token, { request });
      const again = await one.enroll(null, { request, headers: { Authorization: basic('estuser', offered.token) } });
      const other = await one.enroll(null, { headers: { Authorization: basic('', offered.token) } });
      assert.equal(issued(again).fingerprint256, issued(first).fingerprint256);
      assert.equal(issued(other).fingerprint256, issued(first).fingerprint256);
    });

    test('E1: bodies may have lines, and the armour of PEM', async () => {
      for (const form of [
        (der) => der.toString('base64').replace(/.{1,76}/g, '$&\r\n'), (der) => pem('CERTIFICATE REQUEST', der),
        (der) => pem('NEW CERTIFICATE REQUEST', der), (der) => ` ${der.toString('base64')}\n`,
      ]) {
        const one = device();
        issued(await one.enroll(offered.token, { request: form(makeRequest(one.key)) }));
      }
    });

    test('renews with its certificate: the same key, then a new one', async () => {
      const one = device();
      await one.enroll(offered.token);
      const first = await one.renew();
      assert.notEqual(first.certificate?.serialNumber, one.certificate.serialNumber, first.text);
      assert.equal(first.certificate.subject, one.certificate.subject);
      assert.equal((await one.renew()).certificate.serialNumber, first.certificate.serialNumber);

      const key = makeKey('p384');
      const second = await one.renew({ key });
      assert.match(verify(second.certificate, await authorities(one)), /: OK/);
      one.key = key;
      one.certificate = second.certificate;
      assert.equal((await one.report({ osVersion: '16' })).status, 204);
    });

    test('reports', async () => {
      const one = device();
      await one.enroll(offered.token);
      const answer = await one.report({ osVersion: '17', isEncrypted: true, serialNumber: 'other', unknown: 1 });
      assert.equal(answer.status, 204, answer.text);
      const listed = (await muster.get(`${DEVICES}/${idOf(one.certificate)}`)).json;
      assert.equal(listed.osVersion, '17');
      assert.equal(listed.isEncrypted, true);
      assert.notEqual(listed.serialNumber, 'other');
    });

    test('E4: binds its request to the connection, or does not', async () => {
      const one = device();
      const bound = async (binding) => {
        const socket = await one.connect();
        const value = binding(socket).toString('base64');
        return one.enroll(offered.token, {
          request: makeRequest(one.key, { more: [`challengePassword = ${value}`] }), socket,
        });
      };
      const right = (socket) => version === 'TLSv1.2' ? socket.getFinished()
        : socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));
      let earlier;
      const answer = await bound((socket) => (earlier = right(socket)));
      assert.equal(answer.status, 200, answer.text);
      for (const wrong of [() => earlier, () => Buffer.from(offered.token), () => Buffer.alloc(12)]) {
        assertText(await bound(wrong), 400);
      }
    });
  });
}

describe('what refuses an enrolment', () => {
  let muster;
  let offered;
  let device;
  before(async () => {
    muster = await Muster.start();
    offered = await offer(muster);
    device = new Device(muster, { url: offered.url });
  });
  after(() => muster?.destroy());

  test('E9: no token: an empty 401 with both challenges', async () => {
    const answer = await device.enroll(null);
    assertEmpty(answer, 401);
    const challenges = answer.raw.filter((_, i) => answer.raw[i - 1]?.toLowerCase() === 'www-authenticate');
    assert.deepEqual(challenges, ['Basic realm="enrollment", charset="UTF-8"', 'Bearer realm="enrollment"']);
  });

  test('E9: tokens that are unknown, revoked, replaced or used up look alike', async () => {
    const revoked = await offer(muster);
    await muster.post(`${PROFILES}/${revoked.profile.id}/revokeToken`, {});
    const replaced = await offer(muster);
    await muster.post(`${PROFILES}/${replaced.profile.id}/createToken`, { tokenValidityInSeconds: 600 });
    const once = await offer(muster, { tokenUsageLimit: 1 });
    assert.equal((await new Device(muster, { url: once.url }).enroll(once.token)).status, 200);
    const shape = (answer) => {
      assertEmpty(answer, 401);
      const { date, 'request-id': id, ...rest } = answer.headers;
      assert.ok(date && id);
      return rest;
    };
    const expected = shape(await device.enroll(null));
    for (const token of ['A'.repeat(26), revoked.token, replaced.token, once.token]) {
      assert.deepEqual(shape(await device.enroll(token)), expected);
    }
    assert.deepEqual(shape(await device.enroll('A'.repeat(26), { request: 'junk' })), expected);
  });

  test('E1: bodies that are no request', async () => {
    const der = makeRequest(device.key);
    const spoilt = Buffer.from(der);
    spoilt[spoilt.length - 5] ^= 1;
    for (const request of ['', 'junk!', der.toString('latin1'), der.toString('base64').slice(0, 100), 'A'.repeat(1_000_000),
      der.toString('base64') + der.toString('base64'), pem('CERTIFICATE', der), spoilt]) {
      assertText(await device.enroll(offered.token, { request }), 400);
    }
  });

  test('E2: keys and facts that do not fit', async () => {
    const weak = makeKey('rsa1024');
    assertText(await device.enroll(offered.token, { request: makeRequest(weak) }), 400);
    assertText(await device.enroll(offered.token, { request: makeRequest(device.key, { digest: 'sha1' }) }), 400);
    const facts = [{ serialNumber: 'x'.repeat(65) }, { isEncrypted: 'yes' }, 'no json', { esid: 5 }];
    for (const wrong of facts) {
      assertText(await device.enroll(offered.token, { request: makeRequest(device.key, { facts: wrong }) }), 400);
    }
  });

  test('E1: other media types; Content-Transfer-Encoding says nothing', async () => {
    for (const type of ['application/octet-stream', 'text/plain', '']) {
      assertText(await device.enroll(offered.token, { headers: { 'Content-Type': type } }), 415);
    }
    const headers = { 'Content-Type': 'application/pkcs10; charset=us-ascii', 'Content-Transfer-Encoding': '8bit' };
    assert.equal((await device.enroll(offered.token, { headers })).status, 200);
  });

  test('E9: methods, operations and labels that are not there', async () => {
    const get = await device.get('simpleenroll', { identity: null });
    assertText(get, 405);
    assert.equal(get.headers.allow, 'POST');
    const post = await device.post('cacerts', '', { identity: null });
    assertText(post, 405);
    assert.equal(post.headers.allow, 'GET, HEAD');
    for (const operation of ['serverkeygen', 'fullcmc']) {
      assertText(await device.post(operation, '', { identity: null }), 501);
    }
    assertText(await device.call('GET', '/.well-known/est/nobody-here/cacerts', { identity: null }), 404);
    assertText(await device.call('GET', '/.well-known/est/cacerts/cacerts', { identity: null }), 404);
    assertText(await device.get('nothing', { identity: null }), 404);
  });

  test('E9: an administrator has to approve, and does', async () => {
    const approving = await offer(muster, { approval: 'required' });
    const one = new Device(muster, { url: approving.url });
    const request = makeRequest(one.key);
    for (let i = 0; i < 2; ++i) {
      const waiting = await one.enroll(approving.token, { request });
      assertEmpty(waiting, 202);
      assert.match(waiting.headers['retry-after'], /^[1-9]\d*$/);
    }
    const { value } = (await muster.get(`${ENROLLMENTS}?$filter=state eq 'pending'`.replaceAll(' ', '%20'))).json;
    assert.equal(value.length, 1);
    const approved = await muster.post(`${ENROLLMENTS}/${value[0].id}/approve`, {});
    assert.ok(approved.status < 300, approved.text);
    assert.equal((await one.enroll(approving.token, { request })).status, 200);
  });

  test('E9: an administrator denies', async () => {
    const approving = await offer(muster, { approval: 'required' });
    const one = new Device(muster, { url: approving.url });
    assertEmpty(await one.enroll(approving.token), 202);
    const { value } = (await muster.get(`${ENROLLMENTS}?$filter=state eq 'pending'`.replaceAll(' ', '%20'))).json;
    const denied = await muster.post(`${ENROLLMENTS}/${value[0].id}/deny`, {});
    assert.ok(denied.status < 300, denied.text);
    assertText(await one.enroll(approving.token), 403);
  });

  test('key attestation that is demanded and missing', async () => {
    const demanding = await offer(muster, { keyAttestation: 'require' });
    assertText(await new Device(muster, { url: demanding.url }).enroll(demanding.token), 403);
  });
});

describe('what refuses a certificate', () => {
  let muster;
  let offered;
  let enrolled;
  before(async () => {
    muster = await Muster.start();
    offered = await offer(muster);
    enrolled = await join();
  });
  after(() => muster?.destroy());

  async function join() {
    const device = new Device(muster, { url: offered.url });
    assert.equal((await device.enroll(offered.token)).status, 200);
    return device;
  }
  // Renewal and report are refused alike.
  async function assertRefused(device, identity) {
    const request = makeRequest(device.key, { subject: enrolled.subject });
    assertText(await device.renew({ request, identity }), 403);
    const reported = await device.report({ osVersion: '1' }, { identity });
    assert.equal(reported.status, 403, reported.text);
    assert.equal(JSON.parse(reported.text).error.code, 'Forbidden');
  }

  test('E6: none, one of nobody, and one that is like a real one', async () => {
    await assertRefused(enrolled, null);
    const key = makeKey();
    const subject = `/CN=${idOf(enrolled.certificate)}/O=${muster.tenant}`;
    const forged = openssl(['req', '-x509', '-key', file(key), '-subj', subject, '-days', '9']).toString();
    await assertRefused(enrolled, { key, cert: forged });
  });

  test('E6: that of another tenant', async () => {
    const tenant = await muster.createTenant('22222222-2222-4222-8222-222222222222', 'Other');
    const token = await muster.token(tenant);
    const other = await muster.create({ displayName: 'Other' }, { token });
    const scan = scanned(other);
    const stranger = new Device(muster, { url: scan.url });
    assert.equal((await stranger.enroll(scan.token)).status, 200);
    assert.equal((await stranger.report({ osVersion: '1' })).status, 204);
    stranger.path = enrolled.path;
    await assertRefused(stranger);
  });

  test('E6: that of a device that was retired, wiped or deleted', async () => {
    for (const end of [(path) => muster.post(`${path}/retire`, {}), (path) => muster.post(`${path}/wipe`, {}),
      (path) => muster.delete(path)]) {
      const device = await join();
      const answer = await end(`${DEVICES}/${idOf(device.certificate)}`);
      assert.ok(answer.status < 300, answer.text);
      await assertRefused(device);
    }
  });

  test('E6: a request that does not fit the certificate', async () => {
    const { key, subject } = enrolled;
    for (const request of [makeRequest(key), makeRequest(key, { subject, names: 'DNS:other.example' }),
      makeRequest(key, { subject: `${subject}\nOU = more` }),
      makeRequest(key, { subject: subject.split('\n').reverse().join('\n') }), 'junk!', '']) {
      assertText(await enrolled.renew({ request }), 400);
    }
    const same = makeRequest(key, { subject, names: enrolled.certificate.subjectAltName });
    assert.equal((await enrolled.renew({ request: same })).status, 200);
    assertText(await enrolled.renew({ headers: { 'Content-Type': 'text/plain' } }), 415);
  });

  test('reports that are malformed', async () => {
    for (const body of ['', '[]', '{', '{"osVersion":5}', '{"isEncrypted":"x"}']) {
      const answer = await enrolled.report(body);
      assert.equal(answer.status, 400, body);
      const { error } = JSON.parse(answer.text);
      assert.ok(error.message && error.innerError['request-id'] === answer.headers['request-id'], answer.text);
    }
    assert.equal((await enrolled.report({}, { headers: { 'Content-Type': 'text/plain' } })).status, 415);
    assert.equal((await enrolled.call('GET', `/device/${enrolled.label}/status`)).status, 405);
  });
});

describe('many at once', () => {
  let muster;
  before(async () => (muster = await Muster.start()));
  after(() => muster?.destroy());

  test('E5: one device that asks many times at once gets one certificate', async () => {
    const { url, token } = await offer(muster, { tokenUsageLimit: 1 });
    const device = new Device(muster, { url });
    const request = makeRequest(device.key);
    const answers = await Promise.all(Array.from({ length: 32 }, () => device.enroll(token, { request })));
    const serials = new Set(answers.map((answer) => issued(answer).serialNumber));
    assert.equal(serials.size, 1);
  });

  test('E5: a one-time token makes one certificate, however many devices come with it', async () => {
    const { url, token } = await offer(muster, { tokenUsageLimit: 1 });
    const devices = Array.from({ length: 24 }, () => new Device(muster, { url }));
    const requests = devices.map(({ key }) => makeRequest(key));
    const listed = async () => Number((await muster.get(`${DEVICES}/$count`)).text);
    const earlier = await listed();
    const answers = await Promise.all(devices.map((device, i) => device.enroll(token, { request: requests[i] })));
    const statuses = answers.map(({ status }) => status).sort();
    assert.equal(statuses[0], 200);
    // Ten refusals are enough to make this source wait.
    assert.ok(statuses.slice(1).every((status) => status === 401 || status === 429), statuses.join());
    assert.equal(await listed(), earlier + 1);
  });
});

describe('guessing at tokens', () => {
  let muster;
  before(async () => (muster = await Muster.start({ args: ['--log-requests'] })));
  after(() => muster?.destroy());

  test('E9: a source waits after ten, whatever it sends then, and the log names no token', async () => {
    const { url, token } = await offer(muster);
    const device = new Device(muster, { url });
    for (let i = 0; i < 10; ++i) assertEmpty(await device.enroll(`GUESS${i}`.padEnd(26, 'A')), 401);
    for (const tried of ['GUESS', token]) {
      const answer = await device.enroll(tried);
      assertText(answer, 429);
      assert.ok(Number(answer.headers['retry-after']) > 0 && Number(answer.headers['retry-after']) <= 60);
    }
    assertEmpty(await device.enroll(null), 401);
    assert.equal((await device.get('cacerts', { identity: null })).status, 200);
    await muster.stop();
    assert.match(muster.log, /simpleenroll/);
    assert.ok(!muster.log.includes('GUESS') && !muster.log.includes(token));
  });
});
