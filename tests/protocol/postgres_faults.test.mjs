// A database that dies, hangs, fills up, refuses, moves or is reached by a pooler, under a service that is not restarted
// for it. Whatever happens: every request is answered by its deadline, with 503 (507 where there is no room) and
// Retry-After or as if nothing were the matter; what was acknowledged is there afterwards, once; /readyz tells.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Muster, PROFILES, assertError, sha256 } from './harness.mjs';
import { Device, makeKey, openssl } from './device.mjs';
import { all, offer } from './enrolment.mjs';
import { PgBouncer, Postgres, folderOfOwner, own } from './postgres.mjs';
import { WireProxy } from './wire_proxy.mjs';

const ROOT = '/beta/deviceManagement';
const AUDIT = `${ROOT}/auditEvents`;
const DEADLINE = 15_000; // five seconds for a thread, ten for the store
const SLACK = 3_000; // for machines that have other things to do

// What a profile says, apart from annotations, as one hash.
function hashOf({ '@odata.context': context, '@odata.type': type, ...profile }) {
  const { '@odata.type': imageType, ...qrCodeImage } = profile.qrCodeImage;
  return sha256(JSON.stringify({ ...profile, qrCodeImage }));
}

const started = (url, more = {}) =>
  Muster.start({ args: ['--log-level', 'warning'], ...more, env: { MUSTER_STORE: url, ...more.env } });

// Runs `work` with what `make` gives, which goes afterwards, the last first.
async function using(parts, work) {
  const made = [];
  try {
    for (const part of parts) made.push(await part(...made));
    await work(...made);
  } finally {
    for (const one of made.reverse()) await (one.destroy ?? one.stop).call(one);
  }
}

async function until(holds, within = 10_000) {
  const last = Date.now() + within;
  while (!(await holds())) {
    assert.ok(Date.now() < last, `not within ${within} ms: ${holds}`);
    await sleep(20);
  }
}

const ready = async (muster) => (await muster.get('/readyz', { token: null })).status === 200;

// Creates and reads without end over several nodes, and keeps what was answered.
class Load {
  acknowledged = new Map(); // hash of the profile by id
  failed = new Map(); // answers that are no success, by status
  reasons = new Set(); // what they said
  slowest = 0;
  name = randomUUID();

  constructor(nodes, width = 8) {
    this.nodes = nodes;
    this.workers = Array.from({ length: width }, (_, i) => this.work(nodes[i % nodes.length], i));
  }

  async ask(muster, method, path, options) {
    const begun = Date.now();
    const answer = await muster.request(method, path, options);
    this.slowest = Math.max(this.slowest, Date.now() - begun);
    if (answer.status < 300) return answer;
    this.failed.set(answer.status, (this.failed.get(answer.status) ?? 0) + 1);
    this.reasons.add(answer.json?.error?.message);
    assert.ok([503, 507].includes(answer.status), answer.text);
    assertError(answer, answer.status);
    assert.ok(Number(answer.headers['retry-after']) > 0, 'Retry-After');
    await sleep(10); // a client that has been told to wait
    return null;
  }

  async work(muster, worker) {
    for (let i = 0; !this.over; ++i) {
      const made = await this.ask(muster, 'POST', PROFILES, { body: { displayName: `${this.name} ${worker} ${i}` } });
      if (!made) continue;
      assert.equal(made.status, 201);
      this.acknowledged.set(made.json.id, hashOf(made.json));
      await this.ask(muster, 'GET', `${PROFILES}/${made.json.id}`);
    }
  }

  // So many more acknowledged creates.
  async more(count) {
    const enough = this.acknowledged.size + count;
    const all = Promise.all(this.workers); // a worker that fails is not waited for in vain
    while (this.acknowledged.size < enough) await Promise.race([all, sleep(5)]);
  }

  async stop() {
    this.over = true;
    await Promise.all(this.workers);
  }

