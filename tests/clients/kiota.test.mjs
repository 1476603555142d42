// Kiota's beta SDK: its models, serializers, adapter, middleware and page iterator.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { MiddlewareFactory } from '@microsoft/kiota-http-fetchlibrary';
import { createAndroidForWorkEnrollmentProfileCollectionResponseFromDiscriminatorValue as pageFactory }
  from '@microsoft/msgraph-beta-sdk/models/index.js';
import { BatchRequestContent, PageIterator, createGraphClientFactory } from '@microsoft/msgraph-sdk-core';
import { errorMappings, kiota } from './kiota.mjs';

const NO_DATE = Date.parse('0001-01-01T00:00:00Z');

async function withProfiles(profiles, bodies, use) {
  const made = [];
  try {
    for (const body of bodies) made.push(await profiles.post(body));
    return await use(made);
  } finally {
    for (const { id } of made) await profiles.byProfileId(id).delete();
  }
}

test('the whole life of a profile, typed', async () => {
  const { profiles } = kiota();
  const expires = new Date('2030-01-01T00:00:00.000Z');
  const picture = new TextEncoder().encode('picture').buffer;
  const created = await profiles.post({
    odataType: '#microsoft.graph.androidForWorkEnrollmentProfile',
    accountId: 'account', displayName: 'Kiota', description: 'first', tokenValue: randomUUID(), enrolledDeviceCount: 3,
    tokenExpirationDateTime: expires, qrCodeContent: 'content',
    qrCodeImage: { odataType: 'microsoft.graph.mimeContent', type: 'image/png', value: picture },
  });
  // A member whose JSON type is not the model's would be undefined here.
  assert.ok(created.createdDateTime instanceof Date);
  assert.equal(created.tokenExpirationDateTime.getTime(), expires.getTime());
  assert.equal(created.enrolledDeviceCount, 3);
  assert.deepEqual(created.qrCodeImage.value, picture);
  const one = profiles.byProfileId(created.id);
  assert.equal((await one.get()).tokenValue, created.tokenValue);

  const patched = await one.patch({ displayName: 'Kiota 2', description: null });
  assert.equal(patched.displayName, 'Kiota 2');
  assert.equal(patched.description, undefined); // as this library reads null
  assert.equal(patched.accountId, 'account');

  assert.equal(await one.createToken.post({ tokenValidityInSeconds: 3600 }), undefined);
  const renewed = await one.get();
  assert.notEqual(renewed.tokenValue, created.tokenValue);
  assert.ok(renewed.qrCodeContent.includes(renewed.tokenValue));
  assert.ok(Math.abs(renewed.tokenExpirationDateTime - Date.now() - 3600_000) < 120_000);

  assert.equal(await one.revokeToken.post(), undefined);
  const revoked = await one.get({ queryParameters: { select: ['tokenValue', 'tokenExpirationDateTime'] } });
  assert.equal(revoked.tokenValue, undefined);
  assert.equal(revoked.tokenExpirationDateTime.getTime(), NO_DATE);
  assert.equal(revoked.displayName, undefined);

  assert.equal(await one.delete(), undefined);
  await assert.rejects(one.get(), { responseStatusCode: 404 });
});

test('the whole life of a profile of the successor, typed', async () => {
  const { ownerProfiles } = kiota();
  const displayName = `Kiota ${randomUUID()}`;
  const created = await ownerProfiles.post({
    displayName, enrollmentMode: 'corporateOwnedAOSPUserlessDevice', enrollmentTokenUsageCount: 5,
    configureWifi: true, wifiSsid: 'Warehouse', wifiPassword: 'long enough', wifiSecurityType: 'wpa', wifiHidden: true,
    roleScopeTagIds: ['0', '1'], isTeamsDeviceProfile: false, deviceNameTemplate: 'kiosk-{{SERIAL}}',
  });
  const one = ownerProfiles.byProfileId(created.id);
  const read = await one.get();
  assert.equal(read.enrollmentMode, 'corporateOwnedAOSPUserlessDevice');
  assert.equal(read.enrollmentTokenType, 'default');
  assert.equal(read.enrollmentTokenUsageCount, 5);
  assert.deepEqual([read.configureWifi, read.wifiHidden, read.isTeamsDeviceProfile], [true, true, false]);
  assert.equal(read.wifiSecurityType, 'wpa');
  assert.deepEqual(read.roleScopeTagIds, ['0', '1']);
  assert.ok(read.tokenCreationDateTime instanceof Date);

  const patched = await one.patch({ description: 'changed', roleScopeTagIds: ['2'], wifiHidden: false });
  assert.deepEqual(patched.roleScopeTagIds, ['2']);
  assert.equal(patched.wifiHidden, false);
  assert.equal(patched.deviceNameTemplate, 'kiosk-{{SERIAL}}');

  await one.createToken.post({ tokenValidityInSeconds: 3600 });
  const renewed = await one.get();
  assert.notEqual(renewed.tokenValue, read.tokenValue);
  assert.ok(renewed.qrCodeContent.includes(renewed.tokenValue));
  const filter = `enrollmentMode eq 'corporateOwnedAOSPUserlessDevice' and displayName eq '${displayName}'`;
  assert.equal(await ownerProfiles.count.get({ queryParameters: { filter } }), 1);
  const list = await ownerProfiles.get({ queryParameters: { filter, select: ['id', 'enrollmentMode'], top: 5 } });
  assert.deepEqual(list.value.map(({ id }) => id), [created.id]);

  await one.revokeToken.post();
  assert.equal((await one.get()).tokenValue, undefined);
  await one.delete();
  await assert.rejects(one.get(), { responseStatusCode: 404 });
});

