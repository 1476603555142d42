// A client that odata2ts generates from the live $metadata: compiled with a program that uses it, and run.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SCOPE, URL_, credential } from './clients.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const bin = (name) => join(here, 'node_modules', '.bin', name);

let folder;
let program;
let management;
before(async () => {
  // Below the folder of the packages, where the compiler finds the ones that generated code imports.
  folder = mkdtempSync(join(here, 'node_modules', '.generated-'));
  const put = (name, text) => writeFileSync(join(folder, name), text);
  put('metadata.xml', await (await fetch(`${URL_}/beta/$metadata`)).text());
  put('package.json', '{"type":"commonjs"}');
  put('tsconfig.json', JSON.stringify({
    compilerOptions: { strict: true, skipLibCheck: true, target: 'ES2022', module: 'CommonJS', outDir: 'made' },
    include: ['client'],
  }));
  // The generator does not read Core.Computed.
  const managed = ['createdDateTime', 'lastModifiedDateTime', 'tokenCreationDateTime'].map((name) => ({ name, managed: true }));
  put('odata2ts.config.cjs', `module.exports = ${JSON.stringify({ propertiesByName: managed })};`);
  const run = (name, ...args) => {
    try {
      execFileSync(bin(name), args, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
    } catch (error) {
      error.message += `\n${error.stdout}`; // the compiler complains there
      throw error;
    }
  };
  run('odata2ts', '-s', 'metadata.xml', '-o', 'client', '-name', 'graph', '-m', 'all', '-e', 'ts');
  copyFileSync(join(here, 'odata2ts-program.ts'), join(folder, 'client', 'program.ts'));
  run('tsc', '-p', folder);
  program = createRequire(import.meta.url)(join(folder, 'made', 'program.js'));
  management = program.connect(`${URL_}/beta`, (await credential().getToken(SCOPE)).token);
});
after(() => rmSync(folder, { recursive: true, force: true }));

test('the whole life of a profile', async () => {
  const name = `generated ${randomUUID()}`;
  const seen = await program.life(management, name);
  assert.equal(seen.read.displayName, name);
  assert.equal(seen.read.tokenExpirationDateTime, '2030-01-01T00:00:00Z');
  assert.deepEqual(seen.statuses, [200, 204, 204, 204]);
  assert.equal(seen.renewed.description, 'changed');
  assert.notEqual(seen.renewed.tokenValue, seen.created.tokenValue);
  assert.equal(seen.picture.type, 'image/png');
  assert.equal(seen.picture.value, seen.renewed.qrCodeImage.value);
  assert.equal(seen.revoked.tokenValue, null);
  assert.equal(seen.revoked.qrCodeImage, null);
});

test('the whole life of a profile of the successor', async () => {
  const name = `generated ${randomUUID()}`;
  const seen = await program.ownerLife(management, name);
  assert.equal(seen.created.enrollmentMode, 'corporateOwnedFullyManaged');
  assert.deepEqual(seen.created.roleScopeTagIds, ['0']);
  assert.deepEqual(seen.statuses, [200, 204, 204, 204]);
  assert.equal(seen.renewed.wifiSsid, 'Warehouse');
  assert.notEqual(seen.renewed.tokenValue, seen.created.tokenValue);
  assert.deepEqual(seen.found, [seen.created.id]);
});

test('filters, orders, counts and pages', async () => {
  const label = `Söhne & more + 50% ${randomUUID()}`;
  const ids = [];
  for (let i = 0; i < 5; ++i) ids.push((await program.make(management, `${label} ${i}`)).id);
  const pages = [];
  for (const skip of [0, 2, 4]) pages.push(await program.page(management, label, skip, 2));
  assert.deepEqual(pages.flatMap((page) => page.ids), ids.toReversed());
  assert.deepEqual(pages.map(({ count }) => count), [5, 5, 5]);
  for (const id of ids) await program.remove(management, id);
  assert.equal((await program.page(management, label, 0, 2)).count, 0);
});

test('a quote, which it does not double, is 400 and never another list', async () => {
  await assert.rejects(program.named(management, "O'Brien"), (error) => {
    assert.equal(error.status, 400);
    assert.match(error.message, /\$?filter/i);
    return true;
  });
  assert.equal((await program.named(management, "O''Brien")).status, 200);
});

test('faults carry the service\'s message', async () => {
  const id = randomUUID();
  await assert.rejects(program.remove(management, id), (error) => {
    assert.equal(error.status, 404);
    assert.ok(error.message.includes(id), error.message);
    return true;
  });
});