  // After all is well again.
  async judge() {
    assert.ok(this.slowest < DEADLINE + SLACK, `${this.slowest} ms`);
    const there = await all(this.nodes[0], PROFILES);
    const hashes = new Map(there.map((profile) => [profile.id, hashOf(profile)]));
    for (const [id, hash] of this.acknowledged) assert.equal(hashes.get(id), hash, `acknowledged: ${id}`);
    const names = there.map(({ displayName }) => displayName).filter((name) => name.startsWith(this.name));
    assert.equal(new Set(names).size, names.length, 'nothing twice');
  }
}

// One fault under load. `fault` comes back when it is over.
async function underLoad(nodes, fault, { width } = {}) {
  const load = new Load(nodes, width);
  await load.more(50);
  await fault(load);
  for (const muster of nodes) await until(() => ready(muster), 5_000);
  await load.more(50);
  await load.stop();
  await load.judge();
  return load;
}

describe('the server', () => {
  let server;
  let muster;
  before(async () => {
    server = await Postgres.start({ max_connections: 14 });
    await server.query('CREATE ROLE app LOGIN');
    await server.query('CREATE DATABASE app OWNER app');
    muster = await started(`postgres://app@/app?host=${server.folder}`);
  });
  after(async () => {
    await muster?.destroy();
    await server?.destroy();
  });

  test('killed and started again', () =>
    underLoad([muster], async (load) => {
      await server.stop('SIGKILL');
      await until(async () => !(await ready(muster)));
      await until(() => load.failed.get(503) > 0);
      await server.launch();
    }));

  test('restarted in order, and in haste', () =>
    underLoad([muster], async (load) => {
      for (const signal of ['SIGINT', 'SIGQUIT']) {
        await server.stop(signal);
        await server.launch();
        await load.more(20);
      }
    }));

  // There is room for fewer connections than the service would have, and then for none.
  test('has no connection left, for others have them all', () =>
    underLoad([muster], async (load) => {
      const others = [];
      while (others.length < 11) {
        await server.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'muster'");
        const more = await Promise.all(Array.from({ length: 11 }, () => server.occupy('app', 'app')));
        others.push(...more.filter((socket) => socket !== null));
      }
      await until(async () => !(await ready(muster)));
      const refused = await muster.get(PROFILES);
      assertError(refused, 503);
      assert.ok(!refused.text.includes(server.folder), 'where the database is, is not for clients');
      for (const socket of others) socket.destroy();
      await load.more(1);
    }, { width: 24 }));

  test('can only be read, by its operator’s word', async () => {
    const kept = await muster.create();
    const say = async (word) => {
      await server.query(`ALTER SYSTEM ${word}`);
      await server.query('SELECT pg_reload_conf()');
    };
    await say('SET default_transaction_read_only = on');
    await until(async () => !(await ready(muster)));
    const refused = await muster.post(PROFILES, { displayName: 'x' });
    assertError(refused, 503);
    assert.ok(Number(refused.headers['retry-after']) > 0);
    assert.equal((await muster.get(`${PROFILES}/${kept.id}`)).status, 200, 'reads go on');
    await say('RESET default_transaction_read_only');
    await until(() => ready(muster));
    await muster.create();
  });
});

