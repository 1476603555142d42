// Rows 76 to 83 of the checklist of OData 4.01: what $filter means. Text compares without ASCII case
// (difference 26 of docs/compatibility.md).
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { PROFILES, assertError } from './harness.mjs';
import { Five, encoded } from './conformance.mjs';

let five;
before(async () => (five = await Five.start()));
after(() => five?.destroy());

const ALL = 'p1 p2 p3 p4 p5';

test('row 76: null', async () => {
  await five.answers([
    ["displayName ne 'Alpha'", 'p2 p3 p4 p5'], ['displayName eq null', 'p5'], ['displayName ne null', 'p1 p2 p3 p4'], ['enrolledDeviceCount gt null', ''],
    ['null eq null', ALL], ['null ne null', ''], ['null', ''], ["displayName gt 'a'", 'p1 p2 p3 p4'],
  ]);
});

test('row 77: three-valued logic', async () => {
  const either = (left, operator, right) => [`${left} ${operator} ${right}`, `${right} ${operator} ${left}`];
  await five.answers([
    ["not contains(displayName,'a')", 'p3'], ...either('false', 'and', 'null').map((one) => [`not (${one})`, ALL]), ...either('true', 'or', 'null').map((one) => [one, ALL]),
    ...[...either('true', 'and', 'null'), ...either('false', 'or', 'null'), 'null and null', 'null or null', 'not null'].flatMap((one) => [[one, ''], [`not (${one})`, '']]),
  ]);
});

test('row 78: precedence', async () => {
  await five.answers([
    ["enrolledDeviceCount eq 3 or enrolledDeviceCount eq 0 and displayName eq 'x'", 'p1 p5'], ["(enrolledDeviceCount eq 3 or enrolledDeviceCount eq 0) and displayName eq 'beta'", 'p2'],
    ['1 add 2 mul 3 eq 7', ALL], ['(1 add 2) mul 3 eq 9', ALL], ['-enrolledDeviceCount add 3 eq 0', 'p1 p5'], ['1 lt 2 eq true', ALL], ['not enrolledDeviceCount le 3', 'p3'],
    ['not (enrolledDeviceCount le 3)', 'p3'], ['not contains(displayName,\'a\') eq false', 'p1 p2 p4'], ['not false and true', ALL], ['not displayName', '400'],
  ]);
});

test('row 79: numbers', async () => {
  await five.answers([
    ['enrolledDeviceCount div 2 eq 1', 'p1 p5'], ['enrolledDeviceCount divby 2 eq 1.5', 'p1 p5'], ['enrolledDeviceCount mod 2 eq 1', 'p1 p3 p4 p5'],
    ['enrolledDeviceCount div 0 eq 1', '400'], ['enrolledDeviceCount add 1 gt 0', ALL], ['enrolledDeviceCount mul 2 gt 0', 'p1 p3 p4 p5'], ['enrolledDeviceCount eq 2147483648', ''],
    ['enrolledDeviceCount eq 3.0', 'p1 p5'], ['enrolledDeviceCount eq 3e0', 'p1 p5'], ['enrolledDeviceCount lt INF', ALL], ['enrolledDeviceCount gt -INF', ALL],
    ['enrolledDeviceCount eq NaN', ''], ['enrolledDeviceCount lt 99999999999999999999999', ALL],
  ]);
});

test('row 80: dates compare as instants', async () => {
  await five.answers([
    ['tokenExpirationDateTime eq 2026-01-02T09:00:00.1234567Z', 'p2 p3'], ['tokenExpirationDateTime eq 2026-01-02T12:00:00.1234567+03:00', 'p2 p3'],
    ['tokenExpirationDateTime eq 2026-01-02T09:00:00.1234568Z', ''], ['tokenExpirationDateTime eq 2026-01-02T12:00:00.123456700000+03:00', 'p2 p3'],
    ['tokenExpirationDateTime eq 2026-01-01', 'p1'], ['tokenExpirationDateTime lt 2026-01-01T00:00Z', 'p4'], ['year(tokenExpirationDateTime) eq 2025', 'p4'],
    ['hour(tokenExpirationDateTime) eq 12', 'p2'], ['totaloffsetminutes(tokenExpirationDateTime) eq -480', 'p5'], ["tokenExpirationDateTime gt '2026-01-01'", '400'],
  ]);
  // A plus sign may stand as it is, though it is a blank.
  assert.equal(await five.names('$filter=tokenExpirationDateTime+eq+2026-01-02T12:00:00.1234567+03:00'), 'p2 p3');
  assert.equal(await five.names('$filter=tokenExpirationDateTime+eq+2026-01-02T12:00:00.1234567%2B03:00'), 'p2 p3');
});

test('row 81: text', async () => {
  await five.answers([
    ["displayName eq 'O''Neil'", 'p3'], ["displayName eq 'O'Neil'", '400'], ['length(displayName) eq 4', 'p2'], ["indexof(displayName,'lpha') eq 1", 'p1'],
    ["substring(displayName,1) eq 'eta'", 'p2'], ["substring(displayName,1,2) eq 'et'", 'p2'], ["concat(concat(accountId,':'),displayName) eq 'p1:Alpha'", 'p1'],
    ["endswith(displayName,'😀')", 'p4'], ["startsWith(displayName,'A')", 'p1 p4'], ["displayName eq 'a/b 100% + ü😀'", 'p4'], ["trim(concat(' ',displayName)) eq 'beta'", 'p2'],
    ["enrolledDeviceCount eq '3'", '400'], ["contains(enrolledDeviceCount,'3')", '400'], ['contains(displayName)', '400'],
  ]);
});

