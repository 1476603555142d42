// Starts the service under test as a user would and talks to it as a client would. Only what is
// documented is used: the command line, HTTPS and the files of the data directory.
//
//   MUSTER_BIN=/path/to/muster node --test tests/protocol/*.test.mjs
import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const BIN = process.env.MUSTER_BIN;
if (!BIN) throw new Error('Set MUSTER_BIN to the muster binary.');
// Muster refuses variables of its prefix that name no setting.
delete process.env.MUSTER_BIN;

// With MUSTER_STORE=postgres every data directory has its records in a schema of its own on the
// server that tools/with_pg.sh starts.
export const server = process.env.TEST_POSTGRES;
export const ON_POSTGRES = process.env.MUSTER_STORE === 'postgres';
if (ON_POSTGRES && !server) throw new Error('MUSTER_STORE=postgres needs tools/with_pg.sh.');
delete process.env.TEST_POSTGRES;
delete process.env.MUSTER_STORE;

// An empty schema on a server; its URL.
function newSchema(url) {
  const schema = `test_${randomUUID().replaceAll('-', '_')}`;
  execFileSync('psql', ['-q', '-d', url, '-c', `CREATE SCHEMA ${schema}`], { stdio: 'pipe' });
  return `${url}&options=-csearch_path%3D${schema}`;
}

// Variables of a service with its records in a schema of its own on that server, whatever the other services use.
export function inDatabase() {
  if (!server) throw new Error('This test needs tools/with_pg.sh.');
  return { MUSTER_STORE: newSchema(server) };
}