// A database whose data, or log, has a small file system of its own.
async function onSmallDisk(megabytes, work) {
  const folder = folderOfOwner();
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0700`, 'none', folder]);
  own(folder);
  try {
    await work(folder, {
      fill() {
        execFileSync('sh', ['-c', 'dd if=/dev/zero of="$1/filler" bs=64k 2>/dev/null; true', 'sh', folder]);
      },
      free: () => rmSync(join(folder, 'filler')),
    });
  } finally {
    execFileSync('umount', ['-l', folder]);
    rmSync(folder, { recursive: true, force: true });
  }
}

function mayMount() {
  try {
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'none', '/mnt'], { stdio: 'ignore' });
    return process.getuid() === 0;
  } catch {
    return false;
  }
}

// Only where a file system can be mounted.
if (mayMount()) {
  describe('the disk of the server is full', () => {
    test('where the tables are', () =>
      onSmallDisk(24, (folder, disk) =>
        using([() => Postgres.start()], async (server) => {
          await server.query(`CREATE TABLESPACE small LOCATION '${folder}'`);
          await server.query('CREATE DATABASE small TABLESPACE small');
          await using([() => started(server.url().replace('/postgres?', '/small?'))], async (muster) => {
            const kept = await muster.create();
            disk.fill();
            const answers = new Map();
            await until(async () => {
              const { status } = await muster.post(PROFILES, { displayName: 'x', description: 'x'.repeat(500) });
              answers.set(status, (answers.get(status) ?? 0) + 1);
              return answers.get(507) >= 3;
            });
            assert.deepEqual([...answers.keys()].filter((status) => ![201, 507].includes(status)), []);
            assert.equal((await muster.get(`${PROFILES}/${kept.id}`)).status, 200, 'reads go on');
            await until(async () => !(await ready(muster)));
            disk.free();
            await until(() => ready(muster), 5_000);
            await muster.create();
            assert.equal(await muster.count(), answers.get(201) + 2 || 2);
          });
        })));
  });
}

describe('several servers', () => {
  // The standby has what the primary acknowledged. One node names the standby first and says what it wants; the other
  // comes to the standby by mistake as soon as the primary is gone.
  test('a failover, with every acknowledged write', () =>
    using(
      [
        () => Postgres.start(),
        (primary) => primary.standby(),
        (primary, standby) => started(`postgres://muster@/postgres?host=${standby.folder},${primary.folder}&target_session_attrs=read-write`),
        async (primary, standby, first) => secondNode(first, `postgres://muster@/postgres?host=${primary.folder},${standby.folder}`),
      ],
      async (primary, standby, first, second) => {
        await assert.rejects(started(standby.url()), /is a standby/);
        await underLoad([first, second], async (load) => {
          await primary.stop('SIGKILL');
          for (const muster of [first, second]) {
            await until(async () => !(await ready(muster)));
            const refused = await muster.get(`${PROFILES}/${[...load.acknowledged.keys()][0]}`);
            assert.equal(refused.status, 503, 'what a standby shows may be old');
          }
          await standby.query('SELECT pg_promote()');
        });
      },
    ));
});

// Another node on the same database, with the same keys.
async function secondNode(first, url, env = {}) {
  const muster = new Muster({ args: ['--log-level', 'warning'], env: { MUSTER_STORE: url, ...env }, tenant: first.tenant });
  try {
    mkdirSync(muster.data, { mode: 0o700 });
    cpSync(join(first.data, 'secrets'), join(muster.data, 'secrets'), { recursive: true });
    await muster.launch();
  } catch (error) {
    error.message += `\n${muster.log}`;
    await muster.destroy();
    throw error;
  }
  muster.bearer = first.bearer;
  return muster;
}

describe('TLS to the database', () => {
  function selfSigned(folder, name) {
    const [key, certificate] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)];
    openssl(['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key, '-out', certificate,
      '-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`, '-days', '2']);
    own(key);
    return { key, certificate };
  }

  test('the name and the issuer of its certificate are checked', () =>
    using([() => Postgres.start()], async (server) => {
      const right = selfSigned(server.folder, 'db.example');
      const wrong = selfSigned(server.folder, 'other.example');
      await server.stop();
      writeFileSync(join(server.data, 'pg_hba.conf'), 'local all all trust\nhostssl all all 127.0.0.1/32 trust\n');
      const port = await server.listen({ ssl: 'on', ssl_key_file: right.key, ssl_cert_file: right.certificate });
      const url = (host, mode, root) =>
        `postgres://muster:hunter2@${host}:${port}/postgres?hostaddr=127.0.0.1&sslmode=${mode}&sslrootcert=${root.certificate}`;
      await using([() => started(url('db.example', 'verify-full', right))], async (muster) => {
        await muster.create();
        const ciphers = await server.query("SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'muster' AND NOT ssl");
        assert.equal(ciphers, '0');
      });
      for (const [refused, why] of [
        [url('db.example', 'verify-full', wrong), /certificate verify failed/],
        [url('other.example', 'verify-full', right), /does not match host name/],
        [url('db.example', 'disable', right), /no encryption/],
      ]) {
        await assert.rejects(started(refused), (error) => {
          assert.match(error.message, why);
          assert.doesNotMatch(error.message.replaceAll(refused, ''), /hunter2/);
          return true;
        });
      }
    }));
});

