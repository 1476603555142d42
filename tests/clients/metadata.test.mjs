// $metadata and OpenAPI before judges that others wrote: the OASIS schemas, the OASIS converters, a
// generator of typed clients with the TypeScript compiler, a validator of OpenAPI.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Validator } from '@seriousme/openapi-schema-validator';
import Ajv from 'ajv';
import { URL_ } from './clients.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const bin = (name) => join(here, 'node_modules', '.bin', name);
const schemas = join(here, '..', 'data', 'csdl-schemas');

let folder;
before(async () => {
  // Below the folder of the packages, where the compiler finds the ones that generated code imports.
  folder = mkdtempSync(join(here, 'node_modules', '.judged-'));
  for (const [path, name] of [
    ['/beta/$metadata', 'metadata.xml'],
    ['/beta/$metadata?$format=json', 'metadata.json'],
    ['/openapi.json', 'openapi.json'],
  ]) {
    const answer = await fetch(URL_ + path);
    assert.equal(answer.status, 200, path);
    writeFileSync(join(folder, name), await answer.text());
  }
});
after(() => rmSync(folder, { recursive: true, force: true }));

const file = (name) => join(folder, name);
const json = (name) => JSON.parse(readFileSync(file(name), 'utf8'));
// What a judge says; its exit code must be 0.
const ask = (command, ...args) =>
  execFileSync(command, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

// Names of the actions and functions of the model.
function operationsOf(csdl) {
  return Object.entries(csdl['microsoft.graph'])
    .filter(([, part]) => Array.isArray(part))
    .map(([name]) => name);
}

describe('$metadata', () => {
  test('xmllint: valid by the OASIS XML schema', () => {
    ask('xmllint', '--noout', '--nonet', '--schema', join(schemas, 'edmx.xsd'), file('metadata.xml'));
  });

  test('odata-csdl: the XML converts without a word, to exactly the JSON', () => {
    const said = ask(bin('odata-csdl-xml2json'), '-p', '-t', file('converted.json'), file('metadata.xml'));
    assert.equal(said.trim(), file('converted.json'));
    assert.deepEqual(json('metadata.json'), json('converted.json'));
  });

  test('ajv: valid by the OASIS JSON schema', () => {
    const schema = JSON.parse(readFileSync(join(schemas, 'csdl.schema.json'), 'utf8'));
    const validate = new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(schema);
    assert.ok(validate(json('metadata.json')), JSON.stringify(validate.errors));
  });

  test('odata2ts: a typed client with every operation, which compiles', () => {
    const config = {
      compilerOptions: {
        strict: true,
        noEmit: true,
        skipLibCheck: true,
        target: 'ES2022',
        module: 'ES2022',
        moduleResolution: 'node',
      },
      include: ['client'],
    };
    writeFileSync(file('tsconfig.json'), JSON.stringify(config));
    ask(bin('odata2ts'), '-s', file('metadata.xml'), '-o', file('client'), '-name', 'graph', '-m', 'all', '-e', 'ts');
    const made = readFileSync(file('client/graphService.ts'), 'utf8');
    for (const name of operationsOf(json('metadata.json'))) {
      assert.match(made, new RegExp(`public async ${name}\\(`), name);
    }
    ask(bin('tsc'), '-p', folder);
  });
});

describe('OpenAPI', () => {
  test('valid OpenAPI 3.0', async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(json('openapi.json'));
    assert.ok(valid, JSON.stringify(errors));
    assert.equal(validator.version, '3.0');
  });

  // The converter derives requests from $metadata alone, capabilities included.
  test('odata-openapi: what $metadata promises is what OpenAPI names', () => {
    const said = ask(bin('odata-openapi3'), '-p', '-t', file('derived.json'), file('metadata.xml'));
    assert.equal(said.trim(), file('derived.json'), 'no unknown types');
    const named = json('openapi.json').paths;
    // It names keys in its own way, and parameters of functions as query options.
    const spelled = (path) => path.replace(/\(.*\)$/, '').replace(/\{\w+\}/g, '{}');
    const known = new Map(Object.entries(named).map(([path, item]) => [spelled(path), item]));
    for (const [path, item] of Object.entries(json('derived.json').paths)) {
      for (const method of Object.keys(item)) {
        if (method !== 'parameters') assert.ok(known.get(spelled(path))?.[method], `${method} ${path}`);
      }
    }
  });
});
