// Starts a Muster with one tenant and one application, and runs the tests of this folder against it in
// a process of their own: node reads NODE_EXTRA_CA_CERTS only when it starts.
//
//   MUSTER_BIN=/path/to/muster node tests/clients/run.mjs
import { execFileSync, spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BIN, Muster } from '../protocol/harness.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const muster = await Muster.start();
try {
  const args = ['app', 'create', '--data', muster.data, '--tenant', muster.tenant, '--name', 'client tests'];
  const roles = ['--role', 'DeviceManagementConfiguration.ReadWrite.All'];
  const app = JSON.parse(execFileSync(BIN, [...args, ...roles, '--json'], { encoding: 'utf8' }));
  const names = ['identity.test.mjs', 'graph.test.mjs', 'batch.test.mjs', 'metadata.test.mjs'];
  const tests = names.map((name) => join(here, name));
  const child = spawn(process.execPath, ['--test', '--test-reporter=tap', ...tests], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...process.env,
      NODE_EXTRA_CA_CERTS: join(muster.data, 'tls', 'ca.pem'),
      MUSTER_URL: muster.base,
      MUSTER_TENANT: muster.tenant,
      MUSTER_CLIENT_ID: app.clientId ?? app.client_id ?? app.appId,
      MUSTER_CLIENT_SECRET: app.clientSecret ?? app.client_secret ?? app.secret,
    },
  });
  process.exitCode = await new Promise((resolve) => child.on('exit', (code) => resolve(code ?? 1)));
  await muster.stop();
} finally {
  await muster.destroy();
}
