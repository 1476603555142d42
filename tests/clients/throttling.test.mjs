// Clients that wait as they are told by 429: no request is lost, and none is made twice.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { PROFILES, client, holding } from './clients.mjs';
import { kiota } from './kiota.mjs';
import { startOwn } from './own.mjs';

let muster;
let options;
before(async () => {
  muster = await startOwn({
    settings: 'throttling = "own"\nthrottle_window = "1s"\nthrottle_application_writes = 2\n' +
      'throttle_application_requests = 0\nthrottle_tenant_requests = 0\nthrottle_tenant_writes = 0\n',
  });
  options = { url: muster.base, source: holding(await muster.token(muster.tenant)) };
});
after(() => muster?.destroy());

// What the libraries are answered, which they do not tell.
const statuses = [];
const plain = globalThis.fetch;
globalThis.fetch = async (...request) => {
  const answer = await plain(...request);
  statuses.push(answer.status);
  return answer;
};

for (const [name, create] of [
  ['microsoft-graph-client', (body) => client('beta', options).api(PROFILES).post(body)],
  ['Kiota', (body) => kiota(options).profiles.post(body)],
]) {
  test(`${name} waits and makes every profile once`, async () => {
    const displayName = randomUUID();
    statuses.length = 0;
    let made = 0;
    // A slow machine may see a window end in between; more tries find the next one's end.
    while (!statuses.includes(429)) {
      assert.ok((await create({ displayName })).id);
      made += 1;
      assert.ok(made < 100, 'no request was refused');
    }
    assert.equal(statuses.filter((status) => status === 201).length, made);
    const list = await client('beta', options).api(PROFILES).filter(`displayName eq '${displayName}'`).count().get();
    assert.equal(list['@odata.count'], made);
  });
}
