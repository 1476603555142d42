// Tenants do not exist for each other: another tenant's id answers exactly as an id that never was, for
// every request that the service names in its OpenAPI document, however the entity is addressed.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { Muster, PROFILES, assertError } from './harness.mjs';
import { DEVICES, ENROLLMENTS, POLICIES, QuickDevice, offer } from './enrolment.mjs';
import { entitySets, namedOperations } from './operations.mjs';

let muster;
let stranger; // who asks
let sets; // [{path, id: {own, foreign, never, deleted, theirDeleted}, create(options)}]
let operations;
before(async () => {
  muster = await Muster.start();
  const other = randomUUID();
  await muster.createTenant(other, 'Fabrikam');
  stranger = { token: await muster.token(other) };
  operations = await namedOperations(muster);
  sets = await entitySets(muster);
  await makeOffers();
  for (const set of sets) await fill(set);
});
after(() => muster?.destroy());

// What devices of each tenant scan: one that lets them in, one that lets them wait.
const OWN = {}; // options of the first tenant
const offers = new Map();
async function makeOffers() {
  for (const options of [OWN, stranger]) {
    offers.set(options, { [DEVICES]: await offer(muster, null, options), [ENROLLMENTS]: await offer(muster, { approval: 'required' }, options) });
  }
}

// The id of a new entity that a device makes.
async function madeByDevice(path, options) {
  const ids = async () => (await muster.get(`${path}?$top=999&$select=id`, options)).json.value.map(({ id }) => id);
  const before = new Set(await ids());
  await new QuickDevice(offers.get(options)[path]).enroll(muster);
  return (await ids()).find((id) => !before.has(id));
}

// The ids of each kind. Sets that nobody creates in have what devices or the service put there.
async function fill(set) {
  const url = `/beta${set.path}`;
  const made = async (options) => {
    if (url === DEVICES || url === ENROLLMENTS) return madeByDevice(url, options);
    if (!set.creation) return (await muster.get(`${url}?$top=1`, options)).json?.value[0]?.id;
    const body = url === POLICIES ? { ...set.creation, profileId: (await muster.create({}, options)).id } : set.creation;
    const answer = await muster.post(url, body, options);
    assert.equal(answer.status, 201, `${set.path}: ${answer.text}`);
    return answer.json[set.key];
  };
  const gone = async (options) => {
    if (!set.deletes) return undefined;
    const id = await made(options);
    assert.equal((await muster.delete(`${url}/${id}`, options)).status, 204);
    return id;
  };
  set.make = () => made(stranger);
  await made(OWN); // so that there is a second page
  set.id = { foreign: await made(OWN), deleted: await gone(stranger), theirDeleted: await gone(OWN) };
}

// Everything of an answer but what must differ between two requests.
function comparable(answer, id) {
  const headers = { ...answer.headers };
  for (const name of ['request-id', 'client-request-id', 'date']) delete headers[name];
  const body = answer.text
    .replaceAll(id, '<id>')
    .replace(/"date":"[^"]*"/g, '"date":""')
    .replace(/"(client-)?request-id":"[^"]*"/g, '"$1request-id":""');
  return { status: answer.status, headers, body };
}

// What an id answers, whose it is or was, must be what an id answers that nobody ever had.
async function assertAsNever(set, ask, what) {
  const never = randomUUID();
  const unknown = comparable(await ask(never), never);
  for (const [kind, id] of Object.entries(set.id)) {
    if (id === undefined) continue;
    assert.deepEqual(comparable(await ask(id), id), unknown, `${what}, ${kind}`);
  }
  return unknown;
}

// Every octet that the first tenant can read.
async function theirs() {
  const texts = [];
  for (const operation of operations) {
    if (operation.method !== 'GET' || !operation.secured || operation.path.includes('{') || operation.path === '/$entity') continue;
    const accept = { Accept: 'application/json;odata.metadata=full, text/plain;q=0.5' };
    texts.push(`${operation.path} ${(await muster.get(`/beta${operation.path}`, { headers: accept })).text}`);
  }
  return texts;
}

