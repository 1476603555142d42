// The loss of a primary and of a node, and rolling restarts, under load: what was acknowledged is there,
// once, and every answer meanwhile is a good one or 503 with Retry-After, in time.
//
//   ./x test cluster        three losses of the primary (CLUSTER_ROUNDS)
//   CLUSTER_ASYNCHRONOUS=1  shows what the settings of deploy/cluster are worth: expect losses
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Cluster } from './cluster.mjs';
import { Fleet } from './fleet.mjs';
import { Load, PROFILES, hashOf } from './load.mjs';

const ROUNDS = Number(process.env.CLUSTER_ROUNDS ?? 3);
const ASYNCHRONOUS = process.env.CLUSTER_ASYNCHRONOUS === '1';
const LEAST_RATE = 50; // acknowledged writes a second, or a loss proves nothing
const DEADLINE = 12_000; // milliseconds: ten seconds are promised, and this machine is busy
const LONGEST_GAP = 60_000;
// How primaries are lost, by turns: as processes; after a second in which it has clients and no standbys;
// with etcd's member on the same machine.
const WAYS = [
  { what: 'loss of', options: [] },
  { what: 'loss, after 1 s without standbys, of', options: ['--cut-off', '1'] },
  { what: 'loss of all of', options: ['--machine'] },
];
const MINUTE = 60_000;

let folder;
let cluster;
let load;
let fleet;
let failed = false;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'muster-cluster-test-'));
  cluster = await Cluster.up(join(folder, 'cluster'), ...(ASYNCHRONOUS ? ['--asynchronous'] : []));
  load = new Load(cluster, { deadline: DEADLINE, pause: Number(process.env.CLUSTER_PAUSE ?? 20) });
  fleet = await Fleet.start(cluster);
}, { timeout: 5 * MINUTE });

after(async () => {
  if (load) load.running = false;
  if (fleet) fleet.running = false;
  if (failed) console.log(await cluster.command('logs'));
  if (cluster) await cluster.command('down');
  fleet?.remove();
  rmSync(folder, { recursive: true, force: true });
});

// Harms the cluster under load, and says what was answered until it was whole again.
async function harm(...told) {
  try {
    return await harmAndJudge(...told);
  } catch (error) {
    failed = true;
    throw error;
  }
}

async function harmAndJudge(t, what, deed) {
  await cluster.command('wait');
  let rate = 0;
  for (let tries = 0; rate < LEAST_RATE && tries < 20; ++tries) rate = await load.more(2 * LEAST_RATE);
  assert.ok(rate >= LEAST_RATE, `${rate.toFixed(0)} writes/s before the fault are too few`);
  const window = load.window();
  const told = await deed();
  await cluster.command('wait');
  await load.more(LEAST_RATE);
  t.diagnostic(`${what}${told ? ` ${told}` : ''}, at ${rate.toFixed(0)} writes/s: ${window}`);
  assert.deepEqual(window.wrong.slice(0, 3), [], 'each answer is a success or 503 with Retry-After');
  assert.equal(window.late, 0, `no answer takes longer than ${DEADLINE} ms`);
  assert.ok(window.gap <= LONGEST_GAP, 'writes go on');
  return window;
}

const portOf = async (name) => {
  const { parts } = await cluster.status();
  return Number(parts.find((part) => part.name === name).address.split(':')[1]);
};

// Until the node says so to HAProxy, which asks every second.
async function ready(name) {
  const port = await portOf(name);
  while ((await cluster.request('GET', '/readyz', { port })).status !== 200) await sleep(100);
}

// What a node says of its readiness, asked ten times a second until stop().
async function watchReadiness(name) {
  const port = await portOf(name);
  const seen = { statuses: new Set(), slowest: 0 };
  let watching = true;
  const watch = (async () => {
    while (watching) {
      const begun = performance.now();
      seen.statuses.add((await cluster.request('GET', '/readyz', { port })).status);
      seen.slowest = Math.max(seen.slowest, performance.now() - begun);
      await sleep(100);
    }
  })();
  const stop = async () => {
    watching = false;
    await watch;
    return seen;
  };
  return { stop };
}