test('PageIterator walks every page of a filtered, ordered list; counts come as numbers', async () => {
  const { adapter, profiles } = kiota();
  const label = `O'Brien & Söhne + 50% ${randomUUID()}`;
  const bodies = Array.from({ length: 8 }, (_, i) => ({ displayName: `${label} ${i}` }));
  await withProfiles(profiles, bodies, async (made) => {
    const filter = `startswith(displayName,'${label.replaceAll("'", "''")}')`;
    const first = await profiles.get({ queryParameters: { filter, orderby: ['displayName desc'], top: 3, count: true } });
    assert.equal(first.odataCount, 8);
    assert.equal(first.value.length, 3);
    const seen = [];
    await new PageIterator(adapter, first, ({ id }) => seen.push(id), pageFactory, errorMappings).iterate();
    assert.deepEqual(seen, made.map(({ id }) => id).reverse());
    assert.equal(await profiles.count.get({ queryParameters: { filter } }), 8);
  });
});

test('faults become ODataError with code, message and request id', async () => {
  const { profiles } = kiota();
  const cases = [
    [() => profiles.byProfileId(randomUUID()).get(), 404, 'ResourceNotFound'],
    [() => profiles.post({ displayName: 'x', additionalData: { nonsense: 1 } }), 400, 'ModelValidationFailure'],
    [() => profiles.get({ queryParameters: { filter: "displayName eq 'O'Brien'" } }), 400, 'BadRequest'],
  ];
  for (const [call, status, code] of cases) {
    await assert.rejects(call(), (error) => {
      assert.equal(error.responseStatusCode, status);
      assert.equal(error.errorEscaped.code, code);
      assert.ok(error.errorEscaped.message.length > 0);
      assert.match(error.errorEscaped.innerError.requestId, /^[0-9a-f-]{36}$/);
      assert.ok(error.errorEscaped.innerError.date instanceof Date);
      return true;
    });
  }
});

test('bodies that the performance middleware compresses are taken as they are', async () => {
  const sent = [];
  const watched = (url, init) => {
    sent.push({ method: init.method, encoding: new Headers(init.headers).get('content-encoding') });
    return fetch(url, init);
  };
  const telemetry = { graphServiceTargetVersion: 'beta', graphServiceLibraryClientVersion: '0' };
  const middleware = MiddlewareFactory.getPerformanceMiddlewares(watched);
  const { profiles } = kiota({ http: createGraphClientFactory(telemetry, watched, undefined, middleware) });
  const description = 'compressed '.repeat(200);
  await withProfiles(profiles, [{ displayName: 'gzip', description }], async ([{ id }]) => {
    assert.equal((await profiles.byProfileId(id).get()).description, description);
    await profiles.byProfileId(id).createToken.post({ tokenValidityInSeconds: 600 });
  });
  // Each body once: a 415 would have made the middleware send it again, plain.
  assert.deepEqual(sent.filter(({ method }) => method === 'POST'),
    [{ method: 'POST', encoding: 'gzip' }, { method: 'POST', encoding: 'gzip' }]);
});

test('batches: statuses by id, bodies in the form that this library sends', async () => {
  const { adapter, profiles } = kiota();
  await withProfiles(profiles, [{ displayName: 'batch' }], async ([{ id }]) => {
    const content = new BatchRequestContent(adapter, errorMappings);
    const one = profiles.byProfileId(id);
    content.addBatchRequest(one.toGetRequestInformation(), '1');
    content.addBatchRequest(one.toPatchRequestInformation({ description: 'by batch' }), '2');
    content.addBatchRequest(one.revokeToken.toPostRequestInformation(), '3');
    content.addBatchRequest(profiles.byProfileId(randomUUID()).toGetRequestInformation(), '4');
    const statuses = await (await content.postAsync()).getResponsesStatusCodes();
    assert.deepEqual(Object.fromEntries(statuses), { 1: 200, 2: 200, 3: 204, 4: 404 });
    // The library leaves headers out, and sends bodies as the base64 text of the JSON.
    const now = await one.get();
    assert.equal(now.description, 'by batch');
    assert.equal(now.tokenValue, undefined);
  });
});
