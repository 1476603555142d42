// The process: start, stop, reload, restart, and what it leaves on disk and in its log.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import tls from 'node:tls';
import { promisify } from 'node:util';
import { BIN, Muster, PROFILES, contractBody, octetsInDatabase } from './harness.mjs';

const run = promisify(execFile);
const DAY = 86_400_000;

function* filesBelow(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else yield path;
  }
}

// A raw connection, for requests that are only half sent.
function connect(muster) {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ host: '127.0.0.1', port: muster.port, ca: muster.ca }, () => resolve(socket));
    socket.on('error', reject);
    socket.received = '';
    socket.on('data', (piece) => (socket.received += piece));
    socket.whenClosed = new Promise((done) => socket.on('close', done));
  });
}

async function until(what, condition) {
  for (let i = 0; i < 1000; ++i) {
    if (await condition()) return;
    await sleep(10);
  }
  assert.fail(`${what} did not happen within 10 s`);
}

// Every loop closes its own listener: another than the one that was seen to stop may take a connection
// for a moment longer.
function untilRefused(muster) {
  return until('a refused connection', async () => {
    try {
      (await connect(muster)).destroy();
      return false;
    } catch (error) {
      assert.match(String(error), /ECONNREFUSED|ECONNRESET/);
      return true;
    }
  });
}

describe('start', () => {
  let muster;
  before(async () => (muster = await Muster.start()));
  after(() => muster?.destroy());

  test('the port file holds the port and a newline', () => {
    assert.equal(readFileSync(muster.portFile, 'utf8'), `${muster.port}\n`);
  });

  test('health needs no token; readyz is 200 once the port file is there', async () => {
    for (const path of ['/healthz', '/readyz']) {
      const answer = await muster.get(path, { token: null });
      assert.equal(answer.status, 200, answer.text);
    }
  });

  test('keys are for the owner alone', () => {
    assert.equal(statSync(muster.data).mode & 0o777, 0o700);
    let keys = 0;
    for (const path of filesBelow(muster.data)) {
      const mode = statSync(path).mode & 0o777;
      const isKey = /secrets\/|key/.test(path.slice(muster.data.length));
      if (isKey) assert.equal(mode, 0o600, path);
      assert.equal(mode & 0o022, 0, `${path} can be written by others`);
      keys += isKey;
    }
    assert.ok(keys >= 2, 'vault key and server key');
  });

  test('a second service over the same data is refused or lives in peace', async () => {
    const { json } = await muster.post(PROFILES, { displayName: 'one' });
    const second = new Muster();
    second.data = muster.data;
    second.env = muster.env;
    try {
      await second.launch();
      second.bearer = muster.bearer;
      assert.equal((await second.get(`${PROFILES}/${json.id}`)).status, 200);
      await second.stop();
    } catch (error) {
      assert.match(error.message, /muster serve ended/);
    }
    assert.equal((await muster.get(`${PROFILES}/${json.id}`)).status, 200);
  });

  test('wrong usage is exit code 2, a wrong setting 1, both with a message', async () => {
    const wrong = async (...args) => {
      try {
        await run(BIN, args);
      } catch (error) {
        return error;
      }
      return assert.fail(`${args} was taken`);
    };
    const usage = await wrong('serve', '--no-such-flag');
    assert.equal(usage.code, 2);
    assert.match(usage.stderr, /no-such-flag/);
    const data = join(muster.dir, 'other');
    const setting = await wrong('serve', '--data', data, '--listen', 'nonsense');
    assert.ok([1, 2].includes(setting.code));
    assert.match(setting.stderr, /listen/);
    mkdirSync(join(muster.dir, 'conf'));
    writeFileSync(join(muster.dir, 'conf', 'muster.toml'), 'max_bodi = "1MiB"\n');
    const file = await wrong('serve', '--data', data, '--config', join(muster.dir, 'conf', 'muster.toml'));
    assert.ok([1, 2].includes(file.code));
    assert.match(file.stderr, /max_bodi/);
    assert.match(file.stderr, /max_body/);
  });

  test('--help and --version end with 0', async () => {
    assert.match((await run(BIN, ['--help'])).stdout, /serve/);
    assert.match((await run(BIN, ['--version'])).stdout, /\d+\.\d+\.\d+/);
  });
});

