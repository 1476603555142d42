// The life of a profile by the contract: create, read, list, change, tokens, delete.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { GUID, Muster, NO_DATE, PROFILES, PROFILE_TYPE, assertError, assertStandardHeaders, contractBody } from './harness.mjs';

const MEMBERS = [
  'id', 'accountId', 'displayName', 'description', 'createdDateTime', 'lastModifiedDateTime', 'tokenValue',
  'tokenExpirationDateTime', 'enrolledDeviceCount', 'qrCodeContent', 'qrCodeImage',
];
// UTC, at most 7 fraction digits, none of them a trailing zero.
const SERVER_DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,6}[1-9])?Z$/;
const DAY = 86_400_000;

let muster;
before(async () => (muster = await Muster.start()));
after(() => muster?.destroy());

describe('the example of the contract', () => {
  for (const version of ['beta', 'v1.0']) {
    for (const suffix of ['', '/$ref']) {
      test(`POST /${version}/…Profiles${suffix} answers 201 and every value as sent`, async () => {
        const path = PROFILES.replace('beta', version);
        const sent = contractBody();
        const clientRequestId = randomUUID();
        const answer = await muster.post(path + suffix, sent, { headers: { 'client-request-id': clientRequestId } });
        assert.equal(answer.status, 201, answer.text);
        assertStandardHeaders(answer, clientRequestId);
        const { id, createdDateTime, lastModifiedDateTime, '@odata.context': context, ...rest } = answer.json;
        assert.deepEqual(rest, sent);
        assert.match(id, GUID);
        assert.match(createdDateTime, SERVER_DATE);
        assert.equal(lastModifiedDateTime, createdDateTime);
        assert.ok(Math.abs(Date.parse(createdDateTime) - Date.now()) < 60_000);
        const collection = 'deviceManagement/androidForWorkEnrollmentProfiles';
        assert.equal(context, `${muster.base}/${version}/$metadata#${collection}/$entity`);
        assert.equal(answer.headers.location, `${muster.base}/${version}/${collection}/${id}`);
        for (const key of [`/${id}`, `('${id}')`]) {
          const read = await muster.get(path + key);
          assert.equal(read.status, 200, read.text);
          assertStandardHeaders(read);
          const { '@odata.type': type, ...without } = sent;
          const { qrCodeImage, ...members } = read.json;
          assert.deepEqual({ ...members, qrCodeImage: { '@odata.type': 'microsoft.graph.mimeContent', ...qrCodeImage } },
            { '@odata.context': context, id, createdDateTime, lastModifiedDateTime, ...without });
          assert.ok(!('@odata.type' in read.json), 'no @odata.type on a read');
        }
      });
    }
  }

  test('$ref with an entity reference is refused with the way to go', async () => {
    const { id } = await muster.create();
    const answer = await muster.post(`${PROFILES}/$ref`, { '@odata.id': `${muster.base}${PROFILES}/${id}` });
    assertError(answer, 400, undefined, 'androidForWorkEnrollmentProfiles');
  });
});

