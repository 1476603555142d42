// The rows of the checklist of OData 4.01 that need a Boolean, an enumeration or a collection, on the set
// that has them. isTeamsDeviceProfile and wifiSecurityType stand for isTeamDeviceProfile and bindStatus; none
// of them is null here, so p3 has a member of its own instead.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Five, OWNERS, members } from './conformance.mjs';

let five;
let muster;
before(async () => {
  five = await Five.start({}, OWNERS);
  muster = five.muster;
});
after(() => five?.destroy());

const ALL = 'p1 p2 p3 p4 p5';
const SET = OWNERS.slice('/beta/'.length);
const get = (cases) => five.refuses(cases.map(([path, ...rest]) => ['GET', path, {}, ...rest]));
const filters = (cases) => get(cases.map(([filter, ...rest]) => [`${OWNERS}?$filter=${encodeURIComponent(filter)}`, ...rest]));
const refusedBodies = (bodies) => five.refuses(bodies.flatMap(([body, ...names]) => [['POST', OWNERS, { body }, 400, ...names], ['PATCH', five.url('p1'), { body }, 400, ...names]]));

test('row 3: collections are shown, an empty one as []', async () => {
  const { json } = await muster.get(five.url('p2'));
  assert.equal(json['@odata.context'], five.context(`${SET}/$entity`));
  assert.deepEqual(json.roleScopeTagIds, []);
  assert.deepEqual([json.isTeamsDeviceProfile, json.wifiSecurityType], [false, 'none']);
  const schema = (await muster.get('/beta/$metadata?$format=json')).json['microsoft.graph'];
  const own = (type) => Object.entries(schema[type]).filter(([name, one]) => /^[^$@]/.test(name) && !one.$Kind).map(([name]) => name);
  assert.deepEqual(members(json).sort(), [...own('entity'), ...own('androidDeviceOwnerEnrollmentProfile')].sort());
});

test('row 11: metadata=full tells the types of enumerations and collections', async () => {
  const { json } = await muster.get(five.url('p1'), { headers: { Accept: 'application/json;odata.metadata=full' } });
  assert.equal(json['wifiSecurityType@odata.type'], '#microsoft.graph.aospWifiSecurityType');
  assert.equal(json['roleScopeTagIds@odata.type'], '#Collection(String)');
  assert.ok(!('isTeamsDeviceProfile@odata.type' in json), 'JSON tells a Boolean by itself');
});

test('row 19: members of an enumeration, by name, number and type', async () => {
  await five.answers([
    ["wifiSecurityType eq 'wpa'", 'p1 p4'], ["wifiSecurityType eq microsoft.graph.aospWifiSecurityType'wpa'", 'p1 p4'], ["wifiSecurityType eq graph.aospWifiSecurityType'wpa'", 'p1 p4'],
    ["wifiSecurityType eq '1'", 'p1 p4'], ["'wpa' eq wifiSecurityType", 'p1 p4'], ["wifiSecurityType in ('wpa','wep')", 'p1 p3 p4'], ["wifiSecurityType has 'wpa'", 'p1 p4'],
    // A number that has no name is taken, as real tenants have such.
    ["wifiSecurityType eq '7'", ''],
  ]);
  await filters([["wifiSecurityType eq 'nope'", 400, 'nope'], ['wifiSecurityType eq 1', 400], ["wifiSecurityType eq other.name'wpa'", 400]]);
});

test('row 21: lambda variables and members are told apart by case', async () => {
  await five.answers([["roleScopeTagIds/ANY(t:t EQ '7')", 'p1 p3'], ["roleScopeTagIds/any(t:T eq '7')", '400']]);
});

test('row 30: what is left out of a create has its default', async () => {
  await five.with({ displayName: 'x' }, (url, made) => {
    assert.deepEqual([made.isTeamsDeviceProfile, made.wifiSecurityType, made.enrolledDeviceCount], [false, 'none', 0]);
    assert.ok(Array.isArray(made.roleScopeTagIds));
  });
  await refusedBodies(['isTeamsDeviceProfile', 'wifiSecurityType', 'roleScopeTagIds', 'configureWifi'].map((name) => [{ [name]: null }, name]));
});

test('row 33: values of the wrong type are refused and name their property', async () => {
  await refusedBodies([
    ...['true', 1, [], {}].map((isTeamsDeviceProfile) => [{ isTeamsDeviceProfile }, 'isTeamsDeviceProfile']),
    ...['0', [1], [null], {}, [['0']], true].map((roleScopeTagIds) => [{ roleScopeTagIds }, 'roleScopeTagIds']),
    ...[7.5, 'nope', true, ['wpa'], {}].map((wifiSecurityType) => [{ wifiSecurityType }, 'wifiSecurityType']),
  ]);
});

