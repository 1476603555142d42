// `muster copy`: a live installation from its file to PostgreSQL and back, cut off anywhere, and what it refuses.
//   COPY_KILLS   copies that are cut off, of each kind (default 8)
import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import { Device, certificatesOf, scanned } from './device.mjs';
import { all, offer } from './enrolment.mjs';
import { BIN, Muster, PROFILES, parallel, sha256 } from './harness.mjs';
import { Database } from './database.mjs';

const run = promisify(execFile);
const KILLS = Number(process.env.COPY_KILLS ?? 8);
const ROOT = '/beta/deviceManagement';
const SETS = ['androidForWorkEnrollmentProfiles', 'androidDeviceOwnerEnrollmentProfiles', 'managedDevices', 'enrollmentPolicies',
  'deviceEnrollments', 'auditEvents'];
const IN_FILE = { args: ['--log-level', 'warning'], env: { MUSTER_STORE: 'sqlite' } };

let database;
before(async () => (database = await Database.start()));
after(() => database?.stop());

const copy = async (...words) => JSON.parse((await run(BIN, ['copy', '--json', ...words], { maxBuffer: 1 << 26 })).stdout);
const between = (from, to, ...more) => ['--from', from, '--to', to, ...more];

// What is said when a copy fails; neither side's password is ever in it.
async function refusal(...words) {
  try {
    await run(BIN, ['copy', ...words]);
  } catch ({ code, stderr, stdout }) {
    assert.equal(code, 1, stderr);
    assert.match(stderr, /^muster: [^\n]+\n$/, 'one line');
    assert.ok(!stderr.includes('hunter2') && !stderr.includes('postgres://muster@'), stderr);
    return { said: stderr, stdout };
  }
  return assert.fail('it was not refused');
}

// All that the API says of a tenant, with the ports taken out: the service has another one after each start, what it made
// has that of its time.
async function everything(muster, device) {
  const text = (octets) => octets.toString('latin1').replace(/(localhost|127\.0\.0\.1):\d+/g, '$1:PORT');
  const answers = {};
  const keep = async (path, options) => {
    const { status, headers, octets } = await muster.get(path, options);
    assert.equal(status, 200, path);
    answers[path] = { type: headers['content-type'], etag: headers.etag, hash: sha256(text(octets)) };
  };
  for (const set of SETS) {
    for (const version of ['beta', 'v1.0']) await keep(`/${version}/deviceManagement/${set}?$top=1000&$count=true`);
    const found = await all(muster, `${ROOT}/${set}`);
    assert.ok(found.length > 0, set);
    await parallel(found.length, 8, async (i) => {
      const path = `${ROOT}/${set}/${found[i].id ?? found[i].profileId}`;
      await keep(path);
      if (found[i].qrCodeContent) await keep(`${path}/qrCode.png`);
    });
  }
  for (const one of ['androidForWorkSettings', 'androidManagedStoreAccountEnterpriseSettings']) await keep(`${ROOT}/${one}`);
  for (const query of ["$filter=startswith(displayName,'live')&$orderby=displayName desc,id", '$search="moved"', '$orderby=tokenExpirationDateTime,id']) {
    await keep(`${PROFILES}?$top=1000&${encodeURI(query)}`);
  }
  const published = certificatesOf(Buffer.from((await device.get('cacerts', { identity: null })).text, 'base64'));
  answers.cacerts = published.map((one) => one.fingerprint256).sort();
  return answers;
}

// Creates one after another, as many as it may, until told to stop.
function writer(muster, number) {
  const made = [];
  const control = { made, may: 0, ended: false };
  control.done = (async () => {
    while (!control.ended) {
      if (made.length >= control.may) await sleep(1);
      else made.push((await muster.create({ displayName: `live ${number}/${made.length}` })).id);
    }
  })();
  return control;
}

async function tokenOf(muster, { clientId, clientSecret }) {
  const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, scope: 'https://graph.microsoft.com/.default' };
  const answer = await muster.post(`/${muster.tenant}/oauth2/v2.0/token`, new URLSearchParams(form).toString(), {
    token: null, headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
  });
  assert.equal(answer.status, 200, answer.text);
  return answer.json.access_token;
}

