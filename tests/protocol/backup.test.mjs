// `muster backup` beside a service that writes, and `muster restore` of what it made.
//   BACKUP_ROUNDS   backups during concurrent creates (default 20)
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { BIN, Muster, PROFILES, parallel, sha256 } from './harness.mjs';

const run = promisify(execFile);
const ROUNDS = Number(process.env.BACKUP_ROUNDS ?? 20);
const WRITERS = 16;

let muster;
before(async () => (muster = await Muster.start({ args: ['--log-level', 'warning'], env: { MUSTER_STORE: 'sqlite' } })));
after(() => muster?.destroy());

const fileFor = (name) => join(muster.dir, `${name}.tar`);
const backup = async (name, ...more) => {
  const file = fileFor(name);
  return { file, said: await muster.command('backup', '--out', file, ...more) };
};

// A service that is not started, over a data directory that is not there.
const place = () => new Muster({ tenant: muster.tenant, args: ['--log-level', 'warning'], env: { MUSTER_STORE: 'sqlite' } });

async function withRestored(file, use) {
  const restored = place();
  try {
    await restored.command('restore', '--from', file);
    await restored.launch();
    restored.bearer = await restored.token(restored.tenant);
    return await use(restored);
  } finally {
    await restored.destroy();
  }
}

// What a profile says, apart from annotations, as one hash.
function hashOf({ '@odata.context': context, '@odata.type': type, ...profile }) {
  const { '@odata.type': imageType, ...qrCodeImage } = profile.qrCodeImage;
  return sha256(JSON.stringify({ ...profile, qrCodeImage }));
}

async function manifestOf(file) {
  return JSON.parse((await run('tar', ['-xOf', file, 'backup.json'])).stdout);
}

async function allOf(service, path) {
  const all = [];
  for (let next = path; next;) {
    const { status, json, text } = await service.get(next);
    assert.equal(status, 200, text);
    all.push(...json.value);
    next = json['@odata.nextLink']?.slice(service.base.length);
  }
  return all;
}

// One writer: each profile after the answer to the one before, so that what is stored is always the
// beginning of what was asked.
class Writer {
  constructor(number, gate) {
    this.number = number;
    this.gate = gate;
    this.acknowledged = [];
    this.done = this.run();
  }
  async run() {
    for (;;) {
      await this.gate.opened;
      if (this.gate.ended) return;
      const displayName = `${this.number}/${this.acknowledged.length}`;
      this.acknowledged.push(await muster.create({ displayName }));
    }
  }
}

// Writers wait at it while a backup is judged, so that there is no more to judge than is needed.
class Gate {
  constructor() {
    this.close();
  }
  close() {
    this.opened = new Promise((resolve) => (this.open = resolve));
  }
  end() {
    this.ended = true;
    this.open();
  }
}

const enough = async (writers, more) => {
  const goals = writers.map(({ acknowledged }) => acknowledged.length + more);
  while (writers.some(({ acknowledged }, i) => acknowledged.length < goals[i])) {
    await new Promise(setImmediate);
  }
};

// A device with the profile's token, which was made elsewhere: only the port is another.
async function enrol(service, profile) {
  const moved = profile.qrCodeContent.replaceAll(`:${muster.port}/`, `:${service.port}/`);
  assert.notEqual(moved, profile.qrCodeContent);
  const { stdout } = await run(BIN, ['device', 'simulate', '--profile', moved, '--json']);
  assert.equal(JSON.parse(stdout).enrolled, 1, stdout);
}

async function expectPrefix(service, writers, known) {
  const indices = writers.map(() => []);
  for (const { displayName } of await allOf(service, `${PROFILES}?$top=1000&$select=id,displayName`)) {
    const [writer, index] = displayName.split('/').map(Number);
    indices[writer].push(index);
  }
  for (const [i, found] of indices.entries()) {
    found.sort((a, b) => a - b);
    assert.deepEqual(found, found.map((_, index) => index), `writer ${i}: no hole, nothing twice`);
    assert.ok(found.length >= known[i], `writer ${i}: ${found.length} of ${known[i]} acknowledged before`);
  }
  await parallel(WRITERS, WRITERS, async (i) => {
    for (const index of [0, known[i] - 1, indices[i].length - 1]) {
      const profile = writers[i].acknowledged[index];
      const answer = await service.get(`${PROFILES}/${profile.id}`);
      assert.equal(answer.status, 200, answer.text);
      assert.equal(hashOf(answer.json), hashOf(profile), `${i}/${index} as it was answered`);
    }
  });
  return indices.flat().length;
}