// Where the key stands in a template; what else is in braces comes later in the path.
const KEY = /\/\{(id|profileId)\}/;
const SPELLINGS = {
  'as a segment': (path, id) => path.replace(KEY, `/${id}`),
  'in brackets': (path, id) => path.replace(KEY, `('${id}')`),
  'by name': (path, id) => path.replace(KEY, `($1='${id}')`),
  'by alias': (path, id) => `${path.replace(KEY, '(@k)')}?@k='${id}'`,
};
// What is asked in vain is 400, what is not built 501, whoever's it is.
const isAnswer = (status) => status === 404 || status === 400 || status === 501;
const inPath = (set) => operations.filter(({ path }) => path.startsWith(`${set.path}/{${set.key}}`));
const filled = ({ path }, url) => url.replace(/\{(\w+)\}/g, 'x');
// A body that fits, one that does not, conditions: each is judged only when the entity is there.
function variantsOf({ method, body }) {
  const plain = [{ body }, { body, headers: { 'If-Match': '*' } }, { body, headers: { 'If-None-Match': '*' } }];
  if (method === 'GET') return plain;
  return [...plain, { body: { nonsense: 1 } }, { body: '{' }, { body, headers: { Prefer: 'return=minimal' } }];
}
const eachSet = (name, work) => test(name, async (t) => {
  const before_ = await theirs();
  for (const set of sets) await t.test(set.path, () => work(set));
  assert.deepEqual(await theirs(), before_, 'nothing of the other tenant changed');
});

