// What the suites conformance_*.test.mjs share: the five profiles that the rows of the checklist of
// OData 4.01 ask, and how they ask. Keys and createdDateTime are the service's own, so accountId stands
// for the key and tokenExpirationDateTime for the date. What the profiles lack (a Boolean, an enumeration, a
// collection) their successors have, of which there are five like them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Muster, PROFILES, assertError } from './harness.mjs';

const image = (type, value) => ({ type, value });
const PROFILE_FIVE = [
  { accountId: 'p1', displayName: 'Alpha', enrolledDeviceCount: 3, tokenExpirationDateTime: '2026-01-01T00:00:00Z', qrCodeImage: image('image/png', 'dmFsdWU=') },
  { accountId: 'p2', displayName: 'beta', enrolledDeviceCount: 0, tokenExpirationDateTime: '2026-01-02T12:00:00.1234567+03:00' },
  { accountId: 'p3', displayName: "O'Neil", enrolledDeviceCount: 2147483647, tokenExpirationDateTime: '2026-01-02T09:00:00.1234567Z' },
  { accountId: 'p4', displayName: 'a/b 100% + ü😀', enrolledDeviceCount: 1, tokenExpirationDateTime: '2025-12-31T23:59:59.9999999Z', qrCodeImage: image('text/plain', '') },
  { accountId: 'p5', displayName: null, enrolledDeviceCount: 3, tokenExpirationDateTime: '2026-06-01T00:00:00-08:00' },
];
// A picture is drawn unless one is sent; these have none, or one without members.
const PATCHED_IMAGES = { p2: null, p3: image(null, null), p5: null };

const more = (i, kinds) => ({ ...PROFILE_FIVE[i], configureWifi: false, ...kinds });
const OWNER_FIVE = [
  more(0, { isTeamsDeviceProfile: true, wifiSecurityType: 'wpa', roleScopeTagIds: ['0', '7'] }),
  more(1, { isTeamsDeviceProfile: false, wifiSecurityType: 'none', roleScopeTagIds: [] }),
  more(2, { isTeamsDeviceProfile: false, wifiSecurityType: 'wep', roleScopeTagIds: ['7'] }),
  more(3, { isTeamsDeviceProfile: false, wifiSecurityType: 'wpa', roleScopeTagIds: ['x y'] }),
  more(4, { isTeamsDeviceProfile: true, wifiSecurityType: 'none', roleScopeTagIds: ['0'] }),
];
export const OWNERS = '/beta/deviceManagement/androidDeviceOwnerEnrollmentProfiles';

export const SET = PROFILES.slice('/beta/'.length);
export const encoded = (options) =>
  typeof options === 'string' ? options : Object.entries(options).map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
export const accept = (value) => ({ headers: { Accept: value } });
export const prefer = (value) => ({ headers: { Prefer: value } });
// The names of the members that are no control information.
export const members = (json) => Object.keys(json).filter((name) => !name.includes('@') && !name.startsWith('#'));

export class Five {
  // `path`: the set that is to hold the five.
  static async start(options, path = PROFILES) {
    const five = new Five();
    five.muster = await Muster.start(options);
    five.path = path;
    try {
      await five.fill(path === OWNERS ? OWNER_FIVE : PROFILE_FIVE);
      return five;
    } catch (error) {
      await five.destroy(); // else the file would wait for the service to end
      throw error;
    }
  }

  async fill(bodies) {
    this.id = {};
    this.name = {};
    for (const body of bodies) {
      const { id } = await this.create(body);
      this.id[body.accountId] = id;
      this.name[id] = body.accountId;
      if (!(body.accountId in PATCHED_IMAGES)) continue;
      const patched = await this.muster.patch(`${this.path}/${id}`, { qrCodeImage: PATCHED_IMAGES[body.accountId] });
      assert.equal(patched.status, 200, patched.text);
    }
  }

  destroy() {
    return this.muster.destroy();
  }

  url(name) {
    return `${this.path}/${this.id[name]}`;
  }

  async create(body) {
    const { status, json, text } = await this.muster.post(this.path, body);
    assert.equal(status, 201, text);
    return json;
  }

  context(fragment) {
    return `${this.muster.base}/beta/$metadata#${fragment}`;
  }

  // `options`: an object of query options, or the text of a query.
  ask(options, more) {
    return this.muster.get(`${this.path}?${encoded(options)}`, more);
  }

