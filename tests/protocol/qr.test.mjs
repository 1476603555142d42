// Pictures: an independent reader (zbarimg of zbar-tools) must read exactly qrCodeContent.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { Muster, PROFILES, assertError, contractBody } from './harness.mjs';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'muster-qr-'));
let muster;
before(async () => (muster = await Muster.start()));
after(async () => {
  await muster?.destroy();
  rmSync(folder, { recursive: true, force: true });
});

let files = 0;
async function read(octets, extension) {
  const file = join(folder, `${files++}.${extension}`);
  writeFileSync(file, octets);
  const { stdout } = await run('zbarimg', ['--quiet', '--raw', '--oneshot', '-Sbinary', '-Sdisable', '-Sqrcode.enable', file], { encoding: 'buffer' });
  return stdout.toString('utf8').replace(/\n$/, '');
}

// Width and height of a PNG.
const sizeOf = (png) => ({ width: png.readUInt32BE(16), height: png.readUInt32BE(20) });

// The runs of dark modules of the drawing: its black path is drawn with a pen one module thick, in
// moves and horizontal lines.
function* darkRuns(svg) {
  const path = svg.match(/<path[^>]*stroke="#000"[^>]* d="([^"]+)"/)[1];
  let [x, y] = [0, 0];
  for (const [, command, rest] of path.matchAll(/([Mmh])([^Mmh]*)/g)) {
    const numbers = rest.match(/-?\d*\.?\d+/g).map(Number);
    if (command === 'h') {
      yield { x, y: y - 0.5, length: numbers[0] };
      x += numbers[0];
    } else {
      [x, y] = command === 'M' ? numbers : [x + numbers[0], y + numbers[1]];
    }
  }
}

// The drawing as a bitmap that zbarimg reads.
function rasterise(svg) {
  const [, width, height] = svg.match(/viewBox="0 0 (\d+) (\d+)"/).map(Number);
  const scale = 4;
  const line = width * scale;
  const pixels = Buffer.alloc(line * height * scale, 255);
  for (const { x, y, length } of darkRuns(svg)) {
    assert.ok(Number.isInteger(x) && Number.isInteger(y), `modules lie on whole units: ${x} ${y}`);
    for (let row = y * scale; row < (y + 1) * scale; ++row) {
      pixels.fill(0, row * line + x * scale, row * line + (x + length) * scale);
    }
  }
  return Buffer.concat([Buffer.from(`P5\n${line} ${height * scale}\n255\n`), pixels]);
}

describe('qrCodeImage', () => {
  const bodies = {
    'a made payload': { displayName: 'made' },
    'an imported short text': { qrCodeContent: 'HELLO 123' },
    'digits alone': { qrCodeContent: '0123456789'.repeat(20) },
    'text beyond ASCII': { qrCodeContent: 'Grüße aus 東京 📱' },
    'one character': { qrCodeContent: 'x' },
    '900 characters': { qrCodeContent: 'abcdefghi_'.repeat(90) },
  };
  for (const [name, body] of Object.entries(bodies)) {
    test(`${name} is read back`, async () => {
      const profile = await muster.create(body);
      assert.equal(profile.qrCodeImage.type, 'image/png');
      const png = Buffer.from(profile.qrCodeImage.value, 'base64');
      assert.equal(png.toString('base64'), profile.qrCodeImage.value, 'padded standard base64');
      assert.equal(await read(png, 'png'), profile.qrCodeContent);
      const { width, height } = sizeOf(png);
      assert.equal(width, height);
    });
  }

  test('at least 4 pixels a module, quiet zone of 4', async () => {
    const { qrCodeImage } = await muster.create({ qrCodeContent: 'x' });
    const { width } = sizeOf(Buffer.from(qrCodeImage.value, 'base64'));
    assert.equal(width % (21 + 8), 0, `${width} px for version 1 with its quiet zone`);
    assert.ok(width / (21 + 8) >= 4);
  });

  test('the picture follows createToken', async () => {
    const { id } = await muster.create();
    await muster.post(`${PROFILES}/${id}/createToken`, { tokenValidityInSeconds: 60 });
    const { json } = await muster.get(`${PROFILES}/${id}`);
    assert.equal(await read(Buffer.from(json.qrCodeImage.value, 'base64'), 'png'), json.qrCodeContent);
  });

  test('the picture follows a changed QR text', async () => {
    const { id } = await muster.create();
    const answer = await muster.patch(`${PROFILES}/${id}`, { qrCodeContent: 'corrected' });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.json.qrCodeContent, 'corrected');
    assert.equal(await read(Buffer.from(answer.json.qrCodeImage.value, 'base64'), 'png'), 'corrected');
  });

  test('a text too long for a readable picture is refused with what to shorten', async () => {
    const answer = await muster.post(PROFILES, { qrCodeContent: 'x'.repeat(1500) });
    assertError(answer, 400, undefined, 'qrCodeContent');
  });

  test('a long text that brings its own picture is kept', async () => {
    const profile = await muster.create({ qrCodeContent: 'x'.repeat(1500), qrCodeImage: { type: 'image/png', value: 'dmFsdWU=' } });
    assert.equal(profile.qrCodeContent.length, 1500);
    assert.equal(profile.qrCodeImage.value, 'dmFsdWU=');
  });
});

