// `muster device …` and `muster profile policy` beside a running service: what people see and decide.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import https from 'node:https';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { BIN, GUID, Muster, PROFILES, librariesAsTheyAre } from './harness.mjs';

const run = promisify(execFile);

let muster;
before(async () => (muster = await Muster.start({ args: ['--approval-retry-after', '1s'] })));
after(() => muster.destroy());

// A command as an administrator gives it; `json` reads what it prints.
const command = (...words) => muster.command(...words, '--tenant', muster.tenant);
const json = async (...words) => JSON.parse(await command(...words, '--json'));
const rowsOf = (text) => text.trimEnd().split('\n').map((line) => line.split(/ {2,}/));

async function fails(pattern, ...words) {
  await assert.rejects(command(...words), (error) => {
    assert.equal(error.code, 1);
    assert.match(error.stderr, pattern);
    return true;
  });
}

// Devices of a profile, by the text of its QR code.
async function simulate(profile, ...more) {
  const words = ['device', 'simulate', '--profile', profile.qrCodeContent, '--json', ...more];
  return JSON.parse((await run(BIN, words)).stdout);
}

// The status of a report by the key and the certificate that were kept as `stem`.
function report(profile, stem) {
  const [, label] = profile.qrCodeContent.match(/\/\.well-known\/est\/([^"]+)"/);
  const [key, cert] = ['key', 'cert'].map((part) => readFileSync(`${stem}.${part}.pem`));
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', ca: muster.ca, key, cert, agent: false };
    const headers = { 'Content-Type': 'application/json' };
    const request = https.request(`${muster.base}/device/${label}/status`, { ...options, headers }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode));
    });
    request.on('error', reject).end('{}');
  });
}

test('devices are listed, by serial number and by profile, and shown', async () => {
  const floor = await muster.create({ displayName: '売り場 floor' });
  const other = await muster.create({ displayName: 'Other' });
  assert.equal((await simulate(floor, '--count', '2', '--model', '電話')).reported, 2);
  assert.equal((await simulate(other, '--serial-prefix', 'OTHER-')).reported, 1);

  const [head, ...rows] = rowsOf(await command('device', 'list'));
  assert.deepEqual(head, ['ID', 'NAME', 'SERIAL', 'MANUFACTURER', 'MODEL', 'STATE', 'LAST SYNC', 'PROFILE']);
  assert.deepEqual(rows.map((row) => row[2]).sort(), ['OTHER-000001', 'SIM-000001', 'SIM-000002']);
  const listed = await json('device', 'list', '--profile', floor.id);
  assert.deepEqual(listed.map(({ serialNumber }) => serialNumber).sort(), ['SIM-000001', 'SIM-000002']);
  const [one, ...none] = await json('device', 'list', '--serial', 'SIM-000002', '--profile', floor.id);
  assert.equal(none.length, 0);
  assert.deepEqual(await json('device', 'list', '--serial', "o'clock & more"), []);
  assert.deepEqual(await json('device', 'list', '--serial', 'SIM-000002', '--profile', other.id), []);

  const shown = Object.fromEntries(rowsOf(await command('device', 'show', one.id)));
  assert.equal(shown.id, one.id);
  assert.equal(shown.serialNumber, 'SIM-000002');
  assert.equal(shown.model, '電話');
  assert.equal(shown.enrollmentProfileName, '売り場 floor');
  assert.equal((await json('device', 'show', one.id)).manufacturer, 'Muster');
  await fails(/404/, 'device', 'show', '01a22253-95d0-75dc-9d66-f2357bd88a3f');
});

test('a retired device is turned away, and a deleted one is gone', async () => {
  const profile = await muster.create();
  const kept = join(muster.dir, 'kept');
  await simulate(profile, '--serial-prefix', 'R-', '--keep', kept);
  const [device] = await json('device', 'list', '--serial', 'R-000001');
  assert.equal(await report(profile, `${kept}/R-000001`), 204);
  assert.equal(await command('device', 'retire', device.id), '');
  assert.equal(await report(profile, `${kept}/R-000001`), 403);
  assert.match((await json('device', 'show', device.id)).managementState, /retire/i);
  assert.equal(await command('device', 'delete', device.id), '');
  assert.deepEqual(await json('device', 'list', '--serial', 'R-000001'), []);
  await fails(/404/, 'device', 'delete', device.id);
});

