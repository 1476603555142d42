// What a tenant has counted of its devices, and devices that are quick to make, for tests of many.
import assert from 'node:assert/strict';
import https from 'node:https';
import { PROFILES } from './harness.mjs';
import { scanned } from './device.mjs';
import { newKey, requestBy } from './der.mjs';

const ROOT = '/beta/deviceManagement';
export const DEVICES = `${ROOT}/managedDevices`;
export const POLICIES = `${ROOT}/enrollmentPolicies`;
export const ENROLLMENTS = `${ROOT}/deviceEnrollments`;
const AUDIT = `${ROOT}/auditEvents`;

export const idOf = (certificate) => /CN=([0-9a-f-]{36})/.exec(certificate.subject)[1];

// A profile, what it demands, and what its devices scan.
export async function offer(muster, policy, options) {
  const profile = await muster.create({ displayName: 'Shop floor' }, options);
  if (policy) {
    const answer = await muster.post(POLICIES, { profileId: profile.id, ...policy }, options);
    assert.equal(answer.status, 201, answer.text);
  }
  return { profile, ...scanned(profile) };
}

// How many devices the profile and the tenant have, and how many certificates were given or asked for.
export async function tally(muster, profile, options) {
  const count = async (set) => Number((await muster.get(`${set}/$count`, options)).text);
  const { enrolledDeviceCount } = (await muster.get(`${PROFILES}/${profile.id}`, options)).json;
  return { counted: enrolledDeviceCount, devices: await count(DEVICES), enrollments: await count(ENROLLMENTS) };
}

// Every entity of a set, over all pages.
export async function all(muster, set, query = '', options) {
  const found = [];
  for (let next = `${set}?$top=1000${query}`; next;) {
    const { json } = await muster.get(encodeURI(decodeURI(next)), options);
    found.push(...json.value);
    next = json['@odata.nextLink']?.slice(muster.base.length);
  }
  return found;
}

// Reasons of refusals in the audit log, the oldest first, when there are `many`: they are written after the answer.
export async function refusals(muster, many, options) {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const events = await all(muster, AUDIT, "&$filter=activityResult eq 'Failure'&$orderby=activityDateTime,id", options);
    if (events.length >= many || Date.now() > deadline) return events.map((event) => event.activity);
  }
}

// Addresses of this machine that no request came from yet: refusals slow down a source.
let sources = 0;
export function newSource() {
  const n = (sources += 1);
  return `127.${1 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}`;
}

// A device whose keys and requests are made within the process.
export class QuickDevice {
  constructor({ url, token }) {
    this.path = url.pathname;
    this.token = token;
    this.key = newKey();
    this.body = requestBy(this.key).toString('base64');
  }

  // {status, text} of one enrolment over a connection of its own, from a source of its own. With `hangUp` the
  // device is gone when the request is sent, and there is no answer.
  enroll(muster, { hangUp = false } = {}) {
    const options = { headers: { Authorization: `Bearer ${this.token}` }, localAddress: newSource(), hangUp };
    return this.#post(muster, 'simpleenroll', this.body, options);
  }

  // The same of a renewal with `identity`, { key, cert } in PEM. `body`: base64.
  renew(muster, body, identity) {
    return this.#post(muster, 'simplereenroll', body, identity);
  }

  #post(muster, operation, body, { headers = {}, hangUp = false, ...more }) {
    const options = {
      host: '127.0.0.1', port: muster.port, ca: muster.ca, method: 'POST', path: `${this.path}/${operation}`, agent: false, ...more,
      headers: { 'Content-Type': 'application/pkcs10', 'Content-Length': body.length, ...headers },
    };
    return new Promise((resolve, reject) => {
      const request = https.request(options, (response) => {
        let text = '';
        response.setEncoding('latin1').on('data', (piece) => (text += piece)).on('error', reject);
        response.on('end', () => {
          // A connection that is cut ends the body early.
          if (response.complete) resolve({ status: response.statusCode, text });
          else reject(new Error('cut'));
        });
      });
      if (hangUp) request.on('finish', () => request.destroy(new Error('hung up')));
      request.on('error', reject).end(body);
    });
  }
}
