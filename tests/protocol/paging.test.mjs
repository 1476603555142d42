// Lists in pages: $top is a page size, a walk resumes from a key and survives deletions.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Muster, PROFILES, assertError, parallel } from './harness.mjs';

const TOTAL = 57;
let muster;
let ids;
before(async () => {
  muster = await Muster.start();
  ids = (await parallel(TOTAL, 8, (i) => muster.create({ displayName: `Profile ${i}` }))).map((p) => p.id);
});
after(() => muster?.destroy());

// Follows next links as clients do: the link as it is, on the host it names.
async function walk(path, onPage = () => {}) {
  const pages = [];
  for (let next = path; next;) {
    const answer = await muster.get(next);
    assert.equal(answer.status, 200, answer.text);
    pages.push(answer.json);
    await onPage(answer.json);
    const link = answer.json['@odata.nextLink'];
    if (link !== undefined) {
      assert.equal(typeof link, 'string');
      assert.ok(link.startsWith(`${muster.base}/beta/`), link);
      assert.ok(!/[{} "|^`\\]/.test(link), `safe as a URI template: ${link}`);
    }
    next = link?.slice(muster.base.length);
    assert.ok(pages.length < 200, 'the walk ends');
  }
  return pages;
}
const idsOf = (pages) => pages.flatMap((page) => page.value.map((p) => p.id));

describe('$top is a page size', () => {
  for (const size of [1, 10, 19, TOTAL - 1, TOTAL, TOTAL + 1]) {
    test(`pages of ${size} hold every profile once`, async () => {
      const pages = await walk(`${PROFILES}?$top=${size}`);
      assert.deepEqual(idsOf(pages).sort(), [...ids].sort());
      assert.equal(pages.length, Math.ceil(TOTAL / size));
      for (const page of pages.slice(0, -1)) assert.equal(page.value.length, size);
      assert.ok(!('@odata.nextLink' in pages.at(-1)), 'no member on the last page');
    });
  }

  test('the order is that of creation, and the same at every walk', async () => {
    const a = idsOf(await walk(`${PROFILES}?$top=7`));
    const b = idsOf(await walk(`${PROFILES}?$top=50`));
    assert.deepEqual(a, b);
  });

  test('without $top there is a page of the default size', async () => {
    const { json } = await muster.get(PROFILES);
    assert.equal(json.value.length, TOTAL);
  });

  test('$top beyond the largest page still reaches everything', async () => {
    assert.deepEqual(idsOf(await walk(`${PROFILES}?$top=999999`)).sort(), [...ids].sort());
  });

  test('Prefer: odata.maxpagesize is a page size as well', async () => {
    const answer = await muster.get(PROFILES, { headers: { Prefer: 'odata.maxpagesize=5' } });
    assert.equal(answer.json.value.length, 5);
    assert.ok(answer.json['@odata.nextLink']);
  });
});

describe('a walk goes on while rows change', () => {
  test('deleting what was read loses nothing and shows nothing twice', async () => {
    const extra = (await parallel(30, 8, () => muster.create({ displayName: 'to delete' }))).map((p) => p.id);
    const doomed = new Set(extra);
    const seen = [];
    await walk(`${PROFILES}?$top=10`, async (page) => {
      for (const { id } of page.value) {
        seen.push(id);
        if (doomed.has(id)) assert.equal((await muster.delete(`${PROFILES}/${id}`)).status, 204);
      }
    });
    assert.deepEqual(seen.sort(), [...ids, ...extra].sort());
    assert.equal(await muster.count(), TOTAL);
  });

  test('a link whose last row is gone still works', async () => {
    const { json } = await muster.get(`${PROFILES}?$top=${TOTAL - 1}`);
    const extra = await muster.create({ displayName: 'after' });
    const victim = await muster.create({ displayName: 'victim' });
    const page = (await muster.get(json['@odata.nextLink'].slice(muster.base.length))).json;
    assert.ok(page.value.some((p) => p.id === victim.id));
    const two = (await muster.get(`${PROFILES}?$top=${TOTAL + 1}`)).json;
    assert.equal(two.value.at(-1).id, extra.id);
    await muster.delete(`${PROFILES}/${extra.id}`);
    const rest = (await muster.get(two['@odata.nextLink'].slice(muster.base.length))).json;
    assert.deepEqual(rest.value.map((p) => p.id), [victim.id]);
    await muster.delete(`${PROFILES}/${victim.id}`);
  });
});

describe('other options', () => {
  test('$skip leaves rows out', async () => {
    const all = idsOf(await walk(`${PROFILES}?$top=50`));
    assert.deepEqual(idsOf(await walk(`${PROFILES}?$skip=50`)), all.slice(50));
    assert.deepEqual(idsOf(await walk(`${PROFILES}?$top=3&$skip=50`)), all.slice(50), '$skip counts once, not per page');
    assert.deepEqual(idsOf(await walk(`${PROFILES}?$skip=${TOTAL}`)), []);
  });

  test('$count=true counts all matches, as a number, on every page', async () => {
    const pages = await walk(`${PROFILES}?$count=true&$top=20`);
    for (const page of pages) assert.strictEqual(page['@odata.count'], TOTAL);
    const { json } = await muster.get(`${PROFILES}?$count=false`);
    assert.ok(!('@odata.count' in json));
  });

  test('/$count is text/plain and a number alone', async () => {
    for (const accept of [undefined, 'text/plain;q=0.9', '*/*']) {
      const answer = await muster.get(`${PROFILES}/$count`, { headers: accept ? { Accept: accept } : {} });
      assert.equal(answer.status, 200, answer.text);
      assert.match(answer.headers['content-type'], /^text\/plain/);
      assert.equal(answer.text, String(TOTAL));
    }
  });

  test('$select leaves the other properties out, on every page and in the context', async () => {
    const pages = await walk(`${PROFILES}?$select=id,displayName&$top=25`);
    for (const page of pages) {
      assert.ok(page['@odata.context'].endsWith('#deviceManagement/androidForWorkEnrollmentProfiles(id,displayName)'), page['@odata.context']);
      for (const profile of page.value) assert.deepEqual(Object.keys(profile), ['id', 'displayName']);
    }
    const one = (await muster.get(`${PROFILES}/${ids[0]}?$select=qrCodeImage`)).json;
    assert.deepEqual(Object.keys(one).filter((n) => !n.startsWith('@')), ['qrCodeImage']);
    assert.ok(one['@odata.context'].endsWith('(qrCodeImage)/$entity'), one['@odata.context']);
    const all = (await muster.get(`${PROFILES}/${ids[0]}?$select=*`)).json;
    assert.equal(Object.keys(all).filter((n) => !n.startsWith('@')).length, 11);
  });

  test('names of options: with or without $, encoded, in any case; + is a blank', async () => {
    for (const query of ['top=2&select=id', '%24top=2&%24select=id', '$TOP=2&$Select=ID', '$top=2&$select=id,+id', '$top=%202&$select=%20id']) {
      const answer = await muster.get(`${PROFILES}?${query}`);
      assert.equal(answer.status, 200, `${query}: ${answer.text}`);
      assert.equal(answer.json.value.length, 2, query);
      assert.deepEqual(Object.keys(answer.json.value[0]), ['id'], query);
    }
  });

  test('a next link survives a client that orders its query anew', async () => {
    const { json } = await muster.get(`${PROFILES}?$top=10&$select=id&$count=true`);
    const link = new URL(json['@odata.nextLink']);
    const turned = [...link.searchParams].reverse().map(([n, v]) => `${encodeURIComponent(n)}=${encodeURIComponent(v)}`).join('&');
    const page = await muster.get(`${link.pathname}?${turned}`);
    assert.equal(page.status, 200, page.text);
    assert.equal(page.json.value.length, 10);
    assert.deepEqual(Object.keys(page.json.value[0]), ['id']);
    assert.equal(page.json['@odata.count'], TOTAL);
  });

  test('a changed page token is refused', async () => {
    const { json } = await muster.get(`${PROFILES}?$top=10`);
    const link = new URL(json['@odata.nextLink']);
    const token = link.searchParams.get('$skiptoken');
    const other = token.slice(0, -1) + (token.endsWith('A') ? 'B' : 'A');
    assertError(await muster.get(`${PROFILES}?$top=10&$skiptoken=${other}`), 400, 'BadRequest', '$skiptoken');
  });
});