describe("another tenant's id answers as one that never existed", () => {
  eachSet('for every operation, in every spelling of the key', async (set) => {
    for (const operation of inPath(set)) {
      for (const [spelling, spelt] of Object.entries(SPELLINGS)) {
        for (const options of variantsOf(operation)) {
          const methods = operation.method === 'GET' ? ['GET', 'HEAD'] : [operation.method];
          for (const method of methods) {
            const ask = (id) => muster.request(method, `/beta${filled(operation, spelt(operation.path, id))}`, { ...stranger, ...options });
            const { status } = await assertAsNever(set, ask, `${method} ${operation.path} ${spelling} ${JSON.stringify(options)}`);
            assert.ok(isAnswer(status), `${method} ${operation.path}: ${status}`);
          }
        }
      }
    }
  });

  eachSet('and an own id does not', async (set) => {
    for (const operation of inPath(set)) {
      const id = await set.make();
      if (id === undefined) return;
      const { method, body } = operation;
      const ask = async (key) =>
        comparable(await muster.request(method, `/beta${filled(operation, SPELLINGS['as a segment'](operation.path, key))}`, { ...stranger, body }), key);
      const never = await ask(randomUUID());
      if (never.status === 404) assert.notDeepEqual(await ask(id), never, `${method} ${operation.path}`);
    }
  });

  eachSet('in methods that nobody named, and under segments that do not exist', async (set) => {
    for (const suffix of ['', '/nothing', '/microsoft.graph.nothing', '/$value', '/$count', '/id/$ref', '?$select=id', '?$select=nothing', '?$expand=*', '?$filter=true']) {
      for (const method of ['GET', 'PUT', 'PATCH', 'DELETE', 'POST', 'OPTIONS']) {
        const options = { ...stranger, ...(method !== 'GET' && method !== 'OPTIONS' && { body: { displayName: 'taken over' } }) };
        await assertAsNever(set, (id) => muster.request(method, `/beta${set.path}/${id}${suffix}`, options), `${method} ${suffix}`);
      }
    }
  });

  eachSet('by $entity', async (set) => {
    for (const operation of operations.filter(({ path }) => path === '/$entity')) {
      for (const url of [(id) => `${set.path.slice(1)}/${id}`, (id) => `${muster.base}/beta${set.path}('${id}')`]) {
        for (const options of variantsOf(operation)) {
          const ask = (id) => muster.request(operation.method, `/beta/$entity?$id=${encodeURIComponent(url(id))}`, { ...stranger, ...options });
          const { status } = await assertAsNever(set, ask, `${operation.method} $entity ${JSON.stringify(options)}`);
          assert.ok(status === 404 || status === 400 || status === 405, String(status));
        }
      }
    }
  });

  const conditionsOn = (key) => [(id) => `${key} eq '${id}'`, (id) => `${key} in ('${id}')`,
    (id) => `${key} ge '${id}' and ${key} le '${id}'`, (id) => `contains(${key},'${id}')`];
  eachSet('in a condition on a list', async (set) => {
    const lists = operations.filter(({ method, path }) => method === 'GET' && path.startsWith(set.path) && !path.includes('{'));
    assert.ok(lists.length >= 1);
    for (const { path } of lists) {
      for (const condition of conditionsOn(set.key)) {
        const ask = (id) => muster.get(`/beta${path}?$filter=${encodeURIComponent(condition(id))}`, stranger);
        const { status, body } = await assertAsNever({ id: { foreign: set.id.foreign, theirDeleted: set.id.theirDeleted } }, ask, `${path} ${condition('x')}`);
        if (status === 200) assert.match(body, /^0$|"value":\[\]/);
      }
    }
  });

  eachSet('as part of a batch', async (set) => {
    for (const operation of inPath(set)) {
      for (const group of [undefined, 'g']) {
        const ask = async (id) => {
          const request = { id: '1', method: operation.method, url: filled(operation, operation.path.replace(KEY, `/${id}`)), atomicityGroup: group };
          if (operation.body !== undefined && operation.method !== 'GET' && operation.method !== 'DELETE') {
            Object.assign(request, { body: operation.body, headers: { 'Content-Type': 'application/json' } });
          }
          const next = { id: '2', method: 'GET', url: '$1', dependsOn: [group ?? '1'] };
          const { json } = await muster.post('/beta/$batch', { requests: [request, next] }, stranger);
          // Header names are as Graph spells them here.
          return json.responses.map(({ status, headers, body }) => ({
            status,
            text: JSON.stringify(body),
            headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
          }));
        };
        const both = async (id) => (await ask(id)).map((answer) => comparable(answer, id));
        const unknown = await both(randomUUID());
        for (const [kind, id] of Object.entries(set.id)) {
          if (id !== undefined) assert.deepEqual(await both(id), unknown, `${operation.method} ${operation.path}, ${kind}`);
        }
        assert.ok(isAnswer(unknown[0].status), operation.path);
        assert.equal(unknown[1].status, 424);
      }
    }
  });

  eachSet('as a page token', async (set) => {
    const page = (await muster.get(`/beta${set.path}?$top=1`)).json;
    const link = page?.['@odata.nextLink'];
    if (link === undefined) return;
    const token = new URL(link).searchParams.get('$skiptoken');
    const forged = token.replace(/[A-Za-z0-9]/g, (letter) => (letter === 'A' ? 'B' : 'A'));
    const ask = async (value) => comparable(await muster.get(`/beta${set.path}?$top=1&$skiptoken=${encodeURIComponent(value)}`, stranger), value);
    const foreign = await ask(token);
    assert.equal(foreign.status, 400, foreign.body);
    assert.deepEqual(foreign, await ask(forged));
    assert.ok(!foreign.body.includes(page.value[0][set.key]));
  });
});

test('requests without an id see and change the own tenant only', async () => {
  const before_ = await theirs();
  const ids = sets.flatMap((set) => Object.values(set.id)).filter(Boolean);
  const others = operations.filter(({ path, secured }) => secured && !path.includes('{') && path !== '/$entity' && path !== '/$batch');
  assert.ok(others.length >= 6);
  for (const { method, path, body } of others) {
    const answer = await muster.request(method, `/beta${path}`, { ...stranger, body });
    assert.ok(answer.status < 500 || answer.status === 501, `${method} ${path}: ${answer.text}`);
    const own = sets.flatMap((set) => set.id.deleted ?? []);
    for (const id of ids) assert.ok(own.includes(id) || !answer.text.includes(id), `${method} ${path} shows ${id}`);
  }
  assert.deepEqual(await theirs(), before_);
});