test(`${ROUNDS} backups while ${WRITERS} write hold all of before, by whole transactions`, { timeout: 60_000 + ROUNDS * 15_000 }, async (t) => {
  const gate = new Gate();
  const writers = Array.from({ length: WRITERS }, (_, i) => new Writer(i, gate));
  const during = [];
  try {
    for (let round = 0; round < ROUNDS; ++round) {
      gate.open();
      await enough(writers, 2);
      const known = writers.map(({ acknowledged }) => acknowledged.length);
      const { file } = await backup(`round-${round}`);
      during.push(writers.reduce((sum, { acknowledged }, i) => sum + acknowledged.length - known[i], 0));
      await enough(writers, 1); // answers to what is in the backup have come
      gate.close();
      await withRestored(file, async (restored) => {
        const stored = await expectPrefix(restored, writers, known);
        const { rows } = await manifestOf(file);
        assert.equal(rows.enrollment_profiles, stored);
        assert.equal(rows.enrollment_tokens, stored, 'each with its token');
        const created = (await allOf(restored, '/beta/deviceManagement/auditEvents?$top=1000&$select=id,activityType,resources'))
          .filter(({ resources }) => /EnrollmentProfile/i.test(resources[0]?.auditResourceType ?? resources[0]?.type ?? ''));
        assert.equal(created.length, stored, 'and its audit event');
        await enrol(restored, writers[round % WRITERS].acknowledged[known[round % WRITERS] - 1]);
      });
    }
  } finally {
    gate.end();
    await Promise.all(writers.map(({ done }) => done));
  }
  assert.ok(during.some((count) => count > 0), 'profiles were created while backups were taken');
  t.diagnostic(`${await muster.count()} profiles; created during a backup: ${during.join(', ')}`);
});

test('a backup is its owner\'s, says what it holds, and takes no name that is taken', async () => {
  const { file, said } = await backup('whole');
  assert.match(said, /holds the key of all secrets/);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(muster.dir).filter((name) => name.includes('.part')), []);
  const names = (await run('tar', ['-tf', file])).stdout.trim().split('\n');
  assert.deepEqual(names, ['backup.json', 'secrets/vault.key', 'tls/ca-key.pem', 'tls/ca.pem', 'tls/server-key.pem',
    'tls/server.pem', 'muster.db']);
  const before = sha256(readFileSync(file));
  await assert.rejects(backup('whole'), { code: 1, stderr: /exists/ });
  assert.equal(sha256(readFileSync(file)), before);
  await assert.rejects(muster.command('backup'), { code: 2 });
});

test('what is restored has the modes of an installation, whatever the umask', async () => {
  const { file } = await backup('modes');
  const restored = place();
  try {
    await run('sh', ['-c', 'umask 0; exec "$@"', 'sh', BIN, 'restore', '--from', file, '--data', restored.data]);
    const mode = (name) => (statSync(join(restored.data, name)).mode & 0o777).toString(8);
    for (const folder of ['.', 'secrets', 'tls']) assert.equal(mode(folder), '700', folder);
    for (const name of ['muster.db', 'secrets/vault.key', 'tls/ca-key.pem', 'tls/server-key.pem']) assert.equal(mode(name), '600', name);
    assert.equal(mode('tls/ca.pem'), (statSync(join(muster.data, 'tls/ca.pem')).mode & 0o777).toString(8));
    await assert.rejects(restored.command('restore', '--from', file), { code: 1, stderr: /not empty/ });
    await restored.launch();
  } finally {
    await restored.destroy();
  }
});

test('without secrets, the key comes from elsewhere and the rest works', async () => {
  const profile = await muster.create({ displayName: 'kept apart' });
  const { file, said } = await backup('bare', '--without-secrets');
  assert.match(said, /secrets\/vault\.key/);
  const octets = readFileSync(file);
  const key = readFileSync(join(muster.data, 'secrets/vault.key'));
  assert.ok(!octets.includes(key));
  assert.ok(!octets.includes(readFileSync(join(muster.data, 'tls/ca-key.pem'))));
  const restored = place();
  try {
    const { stderr } = await run(BIN, ['restore', '--from', file, '--data', restored.data]);
    assert.match(stderr, new RegExp(`secrets/vault.key \\(SHA-256 ${sha256(key)}\\)`));
    mkdirSync(join(restored.data, 'secrets'), { mode: 0o700 });
    writeFileSync(join(restored.data, 'secrets/vault.key'), key, { mode: 0o600 });
    await restored.launch();
    restored.bearer = await restored.token(restored.tenant);
    const answer = await restored.get(`${PROFILES}/${profile.id}`);
    assert.equal(hashOf(answer.json), hashOf(profile));
  } finally {
    await restored.destroy();
  }
});

