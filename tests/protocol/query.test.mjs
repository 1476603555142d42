// Queries as clients write and follow them: names of options, what compares exactly, pages in any order.
// What they answer is asked row by row in conformance_lists.test.mjs and conformance_filter.test.mjs.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { PROFILES, assertError } from './harness.mjs';
import { Five, encoded } from './conformance.mjs';

let five;
before(async () => (five = await Five.start()));
after(() => five?.destroy());

test('secrets compare exactly', async () => {
  const { tokenValue } = (await five.muster.get(five.url('p1'))).json;
  assert.equal(await five.names({ $filter: `tokenValue eq '${tokenValue}'` }), 'p1');
  assert.equal(await five.names({ $filter: `tokenValue eq '${tokenValue.toLowerCase()}'` }), '');
});

test('names of options in any case, with or without $', async () => {
  assert.equal(await five.names({ FILTER: "DISPLAYNAME EQ 'alpha'" }), 'p1');
  assert.equal(await five.names({ FILTER: "displayName EQ 'alpha'", ORDERBY: 'displayName ASC' }), 'p1');
  assert.equal(await five.names({ '%24filter': "displayName eq 'alpha'" }), 'p1');
});

describe('pages', () => {
  async function walk(options) {
    const seen = [];
    let next = `${PROFILES}?${encoded(options)}`;
    for (let pages = 0; next; ++pages) {
      assert.ok(pages < 10, 'the walk ends');
      const answer = await five.muster.get(next);
      assert.equal(answer.status, 200, answer.text);
      seen.push(...answer.json.value.map((profile) => five.name[profile.id]));
      const link = answer.json['@odata.nextLink'];
      if (link) {
        const { searchParams } = new URL(link);
        for (const [name, value] of Object.entries(options)) assert.equal(searchParams.get(name), value);
        assert.ok(!/[{} "|^`\\]/.test(link), link);
      }
      next = link?.slice(five.muster.base.length);
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
    const first = await five.ask({ $orderby: 'displayName', $top: '1' });
    const $skiptoken = new URL(first.json['@odata.nextLink']).searchParams.get('$skiptoken');
    assert.equal(await five.names({ $orderby: 'displayName', $top: '3', $skiptoken }), 'p4 p1 p2');
    for (const other of [{}, { $orderby: 'displayName desc' }, { $orderby: 'displayName', $filter: 'true' }, { $orderby: 'displayName', $search: 'a' }]) {
      assertError(await five.ask({ ...other, $skiptoken }), 400, 'BadRequest', '$skiptoken');
    }
  });
  test('rows that go and come between pages upset nothing', async () => {
    const made = await five.muster.create({ displayName: 'Alpha' });
    five.name[made.id] = 'p6';
    const first = await five.ask({ $orderby: 'displayName', $top: '3' });
    assert.deepEqual(first.json.value.map((profile) => five.name[profile.id]), ['p5', 'p4', 'p1']);
    assert.equal((await five.muster.delete(`${PROFILES}/${made.id}`)).status, 204);
    const next = await five.muster.get(first.json['@odata.nextLink'].slice(five.muster.base.length));
    assert.deepEqual(next.json.value.map((profile) => five.name[profile.id]), ['p2', 'p3']);
  });
});