  // The profiles of an answer, in order: "p1 p5". A refusal gives its status.
  async names(options, more) {
    const answer = await this.ask(options, more);
    if (answer.status !== 200) return String(answer.status);
    return answer.json.value.map((profile) => this.name[profile.id]).join(' ');
  }

  // Asks each query of [[options, expected]]; a text is a $filter.
  async answers(cases) {
    for (const [asked, expected] of cases) {
      const options = typeof asked === 'string' ? { $filter: asked } : asked;
      assert.equal(await this.names(options), expected, JSON.stringify(options).slice(0, 300));
    }
  }

  // Every octet of the set: all members and entity tags of all profiles.
  async state() {
    const { status, text } = await this.muster.get(this.path, accept('application/json;odata.metadata=full'));
    assert.equal(status, 200, text);
    return text;
  }

  // Sends each request of [[method, path, options, status, ...names]]; asserts its error, which must say the
  // names, and that nothing was changed by all of them.
  async refuses(cases) {
    const before = await this.state();
    for (const [method, path, options, status, ...names] of cases) {
      const answer = await this.muster.request(method, path, options);
      const what = `${method} ${path} ${JSON.stringify(options)?.slice(0, 300)}`;
      assert.equal(answer.status, status, `${what}: ${answer.status} ${answer.text.slice(0, 500)}`);
      if (method !== 'HEAD') assertError(answer, status, undefined, ...names);
    }
    assert.equal(await this.state(), before, 'nothing changed');
  }

  // A profile for the time of `work(url, profile)`.
  async with(body, work) {
    const profile = await this.create(body);
    const url = `${this.path}/${profile.id}`;
    try {
      await work(url, profile);
    } finally {
      assert.equal((await this.muster.delete(url)).status, 204);
    }
  }

  // The pages of a walk along next links, as clients follow them.
  async walk(path, options) {
    const pages = [];
    for (let next = path; next; ) {
      assert.ok(pages.length < 20, 'the walk ends');
      const answer = await this.muster.get(next, options);
      assert.equal(answer.status, 200, answer.text);
      pages.push(answer);
      next = answer.json['@odata.nextLink']?.slice(this.muster.base.length);
    }
    return pages;
  }

  // Sends the cases of a file of ../data/odata-abnf that a request on the set can hold; returns how many. Their
  // model is another one, so what their grammar takes may still be 400 here, for a name or a type; the
  // parser itself is judged in src/odata/syntax. `refusals`: whether what the grammar refuses is so as well
  // when it was percent-encoded, and cut at every `&`.
  async judgeGrammar(file, refusals) {
    const cases = JSON.parse(readFileSync(new URL(`../data/odata-abnf/${file}`, import.meta.url)));
    const asked = cases.filter(({ rule, input }) => rule in PREFIXES && input);
    for (const { rule, input, fail_at } of asked) {
      const url = PREFIXES[rule] + encodeURI(input).replaceAll('%25', '%').replaceAll('#', '%23');
      const { status, text } = await this.muster.get(url);
      assert.ok([200, 204, 400, 404, 405, 406, 501].includes(status), `${input}: ${status} ${text}`);
      if (fail_at !== null && refusals) assert.ok(status >= 400, `${input} is refused`);
      // What is defined and not built is never ignored.
      if (/Profiles\?\$(apply|compute|expand|deltatoken|schemaversion)=/.test(url)) assert.ok(status === 501 || (fail_at !== null && status === 400), `${input}: ${status}`);
    }
    return asked.length;
  }
}

// Where the text that a rule of the grammar describes goes in a request.
const PREFIXES = Object.fromEntries([
  ...['filter', 'orderby', 'search', 'expand', 'compute', 'select', 'skiptoken', 'deltatoken', 'systemQueryOption', 'customQueryOption', 'queryOptions']
    .map((rule) => [rule, `${PROFILES}?`]),
  ...['boolCommonExpr', 'anyExpr', 'notExpr', 'isofExpr'].map((rule) => [rule, `${PROFILES}?$filter=`]),
  ['commonExpr', `${PROFILES}?$orderby=`], ['searchExpr', `${PROFILES}?$search=`],
  ...['odataRelativeUri', 'resourcePath'].map((rule) => [rule, '/beta/']),
]);