describe('create', () => {
  test('an empty object gets everything from the service', async () => {
    const begun = Date.now();
    const answer = await muster.post(PROFILES, {});
    assert.equal(answer.status, 201, answer.text);
    const profile = answer.json;
    assert.deepEqual(Object.keys(profile).filter((name) => !name.startsWith('@')), MEMBERS);
    assert.equal(profile['@odata.type'], PROFILE_TYPE);
    assert.equal(profile.accountId, muster.tenant);
    assert.equal(profile.displayName, null);
    assert.equal(profile.description, null);
    assert.equal(profile.enrolledDeviceCount, 0);
    assert.match(profile.tokenValue, /^[A-Z2-7]{20,}$/);
    assert.match(profile.tokenExpirationDateTime, SERVER_DATE);
    const life = Date.parse(profile.tokenExpirationDateTime) - begun;
    assert.ok(Math.abs(life - 90 * DAY) < 60_000, `${life / DAY} days`);
    assert.equal(profile.qrCodeImage.type, 'image/png');
    assert.equal(Buffer.from(profile.qrCodeImage.value, 'base64').subarray(1, 4).toString(), 'PNG');
    const payload = JSON.parse(profile.qrCodeContent);
    const extras = payload['android.app.extra.PROVISIONING_ADMIN_EXTRAS_BUNDLE'];
    assert.equal(extras['com.muster.ENROLLMENT_TOKEN'], profile.tokenValue);
  });

  test('tokens of two profiles differ', async () => {
    const profiles = await Promise.all(Array.from({ length: 50 }, () => muster.create({})));
    assert.equal(new Set(profiles.map((p) => p.tokenValue)).size, 50);
    assert.equal(new Set(profiles.map((p) => p.id)).size, 50);
  });

  test('id and the two server times of a body are ignored', async () => {
    const sent = { id: randomUUID(), createdDateTime: '2001-01-01T00:00:00Z', lastModifiedDateTime: '2001-01-01T00:00:00Z' };
    const profile = await muster.create(sent);
    assert.notEqual(profile.id, sent.id);
    assert.ok(Date.parse(profile.createdDateTime) > Date.parse('2020-01-01'));
    assert.ok(Date.parse(profile.lastModifiedDateTime) > Date.parse('2020-01-01'));
    assertError(await muster.get(`${PROFILES}/${sent.id}`), 404, 'ResourceNotFound');
  });

  test('annotations are tolerated, text comes back octet for octet', async () => {
    const displayName = 'Lager „Süd" \\ / \u0001 \u2028 \u{1F4F1} \u202e x';
    const profile = await muster.create({ displayName, '@odata.context': 'x', 'displayName@odata.type': '#String', '@foo.bar': [1] });
    assert.equal(profile.displayName, displayName);
    assert.equal((await muster.get(`${PROFILES}/${profile.id}`)).json.displayName, displayName);
  });

  for (const date of ['2030-01-02T03:04:05Z', '2030-01-02T03:04:05.000Z', '2030-01-02T03:04:05.1230000-11:30',
    '9999-12-31T23:59:59Z', NO_DATE]) {
    test(`tokenExpirationDateTime ${date} is returned as sent`, async () => {
      const profile = await muster.create({ tokenExpirationDateTime: date });
      assert.equal(profile.tokenExpirationDateTime, date);
      assert.equal((await muster.get(`${PROFILES}/${profile.id}`)).json.tokenExpirationDateTime, date);
    });
  }

  test('a QR text without a picture gets one drawn', async () => {
    const profile = await muster.create({ qrCodeContent: 'imported text' });
    assert.equal(profile.qrCodeContent, 'imported text');
    assert.equal(profile.qrCodeImage.type, 'image/png');
  });

  test('an imported token stands in the QR text that is made for it', async () => {
    const profile = await muster.create({ tokenValue: 'XZKMILGMXCUSEMOOQTMJ' });
    assert.equal(profile.tokenValue, 'XZKMILGMXCUSEMOOQTMJ');
    assert.ok(profile.qrCodeContent.includes('XZKMILGMXCUSEMOOQTMJ'));
  });

  test('Prefer: return=minimal gives 204 with Location', async () => {
    const answer = await muster.post(PROFILES, { displayName: 'quiet' }, { headers: { Prefer: 'return=minimal' } });
    assert.equal(answer.status, 204, answer.text);
    assert.equal(answer.text, '');
    assert.match(answer.headers['preference-applied'], /return=minimal/);
    const path = answer.headers.location.slice(muster.base.length);
    assert.equal((await muster.get(path)).json.displayName, 'quiet');
  });
});

describe('read', () => {
  test('segment and property names compare without case, keys exactly', async () => {
    const { id } = await muster.create();
    const path = `/BETA/devicemanagement/ANDROIDFORWORKENROLLMENTPROFILES/${id}`.replace('/BETA', '/beta');
    assert.equal((await muster.get(path)).status, 200);
    const answer = await muster.get(`${PROFILES}/${id}?$select=DISPLAYNAME`);
    assert.deepEqual(Object.keys(answer.json).filter((n) => !n.startsWith('@')), ['displayName']);
  });

  test('every member is there, also when null', async () => {
    const { id } = await muster.create({});
    const { json } = await muster.get(`${PROFILES}/${id}`);
    assert.deepEqual(Object.keys(json).filter((name) => !name.startsWith('@')), MEMBERS);
  });

  test('odata.metadata=full adds @odata.type, none takes every annotation away', async () => {
    const { id } = await muster.create();
    const full = await muster.get(`${PROFILES}/${id}`, { headers: { Accept: 'application/json;odata.metadata=full' } });
    assert.equal(full.status, 200, full.text);
    assert.equal(full.json['@odata.type'], PROFILE_TYPE);
    const none = await muster.get(`${PROFILES}/${id}`, { headers: { Accept: 'application/json;odata.metadata=none' } });
    assert.equal(none.status, 200, none.text);
    assert.deepEqual(Object.keys(none.json).filter((name) => name === '@odata.context'), []);
  });

  test('a list has context and the profiles', async () => {
    const profile = await muster.create({ displayName: 'listed' });
    const answer = await muster.get(`${PROFILES}?$top=999`);
    assert.equal(answer.status, 200, answer.text);
    assertStandardHeaders(answer);
    assert.equal(answer.json['@odata.context'], `${muster.base}/beta/$metadata#deviceManagement/androidForWorkEnrollmentProfiles`);
    const found = answer.json.value.find((p) => p.id === profile.id);
    assert.equal(found.displayName, 'listed');
    assert.equal(found.tokenValue, profile.tokenValue);
  });

  test('HEAD has the headers of GET and no body', async () => {
    const { id } = await muster.create();
    const get = await muster.get(`${PROFILES}/${id}`);
    const head = await muster.request('HEAD', `${PROFILES}/${id}`);
    assert.equal(head.status, 200);
    assert.equal(head.text, '');
    assert.equal(head.headers['content-type'], get.headers['content-type']);
    assertStandardHeaders(head);
  });
});

