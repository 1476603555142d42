// `muster migrate`, and on PostgreSQL: nodes that serve while the schema becomes that of a later version.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { BIN, Muster, ON_POSTGRES, PROFILES } from './harness.mjs';

const run = promisify(execFile);
const ENGINE = ON_POSTGRES ? 'postgres' : 'sqlite';

// A command that fails: its exit code and what it says.
async function failure(muster, ...args) {
  try {
    await muster.command(...args);
  } catch (error) {
    return { code: error.code, text: error.stderr };
  }
  return assert.fail('it did not fail');
}

describe('beside a service', () => {
  let muster;
  before(async () => (muster = await Muster.start()));
  after(() => muster?.destroy());

  test('there is nothing to do, and that changes nothing', async () => {
    const created = await muster.post(PROFILES, { displayName: 'before' });
    const told = JSON.parse(await muster.command('migrate', '--json'));
    assert.deepEqual(told, {
      engine: ENGINE,
      version: told.newestVersion,
      newestVersion: told.newestVersion,
      applied: [],
      pending: [],
    });
    assert.ok(told.version >= 1);
    assert.match(await muster.command('migrate', '--engine', ENGINE), /^engine +(sqlite|postgres)\nschema +\d+\n$/);
    assert.equal((await muster.get(`${PROFILES}/${created.json.id}`)).status, 200);
  });

  test('an empty store is told of before it is made', async () => {
    const fresh = new Muster();
    try {
      const dry = JSON.parse(await fresh.command('migrate', '--dry-run', '--json'));
      assert.deepEqual([dry.version, dry.applied], [0, []]);
      assert.equal(dry.pending.length, dry.newestVersion);
      const made = JSON.parse(await fresh.command('migrate', '--json'));
      assert.deepEqual(made.applied, dry.pending);
      assert.equal(made.version, dry.newestVersion);
    } finally {
      await fresh.destroy();
    }
  });

  test('an engine that the store is not', async () => {
    const { code, text } = await failure(muster, 'migrate', '--engine', 'citus');
    assert.equal(code, 1);
    assert.match(text, ON_POSTGRES ? /CREATE EXTENSION citus comes first/ : /The store is a file/);
  });
});

const schemaOf = (muster) => muster.env.MUSTER_STORE.split('%3D').at(-1);
const serverOf = (muster) => muster.env.MUSTER_STORE.split('&options')[0];

async function sql(muster, ...statements) {
  const options = { env: { ...process.env, PGOPTIONS: `-csearch_path=${schemaOf(muster)}` } };
  const words = statements.flatMap((statement) => ['-c', statement]);
  const { stdout } = await run('psql', ['-XqAt', '-v', 'ON_ERROR_STOP=1', '-d', serverOf(muster), ...words], options);
  return stdout.trim();
}

// A second node of the first one's installation.
async function joinNode(first) {
  const node = new Muster({ env: first.env, tenant: first.tenant });
  cpSync(join(first.data, 'secrets'), join(node.data, 'secrets'), { recursive: true });
  await node.launch();
  node.bearer = first.bearer;
  return node;
}

