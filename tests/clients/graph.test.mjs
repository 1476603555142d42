// @microsoft/microsoft-graph-client over the whole life of enrolment profiles.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { PROFILES, PageIterator, ResponseType, client } from './clients.mjs';
import { wholeLife } from './life.mjs';

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const NO_DATE = '0001-01-01T00:00:00Z';

// The contract's example request, value for value.
const example = () => ({
  '@odata.type': '#microsoft.graph.androidForWorkEnrollmentProfile',
  accountId: 'Account Id value',
  displayName: 'Display Name value',
  description: 'Description value',
  tokenValue: 'Token Value value',
  tokenExpirationDateTime: '2016-12-31T23:56:54.7194078+03:00',
  enrolledDeviceCount: 3,
  qrCodeContent: 'Qr Code Content value',
  qrCodeImage: { '@odata.type': 'microsoft.graph.mimeContent', type: 'Type value', value: 'dmFsdWU=' },
});

// Every member that was sent, with the very text of the date: seven digits and the offset.
function assertHolds(entity, sent) {
  for (const name of ['accountId', 'displayName', 'description', 'tokenValue', 'tokenExpirationDateTime',
    'enrolledDeviceCount', 'qrCodeContent']) {
    assert.strictEqual(entity[name], sent[name], name);
  }
  assert.equal(entity.qrCodeImage.type, sent.qrCodeImage.type);
  assert.equal(entity.qrCodeImage.value, sent.qrCodeImage.value);
}

async function assertGone(api, id) {
  await assert.rejects(api.api(`${PROFILES}/${id}`).get(), (error) => {
    assert.equal(error.statusCode, 404);
    assert.equal(error.code, 'ResourceNotFound');
    assert.ok(error.message.length > 0);
    assert.match(error.requestId, GUID);
    assert.ok(!Number.isNaN(error.date.getTime()) && Math.abs(error.date - Date.now()) < 120_000, 'date');
    return true;
  });
}

async function withProfile(api, body, use) {
  const created = await api.api(PROFILES).post(body);
  try {
    return await use(created);
  } finally {
    await api.api(`${PROFILES}/${created.id}`).delete();
  }
}

for (const version of ['beta', 'v1.0']) {
  for (const path of [PROFILES, `${PROFILES}/$ref`]) {
    test(`${version}: the contract's example by POST ${path}`, async () => {
      const api = client(version);
      const sent = example();
      const created = await api.api(path).post(sent);
      assert.match(created.id, GUID);
      assert.equal(created['@odata.type'], sent['@odata.type']);
      assert.ok(Math.abs(Date.parse(created.createdDateTime) - Date.now()) < 120_000);
      assertHolds(created, sent);
      assertHolds(await api.api(`${PROFILES}/${created.id}`).get(), sent);
      assert.strictEqual(await api.api(`${PROFILES}/${created.id}`).delete(), undefined);
      await assertGone(api, created.id);
    });
  }
}

test('the raw answer of a create has Location, request-id and the caller\'s own id', async () => {
  const api = client();
  const mine = randomUUID();
  const answer = await api.api(PROFILES).header('client-request-id', mine).responseType(ResponseType.RAW)
    .post(example());
  assert.equal(answer.status, 201);
  const created = await answer.json();
  assert.match(answer.headers.get('request-id'), GUID);
  assert.equal(answer.headers.get('client-request-id'), mine);
  const location = new URL(answer.headers.get('location'));
  assert.ok(decodeURIComponent(location.pathname).includes(created.id));
  const again = await api.api(location.pathname.replace(/^\/(beta|v1\.0)/, '')).get();
  assert.equal(again.id, created.id);
  await api.api(`${PROFILES}/${created.id}`).delete();
});

test('a list longer than two pages is walked by PageIterator while its rows are deleted', async () => {
  const api = client();
  const made = [];
  for (let i = 0; i < 8; ++i) made.push((await api.api(PROFILES).post({ displayName: `walk ${i}` })).id);
  const first = await api.api(PROFILES).top(3).select('id,displayName').get();
  assert.equal(first.value.length, 3);
  assert.ok(first['@odata.nextLink']);
  const seen = [];
  const walk = new PageIterator(api, first, (profile) => {
    seen.push(profile.id);
    return false;  // stop, delete the row, resume
  });
  await walk.iterate();
  while (!walk.isComplete()) {
    await api.api(`${PROFILES}/${seen.at(-1)}`).delete();
    await walk.resume();
  }
  assert.deepEqual(seen.toSorted(), made.toSorted());
  const left = await api.api(PROFILES).get();
  assert.deepEqual(left.value.map((p) => p.id), [seen.at(-1)]);
  await api.api(`${PROFILES}/${seen.at(-1)}`).delete();
});

