// The sets beside androidForWorkEnrollmentProfiles, as a client sees them: the successor's profiles,
// the settings, devices, and the audit log that all changes end in.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { GUID, Muster, NO_DATE, PROFILES, assertError } from './harness.mjs';
import { DEVICES, ENROLLMENTS, POLICIES, QuickDevice, offer, tally } from './enrolment.mjs';

const run = promisify(execFile);
const ROOT = '/beta/deviceManagement';
const OWNERS = `${ROOT}/androidDeviceOwnerEnrollmentProfiles`;
const STORE = `${ROOT}/androidManagedStoreAccountEnterpriseSettings`;
const AUDIT = `${ROOT}/auditEvents`;
const WIFI = 'android.app.extra.PROVISIONING_WIFI_';

let muster;
before(async () => (muster = await Muster.start()));
after(() => muster?.destroy());

async function create(body) {
  const answer = await muster.post(OWNERS, { displayName: 'Kiosk', ...body });
  assert.equal(answer.status, 201, answer.text);
  return answer.json;
}
const get = (path, options) => muster.get(encodeURI(path), options);
const url = (profile) => `${OWNERS}/${profile.id}`;

describe('androidDeviceOwnerEnrollmentProfiles', () => {
  test('a whole life', async () => {
    // As exporters send it.
    const made = await create({
      configureWifi: false,
      description: 'by the door',
      enrollmentMode: 'corporateOwnedFullyManaged',
      roleScopeTagIds: [],
      tokenExpirationDateTime: '2090-01-01T00:00:00.000Z',
      wifiHidden: false,
      wifiPassword: '',
      wifiSecurityType: 'none',
      wifiSsid: '',
    });
    assert.match(made.id, GUID);
    assert.match(made.tokenValue, /^[A-Z2-7]{24}$/);
    assert.equal(made['@odata.type'], '#microsoft.graph.androidDeviceOwnerEnrollmentProfile');
    assert.equal(made.enrollmentTokenUsageCount, 0);

    const listed = await get(`${OWNERS}?$filter=enrollmentMode eq 'corporateOwnedFullyManaged' and isTeamsDeviceProfile eq false and tokenExpirationDateTime gt 2024-01-01T00:00:00z&$select=id,enrollmentMode`);
    assert.deepEqual(listed.json.value, [{ id: made.id, enrollmentMode: 'corporateOwnedFullyManaged' }]);

    const patched = await muster.patch(url(made), { displayName: 'Door', deviceNameTemplate: 'door-{{SERIAL}}' });
    assert.equal(patched.status, 200, patched.text);
    assert.equal(patched.json.deviceNameTemplate, 'door-{{SERIAL}}');
    assert.equal(patched.json.tokenValue, made.tokenValue);

    assert.equal((await muster.post(`${url(made)}/createToken`, { tokenValidityInSeconds: 3600 })).status, 204);
    const renewed = (await get(url(made))).json;
    assert.notEqual(renewed.tokenValue, made.tokenValue);
    assert.ok(Date.parse(renewed.tokenExpirationDateTime) - Date.parse(renewed.tokenCreationDateTime) === 3600_000);

    assert.equal((await muster.post(`${url(made)}/revokeToken`)).status, 204);
    const revoked = (await get(url(made))).json;
    assert.equal(revoked.tokenValue, null);
    assert.equal(revoked.tokenExpirationDateTime, NO_DATE);
    assert.equal((await muster.delete(url(made))).status, 204);
    assert.equal((await get(url(made))).status, 404);
  });

  test('the code that a device scans holds the network', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'muster-sets-'));
    const scan = async (profile) => {
      const file = join(folder, 'code.png');
      writeFileSync(file, Buffer.from(profile.qrCodeImage.value, 'base64'));
      const { stdout } = await run('zbarimg', ['--quiet', '--raw', '--oneshot', '-Sbinary', '-Sdisable', '-Sqrcode.enable', file]);
      return JSON.parse(stdout);
    };
    try {
      const made = await create({
        tokenExpirationDateTime: '2090-01-01T00:00:00Z', wifiSsid: 'Werk "3" ü', wifiSecurityType: 'wpa', wifiPassword: 'long \\ enough',
      });
      const scanned = await scan(made);
      assert.deepEqual(scanned, JSON.parse(made.qrCodeContent));
      assert.equal(scanned[`${WIFI}SSID`], 'Werk "3" ü');
      assert.equal(scanned[`${WIFI}SECURITY_TYPE`], 'WPA');
      assert.equal(scanned[`${WIFI}PASSWORD`], 'long \\ enough');
      const { json: open } = await muster.patch(url(made), { wifiSecurityType: 'none', wifiHidden: true });
      const again = await scan(open);
      assert.equal(again[`${WIFI}SECURITY_TYPE`], 'NONE');
      assert.equal(again[`${WIFI}HIDDEN`], true);
      assert.equal(again[`${WIFI}PASSWORD`], undefined);
      const { json: none } = await muster.patch(url(made), { wifiSsid: null });
      assert.equal((await scan(none))[`${WIFI}SSID`], undefined);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('a password is kept from readers, from the log and from the files', async () => {
    const secret = `hush ${randomUUID()}`;
    const made = await create({ tokenExpirationDateTime: '2090-01-01T00:00:00Z', wifiSsid: 'x', wifiSecurityType: 'wpa', wifiPassword: secret });
    const token = await muster.token(muster.tenant, '--role', 'DeviceManagementConfiguration.Read.All');
    for (const path of [url(made), `${OWNERS}?$top=999`, `${url(made)}?$select=qrCodeContent,qrCodeImage,wifiPassword`, `${OWNERS}?$orderby=wifiPassword desc`]) {
      const answer = await get(path, { token });
      assert.equal(answer.status, 200, answer.text);
      assert.ok(!answer.text.includes(secret), path);
    }
    assert.equal((await get(`${url(made)}/qrCode.png`, { token })).status, 403);
    assert.equal((await get(`${OWNERS}/$count?$filter=wifiPassword eq '${secret}'`, { token })).text, '0');
    assert.equal((await get(`${OWNERS}/$count?$filter=wifiPassword eq '${secret}'`)).text, '1');
    const audit = await get(`${AUDIT}?$top=999`);
    assert.ok(audit.text.includes('******') && !audit.text.includes(secret));
    assert.ok(!muster.log.includes(secret));
    for (const file of readdirSync(muster.data).filter((name) => name.includes('.db'))) {
      assert.ok(!readFileSync(join(muster.data, file)).includes(secret), file);
    }
  });

  test('a batch creates a profile and its token in one', async () => {
    const headers = { 'Content-Type': 'application/json' };
    const { json } = await muster.post('/beta/$batch', { requests: [
      { id: '1', method: 'POST', url: '/deviceManagement/androidDeviceOwnerEnrollmentProfiles', headers, body: { displayName: 'x' } },
      { id: '2', method: 'POST', url: '$1/createToken', headers, body: { tokenValidityInSeconds: 60 }, dependsOn: ['1'] },
      { id: '3', method: 'GET', url: '$1', dependsOn: ['2'] },
    ] });
    const [first, second, third] = ['1', '2', '3'].map((id) => json.responses.find((one) => one.id === id));
    assert.deepEqual([first.status, second.status, third.status], [201, 204, 200], JSON.stringify(json));
    assert.equal(first.body.tokenValue, null);
    assert.match(third.body.tokenValue, /^[A-Z2-7]{24}$/);
  });

  test('a token that a profile of the other type has is 409', async () => {
    const value = `IMPORTED${randomUUID()}`;
    await muster.create({ tokenValue: value });
    assert.equal((await muster.post(OWNERS, { tokenValue: value })).status, 409);
  });

  test('what cannot be is refused by name, all of it at once', async () => {
    const answer = await muster.post(OWNERS, { enrollmentMode: 'kiosk', wifiHidden: 'no', deviceNameTemplate: 'x'.repeat(64), foo: 1 });
    assertError(answer, 400, 'ModelValidationFailure');
    const targets = answer.json.error.details.map((detail) => detail.target).sort();
    assert.deepEqual(targets, ['deviceNameTemplate', 'enrollmentMode', 'foo', 'wifiHidden']);
  });
});

