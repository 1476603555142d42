// The sets within their container: `$expand` and `$select` of `deviceManagement` (OData 4.01 Protocol
// §11.2.5.2, URL Conventions §5.1.3; row 65 of the conformance rows).
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Muster, PROFILES, PROFILE_TYPE, assertError, assertStandardHeaders } from './harness.mjs';

const CONTAINER = '/beta/deviceManagement';
const SET = 'androidForWorkEnrollmentProfiles';
const COUNTS = [3, 0, 7, 1, 3];

let muster;
let profiles; // in the order of their ids
before(async () => {
  muster = await Muster.start({ args: ['--default-page-size', '4'] });
  profiles = [];
  for (const [i, enrolledDeviceCount] of COUNTS.entries()) {
    profiles.push(await muster.create({ displayName: `P${i} of expand`, enrolledDeviceCount }));
  }
  profiles.sort((a, b) => (a.id < b.id ? -1 : 1));
});
after(() => muster?.destroy());

const ask = (query, options) => muster.get(`${CONTAINER}?${query.replaceAll(' ', '%20')}`, options);
async function read(query, options) {
  const answer = await ask(query, options);
  assert.equal(answer.status, 200, answer.text);
  assertStandardHeaders(answer);
  return answer.json;
}
const ids = (answer) => answer[SET].map(({ id }) => id);
const all = () => profiles.map(({ id }) => id);
const context = (fragment) => `${muster.base}/beta/$metadata#${fragment}`;

