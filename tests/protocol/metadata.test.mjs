// What the service says of itself: service document, $metadata, OpenAPI. That they are well-formed is
// judged by others (tests/clients/metadata.test.mjs); here, that they are true, and how they are served.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { Muster, PROFILES, contractBody } from './harness.mjs';
import { METHODS, namedOperations, pathOf } from './operations.mjs';

let muster;
before(async () => (muster = await Muster.start()));
after(() => muster?.destroy());

const METADATA = '/beta/$metadata';
const anonymous = (path, headers = {}, method = 'GET') => muster.request(method, path, { token: null, headers });
const csdl = async () => (await anonymous(`${METADATA}?$format=json`)).json;

describe('service document', () => {
  for (const version of ['beta', 'v1.0']) {
    for (const slash of ['', '/']) {
      test(`/${version}${slash}`, async () => {
        const answer = await anonymous(`/${version}${slash}`);
        assert.equal(answer.status, 200);
        assert.equal(answer.headers['odata-version'], '4.0');
        assert.match(answer.headers['content-type'], /^application\/json;odata.metadata=minimal/);
        assert.deepEqual(answer.json, {
          '@odata.context': `${muster.base}/${version}/$metadata`,
          value: [{ name: 'deviceManagement', kind: 'Singleton', url: 'deviceManagement' }],
        });
      });
    }
  }

  test('its names are the children of the container', async () => {
    const container = (await csdl())['microsoft.graph'].GraphService;
    const { value } = (await anonymous('/beta')).json;
    const names = Object.keys(container).filter((name) => !name.startsWith('$') && !name.startsWith('@'));
    assert.deepEqual(value.map((one) => one.name), names);
  });

  test('forms', async () => {
    assert.equal((await anonymous('/beta', { Accept: 'text/html' })).status, 406);
    assert.equal((await anonymous('/beta?$format=xml')).status, 406);
    const bare = await anonymous('/beta?$format=application/json;odata.metadata=none');
    assert.deepEqual(Object.keys(bare.json), ['value']);
    assert.equal((await anonymous('/beta?$select=name')).status, 400);
  });
});

