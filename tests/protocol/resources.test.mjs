// Resources of the OData surface beyond the checklist's rows (conformance_*.test.mjs): the singleton, the
// names of OData 4.01, entity tags over a restart.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Muster, PROFILES, PROFILE_TYPE, contractBody } from './harness.mjs';

let muster;
let url;
before(async () => {
  muster = await Muster.start();
  url = `${PROFILES}/${(await muster.create(contractBody())).id}`;
});
after(() => muster?.destroy());

test('the singleton is a small entity', async () => {
  const { json } = await muster.get('/beta/deviceManagement');
  assert.deepEqual(json, { '@odata.context': `${muster.base}/beta/$metadata#deviceManagement`, id: muster.tenant });
});

test('4.01 has no odata. in its control information', async () => {
  const headers = { 'OData-MaxVersion': '4.01', Accept: 'application/json;metadata=full' };
  const { text } = await muster.get(`${PROFILES}?$count=true`, { headers });
  assert.ok(!text.includes('odata.'), text);
  const made = await muster.post(PROFILES, { displayName: 'x' }, { headers: { 'OData-MaxVersion': '4.01' } });
  assert.equal(made.json['@type'], PROFILE_TYPE);
  assert.equal((await muster.delete(`${PROFILES}/${made.json.id}`)).status, 204);
});

test('tags outlive a restart', async () => {
  const { etag } = (await muster.get(url)).headers;
  await muster.stop();
  await muster.launch();
  assert.equal((await muster.get(url)).headers.etag, etag);
});