describe('a live installation', () => {
  let muster;
  let url;
  let device;
  let application;
  let repeatable;
  let offered;
  before(async () => {
    muster = await Muster.start(IN_FILE);
    url = database.schema();
    const other = randomUUID();
    await muster.createTenant(other, 'Fabrikam');
    application = JSON.parse(await muster.command('app', 'create', '--tenant', muster.tenant, '--json', '--name', 'terraform', '--role',
      'DeviceManagementConfiguration.ReadWrite.All'));
    await muster.create({ displayName: 'theirs' }, { token: await muster.token(other) });
    await parallel(30, 8, (i) => muster.create({ displayName: `moved ${i}`, description: i % 2 ? 'naïve\t☃ \u{1F4F1}' : null }));
    const owner = (await muster.post(`${ROOT}/androidDeviceOwnerEnrollmentProfiles`, { displayName: 'kiosk' })).json;
    assert.equal((await muster.post(`${ROOT}/androidDeviceOwnerEnrollmentProfiles/${owner.id}/createToken`, { tokenValidityInSeconds: 3600 })).status, 204);
    offered = await offer(muster, { tokenUsageLimit: 5 });
    device = new Device(muster, { url: offered.url });
    assert.equal((await device.enroll(offered.token)).status, 200);
    assert.equal((await device.report({ osVersion: '16' })).status, 204);
    repeatable = { 'Repeatability-Request-ID': randomUUID(), 'Repeatability-First-Sent': new Date().toUTCString() };
    repeatable.answer = (await muster.post(PROFILES, { displayName: 'once' }, { headers: repeatable })).json;
  });
  after(() => muster?.destroy());

  // One sequence: each step needs the one before.
  test('moves to PostgreSQL while it is written to, and back, and answers as before', { timeout: 300_000 }, async (t) => {
    const [file, there] = [`sqlite:${muster.data}`, url];
    const writers = [0, 1, 2].map((i) => writer(muster, i));
    const passes = [];
    for (let i = 0; i < 3; ++i) {
      // Some before the pass, the others while it reads.
      for (const one of writers) one.may += 25;
      const goal = writers.map(({ may }) => may - 22);
      while (writers.some(({ made }, n) => made.length < goal[n])) await sleep(1);
      const acknowledged = writers.flatMap(({ made }) => made);
      const pass = await copy(...between(file, there));
      assert.ok(pass.same && !pass.finished && pass.difference === null);
      passes.push(pass);
      const ids = new Set(database.ask("SELECT encode(id, 'hex') FROM enrollment_profiles", there).split('\n'));
      for (const id of acknowledged) assert.ok(ids.has(id.replaceAll('-', '')), 'what was acknowledged before a pass is in it');
    }
    assert.equal(passes[0].unchanged + passes[0].replaced + passes[0].removed, 0);
    assert.ok(passes[1].unchanged > 0 && passes[1].inserted > 0);
    assert.match((await refusal(...between(file, there, '--finish'))).said, /runs, or was killed.*run\.json/);
    for (const one of writers) one.ended = true;
    await Promise.all(writers.map(({ done }) => done));
    const victim = writers[0].made[0];
    assert.equal((await muster.delete(`${PROFILES}/${victim}`)).status, 204);
    const before = await everything(muster, device);
    await muster.stop();

    muster.env = { MUSTER_STORE: there };
    await assert.rejects(run(BIN, ['serve', '--data', muster.data, '--listen', '127.0.0.1:0'], { env: { ...process.env, ...muster.env } }), ({ stderr }) => {
      assert.match(stderr, /copy that is not finished.*--finish/);
      return true;
    });
    const last = await copy(...between(file, there, '--finish'));
    assert.ok(last.same && last.finished);
    assert.ok(last.removed >= 2, 'the profile that was deleted, and its token');
    t.diagnostic(`passes: ${JSON.stringify([...passes, last].map(({ sets, ...rest }) => rest))}`);

    await muster.launch();
    assert.deepEqual(await everything(muster, device), before);
    assert.ok(await tokenOf(muster, application));
    const again = await muster.post(PROFILES, { displayName: 'once' }, { headers: { ...repeatable, answer: null } });
    assert.equal(again.json.id, repeatable.answer.id, 'what is sent again after the move is not made again');
    const renewed = await device.renew();
    assert.ok(renewed.certificate, renewed.text);
    device.certificate = renewed.certificate;
    assert.equal((await new Device(muster, { url: offered.url }).enroll(offered.token)).status, 200);
    await muster.create({ displayName: 'moved since' });
    const since = await everything(muster, device);
    await muster.stop();
    assert.match((await refusal(...between(file, there))).said, /is in use/);

    const back = join(muster.dir, 'back');
    const way = await copy('--data', muster.data, ...between(there, `sqlite:${back}`, '--finish'));
    assert.ok(way.finished && way.replaced + way.removed + way.unchanged === 0);
    for (const name of ['muster.db', 'muster.db-wal', 'muster.db-shm']) rmSync(join(muster.data, name), { force: true });
    renameSync(join(back, 'muster.db'), join(muster.data, 'muster.db'));
    muster.env = IN_FILE.env;
    await muster.launch();
    assert.deepEqual(await everything(muster, device), since);
    assert.ok((await device.renew({ key: device.key })).certificate);
    assert.deepEqual(scanned((await muster.get(`${PROFILES}/${offered.profile.id}`)).json).token, offered.token);
  });
});