describe('$metadata', () => {
  for (const [name, query, accept, expected] of [
    ['no Accept', '', null, 'application/xml'],
    ['anything', '', '*/*', 'application/xml'],
    ['XML', '', 'application/xml', 'application/xml'],
    ['JSON', '', 'application/json', 'application/json'],
    ['what odata2ts asks', '', 'application/json, text/plain, */*', 'application/xml'],
    ['JSON rather than XML', '', 'application/xml;q=0.1, application/json', 'application/json'],
    ['$format=xml', '?$format=xml', 'application/json', 'application/xml'],
    ['$format=json', '?%24format=json', 'text/html', 'application/json'],
    ['format=application/json', '?format=application/json', null, 'application/json'],
  ]) {
    test(`${name}: ${expected}`, async () => {
      const answer = await anonymous(METADATA + query, { Accept: accept });
      assert.equal(answer.status, 200);
      assert.equal(answer.headers['content-type'], expected);
      assert.equal(answer.headers['odata-version'], '4.01');
      assert.ok(answer.text.startsWith(expected === 'application/xml' ? '<?xml' : '{"$Version":"4.01"'));
    });
  }

  for (const [name, path, headers, status, target] of [
    ['another type', METADATA, { Accept: 'text/html' }, 406, 'Accept'],
    ['another format', `${METADATA}?$format=atom`, {}, 406, '$format'],
    ['a format with parameters', `${METADATA}?$format=json;odata.metadata=none`, {}, 400, '$format'],
    ['a format twice', `${METADATA}?$format=xml&format=xml`, {}, 400, '$format'],
    ['a version of the schema', `${METADATA}?$schemaversion=*`, {}, 501, '$schemaversion'],
    ['an option for data', `${METADATA}?$filter=x`, {}, 400, '$filter'],
    ['an unknown option', `${METADATA}?$x=1`, {}, 400, '$x'],
    ['OData 3', METADATA, { 'OData-MaxVersion': '3.0' }, 400, 'OData-MaxVersion'],
    ['no version', METADATA, { 'OData-MaxVersion': 'abc' }, 400, 'OData-MaxVersion'],
  ]) {
    test(`${name}: ${status}`, async () => {
      const answer = await anonymous(path, headers);
      assert.equal(answer.status, status, answer.text);
      assert.equal(answer.json.error.target, target);
    });
  }

  test('under every spelling and version, the same', async () => {
    const text = (await anonymous(METADATA)).text;
    for (const path of ['/v1.0/$metadata', '/beta/%24metadata', '/BETA/$Metadata', `${METADATA}?debug=1`]) {
      assert.equal((await anonymous(path)).text, text, path);
    }
    assert.equal((await muster.get(METADATA, { token: 'nonsense' })).text, text);
  });

  test('a client of OData 4.0 gets 4.0', async () => {
    const xml = await anonymous(METADATA, { 'OData-MaxVersion': '4.0' });
    assert.equal(xml.headers['odata-version'], '4.0');
    assert.match(xml.text, /<edmx:Edmx Version="4.0"/);
    assert.match(xml.headers.vary, /OData-MaxVersion/);
    const newer = await anonymous(METADATA, { 'OData-MaxVersion': '4.1' });
    assert.match(newer.text, /<edmx:Edmx Version="4.01"/);
  });

  test('HEAD, OPTIONS and nothing else', async () => {
    const get = await anonymous(METADATA);
    const head = await anonymous(METADATA, {}, 'HEAD');
    assert.equal(head.status, 200);
    assert.equal(head.headers['content-length'], get.headers['content-length']);
    assert.equal(head.text, '');
    for (const path of [METADATA, '/beta', '/openapi.json']) {
      assert.equal((await anonymous(path, {}, 'OPTIONS')).headers.allow, 'GET, HEAD, OPTIONS');
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'TRACE']) {
        const answer = await anonymous(path, {}, method);
        assert.equal(answer.status, 405, `${method} ${path}`);
        assert.equal(answer.headers.allow, 'GET, HEAD, OPTIONS');
      }
    }
  });

  for (const path of [METADATA, `${METADATA}?$format=json`, '/openapi.json']) {
    test(`${path} is kept by its entity tag`, async () => {
      const first = await anonymous(path);
      assert.match(first.headers.etag, /^W\/"[\w-]{20}"$/);
      assert.equal(first.headers['cache-control'], 'public, max-age=300');
      const again = await anonymous(path, { 'If-None-Match': `"x", ${first.headers.etag}` });
      assert.equal(again.status, 304);
      assert.equal(again.text, '');
      assert.equal(again.headers.etag, first.headers.etag);
      assert.equal((await anonymous(path, { 'If-None-Match': '"x"' })).status, 200);
    });
  }

  test('the forms have tags of their own', async () => {
    const paths = [METADATA, `${METADATA}?$format=json`, '/openapi.json'];
    const tags = await Promise.all(paths.map(async (path) => (await anonymous(path)).headers.etag));
    assert.equal(new Set(tags).size, 3);
  });
});

// Every property of a type, inherited ones first, as {name: declaration}.
function propertiesOf(schema, type) {
  const { $BaseType: base, ...rest } = schema[type];
  const own = Object.entries(rest).filter(([name, one]) => /^[^$@]/.test(name) && one.$Kind === undefined);
  return { ...(base && propertiesOf(schema, base.replace('graph.', ''))), ...Object.fromEntries(own) };
}

const isOf = {
  'Edm.String': (value) => typeof value === 'string',
  'Edm.Int32': (value) => Number.isInteger(value),
  'Edm.Int64': (value) => Number.isInteger(value),
  'Edm.Boolean': (value) => typeof value === 'boolean',
  'Edm.DateTimeOffset': (value) => !Number.isNaN(Date.parse(value)),
  'Edm.Binary': (value) => /^[\w+/-]*={0,2}$/.test(value),
};

function assertTyped(schema, value, declared, path) {
  if (value === null) return assert.equal(declared.$Nullable, true, `${path} is null`);
  if (declared.$Collection) {
    assert.ok(Array.isArray(value), path);
    return value.forEach((item) => assertTyped(schema, item, { ...declared, $Collection: false }, `${path}[]`));
  }
  const type = declared.$Type ?? 'Edm.String';
  if (isOf[type]) return assert.ok(isOf[type](value), `${path} is ${JSON.stringify(value)}`);
  const own = schema[type.replace('graph.', '')];
  if (own.$Kind === 'EnumType') return assert.ok(value in own, `${path} is ${value}`);
  return assertMembers(schema, value, type.replace('graph.', ''), path);
}

function assertMembers(schema, value, type, path) {
  const declared = propertiesOf(schema, type);
  const names = Object.keys(value).filter((name) => !name.includes('@'));
  assert.deepEqual(names.sort(), Object.keys(declared).sort(), path);
  for (const name of names) assertTyped(schema, value[name], declared[name], `${path}.${name}`);
}

