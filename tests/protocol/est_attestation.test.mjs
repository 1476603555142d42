// Key attestation over the wire: chains of a factory of ours, whose root the service trusts.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { Muster } from './harness.mjs';
import { Device, FACTS_OID, assertEmpty, assertText, file } from './device.mjs';
import { attribute, newKey, pemOf, requestBy, utf8 } from './der.mjs';
import { Factory, attestation, challengeOf, notAttestation } from './attestation.mjs';
import { DEVICES, ENROLLMENTS, idOf, offer, refusals, tally } from './enrolment.mjs';

const CLAIMED = { serialNumber: 'CLAIMED', manufacturer: 'Acme', model: 'Claimed' };

let muster;
let offered; // by what is demanded
const factory = new Factory();
before(async () => {
  const list = JSON.stringify({ entries: { '2b': { status: 'REVOKED', reason: 'KEY_COMPROMISE' } } });
  muster = await Muster.start({
    args: ['--attestation-roots', file(factory.pem), '--attestation-revocations', file(list),
      '--attestation-packages', 'com.example.dpc'],
  });
  offered = {};
  for (const keyAttestation of ['off', 'prefer', 'require']) offered[keyAttestation] = await offer(muster, { keyAttestation });
});
after(() => muster?.destroy());

// A device's try: its answer, and what is listed of it. `chain`: made for the device's key and the profile's token.
async function attempt(demand, chain, { facts = CLAIMED, key = newKey() } = {}) {
  const to = typeof demand === 'string' ? offered[demand] : demand;
  const device = new Device(muster, { url: to.url, key: pemOf(key) });
  const attributes = [attribute(FACTS_OID, utf8(JSON.stringify(facts)))];
  const shown = chain?.(key, to.token);
  if (shown) attributes.push(Array.isArray(shown) ? attestation(shown) : shown);
  const answer = await device.enroll(to.token, { request: requestBy(key, { attributes }) });
  if (answer.status !== 200) return { answer };
  const id = idOf(device.certificate);
  const listed = (await muster.get(`${DEVICES}/${id}`)).json;
  const { json } = await muster.get(encodeURI(`${ENROLLMENTS}?$filter=deviceId eq '${id}'&$orderby=requestedDateTime desc`));
  return { answer, device, id, listed, enrollment: json.value[0] };
}
const good = (given) => (key, token) => factory.chain(key, { challenge: challengeOf(token), ...given });

describe('what is attested', () => {
  test('a key of the secure environment: the device has the serial number that is attested', async () => {
    for (const level of ['trustedEnvironment', 'strongBox']) {
      const { answer, listed, enrollment } = await attempt('require', good({ level, serial: `SN-${level}` }));
      assert.equal(answer.status, 200, answer.text);
      assert.equal(listed.serialNumber, `SN-${level}`);
      assert.equal(listed.model, 'Model 9');
      assert.equal(enrollment.keyAttestation, level);
      assert.equal(enrollment.serialNumber, `SN-${level}`);
    }
  });

  test('after a reset it is the same device; who claims its serial number is another', async () => {
    const { id } = await attempt('prefer', good({ serial: 'SN-reset' }));
    const earlier = await tally(muster, offered.prefer.profile);
    const again = await attempt('prefer', good({ serial: 'SN-reset' }));
    assert.equal(again.id, id);
    assert.deepEqual(await tally(muster, offered.prefer.profile), { ...earlier, enrollments: earlier.enrollments + 1 });
    const liar = await attempt('prefer', null, { facts: { ...CLAIMED, serialNumber: 'SN-reset', model: 'Model 9' } });
    assert.notEqual(liar.id, id);
    assert.equal(liar.enrollment.keyAttestation, 'notAttested');
  });

  test('`prefer` takes who has none, `off` does not look', async () => {
    const without = await attempt('prefer', null, { facts: { ...CLAIMED, serialNumber: 'without' } });
    assert.equal(without.listed.serialNumber, 'without');
    assert.equal(without.enrollment.keyAttestation, 'notAttested');
    const unlooked = await attempt('off', good({ challenge: Buffer.alloc(32), level: 'software' }),
      { facts: { ...CLAIMED, serialNumber: 'unlooked' } });
    assert.equal(unlooked.listed.serialNumber, 'unlooked');
    assert.equal(unlooked.enrollment.keyAttestation, 'notAttested');
  });

  test('renewal keeps what was attested', async () => {
    const { device, id } = await attempt('require', good({ serial: 'SN-renews' }));
    assert.equal((await device.renew()).status, 200);
    assert.equal((await muster.get(`${DEVICES}/${id}`)).json.serialNumber, 'SN-renews');
  });

  test('an administrator sees it before approving', async () => {
    const waiting = await offer(muster, { keyAttestation: 'require', approval: 'required' });
    const key = newKey();
    const chain = good({ serial: 'SN-waits' });
    const { answer } = await attempt(waiting, chain, { key });
    assertEmpty(answer, 202);
    const [one, ...more] = (await muster.get(encodeURI(`${ENROLLMENTS}?$filter=state eq 'pending'`))).json.value;
    assert.equal(more.length, 0);
    assert.deepEqual([one.keyAttestation, one.serialNumber, one.model], ['trustedEnvironment', 'SN-waits', 'Model 9']);
    assert.ok((await muster.post(`${ENROLLMENTS}/${one.id}/approve`, {})).status < 300);
    const { listed } = await attempt(waiting, chain, { key });
    assert.equal(listed.serialNumber, 'SN-waits');
  });
});

