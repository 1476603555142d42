// Tenants do not exist for each other: another tenant's id answers exactly as an id that never was.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { Muster, PROFILES, contractBody } from './harness.mjs';

let muster;
let stranger;
let theirs;
let mine;
before(async () => {
  muster = await Muster.start();
  const other = randomUUID();
  await muster.createTenant(other, 'Fabrikam');
  stranger = { tenant: other, token: await muster.token(other) };
  theirs = await muster.create(contractBody());
  mine = await muster.create({ displayName: 'mine' }, { token: stranger.token });
});
after(() => muster?.destroy());

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

const operations = {
  get: ['GET', ''],
  head: ['HEAD', ''],
  select: ['GET', '?$select=id,tokenValue'],
  patch: ['PATCH', '', { displayName: 'taken over' }],
  'patch with a fault': ['PATCH', '', { displayName: 5 }],
  delete: ['DELETE', ''],
  createToken: ['POST', '/createToken', { tokenValidityInSeconds: 60 }],
  'createToken with a fault': ['POST', '/createToken', { tokenValidityInSeconds: -1 }],
  revokeToken: ['POST', '/revokeToken'],
  svg: ['GET', '/qrCode.svg'],
  png: ['GET', '/qrCode.png'],
  'unknown segment': ['GET', '/assignments'],
};

describe("another tenant's id answers as one that never existed", () => {
  for (const [name, [method, suffix, body]] of Object.entries(operations)) {
    for (const spelling of [(id) => `/${id}`, (id) => `('${id}')`]) {
      test(`${name} ${spelling('id')}`, async () => {
        const never = randomUUID();
        const ask = (id) => muster.request(method, PROFILES + spelling(id) + suffix, { body, token: stranger.token });
        const foreign = comparable(await ask(theirs.id), theirs.id);
        const unknown = comparable(await ask(never), never);
        assert.deepEqual(foreign, unknown);
        assert.ok(foreign.status === 404 || foreign.status === 400, String(foreign.status));
      });
    }
  }

  test("nothing of the other tenant's profile changed", async () => {
    const { json } = await muster.get(`${PROFILES}/${theirs.id}`);
    assert.equal(json.displayName, 'Display Name value');
    assert.equal(json.tokenValue, 'Token Value value');
    assert.equal(json.lastModifiedDateTime, theirs.lastModifiedDateTime);
  });
});

describe('lists', () => {
  test('hold the own profiles only', async () => {
    const own = (await muster.get(`${PROFILES}?$count=true`, { token: stranger.token })).json;
    assert.deepEqual(own.value.map((p) => p.id), [mine.id]);
    assert.equal(own['@odata.count'], 1);
    assert.equal(await muster.count({ token: stranger.token }), 1);
    const others = (await muster.get(PROFILES)).json;
    assert.deepEqual(others.value.map((p) => p.id), [theirs.id]);
  });

  test("a page token of another tenant is refused", async () => {
    await muster.create();
    const page = (await muster.get(`${PROFILES}?$top=1`)).json;
    const next = new URL(page['@odata.nextLink']);
    const answer = await muster.get(next.pathname + next.search, { token: stranger.token });
    assert.equal(answer.status, 400, answer.text);
    assert.ok(!answer.text.includes(theirs.id));
  });
});

describe('the tenant is that of the access token', () => {
  test('and never of the body', async () => {
    const planted = await muster.create({ accountId: muster.tenant, displayName: 'planted' }, { token: stranger.token });
    assert.equal(planted.accountId, muster.tenant, 'accountId is a label');
    const answer = await muster.get(`${PROFILES}/${planted.id}`);
    assert.equal(answer.status, 404);
    await muster.delete(`${PROFILES}/${planted.id}`, { token: stranger.token });
  });

  test('a tenant may hold any number of profiles whose tokens another has as well', async () => {
    const body = { tokenValue: 'SAMETOKENSAMETOKENSAME' };
    const a = await muster.create(body);
    const b = await muster.create(body, { token: stranger.token });
    assert.equal(a.tokenValue, b.tokenValue);
    assert.notEqual(a.id, b.id);
    await muster.delete(`${PROFILES}/${b.id}`, { token: stranger.token });
  });
});
