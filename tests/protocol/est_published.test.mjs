// What is published about a tenant's authority, read with OpenSSL: /cacerts, /csrattrs, certificates, revocation lists,
// OCSP; and the labels of tenants.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { after, before, describe, test } from 'node:test';
import { Muster } from './harness.mjs';
import {
  ATTESTATION_OID, Device, FACTS_OID, assertText, certificatesOf, file, openssl, read, scanned, text, verify,
} from './device.mjs';
import { DEVICES, idOf } from './enrolment.mjs';

describe('what is published', () => {
  let muster;
  let device;
  let offered;
  let plain;
  let authorities;
  before(async () => {
    muster = await Muster.start({ args: ['--listen-plain', '127.0.0.1:0'] });
    ({ plainUrl: plain } = JSON.parse(readFileSync(`${muster.data}/run.json`, 'utf8')));
    offered = scanned(await muster.create({ displayName: 'Shop floor' }));
    device = new Device(muster, { url: offered.url });
    const answer = await device.enroll(offered.token);
    assert.equal(answer.status, 200, answer.text);
    authorities = certificatesOf(Buffer.from((await device.get('cacerts')).text, 'base64'));
  });
  after(() => muster?.destroy());

  const pki = (path, options) => device.call('GET', `/pki/${device.label}/${path}`, { identity: null, ...options });
  const certificateFile = () => file(device.certificate.toString());
  const bundle = () => file(authorities.map(String).join('\n'));
  const issuer = () => authorities.find((one) => device.certificate.checkIssued(one));

  test('E9: /cacerts: the root and the issuing authority', async () => {
    const answer = await device.get('cacerts', { identity: null });
    assert.equal(answer.headers['content-type'], 'application/pkcs7-mime; smime-type=certs-only');
    assert.equal(answer.headers['content-transfer-encoding'], 'base64');
    assert.match(answer.text, /^[A-Za-z0-9+/]+=*$/);
    assert.equal(authorities.length, 2);
    assert.ok(authorities[0].checkIssued(authorities[0]), 'the root is the first');
    assert.match(verify(device.certificate, authorities), /: OK/);
    const head = await device.call('HEAD', `${device.path}/cacerts`, { identity: null });
    assert.equal(head.status, 200);
    assert.equal(head.text, '');
    assert.equal(head.headers['content-length'], answer.headers['content-length']);
  });

  test('E9: /csrattrs: the key and the attributes that are understood', async () => {
    const answer = await device.get('csrattrs', { identity: null });
    assert.equal(answer.headers['content-type'], 'application/csrattrs');
    const parsed = openssl(['asn1parse', '-inform', 'DER'], Buffer.from(answer.text, 'base64')).toString();
    const objects = [...parsed.matchAll(/OBJECT +:(.*)/g)].map(([, name]) => name);
    assert.deepEqual(objects, ['id-ecPublicKey', 'prime256v1', 'ecdsa-with-SHA256', FACTS_OID, ATTESTATION_OID]);
  });

  test('certificates by their URLs, the newest and by generation', async () => {
    for (const [name, expected] of [['ca', issuer()], ['root', authorities[0]]]) {
      for (const path of [`${name}.cer`, `1/${name}.cer`]) {
        const answer = await pki(path);
        assert.equal(answer.status, 200, answer.text);
        assert.equal(answer.headers['content-type'], 'application/pkix-cert');
        assert.ok(answer.octets.equals(expected.raw));
      }
    }
    for (const path of ['2/ca.cer', '0/ca.cer', 'x/ca.cer', 'ca.pem', '2/ca.crl']) assertText(await pki(path), 404);
  });

  test('a certificate names the URLs where they are', () => {
    const said = text(device.certificate);
    for (const path of ['1/ca.crl', '1/ca.cer', 'ocsp']) {
      assert.match(said, new RegExp(`URI:https://[^ ]+/pki/${device.label}/${path}\n`), said);
    }
  });

  test('lists: signed by their authorities, cached by their tags', async () => {
    for (const [path, name] of [['1/ca.crl', 'ca'], ['ca.crl', 'ca'], ['root.crl', 'root']]) {
      const answer = await pki(path);
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.headers['content-type'], 'application/pkix-crl');
      assert.match(answer.headers['cache-control'], /^public, max-age=\d+$/);
      const signer = name === 'root' ? authorities[0] : issuer();
      openssl(['crl', '-inform', 'DER', '-noout', '-verify', '-CAfile', file(signer.toString())], answer.octets);
      const again = await pki(path, { headers: { 'If-None-Match': answer.headers.etag } });
      assert.equal(again.status, 304);
      assert.equal(again.text, '');
    }
  });

  // `how`: POST or GET, as openssl makes the request.
  async function statusOf(certificate, how) {
    const request = file('');
    openssl(['ocsp', '-issuer', file(issuer().toString()), '-cert', file(certificate.toString()), '-reqout', request]);
    const octets = read(request);
    const path = `/pki/${device.label}/ocsp`;
    const answer = how === 'GET'
      ? await device.call('GET', `${path}/${encodeURIComponent(octets.toString('base64'))}`, { identity: null })
      : await device.call('POST', path, {
        body: octets, identity: null, headers: { 'Content-Type': 'application/ocsp-request' },
      });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.headers['content-type'], 'application/ocsp-response');
    const { stdout, stderr } = spawnSync('openssl', ['ocsp', '-reqin', request, '-respin', file(answer.octets), '-CAfile',
      bundle(), '-verify_other', file(issuer().toString()), '-resp_text'], { encoding: 'utf8' });
    assert.match(stderr, /Response verify OK/);
    assert.doesNotMatch(stderr, /[Nn]once/);
    return /Cert Status: (\w+)/.exec(stdout)[1];
  }

  test('OCSP, posted and got', async () => {
    for (const how of ['POST', 'GET']) assert.equal(await statusOf(device.certificate, how), 'good');
    const path = `/pki/${device.label}/ocsp`;
    assertText(await device.call('GET', `${path}/!`, { identity: null }), 400);
    assertText(await device.call('POST', path, { body: 'x', identity: null }), 415);
    const junk = await device.call('POST', path, {
      body: 'junk', identity: null, headers: { 'Content-Type': 'application/ocsp-request' },
    });
    assert.equal(junk.status, 200);
    assert.equal(junk.octets.toString('hex'), '30030a0101', 'malformedRequest');
  });

  test('a device that is retired is in the list and in OCSP at once', async () => {
    const gone = new Device(muster, { url: offered.url });
    assert.equal((await gone.enroll(offered.token)).status, 200);
    await pki('1/ca.crl');
    assert.equal(await statusOf(gone.certificate, 'POST'), 'good');
    const retired = await muster.post(`${DEVICES}/${idOf(gone.certificate)}/retire`, {});
    assert.ok(retired.status < 300, retired.text);
    const list = openssl(['crl', '-inform', 'DER', '-noout', '-text'], (await pki('1/ca.crl')).octets).toString();
    assert.ok(list.includes(gone.certificate.serialNumber), list);
    assert.equal(await statusOf(gone.certificate, 'GET'), 'revoked');
    const lists = [];
    for (const path of ['1/ca.crl', '1/root.crl']) {
      lists.push(openssl(['crl', '-inform', 'DER'], (await pki(path)).octets).toString());
    }
    const checked = ['-crl_check_all', '-CRLfile', file(lists.join(''))];
    assert.match(verify(device.certificate, authorities, ...checked), /: OK/);
    assert.throws(() => verify(gone.certificate, authorities, ...checked), /revoked/);
  });

  test('plain HTTP publishes, and serves no device', async () => {
    const get = (path, method = 'GET') => new Promise((resolve, reject) => {
      http.request(new URL(path, plain), { method }, (response) => {
        let body = '';
        response.on('data', (piece) => (body += piece));
        response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text: body }));
      }).on('error', reject).end();
    });
    for (const path of ['ca.cer', 'root.crl', '1/ca.crl']) {
      assert.equal((await get(`/pki/${device.label}/${path}`)).status, 200);
    }
    assertText(await get(`${device.path}/cacerts`), 403);
    assertText(await get(`${device.path}/simpleenroll`, 'POST'), 403);
    const report = await get(`/device/${device.label}/status`, 'POST');
    assert.equal(report.status, 403);
    assert.equal(JSON.parse(report.text).error.code, 'Forbidden');
  });

  test('another generation has the older one beside it', async () => {
    await muster.command('ca', 'replace', '--tenant', muster.tenant);
    // The running service believes what it knows for a second.
    const deadline = Date.now() + 30_000;
    while ((await pki('2/ca.cer')).status === 404) assert.ok(Date.now() < deadline);
    const answer = await device.get('cacerts', { identity: null });
    const now = certificatesOf(Buffer.from(answer.text, 'base64'));
    assert.equal(now.length, 6, 'two roots, two issuing authorities, two that link them');
    assert.ok((await pki('ca.cer')).octets.equals((await pki('2/ca.cer')).octets));
    assert.ok((await pki('1/ca.cer')).octets.equals(issuer().raw));
    const renewed = await device.renew();
    assert.equal(renewed.status, 200, renewed.text);
    assert.match(verify(renewed.certificate, now), /: OK/);
    assert.match(verify(device.certificate, now), /: OK/);
    assert.match(text(renewed.certificate), /\/2\/ca\.crl/);
  });
});

