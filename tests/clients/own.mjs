// Services of a test's own: a Muster with settings that the shared one does not have, or something else. Their
// certificates are of the shared one's authority, which is the one that this process trusts.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Muster } from '../protocol/harness.mjs';

export const CA = process.env.NODE_EXTRA_CA_CERTS;

// Key and certificate of a server on this machine.
export function certificate() {
  const folder = mkdtempSync(join(tmpdir(), 'muster-certificate-'));
  const file = (name) => join(folder, name);
  const openssl = (...args) => execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  try {
    writeFileSync(file('names'), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
    openssl('req', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=test', '-keyout', file('key'), '-out', file('request'));
    openssl('x509', '-req', '-in', file('request'), '-CA', CA, '-CAkey', join(dirname(CA), 'ca-key.pem'), '-days', '1',
      '-extfile', file('names'), '-out', file('certificate'));
    return { key: readFileSync(file('key')), cert: readFileSync(file('certificate')) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// `options`: as Muster's constructor takes them.
export async function startOwn(options) {
  const muster = new Muster(options);
  try {
    await muster.createTenant(muster.tenant, 'Contoso');
    cpSync(dirname(CA), join(muster.data, 'tls'), { recursive: true });
    await muster.launch();
    return muster;
  } catch (error) {
    error.message += `\n${muster.log}`;
    await muster.destroy();
    throw error;
  }
}