describe('pictures for people', () => {
  test('qrCode.png is the picture as a file', async () => {
    const profile = await muster.create();
    for (const key of [`/${profile.id}`, `('${profile.id}')`]) {
      const answer = await muster.get(`${PROFILES}${key}/qrCode.png`);
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.headers['content-type'], 'image/png');
      assert.match(answer.headers['cache-control'], /no-store|private|no-cache/);
      assert.equal(await read(answer.octets, 'png'), profile.qrCodeContent);
    }
  });

  test('qrCode.svg is a drawing that reads the same', async () => {
    const profile = await muster.create();
    const answer = await muster.get(`${PROFILES}/${profile.id}/qrCode.svg`);
    assert.equal(answer.status, 200, answer.text);
    assert.match(answer.headers['content-type'], /^image\/svg\+xml/);
    assert.match(answer.text, /^(<\?xml[^>]*>\s*)?<svg[^>]* xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    assert.ok(!/<script|onload|href/i.test(answer.text));
    assert.equal(await read(rasterise(answer.text), 'pgm'), profile.qrCodeContent);
  });

  test('they need a token like everything else', async () => {
    const { id } = await muster.create();
    for (const name of ['qrCode.png', 'qrCode.svg']) {
      assertError(await muster.get(`${PROFILES}/${id}/${name}`, { token: null }), 401);
    }
  });

  test('a revoked profile has none', async () => {
    const { id } = await muster.create();
    await muster.post(`${PROFILES}/${id}/revokeToken`);
    for (const name of ['qrCode.png', 'qrCode.svg']) {
      assertError(await muster.get(`${PROFILES}/${id}/${name}`), 404, 'ResourceNotFound');
    }
  });

  test('HEAD has the type and no body', async () => {
    const { id } = await muster.create();
    const answer = await muster.request('HEAD', `${PROFILES}/${id}/qrCode.png`);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['content-type'], 'image/png');
    assert.equal(answer.octets.length, 0);
  });

  test('an imported profile has a drawing of its text', async () => {
    const { id } = await muster.create(contractBody());
    const answer = await muster.get(`${PROFILES}/${id}/qrCode.svg`);
    assert.equal(answer.status, 200, answer.text);
    assert.equal(await read(rasterise(answer.text), 'pgm'), 'Qr Code Content value');
  });
});

describe('payload settings', () => {
  test('stand in the payload with their types', async () => {
    const other = await Muster.start({
      settings: `payload_profile = "store"
[payload.store]
component = "com.example.dpc/.AdminReceiver"
download_url = "https://downloads.example/dpc.apk"
signature_checksum = "${'ab'.repeat(32)}"
wifi_ssid = "Store"
wifi_security_type = "WPA"
wifi_password = "store passphrase"
wifi_hidden = true
minimum_version_code = 7
locale = "de_DE"
[payload.store.extras]
site = "north"
`,
    });
    try {
      const profile = await other.create();
      const payload = JSON.parse(profile.qrCodeContent);
      assert.equal(profile.qrCodeContent, JSON.stringify(payload), 'minified');
      const key = (name) => payload[`android.app.extra.PROVISIONING_${name}`];
      assert.equal(key('DEVICE_ADMIN_COMPONENT_NAME'), 'com.example.dpc/.AdminReceiver');
      assert.equal(key('DEVICE_ADMIN_SIGNATURE_CHECKSUM'), Buffer.from('ab'.repeat(32), 'hex').toString('base64url'));
      assert.strictEqual(key('WIFI_HIDDEN'), true);
      assert.strictEqual(key('DEVICE_ADMIN_MINIMUM_VERSION_CODE'), 7);
      assert.equal(key('ADMIN_EXTRAS_BUNDLE').site, 'north');
      assert.equal(await read(Buffer.from(profile.qrCodeImage.value, 'base64'), 'png'), profile.qrCodeContent);
      assert.ok(!other.log.includes('store passphrase'));
    } finally {
      await other.destroy();
    }
  });
});