test('a damaged or shortened backup is refused and leaves nothing', async () => {
  const { file } = await backup('damaged');
  const good = readFileSync(file);
  const end = good.length - 1_024; // the archive's end mark holds nothing
  const refused = async () => {
    const restored = place();
    try {
      await assert.rejects(restored.command('restore', '--from', file), ({ code, stderr }) => {
        assert.equal(code, 1, stderr);
        assert.match(stderr, /damaged|cannot be read|no backup|cannot be used/);
        return true;
      });
      assert.ok(!existsSync(restored.data));
    } finally {
      await restored.destroy();
    }
  };
  const store = good.indexOf('SQLite format 3');
  for (let i = 0; i < 12; ++i) {
    const bad = Buffer.from(good);
    bad[store + Math.floor(((end - store) * i) / 12)] ^= 1 << (i % 8);
    writeFileSync(file, bad);
    await refused();
  }
  writeFileSync(file, good);
  for (const size of [end - 512, Math.floor(end / 2), store, 700, 0]) {
    truncateSync(file, size);
    await refused();
  }
});

// A limit of the size of files fails as a full disk does, without a disk of its own.
const limited = (kilobytes, signal, ...words) =>
  run('bash', ['-c', `${signal} ulimit -f ${kilobytes}; exec "$@"`, 'bash', BIN, ...words]);

test('when there is no room, neither backup nor installation comes to be', async () => {
  const { file } = await backup('room');
  const size = Math.ceil(statSync(file).size / 1_024);
  assert.ok(size > 128, `${size} kB`);
  const out = fileFor('none');
  for (const kilobytes of [0, 16, Math.floor(size / 2), size - 8]) {
    await assert.rejects(limited(kilobytes, "trap '' XFSZ;", 'backup', '--data', muster.data, '--out', out), ({ code, stderr }) => {
      assert.equal(code, 1, stderr);
      assert.match(stderr, /^muster: .*none\.tar/);
      return true;
    });
    assert.deepEqual(readdirSync(muster.dir).filter((name) => name.startsWith('none')), []);
  }
  const restored = place();
  try {
    for (const kilobytes of [0, 16, Math.floor(size / 2)]) {
      await assert.rejects(limited(kilobytes, "trap '' XFSZ;", 'restore', '--data', restored.data, '--from', file), { code: 1 });
      assert.ok(!existsSync(restored.data));
    }
    // The signal of that limit kills, as anything may: the name does not appear.
    await assert.rejects(limited(64, '', 'backup', '--data', muster.data, '--out', out), { signal: 'SIGXFSZ' });
    assert.ok(!existsSync(out));
    await assert.rejects(limited(64, '', 'restore', '--data', restored.data, '--from', file), { signal: 'SIGXFSZ' });
    assert.ok(!existsSync(join(restored.data, 'muster.db')));
    // And the next one is not in the way of what was left.
    await backup('none');
    await restored.command('restore', '--from', out);
    assert.deepEqual(readdirSync(restored.data).sort(), ['muster.db', 'secrets', 'tls']);
    await restored.launch();
  } finally {
    await restored.destroy();
  }
});

test('a backup that is killed at any moment has no name or is whole', { timeout: 120_000 }, async () => {
  for (let i = 0; i < 10; ++i) {
    const out = fileFor(`killed-${i}`);
    const child = spawn(BIN, ['backup', '--data', muster.data, '--out', out], { stdio: 'ignore' });
    const gone = new Promise((resolve) => child.on('exit', resolve));
    let ended = false;
    gone.then(() => (ended = true));
    while (!ended && !existsSync(`${out}.part`)) await new Promise(setImmediate);
    for (let turn = 0; turn < i * 4 && !ended; ++turn) await new Promise(setImmediate);
    child.kill('SIGKILL');
    await gone;
    if (existsSync(out)) await withRestored(out, async (restored) => assert.equal(await restored.count(), await muster.count()));
  }
});
