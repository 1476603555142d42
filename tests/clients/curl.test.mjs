// curl: the commands that the service prints and that the README shows, pasted as they are; then the whole
// life of a profile.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { BIN } from '../protocol/harness.mjs';
import { CLIENT_ID, CLIENT_SECRET, PROFILES, TENANT, URL_ } from './clients.mjs';
import { startOwn } from './own.mjs';

const run = promisify(execFile);
// curl reads no settings of the user's.
const clean = { ...process.env, CURL_HOME: '/nonexistent' };
const shell = async (script, env = {}) =>
  (await run('bash', ['-euo', 'pipefail', '-c', script], { env: { ...clean, ...env } })).stdout;

describe('commands to copy', () => {
  let muster;
  before(async () => (muster = await startOwn({ args: ['--print-first-call'] })));
  after(() => muster?.destroy());

  test('what the service prints gets a token and makes a profile', async () => {
    const isWhole = () => muster.output.includes('Ctrl-C');
    while (!isWhole()) await new Promise((resolve) => muster.process.stdout.once('data', resolve));
    const [, commands] = muster.output.split('Get a token:');
    // Commands are indented, what is said about them is not.
    const script = commands.split('\n').filter((line) => line.startsWith('  ')).join('\n');
    const profile = JSON.parse(await shell(script));
    assert.equal(profile.displayName, 'Shop floor');
    assert.ok(profile.tokenValue.length >= 20);
  });

  test('what the README shows gets the answer that it shows', async () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    const script = /```sh\n(TOKEN=.*?)```/s.exec(readme)[1]
      .replaceAll('build/release/muster', BIN)
      .replaceAll('--data var', `--data ${muster.data}`)
      .replaceAll('var/tls', join(muster.data, 'tls'))
      .replaceAll('https://127.0.0.1:8443', muster.base);
    const shown = JSON.parse(/```json\n(.*?)```/s.exec(readme)[1]);
    const got = JSON.parse(await shell(script));
    assert.deepEqual(Object.keys(got), Object.keys(shown));
    const { createdDateTime, lastModifiedDateTime, id, '@odata.context': context, ...rest } = shown;
    for (const [name, value] of Object.entries(rest)) assert.deepEqual(got[name], value, name);
  });
});

describe('the whole life of a profile', () => {
  const env = {
    CA: process.env.NODE_EXTRA_CA_CERTS,
    SET: `${URL_}/beta${PROFILES}`,
    TOKENS: `${URL_}/${TENANT}/oauth2/v2.0/token`,
    CLIENT_ID,
    CLIENT_SECRET,
  };
  const curl = async (...args) => {
    const always = ['-sS', '--cacert', env.CA, '-w', '\n%{http_code}', '-H', `Authorization: Bearer ${env.TOKEN}`];
    const { stdout } = await run('curl', [...always, ...args], { env: clean });
    const end = stdout.lastIndexOf('\n');
    const text = stdout.slice(0, end);
    return { status: Number(stdout.slice(end + 1)), text, json: text.startsWith('{') ? JSON.parse(text) : undefined };
  };
  const JSON_TYPE = ['-H', 'Content-Type: application/json'];

  before(async () => {
    const answer = await shell(`curl -fsS --cacert "$CA" "$TOKENS" -d grant_type=client_credentials \
      -d client_id="$CLIENT_ID" --data-urlencode client_secret="$CLIENT_SECRET" \
      --data-urlencode scope=https://graph.microsoft.com/.default`, env);
    env.TOKEN = JSON.parse(answer).access_token;
  });

  test('create, list, read, change, actions, delete', async () => {
    const created = await curl(env.SET, ...JSON_TYPE, '-d', '{"displayName":"O\'Brien & Söhne, with curl"}');
    assert.equal(created.status, 201, created.text);
    const one = `${env.SET}/${created.json.id}`;

    // Blanks go out as + here.
    const listed = await curl('-G', env.SET, '--data-urlencode', "$filter=displayName eq 'O''Brien & Söhne, with curl'",
      '--data-urlencode', '$orderby=displayName desc', '-d', '$count=true', '-d', '$select=id');
    assert.equal(listed.status, 200, listed.text);
    assert.equal(listed.json['@odata.count'], 1);
    assert.deepEqual(listed.json.value.map(({ id }) => id), [created.json.id]);

    const patched = await curl('-X', 'PATCH', one, ...JSON_TYPE, '-d', '{"description":"changed"}');
    assert.equal(patched.status, 200, patched.text);
    const validity = ['-d', '{"tokenValidityInSeconds":600}'];
    assert.equal((await curl(`${one}/createToken`, ...JSON_TYPE, ...validity)).status, 204);
    const renewed = await curl('--compressed', one);
    assert.equal(renewed.json.description, 'changed');
    assert.notEqual(renewed.json.tokenValue, created.json.tokenValue);
    assert.equal((await curl('-X', 'POST', `${one}/revokeToken`)).status, 204);
    assert.equal((await curl(one)).json.tokenValue, null);
    assert.equal((await curl('-I', one)).status, 200);
    assert.equal((await curl('-X', 'DELETE', one)).status, 204);
    const gone = await curl(one);
    assert.equal(gone.status, 404);
    assert.equal(gone.json.error.code, 'ResourceNotFound');
  });

  test('pages by their links, as a loop in a script', async () => {
    const made = [];
    for (let i = 0; i < 5; ++i) {
      made.push((await curl(env.SET, ...JSON_TYPE, '-d', '{"displayName":"pages with curl"}')).json.id);
    }
    const seen = [];
    let next = `${env.SET}?$filter=displayName%20eq%20'pages%20with%20curl'&$select=id&$top=2`;
    while (next) {
      const { json } = await curl(next);
      seen.push(...json.value.map(({ id }) => id));
      next = json['@odata.nextLink'];
    }
    assert.deepEqual(seen.toSorted(), made.toSorted());
    for (const id of made) await curl('-X', 'DELETE', `${env.SET}/${id}`);
  });

  test('a body for which curl expects 100 Continue gets its answer', async () => {
    // It would wait for longer than it may take.
    const waiting = ['-m', '30', '--expect100-timeout', '60', '-H', 'Expect: 100-continue'];
    const created = await curl(env.SET, ...waiting, ...JSON_TYPE, '-d', '{"displayName":"expecting"}');
    assert.equal(created.status, 201, created.text);
    const large = JSON.stringify({ displayName: 'x'.repeat(100_000) });
    assert.equal((await curl(env.SET, ...waiting, ...JSON_TYPE, '-d', large)).status, 400);
    assert.equal((await curl('-X', 'DELETE', `${env.SET}/${created.json.id}`)).status, 204);
  });
});
