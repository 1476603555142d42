// Starts a Muster with one tenant and one application, and runs the tests of this folder against it in
// a process of their own: node reads NODE_EXTRA_CA_CERTS only when it starts.
//
//   MUSTER_BIN=/path/to/muster node tests/clients/run.mjs [FILE...]
import { execFileSync, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BIN, Muster } from '../protocol/harness.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const given = process.argv.slice(2);
const names = given.length > 0 ? given : readdirSync(here).filter((name) => name.endsWith('.test.mjs'));
const muster = await Muster.start();
try {
  const args = ['app', 'create', '--data', muster.data, '--tenant', muster.tenant, '--name', 'client tests'];
  const roles = ['--role', 'DeviceManagementConfiguration.ReadWrite.All'];
  const app = JSON.parse(execFileSync(BIN, [...args, ...roles, '--json'], { encoding: 'utf8' }));
  const tests = names.map((name) => join(here, name));
  // One file at a time: some count what the tenant has.
  const child = spawn(process.execPath, ['--test', '--test-concurrency=1', '--test-reporter=tap', ...tests], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...process.env,
      MUSTER_BIN: BIN,
      NODE_EXTRA_CA_CERTS: join(muster.data, 'tls', 'ca.pem'),
      SERVICE_URL: muster.base,
      SERVICE_TENANT: muster.tenant,
      SERVICE_CLIENT_ID: app.clientId,
      SERVICE_CLIENT_SECRET: app.clientSecret,
    },
  });
  process.exitCode = await new Promise((resolve) => child.on('exit', (code) => resolve(code ?? 1)));
  await muster.stop();
} finally {
  await muster.destroy();
}