describe('a copy', () => {
  let muster;
  let file;
  before(async () => {
    muster = await Muster.start(IN_FILE);
    await parallel(150, 16, (i) => muster.create({ displayName: `profile ${i}` }));
    await muster.stop();
    file = `sqlite:${muster.data}`;
  });
  after(() => muster?.destroy());
  const keyed = (...words) => ['--data', muster.data, ...words];

  // The same numbers in each run of the test; what a number cuts off depends on the machine.
  function numbers(seed) {
    let state = seed;
    return () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32;
    };
  }

  async function cutOffAndOn(from, to, interrupt, seed) {
    const random = numbers(seed);
    const begun = performance.now();
    await copy(...keyed(...between(from, to(), '--finish')));
    const whole = performance.now() - begun;
    for (let round = 0; round < KILLS; ++round) {
      const destination = to();
      let cut = 0;
      for (; cut < 3; ++cut) {
        const child = spawn(BIN, ['copy', ...keyed(...between(from, destination))], { stdio: 'ignore' });
        const gone = new Promise((resolve) => child.on('exit', resolve));
        await sleep(random() * whole);
        await interrupt(child, destination);
        await gone;
      }
      const last = await copy(...keyed(...between(from, destination, '--finish')));
      assert.ok(last.same && last.finished);
      for (const { from: source, to: made } of last.sets) assert.deepEqual(made, source);
      assert.ok((await copy(...keyed(...between(from, destination, '--verify')))).same);
    }
  }
  const kill = (child) => child.kill('SIGKILL');
  // As a database that is restarted, or a network that fails.
  const cut = (child, destination) => database.ask(
    'SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE pid <> pg_backend_pid() AND relation = '
    + "(SELECT oid FROM pg_class WHERE relname = 'tenant_turns' AND relnamespace = current_schema()::regnamespace)", destination);

  test(`that is killed goes on, to PostgreSQL, ${KILLS} times`, { timeout: 60_000 + KILLS * 20_000 }, () =>
    cutOffAndOn(file, () => database.schema(), kill, 1));
  test(`that is killed goes on, to a file, ${KILLS} times`, { timeout: 60_000 + KILLS * 20_000 }, () => {
    let made = 0;
    return cutOffAndOn(file, () => `sqlite:${join(muster.dir, `killed-${(made += 1)}`)}`, kill, 2);
  });
  test('whose connections are cut goes on by itself or when it is run again', { timeout: 300_000 }, () =>
    cutOffAndOn(file, () => database.schema(), cut, 3));

  test('for which there is no room says so and goes on when there is', async () => {
    const folder = join(muster.dir, 'full');
    const words = keyed(...between(file, `sqlite:${folder}`));
    await run('bash', ['-c', `trap '' XFSZ; ulimit -f 700; exec "$@"`, 'bash', BIN, 'copy', ...words]).then(() => assert.fail('there was room'), ({ code, stderr }) => {
      assert.equal(code, 1, stderr);
      assert.match(stderr, /^muster: The destination: .*goes on with it\.\n$/);
    });
    assert.ok((await copy(...words, '--finish')).finished);
  });

  test('that differs names set, tenant and key, and the copy brings it in order', async () => {
    const url = database.schema();
    const words = between(file, url);
    await copy(...words);
    const id = database.ask("SELECT encode(id, 'hex') FROM enrollment_profiles ORDER BY id OFFSET 70 LIMIT 1", url);
    const key = id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    database.ask(`UPDATE enrollment_profiles SET enrolled_device_count = 7 WHERE id = '\\x${id}'`, url);
    const { said, stdout } = await refusal(...words, '--verify');
    assert.match(said, /androidForWorkEnrollmentProfiles/);
    assert.ok(said.includes(key) && said.includes(muster.tenant), said);
    assert.match(stdout, /DIFFERS/);
    const { stdout: json } = await refusal(...words, '--verify', '--json');
    assert.equal(JSON.parse(json).difference.key, key);
    assert.equal(database.ask(`SELECT enrolled_device_count FROM enrollment_profiles WHERE id = '\\x${id}'`, url), '7', 'nothing was written');
    const pass = await copy(...words, '--finish');
    assert.deepEqual([pass.replaced, pass.inserted, pass.removed], [1, 0, 0]);

    database.ask(`DELETE FROM enrollment_profiles WHERE id = '\\x${id}'`, url);
    assert.match((await refusal(...words, '--verify')).said, new RegExp(`${key}: only the source`));
    assert.match((await refusal('--data', muster.data, ...between(url, file, '--verify'))).said, new RegExp(`${key}: only the destination`));
    assert.match((await refusal(...words)).said, /in use/);
    assert.equal((await copy(...words, '--replace', '--finish')).inserted, 1);
  });

  test('does not take the destination of others, unless it is told to', async () => {
    const url = database.schema();
    const env = { ...process.env, MUSTER_STORE: url };
    const theirs = randomUUID();
    await run(BIN, ['tenant', 'create', '--tenant', theirs, '--name', 'theirs', '--data', muster.data], { env });
    assert.ok((await refusal(...between(file, url))).said.includes(theirs));
    const pass = await copy(...between(file, url, '--replace', '--finish'));
    assert.ok(pass.finished && pass.removed > 0);
    assert.ok(!(await run(BIN, ['tenant', 'list', '--data', muster.data], { env })).stdout.includes(theirs));
  });

  test('refuses what is none, in one line that names it', async () => {
    const missing = join(muster.dir, 'missing');
    const table = [
      [between('muster.db', file), /--from takes sqlite:DIR/],
      [between(file, 'mysql://muster:hunter2@db/x'), /--to takes sqlite:DIR.*postgres:\/\//],
      [between(file, 'sqlite:'), /--to takes/],
      [between(file, `${file}/../data/./muster.db`), /same store/],
      [between(file, 'postgres://muster:hunter2@127.0.0.1:1/x'), /--to: .*(refused|connect)/],
      [between(file, 'postgres://muster:hunter2@db/x?nonsense=1'), /--to: /],
      [between(`sqlite:${missing}`, file), new RegExp(`no store '${missing}/muster.db'`)],
      [keyed(...between(database.schema(), `sqlite:${missing}`)), /--from: .*no tables/],
      [between(file, `sqlite:${missing}`, '--verify'), /no store/],
      [['--data', missing, ...between(database.schema(), database.schema())], /vault\.key' is missing/],
    ];
    for (const [words, pattern] of table) {
      assert.match((await refusal(...words)).said, pattern, words.join(' '));
      assert.ok(!existsSync(missing), words.join(' '));
    }
    await assert.rejects(run(BIN, ['copy', '--from', file]), { code: 2 });
    await assert.rejects(run(BIN, ['copy', ...between(file, 'sqlite:x'), '--verify', '--finish']), { code: 2 });
  });

  test('refuses a source of an older schema and leaves it as it was', async () => {
    const folder = join(muster.dir, 'older');
    mkdirSync(join(folder, 'secrets'), { recursive: true });
    copyFileSync(join(muster.data, 'secrets/vault.key'), join(folder, 'secrets/vault.key'));
    copyFileSync(join(muster.data, 'muster.db'), join(folder, 'muster.db'));
    execFileSync('sqlite3', [join(folder, 'muster.db'), 'DELETE FROM schema_version WHERE version = (SELECT max(version) FROM schema_version)']);
    const hash = sha256(readFileSync(join(folder, 'muster.db')));
    const url = database.schema();
    assert.match((await refusal(...between(`sqlite:${folder}`, url))).said, /older\/muster\.db': it has schema version \d+/);
    assert.equal(sha256(readFileSync(join(folder, 'muster.db'))), hash);
    assert.equal(database.ask("SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema()", url), '0');
  });

  test('refuses keys that do not belong to the records, and names them', async () => {
    const other = join(muster.dir, 'other');
    await run(BIN, ['tenant', 'create', '--name', 'other', '--data', other]);
    const theirs = join(other, 'secrets/vault.key');
    const { said } = await refusal(...between(file, `sqlite:${other}`));
    assert.ok(said.includes(theirs) && said.includes(join(muster.data, 'secrets/vault.key')), said);
    const bare = join(muster.dir, 'bare.db');
    copyFileSync(join(muster.data, 'muster.db'), bare);
    const url = database.schema();
    const wrong = await refusal('--data', other, ...between(`sqlite:${bare}`, url));
    assert.ok(wrong.said.includes(theirs) && wrong.said.includes('does not open'), wrong.said);
    assert.equal(database.ask("SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema()", url), '0');
  });

  test('does not go on from a copy that is not finished, nor from nothing', async () => {
    const half = `sqlite:${join(muster.dir, 'half')}`;
    await copy(...keyed(...between(file, half)));
    assert.match((await refusal(...keyed(...between(half, database.schema())))).said, /itself a copy that is not finished/);
    const empty = join(muster.dir, 'empty.db');
    execFileSync('sqlite3', [empty, 'CREATE TABLE of_others (x)']);
    assert.match((await refusal(...keyed(...between(`sqlite:${empty}`, database.schema())))).said, /not a database of Muster's/);
    writeFileSync(empty, 'no database at all, but long enough to be taken for one by its size alone');
    assert.match((await refusal(...keyed(...between(`sqlite:${empty}`, database.schema())))).said, /empty\.db/);
  });
});