describe('stop', () => {
  test('SIGTERM lets a request in progress finish, then ends with 0', async () => {
    const muster = await Muster.start();
    try {
      const idle = await connect(muster);
      const busy = await connect(muster);
      const body = JSON.stringify({ displayName: 'in progress' });
      busy.write(`POST ${PROFILES} HTTP/1.1\r\nHost: 127.0.0.1:${muster.port}\r\nAuthorization: Bearer ${muster.bearer}\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 5)}`);
      // Answered after the half request was written, so that one is being read by now.
      await muster.get('/healthz', { token: null });
      await sleep(50);
      muster.signal('SIGTERM');
      await idle.whenClosed;
      await untilRefused(muster);
      busy.write(body.slice(5));
      await busy.whenClosed;
      assert.match(busy.received, /^HTTP\/1\.1 201 /);
      assert.match(busy.received, /\r\nConnection: close\r\n/i);
      muster.agent.destroy();
      assert.deepEqual(await muster.exited, { code: 0, signal: null }, muster.log);
      await muster.launch();
      assert.equal(await muster.count(), 1);
    } finally {
      await muster.destroy();
    }
  });

  test('SIGINT does the same', async () => {
    const muster = await Muster.start();
    muster.agent.destroy();
    muster.signal('SIGINT');
    assert.deepEqual(await muster.exited, { code: 0, signal: null }, muster.log);
    assert.ok(!existsSync(join(muster.data, 'run.json')), 'run.json is gone');
    await muster.destroy();
  });

  test('a client that never finishes does not hold the service up', async () => {
    const muster = await Muster.start({ args: ['--drain-timeout', '500ms'] });
    try {
      const busy = await connect(muster);
      busy.on('error', () => {});
      busy.write(`POST ${PROFILES} HTTP/1.1\r\nHost: x\r\n`);
      await muster.get('/healthz', { token: null });
      const begun = Date.now();
      await muster.stop();
      assert.ok(Date.now() - begun < 4_000, `${Date.now() - begun} ms`);
    } finally {
      await muster.destroy();
    }
  });

  test('under load every request is answered or refused, and every 201 is kept', async () => {
    const muster = await Muster.start();
    try {
      const kept = [];
      const writer = async () => {
        for (;;) {
          let answer;
          try {
            answer = await muster.post(PROFILES, { displayName: 'load' });
          } catch {
            return;
          }
          if (answer.status === 503) continue;
          assert.equal(answer.status, 201, answer.text);
          kept.push(answer.json.id);
        }
      };
      const writers = Array.from({ length: 16 }, writer);
      await until('load', () => kept.length > 50);
      muster.signal('SIGTERM');
      assert.deepEqual(await muster.exited, { code: 0, signal: null }, muster.log);
      await Promise.all(writers);
      await muster.launch();
      for (const id of kept) assert.equal((await muster.get(`${PROFILES}/${id}`)).status, 200, id);
    } finally {
      await muster.destroy();
    }
  });
});

describe('restart', () => {
  test('data, CA, keys and tokens live on; ready within a second', async (t) => {
    const muster = await Muster.start();
    try {
      const profile = await muster.create(contractBody());
      const made = await muster.create();
      const ca = muster.ca;
      await muster.stop();
      const took = await muster.launch();
      t.diagnostic(`second start: ${took.toFixed(0)} ms from exec to port file`);
      assert.ok(took <= 1_000, `${took} ms`);
      assert.deepEqual(muster.ca, ca, 'the same CA');
      for (const before of [profile, made]) {
        const answer = await muster.get(`${PROFILES}/${before.id}`);
        assert.equal(answer.status, 200, 'the old access token still works');
        assert.equal(answer.json.tokenValue, before.tokenValue);
        assert.equal(answer.json.qrCodeImage.value, before.qrCodeImage.value);
        assert.equal(answer.json.tokenExpirationDateTime, before.tokenExpirationDateTime);
      }
    } finally {
      await muster.destroy();
    }
  });

  test('a page token of before the restart still works', async () => {
    const muster = await Muster.start();
    try {
      for (let i = 0; i < 3; ++i) await muster.create();
      const { json } = await muster.get(`${PROFILES}?$top=2`);
      const { pathname, search } = new URL(json['@odata.nextLink']);
      await muster.stop();
      await muster.launch();
      const page = await muster.get(pathname + search);
      assert.equal(page.status, 200, page.text);
      assert.equal(page.json.value.length, 1);
    } finally {
      await muster.destroy();
    }
  });
});