test('row 82: members of a complex property', async () => {
  await five.answers([
    ['qrCodeImage/type eq null', 'p2 p3 p5'], ['qrCodeImage/value ne null', 'p1 p4'], ["qrCodeImage/type eq 'image/png'", 'p1'], ['qrCodeImage/nothing eq null', '400'],
    ['displayName/type eq null', '400'], ["$it/displayName eq 'beta'", 'p2'], ["microsoft.graph.androidForWorkEnrollmentProfile/displayName eq 'beta'", 'p2'],
  ]);
});

describe('row 83: hostile queries', () => {
  const times = (count, piece) => piece.repeat(count);
  const terms = (count) => `enrolledDeviceCount eq 3${times(count, ' or enrolledDeviceCount eq 4')}`;
  // [name, $filter, status where URLs may be as long as they like].
  const cases = [
    ['10,000 brackets', times(10_000, '('), 400], ['10,000 brackets that close', `${times(10_000, '(')}true${times(10_000, ')')}`, 400],
    ['99 brackets', `${times(99, '(')}true${times(99, ')')}`, 200], ['200 levels of any', `${times(200, 'displayName/any(t:')}true${times(200, ')')}`, 400],
    ['a literal of 100 kB', `displayName eq '${times(100_000, 'x')}'`, 200], ['a literal of 100 kB that does not end', `displayName eq '${times(100_000, 'x')}`, 400],
    ['a literal of 50,000 quotes', `displayName eq '${times(50_000, "''")}'`, 200], ['a name of 100 kB', `${times(100_000, 'x')} eq 1`, 400],
    ['a number of 100,000 digits', `enrolledDeviceCount lt ${times(100_000, '9')}`, 200], ['5,000 times not', `${times(5_000, 'not ')}true`, 400],
    ['5,000 times minus', `${times(5_000, '-')}1 eq 1`, 400], ['300 terms', terms(300), 200], ['5,000 terms', terms(5_000), 400],
    ['5,000 sums', `1${times(5_000, ' add 1')} eq 1`, 400], ['a list of 1,001', `enrolledDeviceCount in (3${times(1_000, ',4')})`, 400],
    ['a list of 1,000', `enrolledDeviceCount in (3${times(999, ',4')})`, 200], ['1,000 functions in each other', `${times(1_000, 'tolower(')}displayName${times(1_000, ')')} eq 'x'`, 400],
    ['an octet 0', "displayName eq '\0'", 200],
  ];
  let wide;
  before(async () => (wide = await Five.start({ args: ['--max-request-line', '1MiB', '--max-head', '1MiB'] })));
  after(() => wide?.destroy());
  for (const [name, $filter, expected] of cases) {
    test(`row 83: ${name}`, async () => {
      const statuses = [expected].flat();
      const query = encoded({ $filter });
      const answer = await wide.ask(query);
      assert.ok(statuses.includes(answer.status), `${answer.status} ${answer.text.slice(0, 200)}`);
      if (answer.status === 400) {
        assertError(answer, 400, 'BadRequest', '$filter');
        assert.ok(answer.text.length < 2_000, 'what is wrong is not repeated at length');
      }
      // Request lines end at 16 KiB otherwise, in a batch as well.
      const short = query.length < 16_000;
      const usual = await five.ask(query);
      assert.ok(short ? statuses.includes(usual.status) : usual.status === 414, `${usual.status} ${usual.text.slice(0, 200)}`);
      const request = { id: '1', method: 'GET', url: `${PROFILES}?${query}` };
      const { json } = await five.muster.post('/beta/$batch', { requests: [request] });
      assert.ok(json.responses[0].status === 400 || (short && statuses.includes(json.responses[0].status)), JSON.stringify(json).slice(0, 300));
    });
  }
  test('row 83: hostile orders, searches and selections', async () => {
    const queries = [
      { $orderby: times(10_000, '(') }, { $orderby: times(17, 'displayName,').slice(0, -1) }, { $search: times(10_000, '(') }, { $search: `${times(5_000, 'NOT ')}a` },
      { $select: times(5_000, 'qrCodeImage($select=') }, { $filter: '@a', '@a': '@b', '@b': '@a' }, { $filter: '@a', '@a': '@a' }, { $top: times(10_000, '9') },
    ];
    for (const options of queries) assert.equal(await wide.names(options), '400', JSON.stringify(options).slice(0, 100));
    assert.equal(await five.names({ $search: times(2_000, 'a ') }), 'p1 p2 p4');
  });
  test('row 83: escapes that are no UTF-8', async () => {
    const escapes = ['%', '%2', '%zz', '%c0%af', '%c0%80', '%e0%80%af', '%f0%80%80%af', '%ed%a0%80', '%f4%90%80%80', '%ff', '%80'];
    await five.refuses(escapes.flatMap((escape) => [
      ['GET', `${PROFILES}?$filter=displayName%20eq%20'${escape}'`, {}, 400], ['GET', `${PROFILES}?$search=${escape}`, {}, 400], ['GET', `${PROFILES}?@a=${escape}`, {}, 400],
      ['GET', `${PROFILES}/${escape}`, {}, 400], ['GET', `${PROFILES}('${escape}')`, {}, 400],
    ]));
  });
});
