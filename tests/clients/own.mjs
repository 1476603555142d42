// A service of a test's own, for settings that the shared one does not have. Its certificate is of the
// shared one's authority, which is the one that this process trusts.
import { cpSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Muster } from '../protocol/harness.mjs';

// `options`: as Muster's constructor takes them.
export async function startOwn(options) {
  const muster = new Muster(options);
  try {
    await muster.createTenant(muster.tenant, 'Contoso');
    cpSync(dirname(process.env.NODE_EXTRA_CA_CERTS), join(muster.data, 'tls'), { recursive: true });
    await muster.launch();
    return muster;
  } catch (error) {
    error.message += `\n${muster.log}`;
    await muster.destroy();
    throw error;
  }
}