test('an entity has the properties that $metadata declares, of their types', async () => {
  const schema = (await csdl())['microsoft.graph'];
  for (const body of [contractBody(), { displayName: null }]) {
    const { id } = await muster.create(body);
    const path = `${PROFILES}/${id}`;
    assertMembers(schema, (await muster.get(path)).json, 'androidForWorkEnrollmentProfile', 'profile');
    await muster.post(`${path}/revokeToken`);
    assertMembers(schema, (await muster.get(path)).json, 'androidForWorkEnrollmentProfile', 'revoked');
  }
});

test('computed properties in a body are ignored, MaxLength holds', async () => {
  const schema = (await csdl())['microsoft.graph'];
  for (const [name, declared] of Object.entries(propertiesOf(schema, 'androidForWorkEnrollmentProfile'))) {
    if (declared['@Core.Computed']) {
      const answer = await muster.post(PROFILES, { [name]: 'x' });
      assert.equal(answer.status, 201, name);
      assert.notEqual(answer.json[name], 'x');
    } else if (declared.$MaxLength) {
      const answer = await muster.post(PROFILES, { [name]: 'x'.repeat(declared.$MaxLength + 1) });
      assert.equal(answer.status, 400, name);
    }
  }
});

// A property that is not nullable and has no default must be sent (CSDL 4.01 §7.2.3), unless it is said to be made.
for (const [set, type] of [
  ['androidForWorkEnrollmentProfiles', 'androidForWorkEnrollmentProfile'],
  ['androidDeviceOwnerEnrollmentProfiles', 'androidDeviceOwnerEnrollmentProfile'],
]) {
  test(`${set}: a create may leave out what the service makes, and $metadata says so`, async () => {
    const schema = (await csdl())['microsoft.graph'];
    const made = (await muster.post(`/beta/deviceManagement/${set}`, {})).json;
    for (const [name, declared] of Object.entries(propertiesOf(schema, type))) {
      const filled = declared['@Core.Computed'] ?? declared['@Core.ComputedDefaultValue'] ?? false;
      assert.equal(made[name] !== null, filled, name);
      assert.ok(declared.$Nullable || filled, name);
    }
  });
}

test('what $metadata says of queries is so', async () => {
  const set = (await csdl())['microsoft.graph'].deviceManagement.androidForWorkEnrollmentProfiles;
  const takes = async (query) => (await muster.get(`${PROFILES}?${query}`)).status === 200;
  const said = (term) => set[`@Capabilities.${term}`];
  assert.equal(await takes('$top=1'), said('TopSupported'));
  assert.equal(await takes('$skip=1'), said('SkipSupported'));
  assert.equal(await takes('$count=true'), said('CountRestrictions').Countable);
  assert.equal(await takes('$compute=enrolledDeviceCount%20add%201%20as%20x'), said('ComputeSupported'));
  assert.equal(await takes('$expand=*'), said('ExpandRestrictions').Expandable);
  assert.equal(await takes('$search=x'), said('SearchRestrictions').Searchable);
  for (const name of said('SortRestrictions').NonSortableProperties) {
    assert.equal(await takes(`$orderby=${name}`), false, name);
  }
});

// Which of the names of `AppliesTo` a part of the model answers to (CSDL 4.01 §14.1).
function kindsOf(part, kind) {
  return [kind, ...(part.$Collection || kind === 'EntitySet' ? ['Collection'] : [])];
}

function* annotationsOf(part, kinds, path) {
  for (const name of Object.keys(part)) {
    if (name.startsWith('@')) yield { term: name.slice(1), kinds, path };
  }
}

function* annotations(schema) {
  yield* annotationsOf(schema, ['Schema'], 'schema');
  for (const [name, part] of Object.entries(schema)) {
    if (/^[$@]/.test(name)) continue;
    if (Array.isArray(part)) {
      for (const operation of part) {
        yield* annotationsOf(operation, [operation.$Kind], name);
        for (const one of operation.$Parameter) yield* annotationsOf(one, kindsOf(one, 'Parameter'), `${name}/${one.$Name}`);
        const result = operation.$ReturnType;
        if (result) yield* annotationsOf(result, kindsOf(result, 'ReturnType'), `${name}/$ReturnType`);
      }
      continue;
    }
    yield* annotationsOf(part, [part.$Kind], name);
    for (const [child, one] of Object.entries(part)) {
      if (/^[$@]/.test(child) || typeof one !== 'object') continue;
      const kind = part.$Kind === 'EntityContainer' ? 'Singleton' : (one.$Kind ?? 'Property');
      yield* annotationsOf(one, kindsOf(one, kind), `${name}/${child}`);
    }
  }
}