describe('reload', () => {
  test('SIGHUP takes new settings; a broken file changes nothing and stops nothing', async () => {
    const muster = await Muster.start({ settings: 'default_token_validity = "1d"\n' });
    const days = async () => {
      const { tokenExpirationDateTime } = await muster.create({});
      return Math.round((Date.parse(tokenExpirationDateTime) - Date.now()) / DAY);
    };
    try {
      assert.equal(await days(), 1);
      writeFileSync(muster.settingsFile, 'default_token_validity = "2d"\n');
      muster.signal('SIGHUP');
      await until('the new validity', async () => (await days()) === 2);

      const logged = muster.log.length;
      writeFileSync(muster.settingsFile, 'default_token_validity = "soon"\n');
      muster.signal('SIGHUP');
      await until('a line about the file', () => muster.log.slice(logged).includes('default_token_validity'));
      assert.equal(await days(), 2);
      assert.equal((await muster.get('/readyz', { token: null })).status, 200);
    } finally {
      await muster.destroy();
    }
  });
});

describe('what must never be written down', () => {
  test('no secret in the log, no plain token in the data', async () => {
    const muster = await Muster.start({
      args: ['--log-level', 'debug', '--log-format', 'json'],
      settings: `[payload.default]
component = "com.example.dpc/.AdminReceiver"
wifi_ssid = "Store"
wifi_security_type = "WPA"
wifi_password = "canary-passphrase"
`,
    });
    try {
      const canaries = [muster.bearer, muster.bearer.split('.').at(-1), 'canary-passphrase'];
      const imported = await muster.create({ tokenValue: 'CANARYTOKENCANARYTOKEN', qrCodeContent: 'canary text CANARYTOKENCANARYTOKEN',
        description: 'plain' });
      const made = await muster.create();
      await muster.post(`${PROFILES}/${made.id}/createToken`, { tokenValidityInSeconds: 60 });
      const renewed = (await muster.get(`${PROFILES}/${made.id}`)).json;
      await muster.get(`${PROFILES}/${made.id}/qrCode.svg`);
      await muster.patch(`${PROFILES}/${made.id}`, { tokenValue: { wrong: 'CANARYTOKENCANARYTOKEN' } });
      await muster.post(PROFILES, '{"tokenValue":"CANARYTOKENCANARYTOKEN",}');
      await muster.get(`${PROFILES}?access_token=canary-in-query&$select=tokenValue`);
      const app = JSON.parse(await muster.command('app', 'create', '--tenant', muster.tenant, '--name', 'A', '--role',
        'DeviceManagementConfiguration.Read.All', '--json'));
      const form = (secret) => `grant_type=client_credentials&client_id=${app.clientId}&client_secret=${secret}`;
      const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
      const tokenPath = `/${muster.tenant}/oauth2/v2.0/token`;
      const granted = await muster.request('POST', tokenPath, { body: form(app.clientSecret), headers, token: null });
      await muster.request('POST', tokenPath, { body: form('canary-wrong-secret'), headers, token: null });
      canaries.push(made.tokenValue, renewed.tokenValue, imported.tokenValue, 'canary text', app.clientSecret,
        granted.json.access_token, granted.json.access_token.split('.').at(-1), 'canary-wrong-secret', 'canary-in-query',
        made.qrCodeImage.value.slice(200, 240));
      await muster.stop();

      const said = muster.log + muster.output;
      assert.ok(said.includes('androidForWorkEnrollmentProfiles'), 'requests are logged');
      for (const canary of canaries) {
        assert.ok(canary && !said.includes(canary), `in the log: ${canary}`);
      }
      const kept = [...filesBelow(muster.data)].map((path) => [path, readFileSync(path)]);
      kept.push(['the database', octetsInDatabase(muster)]);
      for (const [path, octets] of kept) {
        for (const canary of canaries) assert.ok(!octets.includes(canary), `${canary} in ${path}`);
      }
      assert.ok(kept.some(([, octets]) => octets.includes('plain')), 'the search does find what is there');
    } finally {
      await muster.destroy();
    }
  });
});
