// The query language on a collection: $filter, $orderby, $search, $count, $top, $skip, aliases. Rows
// are numbered as in the list of OData 4.01 rules that Muster follows. Keys and createdDateTime are
// the service's own, so accountId stands for the key and tokenExpirationDateTime for the date; what
// needs other kinds of properties is asked in src/odata/query_rows_test.cc.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Muster, PROFILES, assertError } from './harness.mjs';

const image = (type, value) => ({ type, value });
const FIXTURE = [
  { accountId: 'p1', displayName: 'Alpha', enrolledDeviceCount: 3, tokenExpirationDateTime: '2026-01-01T00:00:00Z', qrCodeImage: image('image/png', 'dmFsdWU=') },
  { accountId: 'p2', displayName: 'beta', enrolledDeviceCount: 0, tokenExpirationDateTime: '2026-01-02T12:00:00.1234567+03:00' },
  { accountId: 'p3', displayName: "O'Neil", enrolledDeviceCount: 2147483647, tokenExpirationDateTime: '2026-01-02T09:00:00.1234567Z' },
  { accountId: 'p4', displayName: 'a/b 100% + ü😀', enrolledDeviceCount: 1, tokenExpirationDateTime: '2025-12-31T23:59:59.9999999Z', qrCodeImage: image('text/plain', '') },
  { accountId: 'p5', displayName: null, enrolledDeviceCount: 3, tokenExpirationDateTime: '2026-06-01T00:00:00-08:00' },
];
const IMAGES = { p2: null, p3: image(null, null), p5: null };

let muster;
let key; // p1 to p5 by the key that the service gave
let secret;
before(async () => {
  muster = await Muster.start();
  key = {};
  for (const body of FIXTURE) {
    const made = await muster.create(body);
    key[made.id] = body.accountId;
    if (body.accountId === 'p1') secret = made.tokenValue;
    if (!(body.accountId in IMAGES)) continue;
    const patched = await muster.patch(`${PROFILES}/${made.id}`, { qrCodeImage: IMAGES[body.accountId] });
    assert.equal(patched.status, 200, patched.text);
  }
});
after(() => muster?.destroy());

const encoded = (options) => Object.entries(options).map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
const ask = (options) => muster.get(`${PROFILES}?${encoded(options)}`);

// The profiles of an answer, in order: "p1 p5". A refusal gives its status.
async function names(options) {
  const answer = await ask(options);
  if (answer.status !== 200) return String(answer.status);
  return answer.json.value.map((profile) => key[profile.id]).join(' ');
}
const row = (number, options, expected) => {
  const query = typeof options === 'string' ? { $filter: options } : options;
  test(`row ${number}: ${JSON.stringify(query).slice(0, 120)}`, async () => {
    assert.equal(await names(query), expected);
  });
};
const asked = (number, rows) => rows.forEach(([options, expected]) => row(number, options, expected));

