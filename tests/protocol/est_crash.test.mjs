// Durability of enrolments: the process is killed between a certificate's issue and its answer, again and again, and
// devices that got no answer ask again with the same key. Then: races for tokens that let one device in.
//   CRASH_CYCLES   how many kills (default: 200, or as many of them as fit into 90 s), and a tenth of it during renewals
//   RACE_ROUNDS    how many races (default 50)
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { Muster, ON_POSTGRES, PROFILES, parallel } from './harness.mjs';
import { DEVICES, ENROLLMENTS, QuickDevice, all, offer, tally } from './enrolment.mjs';
import { certificatesOf } from './device.mjs';
import { COMMON_NAME, name, newKey, pemOf, requestBy } from './der.mjs';

const run = promisify(execFile);
const CYCLES = Number(process.env.CRASH_CYCLES ?? 200);
const BUDGET = process.env.CRASH_CYCLES === undefined ? 90_000 : Infinity;
const ROUNDS = Number(process.env.RACE_ROUNDS ?? 50);
const HOT = 6; // devices of a cycle that share the token without a limit
const ONCE = 2; // tokens of a cycle that let one device in
const RIVALS = 2; // devices for each of those

const count = async (muster, set) => Number((await muster.get(`${set}/$count`)).text);
const serialOf = ({ text }) => certificatesOf(Buffer.from(text, 'base64'))[0].serialNumber.toLowerCase();

// One cycle: all ask at once, one hangs up, the process is killed when some have an answer, all ask again.
async function cycle(muster, hot, known) {
  const limited = [];
  for (let i = 0; i < ONCE; ++i) limited.push(await offer(muster, { tokenUsageLimit: 1 }));
  const groups = [
    ...Array.from({ length: HOT }, () => [new QuickDevice(hot)]),
    ...limited.map((one) => Array.from({ length: RIVALS }, () => new QuickDevice(one))),
  ];
  const devices = groups.flat();
  const lost = devices[0];
  const enough = Math.floor(Math.random() * (HOT + ONCE));
  const acknowledged = new Map();
  const asked = devices.map(async (device) => {
    const answer = await device.enroll(muster, { hangUp: device === lost }).catch(() => null);
    if (answer?.status === 200) acknowledged.set(device, answer.text);
    else if (answer) assert.equal(answer.status, 401, answer.text);
  });
  while (acknowledged.size < enough) await new Promise(setImmediate);
  await muster.kill();
  await Promise.all(asked);
  const took = await muster.launch();

  const issued = await count(muster, ENROLLMENTS) - known.length;
  assert.ok(issued >= acknowledged.size, 'an acknowledged enrolment is lost');
  const again = await Promise.all(devices.map((device) => device.enroll(muster)));
  const got = new Map(devices.map((device, i) => [device, again[i]]).filter(([, { status }]) => status === 200));
  for (const [device, text] of acknowledged) {
    assert.equal(got.get(device)?.text, text, 'an acknowledged certificate is lost or another');
  }
  for (const group of groups) assert.equal(group.filter((device) => got.has(device)).length, 1, 'one of each group');
  for (const { status } of again) assert.ok(status === 200 || status === 401, String(status));
  known.push(...[...got.values()].map(serialOf));
  return { took, between: issued - acknowledged.size };
}

test('E5: kills between issue and answer: one certificate a key, none lost', { timeout: 120_000 + CYCLES * 5_000 }, async (t) => {
  const muster = await Muster.start({ args: ['--log-level', 'warning'] });
  try {
    const hot = await offer(muster);
    const known = []; // serial numbers
    const cycles = [];
    const begun = Date.now();
    while (cycles.length < CYCLES && Date.now() - begun < BUDGET) cycles.push(await cycle(muster, hot, known));

    const enrolled = cycles.length * (HOT + ONCE);
    const { counted, devices, enrollments } = await tally(muster, hot.profile);
    assert.deepEqual({ counted, devices, enrollments }, { counted: cycles.length * HOT, devices: enrolled, enrollments: enrolled });
    const rows = await all(muster, ENROLLMENTS, '&$select=certificateSerialNumber,keyFingerprint,deviceId,state');
    for (const name of ['certificateSerialNumber', 'keyFingerprint', 'deviceId']) {
      assert.equal(new Set(rows.map((row) => row[name])).size, enrolled, `no ${name} twice`);
    }
    assert.deepEqual(rows.map((row) => row.certificateSerialNumber).sort(), [...known].sort());
    assert.ok(rows.every(({ state }) => state === 'enrolled'));
    for (const profile of await all(muster, PROFILES, '&$select=id,enrolledDeviceCount')) {
      if (profile.id !== hot.profile.id) assert.equal(profile.enrolledDeviceCount, 1);
    }

    await muster.stop();
    if (!ON_POSTGRES) {
      const { stdout } = await run('sqlite3', [join(muster.data, 'muster.db'), 'PRAGMA integrity_check']);
      assert.equal(stdout.trim(), 'ok');
    }
    const between = cycles.reduce((sum, one) => sum + one.between, 0);
    const longest = Math.max(...cycles.map(({ took }) => took));
    t.diagnostic(`${cycles.length} kills in ${((Date.now() - begun) / 1000).toFixed(0)} s, ${enrolled} devices, ` +
      `${between} certificates issued and not answered; longest start after a kill ${longest.toFixed(0)} ms`);
    assert.ok(between > 0, 'some kills came between issue and answer');
  } finally {
    await muster.destroy();
  }
});

