// What is reckoned and measured beside the service: tools/scale.py, and the scripts that the benchmark of PostgreSQL
// makes of the server's log.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'scale-'));
after(() => rmSync(folder, { recursive: true }));

// Round numbers, so that the answers can be reckoned by hand.
const cost = { muster_us: 100, postgres_us: 200, octets: 1000, wal: 2000 };
const figures = join(folder, 'figures.json');
writeFileSync(figures, JSON.stringify({
  machine: 'of a test', commit_ms: 10, tenant_writes: 1000,
  operations: { read: cost, list: cost, create: cost, enrol: cost, report: cost },
}));

function scale(...options) {
  return JSON.parse(execFileSync('python3', [join(root, 'tools/scale.py'), '--figures', figures, '--json', ...options]));
}
const quiet = ['--reads=0', '--lists=0', '--creates=0', '--enrolments=0', '--check-ins=0'];

test('an idle fleet has two nodes and one database', () => {
  const found = scale(...quiet);
  assert.equal(found.nodes, 2);
  assert.equal(found.cells, 1);
  assert.equal(found['commits a second'], 0);
  assert.equal(found['connections of a cell'], 48);
  assert.equal(found.pooler, false);
});

test('cores follow from the busiest second and what may be used of them', () => {
  // 36,000 enrolments in an hour at three times the mean: 30 a second, 3 ms and 6 ms of processor.
  const found = scale(...quiet, '--enrolments=36000', '--morning=1');
  assert.equal(found['busiest second'].enrol, 30);
  assert.equal(found['cores of Muster'], 0.01);
  assert.equal(found['cores of the database'], 0.01);
  // 10^8 devices that check in once a day: 3,472 a second.
  const many = scale(...quiet, '--devices=100000000', '--check-ins=1', '--busy=0.1', '--tenants=10000');
  assert.equal(many['busiest second'].report, 3472.2);
  assert.equal(many['cores of Muster'], 3.47);
  assert.equal(many['cores of the database'], 6.94);
  assert.equal(many.nodes, 2, 'one of four cores, and one to spare');
});

test('a database that is too small for all becomes several', () => {
  const found = scale(...quiet, '--reads=100000', '--database-cores=16', '--node-cores=4');
  assert.equal(found['cores of the database'], 120);
  assert.equal(found.cells, 8);
  assert.equal(found.nodes, 8 * (2 + 1), '60 cores of Muster in eight cells, two nodes each and one to spare');
});

test('writes of a tenant that come while one is on its way share a commit', () => {
  const writes = ['--creates=100', '--peak=1', '--largest=0.5'];
  // Two tenants with 50 a second each and 100 commits at most: a commit each.
  assert.equal(scale(...quiet, ...writes, '--tenants=2')['commits a second'], 100);
  // One has all of 1,000 a second.
  assert.equal(scale(...quiet, '--creates=1000', '--peak=1', '--largest=1', '--tenants=1')['commits a second'], 100);
  assert.equal(scale(...quiet, '--creates=1000', '--peak=1', '--largest=1', '--tenants=1')['largest tenant, of what one can write'], 1);
});

test('storage is that of devices and check-ins, on every copy', () => {
  const found = scale(...quiet, '--devices=1000000', '--check-ins=1', '--copies=2');
  assert.equal(found['storage after a year, GB'], 732, '366 rows of 1,000 octets for each device, twice');
  assert.equal(found['log of the busiest day, GB'], 2);
});

test('connections beyond what a server bears ask for a pooler', () => {
  const found = scale(...quiet, '--reads=40000', '--database-cores=100', '--node-cores=1', '--max-connections=300');
  assert.equal(found['connections of a cell'], 600);
  assert.equal(found.pooler, true);
});

test('docs/scale.md says what the checked-in figures give', () => {
  const { status, stderr } = spawnSync('python3', [join(root, 'tools/scale.py'), '--page', join(root, 'docs/scale.md'), '--check'],
    { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
});

const LOG = `
2026-11-28 16:51:07 UTC [11] LOG:  execute <unnamed>: SET statement_timeout = 5000
2026-11-28 16:51:07 UTC [11] LOG:  execute m1: BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE
2026-11-28 16:51:07 UTC [11] LOG:  execute m2: UPDATE tenant_turns SET mark = $2 WHERE tenant = $1 RETURNING number
2026-11-28 16:51:07 UTC [11] DETAIL:  parameters: $1 = '\\x61', $2 = '\\x0102'
2026-11-28 16:51:07 UTC [13] LOG:  execute m3: COMMIT
2026-11-28 16:51:07 UTC [12] LOG:  execute m1: SHOW transaction_read_only
2026-11-28 16:51:07 UTC [11] LOG:  execute m3: INSERT INTO things (tenant, id, name, number, note) VALUES ($1, $2, $3, $4, $5)
2026-11-28 16:51:07 UTC [11] DETAIL:  parameters: $1 = '\\x61', $2 = '\\x00112233445566778899aabbccddeeff', $3 = '\\x616263', $4 = '7', $5 = NULL
2026-11-28 16:51:07 UTC [11] LOG:  execute m6: SET LOCAL statement_timeout = 0
2026-11-28 16:51:07 UTC [11] LOG:  execute m7: COMMIT
`;

function python(body) {
  return execFileSync('python3', ['-c', `import sys
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
from statements import *
statements = read_log(sys.stdin.read())
${body}`, join(root, 'tests/bench/pg')], { input: LOG, encoding: 'utf8' });
}

test('the scripts of pgbench hold the statements of the log, with keys of their own', () => {
  const script = python(`
assert complete(statements) and not complete(statements[:-1])
script = Script([statements], {"\\\\x61": "tenant"}, ["\\\\set tenant 5"])
print(script.text() + repr(script.variables))`);
  assert.equal(script, `\\set tenant 5
\\set n :n + 1
\\set key0 :base + :client_id * 1000000000 + :n
\\startpipeline
BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;
UPDATE tenant_turns SET mark = :v0 WHERE tenant = :tenant RETURNING number;
\\endpipeline
INSERT INTO things (tenant, id, name, number, note) VALUES (:tenant, :key0, :v1, :v2, NULL);
\\startpipeline
SET LOCAL statement_timeout = 0;
COMMIT;
\\endpipeline
{'v0': '\\\\x0102', 'v1': 'xxx', 'v2': '7'}
`);
});

test('a group takes the turn once and commits once', () => {
  const script = python('print(Script(as_group(statements, 3)).text())');
  assert.equal(script.match(/BEGIN/g).length, 1);
  assert.equal(script.match(/COMMIT;/g).length, 1);
  assert.equal(script.match(/INSERT/g).length, 3);
  assert.equal(script.match(/set key0/g).length, 3, 'each row has a key of its own');
});

test('pages that are written anew say the same again', () => {
  const page = join(folder, 'page.md');
  writeFileSync(page, 'before\n<!-- scale.py --tenants 5 -->\nold\n<!-- end -->\nafter\n');
  const run = (...more) => spawnSync('python3', [join(root, 'tools/scale.py'), '--page', page, ...more]).status;
  assert.equal(run('--check'), 1);
  assert.equal(run(), 0);
  assert.equal(run('--check'), 0);
  const text = readFileSync(page, 'utf8');
  assert.match(text, /^before\n<!-- scale\.py --tenants 5 -->\n```\n\$ tools\/scale\.py --tenants 5\nbusiest second:/);
  assert.match(text, /<!-- end -->\nafter\n$/);
});