describe('conditions', () => {
  asked(52, [[{ $top: '0' }, ''], [{ $top: '2', $orderby: 'accountId' }, 'p1 p2'], [{ $top: '-1' }, '400'], [{ $top: 'abc' }, '400'], [{ $top: '' }, '400']]);
  asked(54, [
    ["displayName eq 'ALPHA'", 'p1'], ['enrolledDeviceCount eq 3', 'p1 p5'], ['enrolledDeviceCount ne 3', 'p2 p3 p4'],
    ["tokenExpirationDateTime ne 2026-01-01T00:00:00Z", 'p2 p3 p4 p5'], ["id eq 'nothing'", ''], ["qrCodeImage/value eq binary'dmFsdWU'", '501'],
  ]);
  asked(55, [
    [{ $filter: 'displayName eq @p', '@p': "'Alpha'" }, 'p1'],
    [{ $filter: 'displayName eq @p or startswith(displayName,@p)', '@p': "'Alpha'" }, 'p1'],
    [{ $filter: 'accountId in @k', '@k': '["p1","p2"]' }, 'p1 p2'],
    [{ $filter: 'displayName eq @nobody' }, 'p5'],
  ]);
  asked(56, [["geo.distance(displayName,displayName) lt 1", '501'], ["matchesPattern(displayName,'a')", '501'], ['case(true:1) eq 1', '501'], ["nonsense(displayName)", '400']]);
  asked(57, [['qrCodeImage eq null', 'p2 p5'], ['qrCodeImage ne null', 'p1 p3 p4']]);
  asked(58, [
    ['enrolledDeviceCount in (0,1)', 'p2 p4'], ["displayName in ('Alpha',null)", 'p1 p5'], ['displayName in ()', ''], ['displayName in (displayName)', '400'],
  ]);
  asked(76, [["displayName ne 'Alpha'", 'p2 p3 p4 p5'], ['displayName eq null', 'p5'], ['enrolledDeviceCount gt null', ''], ['null eq null', 'p1 p2 p3 p4 p5']]);
  asked(77, [["not contains(displayName,'a')", 'p3'], ['false and null', ''], ['true or null', 'p1 p2 p3 p4 p5'], ['not (true and null)', '']]);
  asked(78, [
    ["enrolledDeviceCount eq 3 or enrolledDeviceCount eq 0 and displayName eq 'x'", 'p1 p5'], ['not enrolledDeviceCount le 3', 'p3'], ['not displayName', '400'],
  ]);
  asked(79, [
    ['enrolledDeviceCount div 2 eq 1', 'p1 p5'], ['enrolledDeviceCount divby 2 eq 1.5', 'p1 p5'], ['enrolledDeviceCount mod 2 eq 1', 'p1 p3 p4 p5'],
    ['enrolledDeviceCount div 0 eq 1', '400'], ['enrolledDeviceCount add 1 gt 0', 'p1 p2 p3 p4 p5'], ['enrolledDeviceCount eq 2147483648', ''],
    ['enrolledDeviceCount eq 3.0', 'p1 p5'], ['enrolledDeviceCount eq 3e0', 'p1 p5'], ['enrolledDeviceCount lt INF', 'p1 p2 p3 p4 p5'], ['enrolledDeviceCount eq NaN', ''],
  ]);
  asked(80, [
    ['tokenExpirationDateTime eq 2026-01-02T09:00:00.1234567Z', 'p2 p3'], ['tokenExpirationDateTime eq 2026-01-02T12:00:00.1234567+03:00', 'p2 p3'],
    ['tokenExpirationDateTime eq 2026-01-01', 'p1'], ['tokenExpirationDateTime lt 2026-01-01T00:00Z', 'p4'],
    ['year(tokenExpirationDateTime) eq 2025', 'p4'], ["tokenExpirationDateTime gt '2026-01-01'", '400'],
  ]);
  test('row 80: a plus sign in a date may stand as it is', async () => {
    const answer = await muster.get(`${PROFILES}?$filter=tokenExpirationDateTime+eq+2026-01-02T12:00:00.1234567+03:00`);
    assert.deepEqual(answer.json.value.map((profile) => key[profile.id]), ['p2', 'p3']);
  });
  asked(81, [
    ["displayName eq 'O''Neil'", 'p3'], ["displayName eq 'O'Neil'", '400'], ['length(displayName) eq 4', 'p2'], ["indexof(displayName,'lpha') eq 1", 'p1'],
    ["substring(displayName,1) eq 'eta'", 'p2'], ["concat(concat(accountId,':'),displayName) eq 'p1:Alpha'", 'p1'], ["endswith(displayName,'😀')", 'p4'],
    ["startsWith(displayName,'A')", 'p1 p4'], ["enrolledDeviceCount eq '3'", '400'],
  ]);
  asked(82, [['qrCodeImage/type eq null', 'p2 p3 p5'], ['qrCodeImage/value ne null', 'p1 p4']]);
  test('secrets compare exactly', async () => {
    assert.equal(await names({ $filter: `tokenValue eq '${secret}'` }), 'p1');
    assert.equal(await names({ $filter: `tokenValue eq '${secret.toLowerCase()}'` }), '');
  });
  test('names of options in any case, with or without $', async () => {
    assert.equal(await names({ FILTER: "DISPLAYNAME EQ 'alpha'" }), '400');
    assert.equal(await names({ FILTER: "displayName EQ 'alpha'", ORDERBY: 'displayName ASC' }), 'p1');
    assert.equal(await names({ '%24filter': "displayName eq 'alpha'" }), 'p1');
  });
});