test('the whole life of a profile', () => wholeLife(client()));

test('names with quotes, plus, percent, ampersand and umlauts come back as they were sent', async () => {
  const api = client();
  const name = `O'Brien & Söhne + 50% #${randomUUID()} <"\\> 世界 😀`;
  await withProfile(api, { displayName: name }, async ({ id }) => {
    assert.equal((await api.api(`${PROFILES}/${id}`).select(['id', 'displayName']).get()).displayName, name);
  });
});

test('PATCH changes what it names and nothing else', async () => {
  const api = client();
  await withProfile(api, example(), async ({ id, createdDateTime }) => {
    await api.api(`${PROFILES}/${id}`).patch({ description: 'changed' });
    const now = await api.api(`${PROFILES}/${id}`).get();
    assertHolds(now, { ...example(), description: 'changed' });
    assert.equal(now.createdDateTime, createdDateTime);
    assert.ok(Date.parse(now.lastModifiedDateTime) >= Date.parse(createdDateTime));
  });
});

describe('tokens', () => {
  const nothingLeft = (profile) => {
    assert.equal(profile.tokenValue, null);
    assert.equal(profile.qrCodeContent, null);
    assert.equal(profile.qrCodeImage, null);
    assert.equal(profile.tokenExpirationDateTime, NO_DATE);
  };

  for (const prefix of ['', 'microsoft.graph.']) {
    test(`${prefix}createToken replaces the token, ${prefix}revokeToken ends it`, async () => {
      const api = client();
      await withProfile(api, { displayName: 'tokens' }, async ({ id, tokenValue }) => {
        assert.ok(tokenValue.length >= 20);
        const made = await api.api(`${PROFILES}/${id}/${prefix}createToken`).post({ tokenValidityInSeconds: 3600 });
        assert.strictEqual(made, undefined);
        const now = await api.api(`${PROFILES}/${id}`).get();
        assert.ok(now.tokenValue.length >= 20);
        assert.notEqual(now.tokenValue, tokenValue);
        assert.ok(now.qrCodeContent.includes(now.tokenValue));
        const left = Date.parse(now.tokenExpirationDateTime) - Date.now();
        assert.ok(left > 3480_000 && left <= 3600_000, `${left} ms left`);
        await api.api(`${PROFILES}/${id}/${prefix}revokeToken`).post({});
        nothingLeft(await api.api(`${PROFILES}/${id}`).get());
      });
    });
  }

  test('revokeToken without a body', async () => {
    const api = client();
    await withProfile(api, { displayName: 'tokens' }, async ({ id }) => {
      await api.api(`${PROFILES}/${id}/revokeToken`).post();
      nothingLeft(await api.api(`${PROFILES}/${id}`).get());
    });
  });

  test('the picture is a PNG of the service\'s own unless one was sent', async () => {
    const api = client();
    await withProfile(api, { displayName: 'picture' }, ({ qrCodeImage }) => {
      assert.equal(qrCodeImage.type, 'image/png');
      assert.equal(Buffer.from(qrCodeImage.value, 'base64').subarray(1, 4).toString(), 'PNG');
    });
  });
});

test('faults become GraphError with status, code, message and request id', async () => {
  const api = client();
  const cases = [
    [() => api.api(PROFILES).post({ displayName: 7 }), 400, 'ModelValidationFailure'],
    [() => api.api(PROFILES).post({ nonsense: 'x' }), 400, 'ModelValidationFailure'],
    [() => api.api('/deviceManagement/nothingLikeThis').get(), 400, 'BadRequest'],
    [() => api.api(`${PROFILES}/${randomUUID()}`).patch({ description: 'x' }), 404, 'ResourceNotFound'],
    [() => api.api(`${PROFILES}/${randomUUID()}`).delete(), 404, 'ResourceNotFound'],
    [() => api.api(PROFILES).expand('x').get(), 501, 'NotSupported'],
    [() => api.api(PROFILES).put({}), 405, 'Request_BadRequest'],
  ];
  for (const [call, status, code] of cases) {
    await assert.rejects(call(), (error) => {
      assert.equal(error.statusCode, status);
      assert.equal(error.code, code);
      assert.match(error.requestId, GUID);
      return true;
    });
  }
});
