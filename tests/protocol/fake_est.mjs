// An EST server (RFC 7030) that is not Muster's: node's TLS with openssl for everything else. Tests
// of clients say what it answers.
import { execFile } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const TOKEN = 'token-of-the-fake';
const LABEL = 'a-label';

export class FakeEst {
  // `names`: subjectAltName of the server's certificate.
  static async start({ names = 'IP:127.0.0.1' } = {}) {
    const fake = new FakeEst();
    fake.dir = mkdtempSync(join(tmpdir(), 'fake-est-'));
    await fake.makeAuthority(names);
    fake.requests = []; // { path, status, der, certificate, headers, body }, in order
    fake.script = []; // answers given before the usual ones: { path, status, headers, body }
    fake.server = https.createServer(
      {
        key: readFileSync(fake.file('server.key')),
        cert: readFileSync(fake.file('server.pem')) + readFileSync(fake.file('ca.pem')),
        requestCert: true,
        rejectUnauthorized: false,
      },
      (request, response) => fake.receive(request, response),
    );
    fake.connections = 0;
    fake.resumed = 0;
    fake.server.on('secureConnection', (socket) => {
      fake.connections += 1;
      if (socket.isSessionReused()) fake.resumed += 1;
    });
    await new Promise((resolve) => fake.server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  file(name) {
    return join(this.dir, name);
  }

  openssl(...args) {
    return run('openssl', args, { cwd: this.dir, encoding: 'buffer' }).then(({ stdout }) => stdout);
  }

  async makeAuthority(names) {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc'];
    await this.openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=Fake', '-days', '2');
    await this.openssl('req', '-new', ...key, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=fake-server');
    writeFileSync(this.file('server.ext'), `subjectAltName=${names}\n`);
    writeFileSync(this.file('device.ext'), 'extendedKeyUsage=clientAuth\nsubjectAltName=URI:urn:uuid:fake\n');
    await this.sign('server.csr', 'PEM', 'server.ext', 'server.pem');
  }

  sign(request, form, extensions, out, more = []) {
    return this.openssl(
      ...['x509', '-req', '-inform', form, '-in', request, '-CA', 'ca.pem', '-CAkey', 'ca.key', '-days', '1'],
      ...['-extfile', extensions, '-out', out, ...more],
    );
  }

  get pin() {
    const ca = new X509Certificate(readFileSync(this.file('ca.pem')));
    return createHash('sha256').update(ca.publicKey.export({ type: 'spki', format: 'der' })).digest('base64url');
  }

  get url() {
    return `https://127.0.0.1:${this.server.address().port}/.well-known/est/${LABEL}`;
  }

  // What a device would scan. `extras`: added to or, as undefined, taken from the bundle.
  payload(extras = {}, prefix = 'com.example') {
    const bundle = { EST_URL: this.url, CA_PIN: this.pin, ENROLLMENT_TOKEN: TOKEN, ...extras };
    const named = Object.entries(bundle).map(([name, value]) => [`${prefix}.${name}`, value]);
    return JSON.stringify({
      'android.app.extra.PROVISIONING_ADMIN_EXTRAS_BUNDLE': Object.fromEntries(named),
    });
  }

  async receive(request, response) {
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    const body = Buffer.concat(pieces);
    const path = request.url;
    const seen = {
      path,
      headers: request.headers,
      body,
      der: Buffer.from(body.toString(), 'base64'),
      certificate: request.socket.getPeerX509Certificate?.() ?? null,
    };
    this.requests.push(seen);
    const at = this.script.findIndex((one) => path.endsWith(one.path));
    const answer = at >= 0 ? this.script.splice(at, 1)[0] : await this.usual(seen);
    seen.status = answer.status;
    response.writeHead(answer.status, { 'Content-Length': Buffer.byteLength(answer.body ?? ''), ...answer.headers });
    response.end(answer.body);
  }

  usual({ path, headers, der, certificate }) {
    if (path.endsWith('/cacerts')) return this.certificates('ca.pem');
    if (path === `/device/${LABEL}/status`) return { status: certificate ? 204 : 403 };
    const may = path.endsWith('/simplereenroll') ? certificate : headers.authorization === `Bearer ${TOKEN}`;
    return may ? this.issue(der) : { status: path.endsWith('/simplereenroll') ? 403 : 401 };
  }

  // A certificate for the request, which openssl judges first.
  async issue(der) {
    const name = createHash('sha256').update(der).digest('hex').slice(0, 16);
    writeFileSync(this.file(`${name}.csr`), der);
    await this.openssl('req', '-inform', 'DER', '-in', `${name}.csr`, '-verify', '-noout');
    await this.sign(`${name}.csr`, 'DER', 'device.ext', `${name}.pem`);
    return this.certificates(`${name}.pem`);
  }

  async certificates(file) {
    const der = await this.openssl('crl2pkcs7', '-nocrl', '-certfile', file, '-outform', 'DER');
    return {
      status: 200,
      headers: { 'Content-Type': 'application/pkcs7-mime; smime-type=certs-only' },
      // With line breaks: a client has to bear them.
      body: der.toString('base64').replace(/.{64}/g, '$&\r\n'),
    };
  }

  // The text of a request as openssl shows it.
  async text(der) {
    writeFileSync(this.file('shown.csr'), der);
    return (await this.openssl('req', '-inform', 'DER', '-in', 'shown.csr', '-noout', '-text')).toString();
  }

  // Device facts of a request: the attribute's one UTF8String, found without a parser of ours.
  async facts(der) {
    writeFileSync(this.file('shown.csr'), der);
    const lines = (await this.openssl('asn1parse', '-inform', 'DER', '-in', 'shown.csr')).toString().split('\n');
    const at = lines.findIndex((line) => line.endsWith(':2.25.145495691971971845607661907013789520340.1'));
    return JSON.parse(lines[at + 2].replace(/^.*UTF8STRING\s*:/, ''));
  }

  stop() {
    this.server.closeAllConnections();
    this.server.close();
    rmSync(this.dir, { recursive: true, force: true });
  }
}