describe('orders', () => {
  const ordered = (number, rows) => asked(number, rows.map(([$orderby, expected]) => [{ $orderby }, expected]));
  ordered(64, [
    ['displayName', 'p5 p4 p1 p2 p3'], ['displayName desc', 'p3 p2 p1 p4 p5'], ['enrolledDeviceCount desc,accountId', 'p3 p1 p5 p4 p2'],
    ['tokenExpirationDateTime,accountId', 'p4 p1 p2 p3 p5'], ['qrCodeImage/type,accountId', 'p2 p3 p5 p1 p4'], ['qrCodeImage', '400'], ['nope', '400'],
    ['displayName asc asc', '400'], ['displayName,', '400'], ['qrCodeImage/value', '501'],
  ]);
  asked(62, [
    [{ $orderby: 'accountId', $skip: '1', $top: '2' }, 'p2 p3'], [{ $top: '2', $skip: '1', $orderby: 'accountId' }, 'p2 p3'], [{ $skip: '5' }, ''],
    [{ $skip: '999999' }, ''], [{ $skip: '-1' }, '400'],
  ]);
});

describe('searches', () => {
  const found = (number, rows) => asked(number, rows.map(([$search, expected]) => [{ $search }, expected]));
  found(66, [
    ['Alpha OR beta', 'p1 p2'], ['NOT Alpha', 'p2 p3 p4 p5'], ['alpha or beta', ''], ['"100% +"', 'p4'], ['a NOT b', 'p1'], ['"alpha', '400'], ['(alpha', '400'],
    ['"displayName:alp"', 'p1'],
  ]);
  row(66, { $search: 'NOT alpha', $filter: 'enrolledDeviceCount eq 3' }, 'p5');
});

describe('counts', () => {
  test('row 60: $count takes $filter and $search', async () => {
    const count = async (options) => {
      const answer = await muster.get(`${PROFILES}/$count?${encoded(options)}`);
      if (answer.status === 200) assert.equal(answer.headers['content-type'], 'text/plain');
      return answer.status === 200 ? answer.text : answer.status;
    };
    assert.equal(await count({}), '5');
    assert.equal(await count({ $filter: 'enrolledDeviceCount eq 3' }), '2');
    assert.equal(await count({ $search: 'NOT alpha' }), '4');
    assert.equal(await count({ $filter: 'qrCodeImage eq null', $top: '1', $skip: '1', $orderby: 'displayName' }), '2');
    assert.equal(await count({ $filter: 'nope' }), 400);
    assert.equal(await count({ $select: 'id' }), 400);
  });
  test('row 63: $count=true counts what the filter takes, whatever the page', async () => {
    for (const options of [{ $top: '1' }, { $skip: '1' }, { $orderby: 'displayName', $top: '2' }, { $top: '0' }]) {
      const answer = await ask({ $count: 'TRUE', ...options });
      assert.equal(answer.json['@odata.count'], 5);
    }
    assert.equal((await ask({ $count: 'true', $filter: 'length(displayName) gt 4', $top: '1' })).json['@odata.count'], 3);
    assert.ok(!('@odata.count' in (await ask({ $count: 'false' })).json));
    for (const $count of ['1', 'yes', '']) assert.equal(await names({ $count }), '400');
  });
});