describe('what is expanded', () => {
  test('is the same as the list of the set', async () => {
    const answer = await read(`$expand=${SET}($top=1000)`);
    const { json } = await muster.get(`${PROFILES}?$top=1000`);
    assert.deepEqual(answer, { '@odata.context': context(`deviceManagement(${SET}())`), id: muster.tenant, [SET]: json.value });
  });

  test('has options of its own', async () => {
    const answer = await read(`$expand=${SET}($filter=enrolledDeviceCount eq 3;$select=id;$orderby=id;$top=1;$count=true)`);
    assert.equal(answer['@odata.context'], context(`deviceManagement(${SET}(id))`));
    assert.equal(answer[`${SET}@odata.count`], 2);
    assert.equal(answer[SET].length, 1);
    assert.deepEqual(Object.keys(answer[SET][0]), ['id']);
    const order = await read(`$expand=${SET}($orderby=enrolledDeviceCount desc;$skip=1;$top=2;$select=enrolledDeviceCount)`);
    assert.deepEqual(order[SET].map((one) => one.enrolledDeviceCount), [3, 3]);
    const found = await read(`$expand=${SET}($search=P3;$select=displayName)`);
    assert.deepEqual(found[SET], [{ displayName: 'P3 of expand' }]);
    const none = await read(`$expand=${SET}($filter=false;$count=true)`);
    assert.equal(none[`${SET}@odata.count`], 0);
    assert.deepEqual(none[SET], []);
    assert.deepEqual((await read(`$expand=${SET}($top=0)`))[SET], []);
  });

  test('uses aliases of the query, and dates with a plus', async () => {
    const answer = await read(`$expand=${SET}($filter=enrolledDeviceCount eq @n;$select=id)&@n=7`);
    assert.equal(answer[SET].length, 1);
    assert.equal((await read(`$expand=${SET}($filter=enrolledDeviceCount eq @n;@n=7)`))[SET].length, 1);
    const dates = await read(`$expand=${SET}($filter=createdDateTime gt 2020-01-01T00:00:00+03:00 and contains(displayName,';'))`);
    assert.deepEqual(dates[SET], []);
    assertError(await ask(`$expand=${SET}($filter=enrolledDeviceCount eq @n;@n=7)&@n=8`), 400, 'BadRequest', '@n');
  });

  test('goes on at a link of its own', async () => {
    const answer = await read(`$expand=${SET}($select=id,displayName;$orderby=displayName desc;$count=true;$filter=enrolledDeviceCount ge 0)`);
    assert.equal(answer[SET].length, 4);
    assert.equal(answer[`${SET}@odata.count`], 5);
    const link = answer[`${SET}@odata.nextLink`];
    assert.ok(link.startsWith(`${muster.base}${PROFILES}?`), link);
    const { status, json } = await muster.get(link.slice(muster.base.length));
    assert.equal(status, 200);
    assert.deepEqual(json.value, [{ id: json.value[0].id, displayName: 'P0 of expand' }]);
    assert.equal(json['@odata.nextLink'], undefined);
    assert.equal(json['@odata.count'], 5);
    const small = await ask(`$expand=${SET}`, { headers: { Prefer: 'maxpagesize=2' } });
    assert.equal(small.json[SET].length, 2);
    assert.match(small.headers['preference-applied'], /maxpagesize=2/);
  });

  test('as references', async () => {
    const answer = await read(`$expand=${SET}/$ref($top=3;$orderby=enrolledDeviceCount;$count=true)`);
    assert.equal(answer['@odata.context'], context(`deviceManagement(${SET}/$ref)`));
    assert.equal(answer[`${SET}@odata.count`], 5);
    for (const one of answer[SET]) {
      assert.deepEqual(Object.keys(one), ['@odata.id']);
      assert.equal((await muster.get(one['@odata.id'].slice(muster.base.length))).status, 200);
    }
    const link = answer[`${SET}@odata.nextLink`];
    assert.ok(link.startsWith(`${muster.base}${PROFILES}/$ref?`), link);
    const rest = await muster.get(link.slice(muster.base.length));
    assert.equal(rest.status, 200, rest.text);
    assert.equal(new Set([...answer[SET], ...rest.json.value].map((one) => one['@odata.id'])).size, 5);
  });

  test('as a number', async () => {
    const answer = await read(`$expand=${SET}/$count`);
    assert.deepEqual(answer, { '@odata.context': context('deviceManagement'), id: muster.tenant, [`${SET}@odata.count`]: 5 });
    assert.equal((await read(`$expand=${SET}/$count($filter=enrolledDeviceCount eq 3)`))[`${SET}@odata.count`], 2);
    assert.equal((await read(`$expand=${SET}/$count($search=P1 OR P2)`))[`${SET}@odata.count`], 2);
  });

  test('all of it by a star', async () => {
    assert.deepEqual(ids(await read('$expand=*')), all().slice(0, 4));
    assert.match((await read('$expand=*/$ref'))[SET][0]['@odata.id'], new RegExp(`${SET}/`));
    const but = await read(`$expand=*/$ref,${SET}($select=id;$top=1)`);
    assert.deepEqual(ids(but), all().slice(0, 1));
  });

  test('without dollar signs, in any case, with the type behind it, by both versions', async () => {
    for (const query of [`expand=${SET}(select=id;top=1)`, `$EXPAND=${SET.toLowerCase()}($TOP=1;$Select=ID)`,
      `$expand=${SET}/microsoft.graph.androidForWorkEnrollmentProfile($top=1;$select=id)`]) {
      assert.deepEqual((await read(query))[SET], [{ id: all()[0] }], query);
    }
    const answer = await muster.get(`/v1.0/deviceManagement?$expand=${SET}($top=1)`);
    assert.ok(answer.json[`${SET}@odata.nextLink`].startsWith(`${muster.base}/v1.0/`));
  });

  test('in every form', async () => {
    const full = await ask(`$expand=${SET}($top=1)`, { headers: { Accept: 'application/json;odata.metadata=full' } });
    const [one] = full.json[SET];
    assert.equal(one['@odata.type'], PROFILE_TYPE);
    assert.equal(one['@odata.id'], `${muster.base}${PROFILES}/${one.id}`);
    assert.equal(one['@odata.etag'], 'W/"1"');
    const none = await ask(`$expand=${SET}($top=1;$count=true)`, { headers: { Accept: 'application/json;odata.metadata=none' } });
    assert.deepEqual(Object.keys(none.json), ['id', `${SET}@odata.count`, `${SET}@odata.nextLink`, SET]);
    const v401 = await ask(`$expand=${SET}($top=1;$count=true)`, { headers: { 'OData-MaxVersion': '4.01' } });
    assert.equal(v401.json[`${SET}@count`], 5);
    const text = await ask(`$expand=${SET}($top=1;$count=true)`, { headers: { Accept: 'application/json;IEEE754Compatible=true' } });
    assert.equal(text.json[`${SET}@odata.count`], '5');
    const head = await muster.request('HEAD', `${CONTAINER}?$expand=${SET}`);
    assert.equal(head.status, 200);
    assert.equal(head.text, '');
  });

  test('shows nothing of other tenants', async () => {
    const tenant = '99999999-9999-4999-8999-999999999999';
    await muster.createTenant(tenant, 'Other');
    const answer = await read(`$expand=${SET}($count=true)`, { token: await muster.token(tenant) });
    assert.equal(answer.id, tenant);
    assert.equal(answer[`${SET}@odata.count`], 0);
  });

  test('needs the permission of its set', async () => {
    const token = await muster.token(muster.tenant, '--role', 'DeviceManagementApps.Read.All');
    assertError(await ask(`$expand=${SET}`, { token }), 403, 'Forbidden');
  });
});