if (ON_POSTGRES) {
  test('nodes serve while the schema becomes a later one, and start on it', async () => {
    const one = await Muster.start();
    let two;
    const stop = new AbortController();
    try {
      two = await joinNode(one);
      const acknowledged = [];
      const write = async (node, writer) => {
        for (let i = 0; !stop.signal.aborted; ++i) {
          const created = await node.post(PROFILES, { displayName: `${writer} ${i}` });
          assert.equal(created.status, 201, created.text);
          const { id } = created.json;
          const changed = await node.patch(`${PROFILES}/${id}`, { description: `of ${writer}` });
          assert.ok(changed.status === 200 || changed.status === 204, changed.text);
          acknowledged.push([id, `of ${writer}`]);
        }
      };
      const writers = [write(one, 'a'), write(one, 'b'), write(two, 'c'), write(two, 'd')];
      const grownBy = async (count) => {
        const from = acknowledged.length;
        while (acknowledged.length < from + count) await Promise.race([...writers, new Promise(setImmediate)]);
      };
      await grownBy(20);
      // As a program of the next version would.
      const newest = Number(await sql(one, 'SELECT max(version) FROM muster_schema'));
      await sql(one, `UPDATE muster_schema SET begun = ${newest + 1}, works_with = ${newest} WHERE version = 0`);
      await sql(one, 'ALTER TABLE enrollment_profiles ADD COLUMN colour BYTEA');
      await grownBy(20);
      const half = await joinNode(one); // starts while the change is half done
      assert.equal((await half.get(PROFILES)).status, 200);
      await half.destroy();
      await sql(one, 'CREATE INDEX CONCURRENTLY profiles_by_colour ON enrollment_profiles (tenant, colour NULLS FIRST, id)');
      await sql(one, 'CREATE TABLE colours (tenant BYTEA NOT NULL, id BYTEA NOT NULL, PRIMARY KEY (tenant, id))');
      await sql(one, `INSERT INTO muster_schema (version, name, works_with) VALUES (${newest + 1}, 'later', ${newest})`);
      await sql(one, "UPDATE enrollment_profiles SET colour = decode('0f', 'hex')");
      await grownBy(20);
      stop.abort();
      await Promise.all(writers);

      const told = JSON.parse(await two.command('migrate', '--json'));
      assert.deepEqual([told.version, told.newestVersion, told.pending], [newest + 1, newest, []]);
      await two.stop();
      await two.launch();
      for (const [id, description] of acknowledged) {
        const found = await two.get(`${PROFILES}/${id}`);
        assert.equal(found.json.description, description);
      }
      const painted = Number(await sql(one, 'SELECT count(*) FROM enrollment_profiles WHERE colour IS NOT NULL'));
      assert.ok(painted >= 40, `${painted} rows still have what the nodes know nothing of`);
      for (const [id] of acknowledged.slice(0, 20)) await two.patch(`${PROFILES}/${id}`, { description: 'again' });
      assert.equal(Number(await sql(one, 'SELECT count(*) FROM enrollment_profiles WHERE colour IS NOT NULL')), painted);

      // A later step takes away what these nodes need.
      await sql(one, `INSERT INTO muster_schema (version, name, works_with) VALUES (${newest + 2}, 'last', ${newest + 1})`);
      const { code, text } = await failure(two, 'migrate');
      assert.equal(code, 1);
      assert.match(text, new RegExp(`schema version ${newest + 2}.*up to ${newest} only.*newer program again.*backup`));
      await two.stop();
      await assert.rejects(two.launch(), /newer program again/);
      assert.equal((await one.get(PROFILES)).status, 200, 'who serves goes on');
    } finally {
      stop.abort();
      await two?.destroy();
      await one.destroy();
    }
  });

  test('a printed schema that another role made needs no rights to make tables', async () => {
    const muster = new Muster();
    const owner = { env: { ...muster.env } };
    const role = `role_${randomUUID().replaceAll('-', '_')}`;
    try {
      const script = execFileSync(BIN, ['migrate', '--engine', 'postgres', '--print'], { encoding: 'utf8' });
      for (let i = 0; i < 2; ++i) await sql(muster, ...script.split(/(?<=;)\n/).filter((one) => one.trim()));
      await sql(
        muster,
        `CREATE ROLE ${role} LOGIN`,
        `GRANT USAGE ON SCHEMA ${schemaOf(muster)} TO ${role}`,
        `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schemaOf(muster)} TO ${role}`,
      );
      muster.env.MUSTER_STORE = muster.env.MUSTER_STORE.replace('://muster@', `://${role}@`);
      await muster.createTenant(muster.tenant, 'Contoso');
      await muster.launch();
      muster.bearer = await muster.token(muster.tenant);
      assert.equal((await muster.post(PROFILES, { displayName: 'x' })).status, 201);
    } finally {
      await muster.destroy();
      await sql(owner, `DROP OWNED BY ${role}`, `DROP ROLE ${role}`);
    }
  });
}
