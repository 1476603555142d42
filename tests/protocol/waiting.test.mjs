// A database that makes everybody wait: health answers all the same, others when it goes on, or 503 when it does not.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';

import { assertError, inDatabase, Muster, poll, PROFILES, psql } from './harness.mjs';

const READERS = 4;
const REQUESTS = 12; // more than readers, more than loops

let muster;
let locker;
before(async () => {
  muster = await Muster.start({ env: { ...inDatabase(), MUSTER_STORE_READERS: String(READERS) } });
  locker = psql(muster);
});
after(async () => {
  locker?.stdin.end();
  await muster?.destroy();
});

async function sql(text) {
  locker.stdin.write(`${text}\n`);
  const [rows] = await once(locker.stdout, 'data');
  return rows.toString().trim();
}
const lock = () => sql("BEGIN; LOCK TABLE enrollment_profiles IN ACCESS EXCLUSIVE MODE; SELECT 'locked';");
const unlock = () => sql("COMMIT; SELECT 'open';");
const waiting = () => sql("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'enrollment_profiles'::regclass;");
const ask = () => Array.from({ length: REQUESTS }, () => muster.request('GET', PROFILES));

test('readers that wait keep neither health nor the others from their answers', async () => {
  assert.equal(await lock(), 'locked');
  const asked = ask();
  await poll(async () => Number(await waiting()) === READERS, 'every reader waits');
  assert.equal((await muster.request('GET', '/healthz')).status, 200);
  assert.equal((await muster.request('GET', '/readyz')).status, 200, 'writes could be made');
  assert.equal(await unlock(), 'open');
  for (const answer of await Promise.all(asked)) assert.equal(answer.status, 200);
});

test('who waits too long is told to come back', async () => {
  assert.equal(await lock(), 'locked');
  const begun = process.hrtime.bigint();
  const answers = await Promise.all(ask());
  const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
  assert.equal(await unlock(), 'open');
  for (const answer of answers) {
    assertError(answer, 503, 'ServiceUnavailable');
    assert.match(answer.headers['retry-after'], /^\d+$/);
  }
  assert.ok(seconds > 4 && seconds < 15, `${seconds} s`);
  assert.equal((await muster.request('GET', PROFILES)).status, 200);
});