describe('pages', () => {
  async function walk(options) {
    const seen = [];
    let next = `${PROFILES}?${encoded(options)}`;
    for (let pages = 0; next; ++pages) {
      assert.ok(pages < 10, 'the walk ends');
      const answer = await muster.get(next);
      assert.equal(answer.status, 200, answer.text);
      seen.push(...answer.json.value.map((profile) => key[profile.id]));
      const link = answer.json['@odata.nextLink'];
      if (link) {
        const { searchParams } = new URL(link);
        for (const [name, value] of Object.entries(options)) assert.equal(searchParams.get(name), value);
        assert.ok(!/[{} "|^`\\]/.test(link), link);
      }
      next = link?.slice(muster.base.length);
    }
    return seen.join(' ');
  }
  for (const [$orderby, expected] of [
    ['displayName', 'p5 p4 p1 p2 p3'], ['displayName desc', 'p3 p2 p1 p4 p5'], ['enrolledDeviceCount desc,accountId', 'p3 p1 p5 p4 p2'],
    ['qrCodeImage/type desc,accountId desc', 'p4 p1 p5 p3 p2'], ['length(displayName),accountId', 'p5 p2 p1 p3 p4'],
  ]) {
    test(`of one, ordered by ${$orderby}`, async () => assert.equal(await walk({ $orderby, $top: '1' }), expected));
  }
  test('keep filter, search, aliases, select and count', async () => {
    const options = {
      $filter: "displayName ne @p and qrCodeImage/type ne 'a+b & c#'", $search: 'NOT "O\'N"', $orderby: 'displayName', $top: '1', $count: 'true', $select: 'displayName,id', '@p': "'Alpha'",
    };
    assert.equal(await walk(options), 'p5 p4 p2');
  });
  test('a page token of another query is refused', async () => {
    const first = await ask({ $orderby: 'displayName', $top: '1' });
    const $skiptoken = new URL(first.json['@odata.nextLink']).searchParams.get('$skiptoken');
    assert.equal(await names({ $orderby: 'displayName', $top: '3', $skiptoken }), 'p4 p1 p2');
    for (const other of [{}, { $orderby: 'displayName desc' }, { $orderby: 'displayName', $filter: 'true' }, { $orderby: 'displayName', $search: 'a' }]) {
      assertError(await ask({ ...other, $skiptoken }), 400, 'BadRequest', '$skiptoken');
    }
  });
  test('rows that go and come between pages upset nothing', async () => {
    const made = await muster.create({ displayName: 'Alpha' });
    key[made.id] = 'p6';
    const first = await ask({ $orderby: 'displayName', $top: '3' });
    assert.deepEqual(first.json.value.map((profile) => key[profile.id]), ['p5', 'p4', 'p1']);
    assert.equal((await muster.delete(`${PROFILES}/${made.id}`)).status, 204);
    const next = await muster.get(first.json['@odata.nextLink'].slice(muster.base.length));
    assert.deepEqual(next.json.value.map((profile) => key[profile.id]), ['p2', 'p3']);
  });
});

describe('$select of members', () => {
  for (const select of ['qrCodeImage/type', 'qrCodeImage($select=type)']) {
    test(`rows 49 and 50: ${select}`, async () => {
      const { json } = await ask({ $select: select, $orderby: 'accountId' });
      assert.ok(json['@odata.context'].endsWith('(qrCodeImage/type)'), json['@odata.context']);
      assert.deepEqual(json.value[0], { qrCodeImage: { type: 'image/png' } });
      assert.deepEqual(json.value[1], { qrCodeImage: null });
      const [id] = Object.entries(key).find(([, name]) => name === 'p1');
      const entity = await muster.get(`${PROFILES}/${id}?$select=${select}`);
      assert.deepEqual(entity.json.qrCodeImage, { type: 'image/png' });
    });
  }
  row(50, { $select: 'qrCodeImage($select=nope)' }, '400');
});

describe('row 83: hostile queries', () => {
  const times = (count, piece) => piece.repeat(count);
  for (const [name, $filter, statuses] of [
    ['10,000 brackets', times(10_000, '('), [400, 414]],
    ['a literal of 100 kB', `displayName eq '${times(100_000, 'x')}'`, [200, 414]],
    ['300 terms', `enrolledDeviceCount eq 3${times(300, ' or enrolledDeviceCount eq 4')}`, [200, 414]],
    ['5,000 terms', `enrolledDeviceCount eq 3${times(5_000, ' or enrolledDeviceCount eq 4')}`, [400, 414]],
    ['a list of 1,001', `enrolledDeviceCount in (3${times(1_000, ',4')})`, [400, 414]],
    ['an octet 0', "displayName eq '\0'", [200]],
  ]) {
    test(name, async () => {
      const answer = await ask({ $filter });
      assert.ok(statuses.includes(answer.status), `${answer.status} ${answer.text.slice(0, 200)}`);
    });
  }
  for (const escape of ['%', '%zz', '%c0%af', '%ed%a0%80']) {
    test(`the escape ${escape}`, async () => {
      assert.equal((await muster.get(`${PROFILES}?$filter=displayName%20eq%20'${escape}'`)).status, 400);
    });
  }
});
