// A device as docs/devices.md describes it, for tests: a key, a certificate request, HTTPS. Keys, requests and what is
// read of certificates are OpenSSL's, so that none of our code judges itself.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';

export const FACTS_OID = '2.25.145495691971971845607661907013789520340.1';
export const ATTESTATION_OID = '2.25.145495691971971845607661907013789520340.2';

export const openssl = (args, input) =>
  execFileSync('openssl', args, { input, stdio: ['pipe', 'pipe', 'pipe'] });

const folder = mkdtempSync(join(tmpdir(), 'muster-device-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
let files = 0;
// The path of a new file with that content.
export function file(content) {
  const path = join(folder, String(++files));
  writeFileSync(path, content);
  return path;
}

export const pem = (label, der) =>
  `-----BEGIN ${label}-----\n${der.toString('base64').replace(/.{1,64}/g, '$&\n')}-----END ${label}-----\n`;

// Certificates of a PKCS#7, in its order.
export function certificatesOf(pkcs7) {
  const text = openssl(['pkcs7', '-inform', 'DER', '-print_certs'], pkcs7).toString();
  return (text.match(/-----BEGIN[^]*?-----END CERTIFICATE-----/g) ?? []).map((one) => new X509Certificate(one));
}

const KEYS = {
  p256: ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  p384: ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384'],
  rsa2048: ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
  rsa1024: ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:1024'],
};

// PKCS#10 in DER. `facts`: an object, or text in its place; `more`: lines of attributes; `names`: what subjectAltName
// asks for; `extensions`: lines of others; `sigopts`: how to sign.
export function makeRequest(key, given = {}) {
  const { subject = 'CN = device', facts, more = [], names, digest = 'sha256', sigopts = [] } = given;
  const extensions = [...(given.extensions ?? []), ...(names ? [`subjectAltName = ${names}`] : [])];
  const attributes = [...more];
  if (facts !== undefined) {
    attributes.push(`${FACTS_OID} = '${typeof facts === 'string' ? facts : JSON.stringify(facts)}'`);
  }
  const lines = [
    '[req]', 'prompt = no', 'distinguished_name = dn', 'string_mask = utf8only',
    ...(attributes.length > 0 ? ['attributes = attributes'] : []),
    ...(extensions.length > 0 ? ['req_extensions = extensions'] : []),
    '[dn]', subject, '[attributes]', ...attributes, '[extensions]', ...extensions,
  ];
  const config = file(`${lines.join('\n')}\n`);
  const how = sigopts.flatMap((option) => ['-sigopt', option]);
  return openssl(['req', '-new', '-utf8', '-config', config, '-key', file(key), `-${digest}`, ...how, '-outform', 'DER']);
}

export const makeKey = (type = 'p256') => openssl(['genpkey', ...KEYS[type]]).toString();

// The words of the QR code that a device gets: its URL and token.
export function scanned(profile) {
  const extras = JSON.parse(profile.qrCodeContent)['android.app.extra.PROVISIONING_ADMIN_EXTRAS_BUNDLE'];
  return { url: new URL(extras['com.muster.EST_URL']), token: extras['com.muster.ENROLLMENT_TOKEN'] };
}

export class Device {
  // `version`: 'TLSv1.2' or 'TLSv1.3'.
  constructor(muster, { url, version = 'TLSv1.3', key = makeKey() } = {}) {
    this.muster = muster;
    this.path = url?.pathname;
    this.version = version;
    this.key = key;
    this.certificate = null; // X509Certificate
  }

  get label() {
    return this.path.split('/').at(-1);
  }

  tlsOptions(identity = this.certificate && { key: this.key, cert: this.certificate.toString() }) {
    const { port, ca } = this.muster;
    return {
      host: '127.0.0.1', port, ca, minVersion: this.version, maxVersion: this.version, ...(identity || {}),
    };
  }

  // One request on a connection of its own. `identity`: { key, cert }, or null for none; `socket`: one that is open;
  // `localAddress`: where it comes from.
  call(method, path, { body, headers = {}, identity, socket, localAddress } = {}) {
    const options = {
      ...this.tlsOptions(identity), method, path, localAddress,
      headers: { ...(body !== undefined && { 'Content-Length': Buffer.byteLength(body) }), ...headers },
      ...(socket ? { createConnection: () => socket } : { agent: false }),
    };
    return new Promise((resolve, reject) => {
      const request = https.request(options, (response) => {
        const pieces = [];
        response.on('data', (piece) => pieces.push(piece));
        response.on('error', reject);
        response.on('end', () => {
          const octets = Buffer.concat(pieces);
          resolve({
            status: response.statusCode, headers: response.headers, raw: response.rawHeaders, octets,
            text: octets.toString(), version: response.socket?.getProtocol?.(),
          });
        });
      });
      request.on('error', reject);
      request.end(body);
    });
  }

  // A connection, for requests that are bound to it.
  connect() {
    return new Promise((resolve, reject) => {
      const socket = tls.connect(this.tlsOptions(), () => resolve(socket));
      socket.on('error', reject);
    });
  }

  get(operation, options) {
    return this.call('GET', `${this.path}/${operation}`, options);
  }

  post(operation, request, { headers = {}, ...options } = {}) {
    const body = Buffer.isBuffer(request) ? request.toString('base64') : request;
    return this.call('POST', `${this.path}/${operation}`, {
      body, headers: { 'Content-Type': 'application/pkcs10', ...headers }, ...options,
    });
  }

  // simpleenroll; keeps the certificate when there is one.
  async enroll(token, { request = makeRequest(this.key), headers, ...options } = {}) {
    const authorization = token === null ? {} : { Authorization: `Bearer ${token}` };
    const answer = await this.post('simpleenroll', request, {
      headers: { ...authorization, ...headers }, identity: null, ...options,
    });
    if (answer.status === 200) this.certificate = issued(answer);
    return answer;
  }

  // The subject that a renewal repeats, in its order.
  get subject() {
    return this.certificate.subject.replaceAll('=', ' = ');
  }

  async renew({ key = this.key, request, ...options } = {}) {
    const answer = await this.post('simplereenroll', request ?? makeRequest(key, { subject: this.subject }), options);
    if (answer.status !== 200) return answer;
    return { ...answer, certificate: issued(answer) };
  }

  report(facts, { headers = {}, ...options } = {}) {
    return this.call('POST', `/device/${this.label}/status`, {
      body: typeof facts === 'string' ? facts : JSON.stringify(facts),
      headers: { 'Content-Type': 'application/json', ...headers }, ...options,
    });
  }
}

// The one certificate of a 200, whose form every client understands.
export function issued(answer) {
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.headers['content-type'], 'application/pkcs7-mime; smime-type=certs-only');
  assert.equal(answer.headers['content-transfer-encoding'], 'base64');
  assert.match(answer.text, /^[A-Za-z0-9+/]+=*$/, 'base64 on one line');
  const certificates = certificatesOf(Buffer.from(answer.text, 'base64'));
  assert.equal(certificates.length, 1);
  return certificates[0];
}

// 401 and 202 as clients need them.
export function assertEmpty(answer, status) {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.headers['content-length'], '0');
  assert.equal(answer.headers['content-type'], undefined);
}

// A refusal of EST: a sentence as text.
export function assertText(answer, status) {
  assert.equal(answer.status, status, answer.text);
  assert.match(answer.headers['content-type'] ?? '', /^text\/plain/);
  assert.match(answer.text, /^\S.*\.$/, 'one sentence');
}

// `openssl verify` of a certificate against what /cacerts gave.
export function verify(certificate, authorities, ...more) {
  const roots = authorities.filter((one) => one.checkIssued(one));
  const others = authorities.filter((one) => !one.checkIssued(one));
  const bundle = (list) => file(list.map(String).join('\n'));
  return openssl(['verify', '-x509_strict', '-purpose', 'sslclient', '-CAfile', bundle(roots), '-untrusted',
    bundle(others), ...more, file(certificate.toString())]).toString();
}

export const text = (certificate) => openssl(['x509', '-noout', '-text'], certificate.toString()).toString();
export const read = (path) => readFileSync(path);