// { url, end }: an empty schema for several nodes, on the server that is there, else on one of its own.
export async function sharedDatabase() {
  if (server) return { url: newSchema(server), end: async () => {} };
  const script = fileURLToPath(new URL('../../tools/with_pg.sh', import.meta.url));
  const child = spawn(script, ['sh', '-c', 'echo "$TEST_POSTGRES"; cat'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  const said = await Promise.race([once(child.stdout, 'data'), ended]);
  if (!Array.isArray(said)) throw new Error('no PostgreSQL could be started');
  const end = async () => {
    child.stdin.end();
    await ended;
  };
  return { url: newSchema(String(said[0]).trim()), end };
}

// `psql` on a service's schema; commands go to its standard input, rows come from its output.
export function psql(muster) {
  return spawn('psql', ['-qAtX', '-d', muster.env.MUSTER_STORE], { stdio: ['pipe', 'pipe', 'inherit'] });
}

// All octets that are in a service's schema, as far as there is one.
export function octetsInDatabase(muster) {
  if (!ON_POSTGRES) return Buffer.alloc(0);
  const schema = muster.env.MUSTER_STORE.split('%3D').at(-1);
  const text = execFileSync('pg_dump', ['--data-only', '-d', server, '-n', schema], { encoding: 'utf8', maxBuffer: 1 << 28 });
  const values = text.match(/(?<=\\x)[0-9a-f]+/g) ?? [];
  return Buffer.concat([Buffer.from(text), ...values.map((digits) => Buffer.from(digits, 'hex'))]);
}

export const PROFILES = '/beta/deviceManagement/androidForWorkEnrollmentProfiles';
export const PROFILE_TYPE = '#microsoft.graph.androidForWorkEnrollmentProfile';
export const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
export const NO_DATE = '0001-01-01T00:00:00Z';

// The request of the contract's example, value for value.
export const contractBody = () => ({
  '@odata.type': PROFILE_TYPE,
  accountId: 'Account Id value',
  displayName: 'Display Name value',
  description: 'Description value',
  tokenValue: 'Token Value value',
  tokenExpirationDateTime: '2016-12-31T23:56:54.7194078+03:00',
  enrolledDeviceCount: 3,
  qrCodeContent: 'Qr Code Content value',
  qrCodeImage: { '@odata.type': 'microsoft.graph.mimeContent', type: 'Type value', value: 'dmFsdWU=' },
});

// Variables for commands that draw posters under a sanitizer: fontconfig keeps its configuration until the process ends,
// and Pango's thread for fonts synchronises by means that ThreadSanitizer cannot see in libraries.
export function librariesAsTheyAre(folder) {
  const suppressions = join(folder, 'lsan');
  writeFileSync(suppressions, 'leak:libfontconfig.so\n');
  return {
    LSAN_OPTIONS: `suppressions=${suppressions}:print_suppressions=0`,
    TSAN_OPTIONS: `${process.env.TSAN_OPTIONS ?? ''}:ignore_noninstrumented_modules=1`,
  };
}

// One service on a free port over a data directory of its own.
export class Muster {
  constructor({ args = [], env = {}, settings = '', tenant = randomUUID() } = {}) {
    this.dir = mkdtempSync(join(tmpdir(), 'muster-test-'));
    this.data = join(this.dir, 'data');
    this.portFile = join(this.dir, 'port');
    this.args = args;
    this.env = { ...(ON_POSTGRES && inDatabase()), ...env };
    this.tenant = tenant;
    this.log = '';
    this.output = '';
    if (settings) {
      this.settingsFile = join(this.dir, 'muster.toml');
      writeFileSync(this.settingsFile, settings);
      this.args = ['--config', this.settingsFile, ...this.args];
    }
  }

  // A running service with one tenant and a token that may do everything.
  static async start(options) {
    const muster = new Muster(options);
    try {
      await muster.createTenant(muster.tenant, 'Contoso');
      await muster.launch();
      muster.bearer = await muster.token(muster.tenant);
      return muster;
    } catch (error) {
      error.message += `\n${muster.log}`;
      await muster.destroy();
      throw error;
    }
  }

  // Starts the process and waits for the port file; resolves with the milliseconds that took.
  async launch() {
    rmSync(this.portFile, { force: true });
    const begun = process.hrtime.bigint();
    const args = ['serve', '--data', this.data, '--listen', '127.0.0.1:0', '--port-file', this.portFile];
    this.process = spawn(BIN, [...args, ...this.args], {
      env: { ...process.env, ...this.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process.stderr.on('data', (piece) => (this.log += piece));
    this.process.stdout.on('data', (piece) => (this.output += piece));
    this.exited = new Promise((resolve) => {
      this.process.on('exit', (code, signal) => resolve({ code, signal }));
    });
    let ended = null;
    this.exited.then((how) => (ended = how));
    for (let i = 0; i < 6000 && !existsSync(this.portFile); ++i) {
      if (ended) throw new Error(`muster serve ended: ${JSON.stringify(ended)}\n${this.log}`);
      await sleep(5);
    }
    const took = Number(process.hrtime.bigint() - begun) / 1e6;
    this.port = Number(readFileSync(this.portFile, 'utf8'));
    this.base = `https://127.0.0.1:${this.port}`;
    this.ca = readFileSync(join(this.data, 'tls', 'ca.pem'));
    this.agent = new https.Agent({ keepAlive: true, ca: this.ca });
    return took;
  }

  signal(name) {
    process.kill(this.process.pid, name);
  }

  // Asks the process to end and asserts that it does so in order.
  async stop() {
    this.agent?.destroy();
    this.signal('SIGTERM');
    const how = await this.exited;
    assert.deepEqual(how, { code: 0, signal: null }, this.log);
  }

  async kill() {
    this.agent?.destroy();
    this.signal('SIGKILL');
    await this.exited;
  }

  // Stops the process if it runs and removes its files.
  async destroy() {
    try {
      if (this.process && this.process.exitCode === null && this.process.signalCode === null) {
        await this.stop();
      }
    } finally {
      rmSync(this.dir, { recursive: true, force: true });
    }
  }

  // A command on the data directory; resolves with its standard output.
  async command(...args) {
    const { stdout } = await run(BIN, [...args, '--data', this.data], { env: { ...process.env, ...this.env } });
    return stdout;
  }

  async createTenant(tenant, name) {
    return (await this.command('tenant', 'create', '--tenant', tenant, '--name', name)).trim();
  }

  // A bearer token of the service's own issuer. `more`: further flags of `muster token`.
  async token(tenant, ...more) {
    return (await this.command('token', '--tenant', tenant, ...more)).trim();
  }

  // One HTTPS request. `body`: an object is sent as JSON, text and octets as they are. `token`:
  // another bearer, or null for none. A header of null is left out.
  request(method, path, { body, headers = {}, token = this.bearer } = {}) {
    const plain = body === undefined || typeof body === 'string' || Buffer.isBuffer(body);
    const octets = plain ? body : JSON.stringify(body);
    const all = {
      ...(token && { Authorization: `Bearer ${token}` }),
      ...(octets !== undefined && { 'Content-Type': 'application/json' }),
      ...(octets !== undefined && { 'Content-Length': Buffer.byteLength(octets) }),
      ...headers,
    };
    for (const name of Object.keys(all)) if (all[name] === null) delete all[name];
    return new Promise((resolve, reject) => {
      const request = https.request(
        { host: '127.0.0.1', port: this.port, method, path, headers: all, agent: this.agent },
        (response) => {
          const pieces = [];
          response.on('data', (piece) => pieces.push(piece));
          response.on('error', reject);
          response.on('end', () => resolve(answerOf(response, Buffer.concat(pieces))));
        },
      );
      request.on('error', reject);
      request.end(octets);
    });
  }

  get(path, options) {
    return this.request('GET', path, options);
  }
  post(path, body, options) {
    return this.request('POST', path, { body, ...options });
  }
  patch(path, body, options) {
    return this.request('PATCH', path, { body, ...options });
  }
  delete(path, options) {
    return this.request('DELETE', path, options);
  }

  // A profile, with everything made by the service but what `body` says.
  async create(body = { displayName: 'Profile' }, options) {
    const answer = await this.post(PROFILES, body, options);
    assert.equal(answer.status, 201, answer.text);
    return answer.json;
  }

  async count(options) {
    const answer = await this.get(`${PROFILES}/$count`, options);
    assert.equal(answer.status, 200, answer.text);
    return Number(answer.text);
  }
}

function answerOf(response, octets) {
  const text = octets.toString('utf8');
  const isJson = (response.headers['content-type'] ?? '').startsWith('application/json');
  return {
    status: response.statusCode,
    headers: response.headers,
    octets,
    text,
    json: isJson && text ? JSON.parse(text) : undefined,
  };
}

// What every answer of the API carries, whatever it says.
export function assertStandardHeaders(answer, clientRequestId) {
  const { headers } = answer;
  assert.match(headers['request-id'] ?? '', GUID, 'request-id');
  assert.equal(headers['client-request-id'], clientRequestId ?? headers['request-id']);
  assert.equal(headers['odata-version'], '4.0');
  assert.match(headers['cache-control'] ?? '', /no-cache|no-store/);
  assert.ok(Number.isFinite(Date.parse(headers.date)), 'Date');
  if (answer.json?.error) assert.equal(headers['content-type'], 'application/json');
  else if (answer.json) assert.match(headers['content-type'], /^application\/json;odata\.metadata=minimal;/);
}

// Graph's error body, its headers, and what it names. `names`: words that must stand in the message
// or in a target.
export function assertError(answer, status, code, ...names) {
  assert.equal(answer.status, status, answer.text);
  const error = answer.json?.error;
  assert.ok(error, `an error body, not ${answer.text}`);
  if (code) assert.equal(error.code, code, answer.text);
  assert.equal(typeof error.message, 'string');
  assert.ok(error.message.length > 0);
  assert.match(error.innerError.date, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
  assert.equal(error.innerError['request-id'], answer.headers['request-id']);
  assert.equal(error.innerError['client-request-id'], answer.headers['client-request-id']);
  assertStandardHeaders(answer, answer.headers['client-request-id']);
  const targets = (error.details ?? []).flatMap((detail) => [detail.target, detail.message]);
  const said = [error.message, error.target, ...targets].join('\n');
  for (const name of names) assert.ok(said.includes(name), `"${name}" is named in ${answer.text}`);
  return error;
}

// Asks again and again until it is so; a minute is for ever.
export async function poll(ask, what) {
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(10)) if (await ask()) return;
  assert.fail(`in vain: ${what}`);
}

export const sha256 = (data) => createHash('sha256').update(data).digest('hex');

// Runs `work(i)` for i below `count`, at most `width` at a time; results in order.
export async function parallel(count, width, work) {
  const results = new Array(count);
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const i = next++;
      results[i] = await work(i);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}