test('a policy is the default until something is set, and changes member by member', async () => {
  const { id } = await muster.create();
  const none = { profileId: id, tokenUsageLimit: 0, approval: 'notRequired', keyAttestation: 'off' };
  const policy = async (...words) => {
    const { profileId, tokenUsageLimit, approval, keyAttestation } = await json('profile', 'policy', id, ...words);
    return { profileId, tokenUsageLimit, approval, keyAttestation };
  };
  assert.deepEqual(await policy(), none);
  assert.deepEqual(await policy('--token-usage-limit', '3'), { ...none, tokenUsageLimit: 3 });
  const all = { profileId: id, tokenUsageLimit: 3, approval: 'required', keyAttestation: 'prefer' };
  assert.deepEqual(await policy('--approval', 'required', '--key-attestation', 'prefer'), all);
  assert.deepEqual(await policy('--token-usage-limit', '0'), { ...all, tokenUsageLimit: 0 });
  assert.deepEqual(await policy(), { ...all, tokenUsageLimit: 0 });
  const shown = Object.fromEntries(rowsOf(await command('profile', 'policy', id)));
  assert.equal(shown.approval, 'required');
  await assert.rejects(command('profile', 'policy', id, '--approval', 'maybe'), { code: 2 });
  await fails(/404/, 'profile', 'policy', '01a22253-95d0-75dc-9d66-f2357bd88a3f');
  await fails(/4\d\d/, 'profile', 'policy', '01a22253-95d0-75dc-9d66-f2357bd88a3f', '--approval', 'required');
});

test('who waits is approved or denied', async () => {
  const profile = await muster.create({ displayName: 'Gate' });
  await command('profile', 'policy', profile.id, '--approval', 'required');
  const asked = await simulate(profile, '--count', '2', '--serial-prefix', 'W-', '--patience', '1s');
  assert.deepEqual([asked.pending, asked.enrolled], [2, 0]);
  const [head, ...rows] = rowsOf(await command('device', 'enrollments', '--pending'));
  assert.deepEqual(head, ['ID', 'KIND', 'STATE', 'SERIAL', 'MODEL', 'REQUESTED', 'FROM', 'PROFILE']);
  assert.equal(rows.length, 2);
  for (const [id, kind, state, , , , from, name] of rows) {
    assert.match(id, GUID);
    assert.deepEqual([kind, state, from, name], ['enrollment', 'pending', '127.0.0.1', 'Gate']);
  }
  const [first, second] = rows.map(([id]) => id);
  await command('device', 'approve', first);
  await command('device', 'deny', second);
  assert.deepEqual(await json('device', 'enrollments', '--pending'), []);
  const states = new Map((await json('device', 'enrollments')).map(({ id, state }) => [id, state]));
  assert.deepEqual([states.get(first), states.get(second)], ['approved', 'denied']);
  await fails(/404/, 'device', 'approve', '01a22253-95d0-75dc-9d66-f2357bd88a3f');
});

// The command against a service that sends pages and texts of ours.
test('lists are read page by page, and a row stays on its line', async () => {
  const asked = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    const { port } = server.address();
    const page = request.url.includes('page=2')
      ? { value: [{ id: '2', deviceName: 'b\n\u001b[31mc', model: null }] }
      : { value: [{ id: '1', deviceName: '電話' }], '@odata.nextLink': `http://127.0.0.1:${port}/beta/x?page=2` };
    response.end(JSON.stringify(page));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const url = `http://127.0.0.1:${server.address().port}`;
    const text = await command('device', 'list', '--url', url, '--token', 't');
    assert.equal(asked.length, 2);
    const [head, ...rows] = text.split('\n');
    assert.match(head, /^ID {2}NAME {6}SERIAL {2}/);
    assert.match(rows[0], /^1 {3}電話 {6}- {7}/);
    assert.match(rows[1], /^2 {3}b {2}\[31mc {2}- {7}/);
    assert.equal(rows.length, 3, text);
  } finally {
    server.close();
  }
});

test('numbers of a profile follow its devices', async () => {
  const profile = await muster.create();
  await simulate(profile, '--count', '20', '--concurrency', '8', '--serial-prefix', 'N-', '--no-renew', '--no-report');
  // The same serial numbers are the same devices: enrolled again, counted once.
  await simulate(profile, '--count', '20', '--concurrency', '8', '--serial-prefix', 'N-', '--no-renew', '--no-report');
  assert.equal((await muster.get(`${PROFILES}/${profile.id}`)).json.enrolledDeviceCount, 20);
  assert.equal((await json('device', 'list', '--profile', profile.id)).length, 20);
  const enrolled = (await json('device', 'enrollments')).filter(({ profileId }) => profileId === profile.id);
  assert.equal(new Set(enrolled.map(({ certificateSerialNumber }) => certificateSerialNumber)).size, 40);
});

