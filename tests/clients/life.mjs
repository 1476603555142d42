// The whole life of a profile with @microsoft/microsoft-graph-client, for the tests that look at something else
// meanwhile.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { PROFILES, PageIterator } from './clients.mjs';

export async function wholeLife(api) {
  const label = `O'Brien & Söhne ${randomUUID()}`;
  const made = [];
  for (let i = 0; i < 7; ++i) made.push((await api.api(PROFILES).post({ displayName: `${label} ${i}` })).id);
  // The library escapes nothing in a query but what no URL may hold.
  const quoted = encodeURIComponent(`'${label.replaceAll("'", "''")}'`);
  const first = await api.api(PROFILES).filter(`startswith(displayName,${quoted})`).orderby('displayName desc')
    .select('id').top(2).count().get();
  assert.equal(first['@odata.count'], made.length);
  const seen = [];
  await new PageIterator(api, first, ({ id }) => seen.push(id)).iterate();
  assert.deepEqual(seen, made.toReversed());

  const one = `${PROFILES}/${made[0]}`;
  const { tokenValue } = await api.api(one).get();
  const patched = await api.api(one).patch({ description: 'changed' });
  assert.equal(patched.description, 'changed');
  assert.equal(patched.displayName, `${label} 0`);
  await api.api(`${one}/createToken`).post({ tokenValidityInSeconds: 600 });
  const renewed = await api.api(one).get();
  assert.ok(renewed.tokenValue.length >= 20);
  assert.notEqual(renewed.tokenValue, tokenValue);
  await api.api(`${one}/revokeToken`).post({});
  assert.equal((await api.api(one).get()).tokenValue, null);

  for (const id of made) assert.equal(await api.api(`${PROFILES}/${id}`).delete(), undefined);
  await assert.rejects(api.api(one).get(), { statusCode: 404, code: 'ResourceNotFound' });
}