test('row 35: PATCH replaces a collection whole', async () => {
  await five.with({ displayName: 'x', roleScopeTagIds: ['0', '7'] }, async (url) => {
    for (const roleScopeTagIds of [['1'], [], ['', 'ü', '1', '1']]) {
      const { status, json } = await muster.patch(url, { roleScopeTagIds });
      assert.deepEqual([status, json.roleScopeTagIds], [200, roleScopeTagIds]);
      assert.deepEqual((await muster.patch(url, {})).json.roleScopeTagIds, roleScopeTagIds);
    }
  });
});

test('row 46: a collection is replaced by PUT, and not patched', async () => {
  await five.with({ displayName: 'x' }, async (url) => {
    assert.equal((await muster.request('PUT', `${url}/roleScopeTagIds`, { body: { value: ['1', '2'] } })).status, 204);
    assert.deepEqual((await muster.get(url)).json.roleScopeTagIds, ['1', '2']);
    assert.equal((await muster.request('PUT', `${url}/isTeamsDeviceProfile`, { body: { value: true } })).status, 204);
    assert.equal((await muster.request('PUT', `${url}/wifiSecurityType`, { body: { value: 'wep' } })).status, 204);
    await five.refuses([
      ['PATCH', `${url}/roleScopeTagIds`, { body: { value: ['3'] } }, 405], ['PUT', `${url}/roleScopeTagIds`, { body: { value: '3' } }, 400],
      ['PUT', `${url}/wifiSecurityType`, { body: { value: 'nope' } }, 400], ['DELETE', `${url}/isTeamsDeviceProfile`, {}, 400],
      // Fixed at the create.
      ['PUT', `${url}/enrollmentMode`, { body: { value: 'corporateOwnedWorkProfile' } }, 400, 'enrollmentMode'],
    ]);
    const { json } = await muster.get(url);
    assert.deepEqual([json.roleScopeTagIds, json.isTeamsDeviceProfile, json.wifiSecurityType], [['1', '2'], true, 'wep']);
  });
});

test('row 53: values of a Boolean and an enumeration, none of a collection', async () => {
  for (const [path, text] of [['isTeamsDeviceProfile', 'true'], ['wifiSecurityType', 'wpa']]) {
    const { status, headers, text: value } = await muster.get(`${five.url('p1')}/${path}/$value`);
    assert.deepEqual([status, value], [200, text]);
    assert.match(headers['content-type'], /^text\/plain/);
  }
  await get([[`${five.url('p1')}/roleScopeTagIds/$value`, 400]]);
});

test('row 54: eq and ne of Booleans and enumerations', async () => {
  await five.answers([
    ['isTeamsDeviceProfile', 'p1 p5'], ['isTeamsDeviceProfile eq true', 'p1 p5'], ['isTeamsDeviceProfile ne true', 'p2 p3 p4'], ['not isTeamsDeviceProfile', 'p2 p3 p4'],
    ["wifiSecurityType ne 'wpa'", 'p2 p3 p5'], ['wifiSecurityType eq null', ''], ['wifiSecurityType ne null', ALL], ["isTeamsDeviceProfile eq 'true'", '400'],
  ]);
});

test('row 58: in a collection', async () => {
  await five.answers([["'7' in roleScopeTagIds", 'p1 p3'], ["not ('7' in roleScopeTagIds)", 'p2 p4 p5'], ['displayName in roleScopeTagIds', ''], ["'x Y' in roleScopeTagIds", 'p4']]);
});

test('row 60: /$count of a collection', async () => {
  for (const [name, count] of [['p1', '2'], ['p2', '0'], ['p3', '1']]) {
    const { headers, text } = await muster.get(`${five.url(name)}/roleScopeTagIds/$count`);
    assert.equal(text, count);
    assert.match(headers['content-type'], /^text\/plain/);
  }
  await get([[`${five.url('p1')}/displayName/$count`, 400]]);
});