describe('labels', () => {
  const without = (muster, operation) =>
    new Device(muster).call('GET', `/.well-known/est/${operation}`, { identity: null });

  test('E9: one tenant needs none', async () => {
    const muster = await Muster.start();
    try {
      for (const operation of ['cacerts', 'csrattrs']) {
        const answer = await without(muster, operation);
        assert.equal(answer.status, 200, answer.text);
      }
      const { token } = scanned(await muster.create());
      const device = new Device(muster);
      device.path = '/.well-known/est';
      assert.equal((await device.enroll(token)).status, 200);
      assert.equal((await device.renew()).status, 200);
    } finally {
      await muster.destroy();
    }
  });

  test('E9: two tenants need theirs, and a token of one is none of the other', async () => {
    const muster = await Muster.start();
    try {
      const tenant = await muster.createTenant('22222222-2222-4222-8222-222222222222', 'Other');
      for (const operation of ['cacerts', 'csrattrs']) assertText(await without(muster, operation), 404);
      const first = scanned(await muster.create());
      const second = scanned(await muster.create(undefined, { token: await muster.token(tenant) }));
      assert.notEqual(first.url.pathname, second.url.pathname);
      const device = new Device(muster, { url: first.url });
      assert.equal((await device.enroll(second.token)).status, 401);
      assert.equal((await device.enroll(first.token)).status, 200);
      const roots = [];
      for (const { url } of [first, second]) {
        const answer = await new Device(muster, { url }).get('cacerts');
        roots.push(certificatesOf(Buffer.from(answer.text, 'base64'))[0].fingerprint256);
      }
      assert.notEqual(roots[0], roots[1]);
    } finally {
      await muster.destroy();
    }
  });
});

test('answers come in lines where that is set', async () => {
  const muster = await Muster.start({ args: ['--est-line-length', '64'] });
  try {
    const answer = await new Device(muster).call('GET', '/.well-known/est/cacerts', { identity: null });
    assert.match(answer.text, /^([A-Za-z0-9+/=]{64}\r\n)+([A-Za-z0-9+/=]{1,64}\r\n)?$/);
    assert.equal(certificatesOf(Buffer.from(answer.text, 'base64')).length, 2);
  } finally {
    await muster.destroy();
  }
});