describe('settings', () => {
  test('live on through a restart', async () => {
    assert.equal((await muster.patch(STORE, { enrollmentTarget: 'all' })).status, 200);
    await muster.stop();
    await muster.launch();
    const { json } = await get(STORE);
    assert.equal(json.enrollmentTarget, 'all');
    assert.equal(json.bindStatus, 'notBound');
    assert.deepEqual(Object.keys(json), [
      '@odata.context', 'id', 'bindStatus', 'managedGooglePlayEnterpriseType', 'lastAppSyncDateTime', 'lastAppSyncStatus',
      'ownerUserPrincipalName', 'ownerOrganizationName', 'lastModifiedDateTime', 'enrollmentTarget', 'targetGroupIds',
      'deviceOwnerManagementEnabled', 'androidDeviceOwnerFullyManagedEnrollmentEnabled', 'managedGooglePlayInitialScopeTagIds', 'companyCodes',
    ]);
  });

  test('concurrent first changes are all there', async () => {
    const fields = { enrollmentTarget: 'targeted', targetGroupIds: ['a'], deviceOwnerManagementEnabled: false };
    const answers = await Promise.all(
      Object.entries(fields).map(([name, value]) => muster.patch(`${ROOT}/androidForWorkSettings`, { [name]: value })),
    );
    assert.deepEqual(answers.map((answer) => answer.status), [200, 200, 200]);
    const { json } = await get(`${ROOT}/androidForWorkSettings`);
    assert.deepEqual(Object.fromEntries(Object.keys(fields).map((name) => [name, json[name]])), fields);
  });

  test('a key in parentheses is not theirs', async () => {
    assert.equal((await get(`${STORE}('x')`)).status, 400);
  });
});

