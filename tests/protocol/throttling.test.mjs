// Graph's throttling: 429, Retry-After, and that the wait it names is enough.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertError, Muster, parallel, PROFILES } from './harness.mjs';

describe('an allowance of one\'s own', () => {
  let muster;
  before(async () => {
    muster = await Muster.start({
      settings: 'throttling = "own"\nthrottle_window = "2s"\nthrottle_application_requests = 6\n' +
        'throttle_application_writes = 2\nthrottle_tenant_requests = 0\nthrottle_tenant_writes = 0\n',
    });
  });
  after(() => muster.destroy());

  test('the request after the last one that is allowed is 429, and the wait that it names is enough', async () => {
    // A slow machine may see a window end in between; more tries find the next one's end.
    const statuses = [];
    let refused;
    for (let i = 0; i < 9 && !refused; i++) {
      const answer = await muster.post(PROFILES, { displayName: `n${i}` });
      statuses.push(answer.status);
      if (answer.status === 429) refused = answer;
    }
    assert.ok(refused, `${statuses}`);
    assert.ok(statuses.length >= 3, `${statuses}`);
    assertError(refused, 429, 'TooManyRequests');
    assert.match(refused.headers['retry-after'], /^[12]$/);
    assert.equal(await muster.count(), statuses.length - 1, 'what was refused changed nothing');
    await sleep(Number(refused.headers['retry-after']) * 1000);
    assert.equal((await muster.post(PROFILES, {})).status, 201);
  });

  test('other callers, health and the token service are not held back', async () => {
    for (let i = 0; i < 20; i++) {
      if ((await muster.get(PROFILES)).status === 429) break;
      assert.ok(i < 19, 'no request was refused');
    }
    assert.equal((await muster.get('/healthz', { token: null })).status, 200);
    const other = '7d444840-9dc0-11d1-b245-5ffdce74fad2';
    await muster.createTenant(other, 'Fabrikam');
    const token = await muster.token(other);
    assert.equal((await muster.get(PROFILES, { token })).status, 200);
  });
});

test('throttling = "graph" allows 100 changes in 20 seconds, the default any number', async () => {
  for (const [settings, last] of [['throttling = "graph"\n', 429], ['', 201]]) {
    const muster = await Muster.start({ settings });
    try {
      // All at once: they are within one window on any machine.
      const answers = await parallel(100, 10, (i) => muster.post(PROFILES, { displayName: `${i}` }));
      assert.ok(answers.every((answer) => answer.status === 201));
      assert.equal((await muster.post(PROFILES, {})).status, last);
    } finally {
      await muster.destroy();
    }
  }
});