test('every operation with an address is in the matrix', () => {
  const covered = new Set(sets.flatMap((set) => inPath(set)));
  for (const operation of operations.filter(({ path }) => KEY.test(path))) assert.ok(covered.has(operation), operation.path);
  assert.ok(covered.size >= 40, String(covered.size));
  for (const path of [POLICIES, ENROLLMENTS, DEVICES]) assert.ok(sets.some((set) => `/beta${set.path}` === path), path);
});

test('a policy for a profile of another tenant is refused as one for a profile that never was', async () => {
  const foreign = await muster.create();
  const ask = async (id) => comparable(await muster.post(POLICIES, { profileId: id, approval: 'required' }, stranger), id);
  const never = await ask(randomUUID());
  assert.equal(never.status, 400);
  assert.deepEqual(await ask(foreign.id), never);
});

test('a decision reaches the own devices only', async () => {
  for (const decision of ['approve', 'deny']) {
    const device = new QuickDevice(offers.get(OWN)[ENROLLMENTS]);
    assert.equal((await device.enroll(muster)).status, 202);
    const id = (await muster.get(`${ENROLLMENTS}?$top=999`)).json.value.at(-1).id;
    assertError(await muster.post(`${ENROLLMENTS}/${id}/${decision}`, {}, stranger), 404, 'ResourceNotFound');
    assert.equal((await device.enroll(muster)).status, 202);
  }
});

describe('lists', () => {
  test('hold the own entities only', async () => {
    const { id } = await muster.create({ displayName: 'mine' }, stranger);
    const own = (await muster.get(`${PROFILES}?$count=true&$top=1000`, stranger)).json;
    assert.ok(own.value.some((profile) => profile.id === id));
    assert.equal(own['@odata.count'], own.value.length);
    assert.equal(await muster.count(stranger), own.value.length);
    const others = (await muster.get(`${PROFILES}?$count=true&$top=1000`)).json;
    assert.equal(others['@odata.count'], others.value.length);
    const both = new Set([...own.value, ...others.value].map((profile) => profile.id));
    assert.equal(both.size, own.value.length + others.value.length, 'none in both');
    const [{ foreign }] = sets.filter(({ path }) => PROFILES.endsWith(path)).map((set) => set.id);
    assert.ok(others.value.some((profile) => profile.id === foreign));
  });

  test('a page token of another tenant is refused', async () => {
    const page = (await muster.get(`${PROFILES}?$top=1`)).json;
    const next = new URL(page['@odata.nextLink']);
    const answer = await muster.get(next.pathname + next.search, stranger);
    assertError(answer, 400, 'BadRequest', '$skiptoken');
    assert.ok(!answer.text.includes(page.value[0].id));
  });
});

describe('the tenant is that of the access token', () => {
  test('and never of the body', async () => {
    const planted = await muster.create({ accountId: muster.tenant, displayName: 'planted' }, stranger);
    assert.equal(planted.accountId, muster.tenant, 'accountId is a label');
    const answer = await muster.get(`${PROFILES}/${planted.id}`);
    assert.equal(answer.status, 404);
    await muster.delete(`${PROFILES}/${planted.id}`, stranger);
  });

  test('a tenant may hold any number of profiles whose tokens another has as well', async () => {
    const body = { tokenValue: 'SAMETOKENSAMETOKENSAME' };
    const a = await muster.create(body);
    const b = await muster.create(body, stranger);
    assert.equal(a.tokenValue, b.tokenValue);
    assert.notEqual(a.id, b.id);
    await muster.delete(`${PROFILES}/${b.id}`, stranger);
  });
});