describe('managedDevices', () => {
  test('there are none before devices enrol', async () => {
    const { status, json } = await get(`${ROOT}/managedDevices?$count=true&$filter=operatingSystem eq 'Android' and contains(deviceName,'x')&$orderby=serialNumber`);
    assert.equal(status, 200);
    assert.equal(json['@odata.count'], 0);
    assert.deepEqual(json.value, []);
    assert.equal((await get(`${ROOT}/managedDevices/$count`)).text, '0');
    assertError(await muster.post(`${ROOT}/managedDevices/${randomUUID()}/retire`), 404, 'ResourceNotFound');
    assert.equal((await muster.post(`${ROOT}/managedDevices`, {})).status, 405);
  });
});

// What a token with one permission is answered.
async function statusWith(role, method, path, body) {
  const token = await muster.token(muster.tenant, '--role', role);
  return (await muster.request(method, path, { token, body })).status;
}

describe('enrollmentPolicies', () => {
  test('a whole life', async () => {
    const { id } = await muster.create();
    const at = `${POLICIES}/${id}`;
    assertError(await get(at), 404, 'ResourceNotFound');
    const made = await muster.post(POLICIES, { profileId: id });
    assert.equal(made.status, 201, made.text);
    const { '@odata.context': context, lastModifiedDateTime, ...rest } = made.json;
    assert.match(context, /#deviceManagement\/enrollmentPolicies\/\$entity$/);
    assert.deepEqual(rest, {
      '@odata.type': '#microsoft.graph.enrollmentPolicy', profileId: id, tokenUsageLimit: 0, approval: 'notRequired', keyAttestation: 'off',
    });
    const patched = await muster.patch(at, { approval: 'required', tokenUsageLimit: 3 });
    assert.equal(patched.status, 200, patched.text);
    assert.deepEqual([patched.json.approval, patched.json.tokenUsageLimit, patched.json.keyAttestation], ['required', 3, 'off']);
    assert.ok(patched.json.lastModifiedDateTime > lastModifiedDateTime);
    const found = await get(`${POLICIES}?$filter=approval eq 'required' and tokenUsageLimit eq 3 and profileId eq '${id}'&$count=true`);
    assert.equal(found.json['@odata.count'], 1, found.text);
    assert.equal((await muster.delete(at)).status, 204);
    assertError(await get(at), 404, 'ResourceNotFound');
  });

  test('belong to a profile of either type, one to each, and end with it', async () => {
    const owner = await create({ tokenExpirationDateTime: '2090-01-01T00:00:00Z' });
    const plain = await muster.create();
    for (const [profile, set] of [[owner, OWNERS], [plain, PROFILES]]) {
      assert.equal((await muster.post(POLICIES, { profileId: profile.id, keyAttestation: 'prefer' })).status, 201);
      assertError(await muster.post(POLICIES, { profileId: profile.id }), 409);
      assert.equal((await muster.delete(`${set}/${profile.id}`)).status, 204);
      assertError(await get(`${POLICIES}/${profile.id}`), 404, 'ResourceNotFound');
    }
    assertError(await muster.post(POLICIES, {}), 400, 'BadRequest', 'profileId');
    assertError(await muster.post(POLICIES, { profileId: randomUUID() }), 400, 'BadRequest', 'profileId');
  });

  test('what cannot be is refused by name', async () => {
    const { profile } = await offer(muster, {});
    const wrong = { approval: 'maybe', tokenUsageLimit: -1, keyAttestation: 1.5, foo: 1 };
    for (const answer of [await muster.patch(`${POLICIES}/${profile.id}`, wrong), await muster.post(POLICIES, { ...wrong, profileId: profile.id })]) {
      assertError(answer, 400, 'ModelValidationFailure', ...Object.keys(wrong));
    }
    assertError(await muster.patch(`${POLICIES}/${profile.id}`, { profileId: randomUUID() }), 400, 'BadRequest', 'profileId');
  });

  test('are read and changed with the permission of profiles', async () => {
    const { profile } = await offer(muster, {});
    const path = `${POLICIES}/${profile.id}`;
    const table = [['DeviceManagementConfiguration.ReadWrite.All', 200, 200], ['DeviceManagementConfiguration.Read.All', 200, 403],
      ['DeviceManagementManagedDevices.ReadWrite.All', 403, 403], ['DeviceManagementApps.ReadWrite.All', 403, 403]];
    for (const [role, read, change] of table) {
      assert.equal(await statusWith(role, 'GET', path), read, role);
      assert.equal(await statusWith(role, 'PATCH', path, { tokenUsageLimit: 1 }), change, role);
      assert.equal(await statusWith(role, 'POST', POLICIES, { profileId: (await muster.create()).id }), change === 200 ? 201 : 403, role);
    }
  });
});

describe('deviceEnrollments', () => {
  // A device that waits, and the entry of its wait.
  async function waiting() {
    const offered = await offer(muster, { approval: 'required' });
    const device = new QuickDevice(offered);
    assert.equal((await device.enroll(muster)).status, 202);
    const { json } = await get(`${ENROLLMENTS}?$filter=profileId eq '${offered.profile.id}'`);
    assert.equal(json.value.length, 1);
    return { device, offered, entry: json.value[0], path: `${ENROLLMENTS}/${json.value[0].id}` };
  }

  test('tell who waits, and what became of it', async () => {
    const { device, offered, entry, path } = await waiting();
    assert.match(entry.id, GUID);
    assert.match(entry.keyFingerprint, /^[0-9a-f]{64}$/);
    assert.deepEqual([entry.kind, entry.state, entry.profileName, entry.keyAttestation], ['enrollment', 'pending', 'Shop floor', 'notAttested']);
    for (const name of ['certificateSerialNumber', 'certificateExpirationDateTime', 'decidedDateTime', 'issuedDateTime']) assert.equal(entry[name], null);
    assert.deepEqual((await tally(muster, offered.profile)).counted, 0);
    assert.equal((await muster.post(`${path}/approve`)).status, 204);
    const approved = (await get(path)).json;
    assert.equal(approved.state, 'approved');
    assert.ok(approved.decidedDateTime >= entry.requestedDateTime);
    assert.equal((await device.enroll(muster)).status, 200);
    const enrolled = (await get(path)).json;
    assert.equal(enrolled.state, 'enrolled');
    assert.match(enrolled.certificateSerialNumber, /^[0-9a-f]{32}$/);
    assert.equal((await get(`${DEVICES}/${enrolled.deviceId}`)).json.enrollmentProfileName, 'Shop floor');
    for (const action of ['approve', 'deny']) assertError(await muster.post(`${path}/${action}`), 409, 'Conflict');
    // What a repeated request is answered by is not deleted.
    assertError(await muster.delete(path), 409, 'Conflict');
    assert.equal((await device.enroll(muster)).status, 200);
    assert.equal((await get(path)).json.certificateSerialNumber, enrolled.certificateSerialNumber);
  });

  test('a denied device is denied until an administrator thinks better of it', async () => {
    const { device, path } = await waiting();
    assert.equal((await muster.post(`${path}/deny`)).status, 204);
    for (let i = 0; i < 2; ++i) assert.equal((await device.enroll(muster)).status, 403);
    assert.equal((await muster.post(`${path}/approve`)).status, 204);
    assert.equal((await device.enroll(muster)).status, 200);
  });

  test('a wait that is deleted begins anew', async () => {
    const { device, path } = await waiting();
    assert.equal((await muster.delete(path)).status, 204);
    assertError(await get(path), 404, 'ResourceNotFound');
    assert.equal((await device.enroll(muster)).status, 202);
  });

  test('are made by devices and decided by people', async () => {
    const { path } = await waiting();
    for (const [method, to, body] of [['POST', ENROLLMENTS, {}], ['PATCH', path, { state: 'approved' }], ['PUT', path, {}],
      ['PUT', `${path}/state`, { value: 'approved' }], ['GET', `${path}/approve`]]) {
      const { status } = await muster.request(method, to, { body });
      assert.ok(status === 405 || status === 404, `${method} ${to}: ${status}`);
    }
    assertError(await muster.post(`${path}/approve`, { comment: 'x' }), 400);
    for (const action of ['approve', 'deny']) {
      assertError(await muster.post(`${ENROLLMENTS}/${randomUUID()}/${action}`), 404, 'ResourceNotFound');
    }
    assert.equal((await get(path)).json.state, 'pending');
  });

  test('are seen and decided with the permission of devices', async () => {
    const { path } = await waiting();
    const table = [['DeviceManagementManagedDevices.Read.All', 200, 403], ['DeviceManagementManagedDevices.ReadWrite.All', 200, 204],
      ['DeviceManagementConfiguration.ReadWrite.All', 403, 403], ['DeviceManagementApps.ReadWrite.All', 403, 403]];
    for (const [role, read, decide] of table) {
      assert.equal(await statusWith(role, 'GET', path), read, role);
      for (const action of ['deny', 'approve']) assert.equal(await statusWith(role, 'POST', `${path}/${action}`), decide, role);
    }
    assert.equal(await statusWith('DeviceManagementManagedDevices.Read.All', 'DELETE', path), 403);
  });

  test('and every step is in the audit log, with who did it', async () => {
    const since = new Date().toISOString();
    const { device, path } = await waiting();
    await muster.post(`${path}/approve`);
    assert.equal((await device.enroll(muster)).status, 200);
    const { json } = await get(`${AUDIT}?$filter=activityDateTime ge ${since}&$orderby=activityDateTime,id`);
    const steps = json.value.map(({ activityType, actor }) => [activityType, actor.auditActorType]);
    const [profile, policy, request, approve, enroll] = steps;
    assert.deepEqual([profile[0], policy[0]], ['Create AndroidForWorkEnrollmentProfile', 'Create EnrollmentPolicy']);
    assert.deepEqual([request[1], approve[1], enroll[1]], ['Device', 'Application', 'Device']);
    assert.match(request[0], /DeviceEnrollment$/);
    assert.match(approve[0], /^[Aa]pprove DeviceEnrollment$/);
    assert.equal(enroll[0], 'Enroll ManagedDevice');
    assert.equal(steps.length, 5);
  });
});

describe('auditEvents', () => {
  test('tell who changed what, newest found by date', async () => {
    const since = new Date().toISOString();
    const made = await muster.create({ displayName: 'before' });
    await muster.patch(`${PROFILES}/${made.id}`, { displayName: 'after' });
    await muster.delete(`${PROFILES}/${made.id}`);
    const { json } = await get(`${AUDIT}?$filter=activityDateTime ge ${since} and category eq 'Enrollment'&$orderby=activityDateTime desc,id desc`);
    assert.deepEqual(json.value.map((event) => event.activityType),
      ['Delete', 'Patch', 'Create'].map((verb) => `${verb} AndroidForWorkEnrollmentProfile`));
    const [, patch] = json.value;
    assert.deepEqual(patch.resources[0].modifiedProperties, [{ displayName: 'displayName', oldValue: 'before', newValue: 'after' }]);
    assert.equal(patch.resources[0].resourceId, made.id);
    assert.equal(patch.activityResult, 'Success');
    assert.equal(patch.actor.ipAddress, '127.0.0.1');
    // A GUID, as Graph has it; quoted as well, for those who take it for text.
    for (const guid of [patch.correlationId, patch.correlationId.toUpperCase(), `'${patch.correlationId}'`]) {
      const found = await get(`${AUDIT}?$filter=correlationId eq ${guid}&$select=id`);
      assert.deepEqual(found.json?.value, [{ id: patch.id }], found.text);
    }
    assert.equal((await get(`${AUDIT}?$filter=correlationId eq 'x'`)).status, 400);
    const one = await get(`${AUDIT}/${patch.id}?$select=actor`);
    assert.deepEqual(one.json.actor, patch.actor);
  });

  test('hold what was done on the command line', async () => {
    await muster.command('app', 'create', '--tenant', muster.tenant, '--name', 'Robot', '--role', 'DeviceManagementApps.Read.All');
    const { json } = await get(`${AUDIT}?$filter=category eq 'Other' and activityType eq 'Create Application'`);
    assert.equal(json.value.length, 1);
    assert.equal(json.value[0].actor.auditActorType, 'System');
  });

  test('are filed under names that can be asked for', async () => {
    const { json: categories } = await get(`${AUDIT}/getAuditCategories`);
    const names = new Set();
    for (const category of categories.value) {
      const { json } = await get(`${AUDIT}/getAuditActivityTypes(category='${category}')`);
      json.value.forEach((name) => names.add(name));
    }
    const { json: events } = await get(`${AUDIT}?$top=999`);
    for (const event of events.value) {
      assert.ok(categories.value.includes(event.category), event.category);
      assert.ok(names.has(event.activityType), event.activityType);
    }
  });

  test('are read with a permission of their own', async () => {
    const token = await muster.token(muster.tenant, '--role', 'DeviceManagementConfiguration.ReadWrite.All');
    assert.equal((await get(AUDIT, { token })).status, 403);
    assert.equal((await muster.delete(`${AUDIT}/${randomUUID()}`)).status, 405);
  });
});