describe('what is refused', () => {
  for (const query of [
    '$expand=', '$expand=id', '$expand=nothing', '$expand=displayName', '$expand=microsoft.graph.deviceManagement', '$expand=$value', '$expand=,',
    `$expand=${SET},${SET}`, `$expand=${SET},${SET}/$ref`, '$expand=*,*', `$expand=${SET}&$expand=*`, `$expand=${SET}&expand=*`,
    `$expand=${SET}/displayName`, `$expand=${SET}/$value`, `$expand=${SET}/$count/$ref`, `$expand=*/$count`, `$expand=${SET}(`, `$expand=${SET}()`,
    `$expand=${SET}($top=1`, `$expand=${SET}($top=1))`, `$expand=${SET}($foo=1)`, `$expand=${SET}($top=-1)`, `$expand=${SET}($top=x)`,
    `$expand=${SET}($skiptoken=x)`, `$expand=${SET}($count=maybe)`, `$expand=${SET}($levels=0)`, `$expand=${SET}($levels=04)`,
    `$expand=${SET}($levels=-1)`, `$expand=${SET}/$ref($select=id)`, `$expand=${SET}/$count($top=1)`,
  ]) {
    test(`400: ${query}`, async () => assertError(await ask(query), 400, 'BadRequest', '$expand'));
  }
  for (const [query, target] of [
    [`$expand=${SET}($select=nothing)`, '$select'], [`$expand=${SET}($filter=nothing eq 1)`, '$filter'],
    [`$expand=${SET}($filter=displayName eq 1)`, '$filter'], [`$expand=${SET}($orderby=qrCodeImage)`, '$orderby'],
    ['$select=nothing', '$select'], [`$expand=${SET}($top=1;$top=2)`, '$top'], ['$filter=true', '$filter'], ['$top=1', '$top'], ['$count=true', '$count'],
  ]) {
    test(`400: ${query}`, async () => assertError(await ask(query), 400, 'BadRequest', target));
  }
  for (const query of [`$expand=${SET}($levels=2)`, `$expand=${SET}($levels=max)`, '$expand=*($levels=1)', `$expand=${SET}($expand=assignments)`,
    `$expand=${SET}($compute=1 as one)`, '$compute=1 as one']) {
    test(`501: ${query}`, async () => assertError(await ask(query), 501, 'NotSupported'));
  }
});

describe('$select of the container', () => {
  test('its own property, a star, and what is in it', async () => {
    assert.deepEqual(await read('$select=id'), { '@odata.context': context('deviceManagement(id)'), id: muster.tenant });
    assert.deepEqual(await read('$select=*'), { '@odata.context': context('deviceManagement(*)'), id: muster.tenant });
    for (const query of ['$select=*,id', '$select=id,*', `$select=*,${SET}`]) {
      assert.equal((await read(query)).id, muster.tenant, query);
    }
    const named = await read(`$select=${SET}`);
    assert.deepEqual(named, { '@odata.context': context(`deviceManagement(${SET})`) });
    const both = await read(`$select=id&$expand=${SET}($select=id;$top=1)`);
    assert.equal(both['@odata.context'], context(`deviceManagement(id,${SET}(id))`));
    assert.deepEqual(Object.keys(both), ['@odata.context', 'id', `${SET}@odata.nextLink`, SET]);
  });
});

test('what $metadata and OpenAPI say of it is so', async () => {
  const { json } = await muster.get('/beta/$metadata?$format=json', { token: null });
  const container = json['microsoft.graph'].GraphService.deviceManagement;
  assert.deepEqual(container['@Capabilities.ExpandRestrictions'], { Expandable: true, MaxLevels: 1 });
  const openapi = (await muster.get('/openapi.json', { token: null })).json;
  const named = openapi.paths['/deviceManagement'].get.parameters.map(({ $ref }) => $ref.split('/').at(-1));
  assert.deepEqual(named, ['select', 'expand', 'format']);
});