describe('change', () => {
  test('PATCH merges and answers 200 with the whole entity', async () => {
    const before = await muster.create({ displayName: 'old', description: 'kept' });
    const answer = await muster.patch(`${PROFILES}/${before.id}`, { '@odata.type': PROFILE_TYPE, displayName: 'new' });
    assert.equal(answer.status, 200, answer.text);
    assertStandardHeaders(answer);
    assert.equal(answer.json.displayName, 'new');
    for (const name of MEMBERS) {
      if (name === 'displayName' || name === 'lastModifiedDateTime' || name === 'qrCodeImage') continue;
      assert.deepEqual(answer.json[name], before[name], name);
    }
    assert.equal(answer.json.qrCodeImage.value, before.qrCodeImage.value);
    assert.ok(answer.json.lastModifiedDateTime > before.lastModifiedDateTime);
    const read = (await muster.get(`${PROFILES}/${before.id}`)).json;
    assert.equal(read.displayName, 'new');
    assert.equal(read.lastModifiedDateTime, answer.json.lastModifiedDateTime);
  });

  test('an explicit null clears, an imported member can be corrected', async () => {
    const { id } = await muster.create(contractBody());
    const answer = await muster.patch(`${PROFILES}/${id}`, { description: null, enrolledDeviceCount: 5, tokenExpirationDateTime: '2031-01-01T00:00:00.1+01:00' });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.json.description, null);
    assert.equal(answer.json.enrolledDeviceCount, 5);
    assert.equal(answer.json.tokenExpirationDateTime, '2031-01-01T00:00:00.1+01:00');
  });

  test('id and server times are ignored, a PATCH that changes nothing is 200', async () => {
    const before = await muster.create();
    for (const body of [{}, { id: randomUUID(), createdDateTime: '2001-01-01T00:00:00Z' }, { displayName: before.displayName }]) {
      const answer = await muster.patch(`${PROFILES}/${before.id}`, body);
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.json.id, before.id);
      assert.equal(answer.json.createdDateTime, before.createdDateTime);
    }
  });

  test('Prefer: return=minimal gives 204 and Preference-Applied', async () => {
    const { id } = await muster.create();
    const answer = await muster.patch(`${PROFILES}/${id}`, { displayName: 'quiet' }, { headers: { Prefer: 'return=minimal' } });
    assert.equal(answer.status, 204, answer.text);
    assert.equal(answer.text, '');
    assert.match(answer.headers['preference-applied'], /return=minimal/);
    assertStandardHeaders(answer);
    assert.equal((await muster.get(`${PROFILES}/${id}`)).json.displayName, 'quiet');
  });

  test('DELETE gives 204 without a body, then the profile is gone', async () => {
    const { id } = await muster.create();
    const answer = await muster.delete(`${PROFILES}/${id}`);
    assert.equal(answer.status, 204, answer.text);
    assert.equal(answer.text, '');
    assert.equal(answer.headers['content-type'], undefined);
    assertStandardHeaders(answer);
    assertError(await muster.get(`${PROFILES}/${id}`), 404, 'ResourceNotFound');
    assertError(await muster.delete(`${PROFILES}/${id}`), 404, 'ResourceNotFound');
  });

  test('DELETE by the key in parentheses', async () => {
    const { id } = await muster.create();
    assert.equal((await muster.delete(`${PROFILES}('${id}')`)).status, 204);
    assertError(await muster.get(`${PROFILES}('${id}')`), 404, 'ResourceNotFound');
  });
});

