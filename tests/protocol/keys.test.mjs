// The keys that wrap the keys of secrets: in a file, a variable, a PKCS#11 token; exchanged, lost, and in backups.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Muster, ON_POSTGRES, PROFILES } from './harness.mjs';

const MODULE = '/usr/lib/softhsm/libsofthsm2.so';

async function assertReads(muster, profile) {
  const read = await muster.get(`${PROFILES}/${profile.id}`);
  assert.equal(read.status, 200, read.text);
  assert.equal(read.json.tokenValue, profile.tokenValue);
}

async function assertRefused(muster, ...words) {
  muster.log = '';
  await assert.rejects(muster.launch(), /muster serve ended: {"code":[1-9]/);
  for (const word of words) assert.match(muster.log, word);
}

test('a key file can be exchanged for another one and is not made anew when it is lost', async () => {
  const muster = await Muster.start();
  try {
    const profile = await muster.create();
    const file = join(muster.data, 'secrets', 'vault.key');
    const next = join(muster.dir, 'next.key');
    writeFileSync(next, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 });
    const both = ['--key-encryption-keys', `file:${next}`, '--key-encryption-keys', `file:${file}`];
    assert.match(await muster.command('keys', 'rotate-kek', ...both), /2 keys were/);
    await assertReads(muster, profile);
    await muster.stop();

    await assertRefused(muster, /key_encryption_keys/, /vault\.key/);
    renameSync(file, `${file}.kept`);
    await assertRefused(muster, /vault\.key/);
    assert.ok(!existsSync(file), 'no new key is made beside secrets of another one');
    muster.args = ['--key-encryption-keys', `file:${next}`];
    await muster.launch();
    await assertReads(muster, profile);
    await muster.stop();
    writeFileSync(next, 'short');
    await assertRefused(muster, /next\.key.*32 octets/s);
  } finally {
    await muster.destroy();
  }
});

test('SIGHUP gives a running service another key', async () => {
  const muster = new Muster({ settings: '\n' });
  try {
    await muster.createTenant(muster.tenant, 'Contoso');
    await muster.launch();
    muster.bearer = await muster.token(muster.tenant);
    const profile = await muster.create();
    const file = join(muster.data, 'secrets', 'vault.key');
    const next = join(muster.dir, 'next.key');
    writeFileSync(next, randomBytes(32), { mode: 0o600 });
    writeFileSync(muster.settingsFile, `key_encryption_keys = ["file:${next}", "file:${file}"]\n`);
    muster.signal('SIGHUP');
    const config = ['--config', muster.settingsFile];
    await muster.command('keys', 'rotate-kek', ...config);
    await muster.command('keys', 'rotate', ...config);
    await muster.command('keys', 'reseal', ...config); // ends when the new data key seals
    const later = await muster.create();
    for (const one of [profile, later]) await assertReads(muster, one);
    assert.doesNotMatch(muster.log, /data_keys_not_read|needs_restart/);
  } finally {
    await muster.destroy();
  }
});

test('a key in a PKCS#11 token wraps, and without the token nothing starts', async () => {
  const muster = new Muster({ args: ['--log-level', 'debug'] });
  const pin = '90817263';
  try {
    const store = join(muster.dir, 'tokens');
    mkdirSync(store);
    const config = join(muster.dir, 'softhsm2.conf');
    writeFileSync(config, `directories.tokendir = ${store}\nobjectstore.backend = file\nlog.level = ERROR\n`);
    muster.env = {
      ...muster.env, SOFTHSM2_CONF: config, MUSTER_PKCS11_MODULE: MODULE, MUSTER_PKCS11_PIN: pin,
      MUSTER_KEY_ENCRYPTION_KEYS: 'pkcs11:token=muster;object=kek;type=secret-key',
    };
    const key = join(muster.dir, 'aes');
    writeFileSync(key, randomBytes(16).toString('hex')); // softhsm2-util ends a key at a zero or a newline
    const token = (...args) => execFileSync('softhsm2-util', args, { env: { ...process.env, ...muster.env }, stdio: 'pipe' });
    token('--init-token', '--free', '--label', 'muster', '--pin', pin, '--so-pin', '5678');
    token('--import', key, '--aes', '--token', 'muster', '--pin', pin, '--label', 'kek', '--id', 'aa');
    await muster.createTenant(muster.tenant, 'Contoso');
    await muster.launch();
    muster.bearer = await muster.token(muster.tenant);
    const profile = await muster.create();
    assert.ok(!existsSync(join(muster.data, 'secrets', 'vault.key')), 'no file is needed');
    assert.match(await muster.command('keys', 'list'), /pkcs11:token=muster;object=kek/);
    await muster.stop();
    await muster.launch();
    await assertReads(muster, profile);
    assert.ok(!muster.log.includes(pin));
    await muster.stop();
    for (const [change, why] of [[{ MUSTER_PKCS11_PIN: '00000000' }, /refuses the PIN/], [{ MUSTER_PKCS11_MODULE: '/nowhere.so' }, /cannot be loaded/],
      [{ MUSTER_KEY_ENCRYPTION_KEYS: 'pkcs11:token=muster;object=other' }, /no such secret key/]]) {
      const { env } = muster;
      muster.env = { ...env, ...change };
      await assertRefused(muster, why);
      muster.env = env;
    }
  } finally {
    await muster.destroy();
  }
});

// Backups are of the file.
if (!ON_POSTGRES) test('a backup of a service whose key is elsewhere holds no key and is restored with it', async () => {
  const muster = await Muster.start({
    env: { MUSTER_KEY_ENCRYPTION_KEYS: 'env:KEYS_TEST_KEY', KEYS_TEST_KEY: randomBytes(32).toString('base64') },
  });
  const restored = new Muster({ env: { ...muster.env }, tenant: muster.tenant });
  try {
    const profile = await muster.create();
    const backup = join(muster.dir, 'backup.tar');
    const said = await muster.command('backup', '--out', backup);
    assert.match(said, /env:KEYS_TEST_KEY/);
    const names = execFileSync('tar', ['-tf', backup], { encoding: 'utf8' });
    assert.doesNotMatch(names, /vault\.key/);
    assert.ok(!readFileSync(backup).includes(Buffer.from(muster.env.KEYS_TEST_KEY, 'base64')));
    await restored.command('restore', '--from', backup);
    delete restored.env.MUSTER_KEY_ENCRYPTION_KEYS;
    await assertRefused(restored, /vault\.key/);
    restored.env = { ...muster.env };
    await restored.launch();
    restored.bearer = await restored.token(restored.tenant);
    await assertReads(restored, profile);
  } finally {
    await restored.destroy();
    await muster.destroy();
  }
});
