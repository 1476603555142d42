// Durability: the process is killed in the midst of concurrent creates, again and again. Whatever
// was answered with 201 must be there afterwards, as it was answered, once.
//   CRASH_CYCLES   how often (default 100)
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { Muster, ON_POSTGRES, PROFILES, parallel, sha256 } from './harness.mjs';

const run = promisify(execFile);
const CYCLES = Number(process.env.CRASH_CYCLES ?? 100);
const WRITERS = 16;

let muster;
before(async () => (muster = await Muster.start({ args: ['--log-level', 'warning'] })));
after(() => muster?.destroy());

// What a profile says, apart from annotations, as one hash.
function hashOf({ '@odata.context': context, '@odata.type': type, ...profile }) {
  const { '@odata.type': imageType, ...qrCodeImage } = profile.qrCodeImage;
  return sha256(JSON.stringify({ ...profile, qrCodeImage }));
}

// Creates until the service is gone. Answers that came are recorded before the next request.
async function createUntilKilled(acknowledged, attempts, writer) {
  for (let i = 0; ; ++i) {
    const displayName = `writer ${writer}, profile ${i}, ${Math.random()}`;
    attempts.add(displayName);
    let answer;
    try {
      answer = await muster.post(PROFILES, { displayName });
    } catch {
      return;
    }
    assert.equal(answer.status, 201, answer.text);
    acknowledged.set(answer.json.id, hashOf(answer.json));
  }
}

async function cycle(everything) {
  const acknowledged = new Map();
  const attempts = new Set();
  const writers = Array.from({ length: WRITERS }, (_, i) => createUntilKilled(acknowledged, attempts, i));
  const enough = WRITERS + Math.floor(Math.random() * 5 * WRITERS);
  while (acknowledged.size < enough) await new Promise(setImmediate);
  await muster.kill();
  await Promise.all(writers);
  const took = await muster.launch();
  await parallel(acknowledged.size, WRITERS, async (i) => {
    const [id, hash] = [...acknowledged][i];
    const answer = await muster.get(`${PROFILES}/${id}`);
    assert.equal(answer.status, 200, `an acknowledged profile is lost: ${id}`);
    assert.equal(hashOf(answer.json), hash, `an acknowledged profile changed: ${id}`);
  });
  for (const id of acknowledged.keys()) everything.acknowledged.add(id);
  for (const name of attempts) everything.attempts.add(name);
  return took;
}

async function allProfiles() {
  const profiles = [];
  for (let next = `${PROFILES}?$top=1000&$select=id,displayName`; next;) {
    const { json } = await muster.get(next);
    profiles.push(...json.value);
    next = json['@odata.nextLink']?.slice(muster.base.length);
  }
  return profiles;
}

test(`${CYCLES} kills during ${WRITERS} concurrent creates lose nothing`, { timeout: 60_000 + CYCLES * 5_000 }, async (t) => {
  const everything = { acknowledged: new Set(), attempts: new Set() };
  const starts = [];
  for (let i = 0; i < CYCLES; ++i) starts.push(await cycle(everything));

  const profiles = await allProfiles();
  const ids = new Set(profiles.map((p) => p.id));
  const names = new Set(profiles.map((p) => p.displayName));
  assert.equal(ids.size, profiles.length, 'no id twice');
  assert.equal(names.size, profiles.length, 'nothing stored twice');
  for (const id of everything.acknowledged) assert.ok(ids.has(id), `lost: ${id}`);
  for (const name of names) assert.ok(everything.attempts.has(name), `never asked for: ${name}`);
  assert.equal(await muster.count(), profiles.length);

  await muster.stop();
  if (!ON_POSTGRES) {
    const { stdout } = await run('sqlite3', [join(muster.data, 'muster.db'), 'PRAGMA integrity_check']);
    assert.equal(stdout.trim(), 'ok');
  }
  starts.sort((a, b) => a - b);
  t.diagnostic(`acknowledged ${everything.acknowledged.size}, stored ${profiles.length}; start after a kill: ` +
    `median ${starts[Math.floor(CYCLES / 2)].toFixed(0)} ms, longest ${starts.at(-1).toFixed(0)} ms`);
  assert.ok(starts.at(-1) <= 2_000, 'ready within 2 s of a kill');
});