describe('the way to the server', () => {
  let server;
  let proxy;
  let muster;
  before(async () => {
    server = await Postgres.start();
    proxy = await WireProxy.start(server.folder);
    muster = await started(proxy.url);
  });
  after(async () => {
    await muster?.destroy();
    await proxy?.stop();
    await server?.destroy();
  });

  test('connections that are reset are nobody’s concern', async () => {
    const load = await underLoad([muster], async (running) => {
      for (let i = 0; i < 20; ++i) {
        proxy.reset();
        await running.more(5);
      }
    });
    assert.deepEqual([...load.reasons], []);
  });

  // Nothing comes out of the connections that there are; new ones are good.
  test('a black hole is left by the deadline', async () => {
    await underLoad([muster], async (load) => {
      proxy.swallow();
      await load.more(20);
    });
  });

  // Every statement in turn fails as where transactions collide, on whatever an operation needs.
  test('a collision at any statement of any operation is nobody’s concern', async () => {
    const profile = await muster.create();
    const owner = (await muster.post(`${ROOT}/androidDeviceOwnerEnrollmentProfiles`, { displayName: 'Kiosk' })).json;
    const shop = await offer(muster);
    assert.equal((await new Device(muster, { url: shop.url }).enroll(shop.token)).status, 200); // makes the authority
    const repeatable = () => ({ 'Repeatability-Request-ID': randomUUID(), 'Repeatability-First-Sent': new Date().toUTCString() });
    const operations = {
      create: () => muster.post(PROFILES, { displayName: 'made' }),
      'repeatable create': () => muster.post(PROFILES, { displayName: 'made' }, { headers: repeatable() }),
      get: () => muster.get(`${PROFILES}/${profile.id}`),
      list: () => muster.get(`${PROFILES}?$top=2&$count=true&$orderby=displayName`),
      'list by a scan': () => muster.get(`${PROFILES}?$filter=contains(tokenValue,'a')&$orderby=tokenValue`),
      expand: () => muster.get(`${ROOT}?$expand=androidForWorkEnrollmentProfiles($top=1)`),
      patch: () => muster.patch(`${PROFILES}/${profile.id}`, { description: randomUUID() }),
      action: () => muster.post(`${ROOT}/androidDeviceOwnerEnrollmentProfiles/${owner.id}/createToken`, { tokenValidityInSeconds: 3600 }),
      batch: () => muster.post('/beta/$batch', { requests: [
        { id: '1', method: 'POST', url: '/deviceManagement/androidForWorkEnrollmentProfiles', body: { displayName: 'made' }, headers: { 'Content-Type': 'application/json' } },
        { id: '2', method: 'GET', url: `/deviceManagement/androidForWorkEnrollmentProfiles/${profile.id}`, dependsOn: ['1'] },
        { id: '3', method: 'PATCH', url: `/deviceManagement/androidForWorkEnrollmentProfiles/${profile.id}`, body: { description: randomUUID() }, headers: { 'Content-Type': 'application/json' }, dependsOn: ['2'] },
      ] }),
      enrol: () => new Device(muster, { url: shop.url }).enroll(shop.token),
      renew: (device) => device.renew({ key: makeKey() }),
      delete: (made) => muster.delete(`${PROFILES}/${made.id}`),
    };
    const prepare = {
      renew: async () => {
        const device = new Device(muster, { url: shop.url });
        assert.equal((await device.enroll(shop.token)).status, 200);
        return device;
      },
      delete: () => muster.create(),
    };
    const events = async () => Number((await muster.get(`${AUDIT}/$count`)).text);
    for (const [name, operation] of Object.entries(operations)) {
      let expected;
      for (let number = 0, seen = 1; number <= seen; ++number) {
        proxy.follow(null);
        const made = await prepare[name]?.();
        const known = await events();
        proxy.follow((statement) => (statement.number === number ? { fail: '40001' } : null));
        const answer = await operation(made);
        seen = proxy.seen;
        proxy.follow(null);
        const where = `${name}, statement ${number} of ${seen}: ${answer.text}`;
        assert.ok(answer.status < 300, where);
        for (const { status } of answer.json?.responses ?? []) assert.ok(status < 300, where);
        const done = (await events()) - known;
        expected ??= done; // undisturbed
        assert.equal(done, expected, where);
        assert.ok(seen > 0 && seen < 60, where);
      }
    }
  });

  // Somebody else has written by the time that the service asks what became of its commit.
  test('a commit that nobody can tell of is said to be uncertain, and may be sent again', async () => {
    let lost = false;
    proxy.follow(async ({ sql }) => {
      if (!lost && sql === 'COMMIT' && proxy.writing) {
        lost = true;
        return 'cut after';
      }
      proxy.writing ||= sql.startsWith('INSERT');
      if (lost && sql.startsWith('UPDATE tenant_turns')) {
        proxy.follow(null);
        await server.query("UPDATE tenant_turns SET number = number + 1, mark = ''");
      }
      return null;
    });
    const headers = { 'Repeatability-Request-ID': randomUUID(), 'Repeatability-First-Sent': new Date().toUTCString() };
    const uncertain = await muster.post(PROFILES, { displayName: 'once' }, { headers });
    assertError(uncertain, 503, undefined, 'may have been made');
    assert.ok(Number(uncertain.headers['retry-after']) > 0);
    const again = await muster.post(PROFILES, { displayName: 'once' }, { headers });
    assert.equal(again.status, 201, again.text);
    assert.equal((await all(muster, PROFILES, "&$filter=displayName eq 'once'")).length, 1);
  });
});

