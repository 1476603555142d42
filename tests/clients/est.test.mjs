// EST clients that others wrote: strongSwan's pki, Bouncy Castle, curl with openssl; over TLS 1.2 and 1.3.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { scanned } from '../protocol/device.mjs';
import { CA, startOwn } from './own.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const JARS = ['bcpkix', 'bcprov', 'bcutil'].map((name) => `/usr/share/java/${name}.jar`).join(':');

for (const version of ['1.2', '1.3']) {
  describe(`EST clients, TLS ${version}`, () => {
    let muster;
    let folder;
    let offered;
    const at = (name) => join(folder, name);
    // Ends in an error with what it said, if it does.
    const run = async (program, args, env = {}) => {
      try {
        return await promisify(execFile)(program, args, { cwd: folder, timeout: 60_000, env: { ...process.env, ...env } });
      } catch (error) {
        throw new Error(`${program} ${args.join(' ')}: ${error.stdout}${error.stderr}`, { cause: error });
      }
    };
    const offer = async (policy) => {
      const profile = await muster.create({ displayName: 'clients' });
      if (policy) {
        const path = '/beta/deviceManagement/enrollmentPolicies';
        assert.equal((await muster.post(path, { profileId: profile.id, ...policy })).status, 201);
      }
      return scanned(profile);
    };

    before(async () => {
      folder = mkdtempSync(join(tmpdir(), 'muster-est-'));
      muster = await startOwn({ args: ['--approval-retry-after', '1s'] });
      muster.bearer = await muster.token(muster.tenant);
      offered = await offer();
      await run('openssl', ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', 'key.pem']);
      await run('openssl', ['req', '-new', '-key', 'key.pem', '-subj', '/CN=device', '-outform', 'DER', '-out', 'request.der']);
    });
    after(async () => {
      await muster?.destroy();
      if (folder) rmSync(folder, { recursive: true, force: true });
    });

    describe("strongSwan's pki", () => {
      // It appends the whole path itself, so it has no label: there must be one tenant.
      const pki = (...args) => run('pki', args, { STRONGSWAN_CONF: at('strongswan.conf') });
      const enrol = async (token, request, ...more) => (await promisify(execFile)('pki', ['--est', '--url', muster.base,
        '--cacert', CA, '--in', request, '--userpass', `:${token}`, '--outform', 'pem', ...more],
      { encoding: 'utf8', timeout: 60_000, env: { ...process.env, STRONGSWAN_CONF: at('strongswan.conf') } })).stdout;

      before(() => writeFileSync(at('strongswan.conf'),
        `libtls { version_min = ${version}\n version_max = ${version}\n }\n`));

      test('fetches the authority', async () => {
        await pki('--estca', '--url', muster.base, '--cacert', CA, '--caout', at('authority.crt'), '--outform', 'pem');
        const files = readdirSync(folder).filter((name) => name.startsWith('authority'));
        const names = files.map((name) => new X509Certificate(readFileSync(at(name))).subject);
        assert.equal(names.length, 2, files.join());
        assert.notEqual(names[0], names[1]);
      });

      test('enrols, and renews with a new key', async () => {
        writeFileSync(at('one.crt'), await enrol(offered.token, at('request.der')));
        const enrolled = new X509Certificate(readFileSync(at('one.crt')));
        const { CN, O } = Object.fromEntries(enrolled.subject.split('\n').map((line) => line.split('=')));
        await run('openssl', ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', 'next.pem']);
        await run('openssl', ['req', '-new', '-key', 'next.pem', '-subj', `/O=${O}/CN=${CN}`, '-outform', 'DER',
          '-out', 'next.der']);
        const { stdout } = await pki('--est', '--url', muster.base, '--cacert', CA, '--in', at('next.der'), '--cert',
          at('one.crt'), '--key', at('key.pem'), '--outform', 'pem');
        const renewed = new X509Certificate(stdout);
        assert.equal(renewed.subject, enrolled.subject);
        assert.notEqual(renewed.serialNumber, enrolled.serialNumber);
      });

      test('waits for approval', async () => {
        const waiting = await offer({ approval: 'required' });
        const done = enrol(waiting.token, at('request.der'), '--interval', '1', '--maxpolltime', '50');
        const path = '/beta/deviceManagement/deviceEnrollments';
        const pending = async () =>
          (await muster.get(`${path}?$filter=state%20eq%20'pending'`)).json.value;
        let found = [];
        const deadline = Date.now() + 30_000;
        while (found.length === 0 && Date.now() < deadline) found = await pending();
        const approved = await muster.post(`${path}/${found[0].id}/approve`, {});
        assert.ok(approved.status < 300, approved.text);
        assert.match(new X509Certificate(await done).subject, /CN=/);
      });

      test('is refused with a token that is none', async () => {
        await assert.rejects(enrol('A'.repeat(26), at('request.der')));
      });
    });

    test("Bouncy Castle's client", async () => {
      const label = offered.url.pathname.split('/').at(-1);
      const { stdout } = await run('java', ['-cp', JARS, join(here, 'BouncyCastle.java'), new URL(muster.base).host, label,
        CA, `TLSv${version}`, offered.token]);
      const said = Object.fromEntries(stdout.trim().split('\n').map((line) => line.split(' ')));
      const { enrolled, ...rest } = said;
      assert.match(enrolled, /^[0-9a-f]+$/);
      assert.deepEqual(rest, { cacerts: '2', csrattrs: 'true', refused: '401', without: '401', renewed: 'true' });

      const waiting = await offer({ approval: 'required' });
      const held = await run('java', ['-cp', JARS, join(here, 'BouncyCastle.java'), new URL(muster.base).host, label, CA,
        `TLSv${version}`, waiting.token]);
      assert.match(held.stdout, /^pending true$/m);
    });

    test('curl and openssl', async () => {
      // curl reads no settings of the user's.
      const script = `
        est() { curl -fsS --cacert "$CA" --tlsv${version} --tls-max ${version} "$@"; }
        est "$EST/cacerts" | openssl base64 -d -A | openssl pkcs7 -inform DER -print_certs -out authorities.pem
        est "$EST/csrattrs" | openssl base64 -d -A | openssl asn1parse -inform DER
        enrol() { openssl base64 -d -A | openssl pkcs7 -inform DER -print_certs; }

        openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout curl.pem -subj /CN=curl -out curl.csr
        est --user ":$TOKEN" -H 'Content-Type: application/pkcs10' --data-binary @curl.csr "$EST/simpleenroll" |
          enrol > curl.crt
        openssl verify -CAfile authorities.pem curl.crt

        openssl req -new -key curl.pem -out again.csr -subj \
          "/O=$TENANT/CN=$(openssl x509 -in curl.crt -noout -subject -nameopt multiline | sed -n 's/ *commonName *= //p')"
        openssl req -in again.csr -outform DER | openssl base64 |
          est --cert curl.crt --key curl.pem -H 'Content-Type: application/pkcs10' --data-binary @- \\
            "$EST/simplereenroll" | enrol > again.crt
        openssl verify -CAfile authorities.pem again.crt
        est --cert again.crt --key curl.pem --json '{"osVersion":"16"}' -o /dev/null -w '%{http_code}' \\
          "$REPORT"`;
      const label = offered.url.pathname.split('/').at(-1);
      const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', script], {
        CURL_HOME: '/nonexistent', CA, TOKEN: offered.token, TENANT: muster.tenant,
        EST: `${muster.base}/.well-known/est/${label}`, REPORT: `${muster.base}/device/${label}/status`,
      });
      assert.match(stdout, /curl\.crt: OK\nagain\.crt: OK\n204$/);
    });
  });
}