// One cycle of renewals, each to a key of its own; the devices go on with what they were given.
async function renewalCycle(muster, devices) {
  const asked = devices.map((device) => {
    const key = newKey();
    const { cert } = device.identity;
    const { O, CN } = Object.fromEntries(new X509Certificate(cert).subject.split('\n').map((part) => part.split('=')));
    return { device, key, body: requestBy(key, { subject: name(['2.5.4.10', O], [COMMON_NAME, CN]) }).toString('base64') };
  });
  const ask = ({ device, body }) => device.renew(muster, body, device.identity);
  const enough = Math.floor(Math.random() * devices.length);
  let acknowledged = 0;
  const answers = asked.map(async (one) => {
    const answer = await ask(one).catch(() => null);
    if (answer) assert.equal(answer.status, 200, answer.text);
    if (answer) acknowledged += 1;
    return answer;
  });
  while (acknowledged < enough) await new Promise(setImmediate);
  await muster.kill();
  const first = await Promise.all(answers);
  await muster.launch();
  const again = await Promise.all(asked.map(ask));
  again.forEach(({ status, text }, i) => {
    assert.equal(status, 200, text);
    if (first[i]) assert.equal(text, first[i].text, 'an acknowledged renewal is lost or another');
    devices[i].identity = { key: pemOf(asked[i].key), cert: certificatesOf(Buffer.from(text, 'base64'))[0].toString() };
  });
}

test('E5: kills during renewals: one certificate a key, none lost', { timeout: 60_000 + CYCLES * 5_000 }, async () => {
  const muster = await Muster.start({ args: ['--log-level', 'warning'] });
  try {
    const offered = await offer(muster);
    const devices = Array.from({ length: 6 }, () => new QuickDevice(offered));
    for (const device of devices) {
      const { text } = await device.enroll(muster);
      device.identity = { key: pemOf(device.key), cert: certificatesOf(Buffer.from(text, 'base64'))[0].toString() };
    }
    const cycles = Math.ceil(CYCLES / 10);
    for (let i = 0; i < cycles; ++i) await renewalCycle(muster, devices);
    const made = devices.length * (cycles + 1);
    assert.deepEqual(await tally(muster, offered.profile), { counted: devices.length, devices: devices.length, enrollments: made });
    const rows = await all(muster, ENROLLMENTS, '&$select=certificateSerialNumber,keyFingerprint,deviceId,kind');
    for (const key of ['certificateSerialNumber', 'keyFingerprint']) assert.equal(new Set(rows.map((row) => row[key])).size, made);
    assert.equal(new Set(rows.map(({ deviceId }) => deviceId)).size, devices.length);
    assert.equal(rows.filter(({ kind }) => kind === 'renewal').length, devices.length * cycles);
  } finally {
    await muster.destroy();
  }
});

test(`E5: ${ROUNDS} races of 64 devices for a token of one`, { timeout: 60_000 + ROUNDS * 10_000 }, async () => {
  const muster = await Muster.start({ args: ['--log-level', 'warning'] });
  try {
    for (let round = 1; round <= ROUNDS; ++round) {
      const offered = await offer(muster, { tokenUsageLimit: 1 });
      const devices = Array.from({ length: 64 }, () => new QuickDevice(offered));
      const answers = await parallel(64, 64, (i) => devices[i].enroll(muster));
      const winners = answers.filter(({ status }) => status === 200);
      assert.equal(winners.length, 1);
      assert.ok(answers.every(({ status }) => [200, 401].includes(status)), answers.map(({ status }) => status).join());
      assert.equal((await devices[answers.indexOf(winners[0])].enroll(muster)).text, winners[0].text);
      assert.deepEqual(await tally(muster, offered.profile), { counted: 1, devices: round, enrollments: round });
    }
    assert.equal(await count(muster, DEVICES), ROUNDS);
  } finally {
    await muster.destroy();
  }
});