for (let round = 1; round <= ROUNDS; ++round) {
  test(`loss of the primary ${round} of ${ROUNDS}`, { timeout: 5 * MINUTE }, async (t) => {
    const watches = await Promise.all(['node-1', 'node-2'].map(watchReadiness));
    const { what, options } = WAYS[(round - 1) % WAYS.length];
    const window = await harm(t, what, async () => {
      const lost = await cluster.command('kill-primary', ...options);
      await sleep(1000); // what the old one acknowledged is read by now
      await load.more(LEAST_RATE);
      await cluster.command('start-database', lost);
      return lost;
    });
    assert.equal(window.unansweredTotal, 0, 'the nodes stay reachable');
    for (const watch of watches) {
      const { statuses, slowest } = await watch.stop();
      t.diagnostic(`/readyz: ${[...statuses].join(', ')}; slowest answer ${slowest.toFixed(0)} ms`);
      assert.deepEqual([...statuses].sort(), [200, 503], 'a node says that it cannot write');
      assert.ok(slowest <= 5000, 'HAProxy waits no longer');
    }
  });
}

test('loss of a node', { timeout: 2 * MINUTE }, async (t) => {
  await harm(t, 'loss of node-1', async () => {
    await cluster.command('kill-node', 'node-1');
    await load.more(4 * LEAST_RATE);
    await cluster.command('start-node', 'node-1');
    await ready('node-1');
  });
});

test('rolling restart', { timeout: 2 * MINUTE }, async (t) => {
  await harm(t, 'rolling restart', async () => {
    for (const name of ['node-2', 'node-1']) {
      await cluster.command('restart-node', name);
      await ready(name);
      await load.more(LEAST_RATE);
    }
  });
});

test('what was acknowledged is stored, once, and nothing else', { timeout: 10 * MINUTE }, async (t) => {
  await Promise.all([load.stop(), fleet.stop()]);
  const profiles = await cluster.all(`${PROFILES}?$top=1000&$select=id,displayName`);
  const stored = new Set(profiles.map((profile) => profile.id));
  const lost = [...load.acknowledged.keys()].filter((id) => !stored.has(id));
  const extra = profiles.filter(({ id }) => id !== fleet.profile.id && !load.acknowledged.has(id));
  t.diagnostic(`acknowledged ${load.acknowledged.size}, stored ${profiles.length - 1}, lost ${lost.length}, unasked ${extra.length}`);
  if (ASYNCHRONOUS) return;
  assert.deepEqual(lost.slice(0, 3), []);
  assert.deepEqual(extra.slice(0, 3), []);
  assert.equal(new Set(profiles.map((profile) => profile.displayName)).size, profiles.length, 'nothing twice');

  const waiting = [...load.acknowledged];
  const agents = Array.from({ length: 16 }, () => cluster.agent());
  await Promise.all(agents.map(async (agent) => {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const profile = await cluster.get(`${PROFILES}/${next[0]}`, { agent });
      assert.equal(hashOf(profile), next[1], `changed: ${next[0]}`);
    }
    agent.destroy();
  }));
});

test('certificates that devices hold are counted', { timeout: 2 * MINUTE }, async (t) => {
  const held = fleet.held();
  const { counted, devices, certificates } = await fleet.stored();
  t.diagnostic(`enrolled ${fleet.enrolled}, without an answer ${fleet.failed}, runs not begun ${fleet.notBegun}; stored: ${devices} devices, ` +
    `${certificates.size} certificates, ${counted} counted; refusals: ${JSON.stringify(fleet.refusals)}`);
  if (ASYNCHRONOUS) return;
  assert.equal(held.length, fleet.enrolled);
  assert.deepEqual(held.filter((serial) => !certificates.has(serial)), []);
  assert.equal(devices, counted);
  assert.equal(certificates.size, counted);
  assert.ok(counted >= fleet.enrolled && counted <= fleet.enrolled + fleet.failed, 'once each');
  assert.deepEqual(fleet.refusals.filter(({ status }) => status !== 0), []);
});