// What a fleet's engineer does, by commands alone; `simulate` plays the devices.
test('a life by the command line: from the profile to the next authority', async () => {
  const created = rowsOf(await command('profile', 'create', '--name', 'Warehouse', '--validity', '7d'));
  const { id } = Object.fromEntries(created);
  assert.match(id, GUID, String(created));
  const policy = Object.fromEntries(rowsOf(await command('profile', 'policy', id, '--approval', 'required', '--token-usage-limit', '5')));
  assert.deepEqual([policy.approval, policy.tokenUsageLimit], ['required', '5']);

  Object.assign(muster.env, librariesAsTheyAre(muster.dir));
  const poster = join(muster.dir, 'poster.pdf');
  assert.equal(await command('profile', 'poster', id, '--out', poster), '');
  assert.equal(readFileSync(poster).subarray(0, 5).toString(), '%PDF-');
  const code = join(muster.dir, 'code.png');
  assert.equal(await command('profile', 'qr', id, '--format', 'png', '--out', code), '');

  // Seven devices scan the code; an administrator lets in one after the other, until the token is used up.
  const kept = join(muster.dir, 'warehouse');
  const waiting = run(BIN, ['device', 'simulate', '--profile', code, '--count', '7', '--concurrency', '7', '--serial-prefix', 'WH-',
    '--model', 'Scanner', '--keep', kept, '--patience', '3m', '--json']).catch((error) => error);
  const pending = async () => rowsOf(await command('device', 'enrollments', '--pending')).slice(1).filter((row) => row.at(-1) === 'Warehouse');
  const deadline = Date.now() + 60_000;
  while ((await pending()).length < 7) assert.ok(Date.now() < deadline, 'seven wait');
  const rows = await pending();
  assert.deepEqual(rows.map((row) => row[3]).sort(), Array.from({ length: 7 }, (_, i) => `WH-00000${i + 1}`));
  assert.ok(rows.every((row) => row[1] === 'enrollment' && row[2] === 'pending' && row[4] === 'Scanner' && row[6] === '127.0.0.1'));
  assert.equal(await command('device', 'deny', rows[6][0]), '');
  for (const [enrollment] of rows.slice(0, 5)) assert.equal(await command('device', 'approve', enrollment), '');
  while ((await json('device', 'list', '--profile', id)).length < 5) assert.ok(Date.now() < deadline + 120_000, 'five enrolled');
  assert.equal(await command('device', 'approve', rows[5][0]), '', 'approved too late: the token is used up');
  const summary = JSON.parse((await waiting).stdout);
  assert.deepEqual([summary.enrolled, summary.renewed, summary.reported], [5, 5, 5], JSON.stringify(summary));
  assert.deepEqual(await pending(), []);

  // The list, one of it, and its end.
  const [head, ...listed] = rowsOf(await command('device', 'list', '--profile', id));
  assert.equal(head[0], 'ID');
  assert.equal(listed.length, 5);
  assert.ok(listed.every((row) => row[4] === 'Scanner' && row[5] === 'managed' && row.at(-1) === 'Warehouse'), listed.join('\n'));
  const [lost, stays] = listed;
  const shown = Object.fromEntries(rowsOf(await command('device', 'show', lost[0])));
  assert.deepEqual([shown.serialNumber, shown.enrollmentProfileName], [lost[2], 'Warehouse']);
  assert.equal((await json('device', 'show', lost[0])).requireUserEnrollmentApproval, true);
  const profile = await muster.get(`${PROFILES}/${id}`);
  assert.equal(profile.json.enrolledDeviceCount, 5);
  assert.equal(await report(profile.json, join(kept, lost[2])), 204);
  assert.equal(await command('device', 'retire', lost[0]), '');
  assert.equal(await report(profile.json, join(kept, lost[2])), 403);
  assert.equal(await report(profile.json, join(kept, stays[2])), 204);
  const states = new Map(rowsOf(await command('device', 'list', '--profile', id)).slice(1).map((row) => [row[0], row[5]]));
  assert.deepEqual([states.get(lost[0]), states.get(stays[0])], ['retireIssued', 'managed']);

  // The authority: seen, replaced, exported; what was issued before stays good.
  const [titles, first, ...none] = rowsOf(await command('ca', 'show'));
  assert.deepEqual(titles, ['GENERATION', 'ROOT', 'ENDS', 'ISSUING', 'ENDS', 'KEYS IN', 'ROOT SHA-256']);
  assert.deepEqual([first[0], first[3], first[5], none.length], ['1', 'Muster Issuing G1', 'store', 0]);
  const replaced = rowsOf(await command('ca', 'replace')).slice(1);
  assert.deepEqual(replaced.map((row) => [row[0], row[3]]), [['1', 'Muster Issuing G1'], ['2', 'Muster Issuing G2']]);
  const exported = (await command('ca', 'export')).match(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g);
  const authorities = exported.map((pem) => new X509Certificate(pem));
  assert.deepEqual(authorities.map(({ subject }) => subject.split('\n').at(-1)),
    ['CN=Muster Root', 'CN=Muster Issuing G2', 'CN=Muster Root', 'CN=Muster Issuing G1']);
  const certificate = new X509Certificate(readFileSync(`${join(kept, stays[2])}.cert.pem`));
  assert.ok(authorities.some((one) => certificate.checkIssued(one) && certificate.verify(one.publicKey)));
  assert.equal(await report(profile.json, join(kept, stays[2])), 204);
  const open = await muster.create({ displayName: 'Next' });
  const nextKept = join(muster.dir, 'next');
  const until = Date.now() + 30_000;
  let next;
  do { // the running service believes what it knows for a second
    await simulate(open, '--keep', nextKept, '--serial-prefix', 'NEXT-');
    next = new X509Certificate(readFileSync(join(nextKept, 'NEXT-000001.cert.pem')));
  } while (!next.issuer.includes('G2') && Date.now() < until);
  assert.ok(next.checkIssued(authorities[1]) && next.verify(authorities[1].publicKey));
});