describe('behind PgBouncer, which gives each transaction another session', () => {
  const pooled = { MUSTER_STORE_POOLED: 'true' };
  let server;
  let bouncer;
  let first;
  let second;
  before(async () => {
    server = await Postgres.start();
    bouncer = await PgBouncer.start(server);
    first = await started(bouncer.url, { env: pooled });
    second = await secondNode(first, bouncer.url, pooled);
  });
  after(async () => {
    for (const one of [second, first, bouncer, server]) await one?.destroy();
  });

  test('two nodes serve, and what one has written the other shows', async () => {
    await underLoad([first, second], async (load) => load.more(100));
    const made = await first.create({ displayName: 'of the first' });
    const path = `${PROFILES}/${made.id}`;
    assert.equal((await second.patch(path, { description: 'of the second' })).status, 200);
    assert.equal((await first.get(path)).json.description, 'of the second');
    const shop = await offer(first);
    const device = new Device(second, { url: shop.url });
    assert.equal((await device.enroll(shop.token)).status, 200);
    device.muster = first;
    assert.equal((await device.renew()).status, 200);
    assert.equal((await second.delete(path)).status, 204);
    assert.equal((await first.get(path)).status, 404);
  });

  test('the server behind it is killed and started again', async () => {
    await underLoad([first, second], async () => {
      await server.stop('SIGKILL');
      await until(async () => !(await ready(first)));
      await server.launch();
    });
  });
});