test('row 61: any and all', async () => {
  const times = (count, before_, inside, after_) => before_.repeat(count) + inside + after_.repeat(count);
  await five.answers([
    ["roleScopeTagIds/any(t:t eq '7')", 'p1 p3'], ["roleScopeTagIds/all(t:t eq '7')", 'p2 p3'], ['roleScopeTagIds/any()', 'p1 p3 p4 p5'], ['not roleScopeTagIds/any()', 'p2'],
    ["roleScopeTagIds/any(t:$it/enrolledDeviceCount eq 3 and t eq '0')", 'p1 p5'], ['roleScopeTagIds/any(t:enrolledDeviceCount eq 3)', 'p1 p5'],
    ['roleScopeTagIds/any(t:roleScopeTagIds/any(u:u ne t))', 'p1'], ["roleScopeTagIds/any(t:startswith(t,'X'))", 'p4'],
    [{ $filter: 'roleScopeTagIds/any(t:t eq @p)', '@p': "'7'" }, 'p1 p3'],
  ]);
  await filters([
    ['roleScopeTagIds/all()', 400], ['any()', 400], ["displayName/any(t:t eq '7')", 400], ["roleScopeTagIds/any(t:roleScopeTagIds/any(t:t eq '7'))", 400],
    ["roleScopeTagIds/any(t eq '7')", 400], [times(200, 'roleScopeTagIds/any(t:', 'true', ')'), 400], ['roleScopeTagIds eq null', 501],
  ]);
});

test('row 64: orders by a Boolean, an enumeration, a count', async () => {
  await five.answers([
    ['isTeamsDeviceProfile,accountId', 'p2 p3 p4 p1 p5'], ['wifiSecurityType desc,accountId', 'p3 p1 p4 p2 p5'], ['roleScopeTagIds/$count desc,accountId', 'p1 p3 p4 p5 p2'],
    ["roleScopeTagIds/any(t:t eq '7') desc,accountId", 'p1 p3 p2 p4 p5'],
  ].map(([$orderby, expected]) => [{ $orderby }, expected]));
  await get([[`${OWNERS}?$orderby=roleScopeTagIds`, 400, '$orderby']]);
});

test('row 69: a property that is a collection', async () => {
  const { json } = await muster.get(`${five.url('p1')}/roleScopeTagIds`);
  assert.deepEqual(json, { '@odata.context': five.context(`${SET}('${five.id.p1}')/roleScopeTagIds`), value: ['0', '7'] });
  assert.deepEqual((await muster.get(`${five.url('p2')}/roleScopeTagIds`)).json.value, []);
  assert.equal((await muster.get(`${five.url('p1')}/wifiSecurityType`)).json.value, 'wpa');
  assert.strictEqual((await muster.get(`${five.url('p1')}/isTeamsDeviceProfile`)).json.value, true);
  const asked = async (query) => (await muster.get(`${five.url('p1')}/roleScopeTagIds?${encodeURI(query)}`)).json;
  for (const [query, value] of [["$filter=$it eq '7'", ['7']], ["$filter=$this ne '7'", ['0']], ["$filter=startswith($it,'x')", []], ['$top=1', ['0']], ['$skip=1', ['7']]]) {
    assert.deepEqual((await asked(query)).value, value, query);
  }
  assert.equal((await asked("$filter=$it eq '7'&$count=true&$top=0"))['@odata.count'], 1);
  assert.equal((await muster.get(`${five.url('p1')}/roleScopeTagIds/$count?$filter=${encodeURIComponent("$it eq '7'")}`)).text, '1');
  await get([['$filter=$it eq 7', 400], ["$filter=displayName eq '7'", 400], ['$filter=', 400], ['$orderby=$it', 501], ['$skiptoken=x', 400]]
    .map(([query, status]) => [`${five.url('p1')}/roleScopeTagIds?${encodeURI(query)}`, status, query.split('=')[0]]));
});

test('row 71: /$count in a filter, of all and of some', async () => {
  await five.answers([
    ['roleScopeTagIds/$count gt 1', 'p1'], ['roleScopeTagIds/$count eq 0', 'p2'], ["roleScopeTagIds/$count($filter=$this eq '7') gt 0", 'p1 p3'],
    ["roleScopeTagIds/$filter($this eq '7')/$count gt 0", '501'],
  ]);
});

test('row 73: $select takes no $filter of a collection: 501', async () => {
  await get([[`${OWNERS}?$select=${encodeURIComponent("roleScopeTagIds($filter=$this eq '7')")}`, 501, '$select']]);
});

test('row 78: precedence with a Boolean operand', async () => {
  await five.answers([
    ['enrolledDeviceCount eq 3 or enrolledDeviceCount eq 0 and isTeamsDeviceProfile', 'p1 p5'], ['not isTeamsDeviceProfile eq true', 'p2 p3 p4'],
    ['not isTeamsDeviceProfile and enrolledDeviceCount eq 0', 'p2'], ["isTeamsDeviceProfile eq false and wifiSecurityType eq 'none'", 'p2'],
  ]);
});