test('every annotation is by a published term that applies where it stands', async () => {
  const vocabularies = JSON.parse(readFileSync(new URL('../data/vocabulary-terms.json', import.meta.url)));
  const terms = new Map();
  for (const { alias, terms: known } of Object.values(vocabularies)) {
    for (const [name, term] of Object.entries(known)) terms.set(`${alias}.${name}`, term);
  }
  let seen = 0;
  for (const { term, kinds, path } of annotations((await csdl())['microsoft.graph'])) {
    const known = terms.get(term);
    assert.ok(known, `${term} at ${path} is no term`);
    const fits = known.applies_to.length === 0 || known.applies_to.some((one) => kinds.includes(one));
    assert.ok(fits, `${term} does not apply to ${kinds} at ${path}`);
    seen += 1;
  }
  assert.ok(seen > 40, `${seen} annotations`);
});

describe('OpenAPI names what is served', () => {
  test('each request that is named is served, and no other method of its path', async () => {
    const operations = await namedOperations(muster);
    assert.ok(operations.length >= 15, `${operations.length} operations`);
    for (const list of byPath(operations)) {
      const named = new Set(list.map((one) => one.method));
      if (named.has('GET')) named.add('HEAD');
      if (list[0].versioned || list[0].path === '/openapi.json') named.add('OPTIONS');
      for (const method of METHODS) {
        const { id } = await muster.create();
        const path = pathOf(list[0], { id, tenant: muster.tenant });
        const answer = await muster.request(method, path, method === 'GET' ? {} : { body: '{}' });
        const what = `${method} ${path}: ${answer.status} ${answer.text}`;
        if (named.has(method)) {
          // Of other sets than the profiles, no entity is there.
          const missing = /\{(id|profileId)\}/.test(list[0].path) && list[0].tag !== 'androidForWorkEnrollmentProfiles';
          // What nothing here can do says so by its name; all else is done or refused.
          const undoable = answer.status === 501 && list[0].path.endsWith(`/${answer.json.error.target}`);
          assert.ok((answer.status < 500 || undoable) && answer.status !== 405, what);
          assert.ok(answer.status !== 404 || missing, what);
          assert.doesNotMatch(answer.text, /for the segment/, what);
        } else {
          assert.ok(answer.status === 405 || answer.status === 403, what);
          if (answer.status === 405) {
            assert.deepEqual(answer.headers.allow.split(', ').sort(), [...named].sort(), what);
          }
        }
      }
    }
  });

  test('without a token: 401 where a token is asked for, and nowhere else', async () => {
    for (const operation of await namedOperations(muster)) {
      const path = pathOf(operation, { id: randomUUID(), tenant: muster.tenant });
      const { status } = await anonymous(path, {}, operation.method);
      // The token service answers 401 of its own to a client that does not say who it is.
      if (operation.path.endsWith('/token')) continue;
      assert.equal(status === 401, operation.secured, `${operation.method} ${path}: ${status}`);
    }
  });

  test('the navigation properties and operations of $metadata are its paths', async () => {
    const schema = (await csdl())['microsoft.graph'];
    const paths = new Set((await namedOperations(muster)).map((one) => one.path));
    for (const [singleton, { $Type: type }] of Object.entries(schema.GraphService)) {
      if (/^[$@]/.test(singleton)) continue;
      for (const [name, one] of Object.entries(schema[type.replace('graph.', '')])) {
        if (one.$Kind !== 'NavigationProperty') continue;
        const path = `/${singleton}/${name}`;
        assert.ok(paths.has(path), path);
        for (const [operation, overloads] of Object.entries(schema).filter(([, part]) => Array.isArray(part))) {
          for (const overload of overloads) {
            const [binding] = overload.$Parameter;
            if (binding.$Type !== one.$Type) continue;
            const parent = one.$Collection && !binding.$Collection ? `${path}/{id}` : path;
            const found = [...paths].some((named) => named.replace(/\(.*\)$/, '') === `${parent}/${operation}`);
            assert.ok(found, `${parent}/${operation}`);
          }
        }
      }
    }
  });
});

function byPath(operations) {
  const groups = new Map();
  for (const one of operations) groups.set(one.path, [...(groups.get(one.path) ?? []), one]);
  return groups.values();
}