describe('tokens', () => {
  for (const action of ['createToken', 'microsoft.graph.createToken', 'CREATETOKEN']) {
    test(`${action} replaces token, date, QR text and picture`, async () => {
      const before = await muster.create();
      const begun = Date.now();
      const answer = await muster.post(`${PROFILES}/${before.id}/${action}`, { tokenValidityInSeconds: 3600 });
      assert.equal(answer.status, 204, answer.text);
      assert.equal(answer.text, '');
      assertStandardHeaders(answer);
      const now = (await muster.get(`${PROFILES}/${before.id}`)).json;
      assert.match(now.tokenValue, /^[A-Z2-7]{20,}$/);
      assert.notEqual(now.tokenValue, before.tokenValue);
      assert.ok(Math.abs(Date.parse(now.tokenExpirationDateTime) - begun - 3_600_000) < 60_000);
      assert.ok(now.qrCodeContent.includes(now.tokenValue));
      assert.ok(!now.qrCodeContent.includes(before.tokenValue));
      assert.notEqual(now.qrCodeImage.value, before.qrCodeImage.value);
      assert.ok(now.lastModifiedDateTime > before.lastModifiedDateTime);
    });
  }

  test('createToken replaces an imported token like any other', async () => {
    const { id } = await muster.create(contractBody());
    assert.equal((await muster.post(`${PROFILES}('${id}')/microsoft.graph.createToken`, { tokenValidityInSeconds: 1 })).status, 204);
    const now = (await muster.get(`${PROFILES}/${id}`)).json;
    assert.notEqual(now.tokenValue, 'Token Value value');
    assert.equal(now.qrCodeImage.type, 'image/png');
    assert.equal(now.enrolledDeviceCount, 3);
  });

  const DAYS_90 = 7_776_000;
  for (const [seconds, status] of [[1, 204], [DAYS_90, 204], [0, 400], [-1, 400], [DAYS_90 + 1, 400], [2_147_483_648, 400],
    ['60', 400], [1.5, 400], [null, 400]]) {
    test(`a validity of ${JSON.stringify(seconds)} is ${status}`, async () => {
      const { id, tokenValue } = await muster.create();
      const answer = await muster.post(`${PROFILES}/${id}/createToken`, { tokenValidityInSeconds: seconds });
      if (status === 204) return assert.equal(answer.status, 204, answer.text);
      assertError(answer, 400, undefined, 'tokenValidityInSeconds');
      assert.equal((await muster.get(`${PROFILES}/${id}`)).json.tokenValue, tokenValue);
    });
  }

  test('the longest validity is named when it is passed', async () => {
    const { id } = await muster.create();
    assertError(await muster.post(`${PROFILES}/${id}/createToken`, { tokenValidityInSeconds: DAYS_90 + 1 }), 400, undefined, String(DAYS_90));
  });

  for (const [name, options] of [['no body', {}], ['an empty object', { body: {} }],
    ['Content-Length: 0 alone', { headers: { 'Content-Length': '0' } }]]) {
    test(`revokeToken with ${name} leaves nothing of the token`, async () => {
      const before = await muster.create();
      const answer = await muster.request('POST', `${PROFILES}/${before.id}/revokeToken`, options);
      assert.equal(answer.status, 204, answer.text);
      assert.equal(answer.text, '');
      const read = await muster.get(`${PROFILES}/${before.id}`);
      assert.equal(read.json.tokenValue, null);
      assert.equal(read.json.qrCodeContent, null);
      assert.equal(read.json.qrCodeImage, null);
      assert.equal(read.json.tokenExpirationDateTime, NO_DATE);
      assert.ok(!read.text.includes(before.tokenValue));
    });
  }

  test('a revoked profile gets a token again by createToken; revoking twice is 204', async () => {
    const { id } = await muster.create();
    for (let i = 0; i < 2; ++i) {
      assert.equal((await muster.post(`${PROFILES}/${id}/microsoft.graph.revokeToken`)).status, 204);
    }
    assert.equal((await muster.post(`${PROFILES}/${id}/createToken`, { tokenValidityInSeconds: 60 })).status, 204);
    assert.match((await muster.get(`${PROFILES}/${id}`)).json.tokenValue, /^[A-Z2-7]{20,}$/);
  });
});