describe('what is refused', () => {
  const faults = {
    missing: [null, /has none/],
    'of another token': [(key) => factory.chain(key, { challenge: challengeOf(offered.off.token) }), /challenge/],
    'of the token itself': [(key, token) => factory.chain(key, { challenge: token }), /challenge/],
    'of no challenge': [good({ challenge: '' }), /challenge/],
    'made in software': [good({ level: 'software' }), /software/],
    'of a key in software': [good({ keyLevel: 'software' }), /software/],
    'of another key': [(key, token) => good()(newKey(), token), /another key/],
    'of an imported key': [good({ origin: 2 }), /not generated/],
    'of an unlocked device': [good({ locked: false }), /unlocked/],
    'of a boot that is not verified': [good({ boot: 2 }), /boot was not verified/],
    'of another app': [good({ app: 'com.example.other' }), /another app/],
    'of another root': [(key, token) => new Factory().chain(key, { challenge: challengeOf(token) }), /root/],
    'without its root': [(key, token) => good()(key, token).slice(0, 2), /root|leads/],
    'without its middle': [(key, token) => good()(key, token).filter((_, i) => i !== 1), /./],
    'upside down': [(key, token) => good()(key, token).reverse(), /./],
    'with another signature': [good({ signer: newKey() }), /sign/],
    'with the root alone': [() => [factory.root], /./],
  };
  for (const [what, [chain, reason]] of Object.entries(faults)) {
    test(`a chain that is ${what}`, async () => {
      const earlier = await tally(muster, offered.require.profile);
      for (const demand of ['require', ...(chain ? ['prefer'] : [])]) {
        const seen = (await refusals(muster, 0)).length;
        const { answer } = await attempt(demand, chain);
        assertText(answer, 403);
        assert.match(answer.text, reason);
        const reasons = await refusals(muster, seen + 1);
        assert.equal(reasons.at(-1), `key attestation: ${answer.text}`);
      }
      assert.deepEqual(await tally(muster, offered.require.profile), earlier, 'nothing is counted');
    });
  }

  test('a list that is none', async () => {
    for (const demand of ['off', 'prefer', 'require']) assertText((await attempt(demand, notAttestation)).answer, 400);
    const eleven = (key, token) => [...Array.from({ length: 9 }, () => factory.batch), ...good()(key, token)];
    assertText((await attempt('require', eleven)).answer, 403);
  });

  test('a chain that is revoked, from the reload on', async () => {
    const device = await attempt('require', good({ serial: 'SN-later-revoked' }));
    assert.equal(device.answer.status, 200);
    const path = muster.args[muster.args.indexOf('--attestation-revocations') + 1];
    writeFileSync(path, JSON.stringify({ entries: { '2a': { status: 'REVOKED', reason: 'KEY_COMPROMISE' } } }));
    muster.signal('SIGHUP');
    const deadline = Date.now() + 30_000;
    let answer;
    do ({ answer } = await attempt('require', good())); while (answer.status === 200 && Date.now() < deadline);
    assertText(answer, 403);
    assert.match(answer.text, /revoked/);
    assert.equal((await device.device.renew()).status, 200, 'who has enrolled stays');
    writeFileSync(path, JSON.stringify({ entries: {} }));
    muster.signal('SIGHUP');
    do ({ answer } = await attempt('require', good())); while (answer.status !== 200 && Date.now() < deadline);
    assert.equal(answer.status, 200, answer.text);
  });

  test('a refused device uses up no token', async () => {
    const once = await offer(muster, { keyAttestation: 'require', tokenUsageLimit: 1 });
    assertText((await attempt(once, good({ locked: false }))).answer, 403);
    assertText((await attempt(once, null)).answer, 403);
    assert.equal((await attempt(once, good({ serial: 'SN-once' }))).answer.status, 200);
    assertEmpty((await attempt(once, good({ serial: 'SN-twice' }))).answer, 401);
  });
});
