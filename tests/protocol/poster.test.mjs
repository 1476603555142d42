// Posters: rendered by poppler and librsvg, an independent reader (zbarimg) must read exactly
// qrCodeContent, and the words must be there for who reads the page.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { Muster, librariesAsTheyAre } from './harness.mjs';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'muster-poster-'));
const NAME = '東京支店 Verkaufsfläche – Θεσσαλονίκη';
let muster;
let profile;
before(async () => {
  muster = await Muster.start();
  Object.assign(muster.env, librariesAsTheyAre(folder));
  profile = await muster.create({ displayName: NAME, description: 'By the tills' });
});
after(async () => {
  await muster?.destroy();
  rmSync(folder, { recursive: true, force: true });
});

async function scan(png) {
  const options = ['--quiet', '--raw', '--oneshot', '-Sbinary', '-Sdisable', '-Sqrcode.enable', png];
  const { stdout } = await run('zbarimg', options, { encoding: 'buffer' });
  return stdout.toString('utf8').replace(/\n$/, '');
}

let files = 0;
async function poster(id, extension, ...more) {
  const file = join(folder, `${files++}.${extension}`);
  assert.equal(await muster.command('profile', 'poster', id, '--out', file, ...more), '');
  return file;
}

async function rasterise(pdf, resolution = 100) {
  await run('pdftoppm', ['-r', resolution, '-png', '-singlefile', pdf, pdf]);
  return `${pdf}.png`;
}

async function refusal(...words) {
  try {
    await muster.command('profile', 'poster', ...words);
  } catch (error) {
    assert.equal(error.code, 1, error.stderr);
    return error.stderr;
  }
  return assert.fail('a poster was drawn');
}

describe('muster profile poster', () => {
  test('the code of a PDF is read, on either paper and at the resolution of a fax', async () => {
    for (const paper of ['a4', 'letter']) {
      const pdf = await poster(profile.id, 'pdf', '--paper', paper);
      const { stdout } = await run('pdfinfo', [pdf]);
      assert.match(stdout, /^Pages: +1$/m);
      assert.match(stdout, paper === 'a4' ? /\(A4\)/ : /\(letter\)/);
      for (const resolution of [75, 100, 300]) {
        assert.equal(await scan(await rasterise(pdf, resolution)), profile.qrCodeContent);
      }
    }
  });

  test('the code of an SVG is read', async () => {
    const svg = await poster(profile.id, 'svg');
    await run('rsvg-convert', [svg, '-o', `${svg}.png`]);
    assert.equal(await scan(`${svg}.png`), profile.qrCodeContent);
  });

  test('a name in several scripts, the token, the date and the id are on it', async () => {
    const pdf = await poster(profile.id, 'pdf');
    const { stdout } = await run('pdftotext', ['-layout', pdf, '-']);
    const words = stdout.replace(/\s+/g, ' ');
    assert.ok(words.includes(NAME), words);
    assert.ok(words.includes('By the tills'), words);
    assert.ok(words.includes(profile.tokenValue.match(/.{4}/g).join(' ')), words);
    assert.ok(words.includes(`Profile ${profile.id}`), words);
    const expires = new Date(profile.tokenExpirationDateTime);
    const date = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
    const part = Object.fromEntries(date.formatToParts(expires).map(({ type, value }) => [type, value]));
    const time = expires.toISOString().slice(11, 16);
    assert.ok(words.includes(`Valid until ${part.weekday}, ${part.day} ${part.month} ${part.year}, ${time} UTC.`), words);
    assert.match(words, /That is \d+ days after this page was printed\./);
    assert.match(words, /six times/);
  });

  test('the modules are squares of whole dots of 1/300 inch', async () => {
    const svg = readFileSync(await poster(profile.id, 'svg'), 'utf8');
    // The path with the most rectangles is the symbol.
    const paths = [...svg.matchAll(/ d="([^"]+)"/g)].map(([, d]) => d);
    const symbol = paths.reduce((a, b) => (b.split('M').length > a.split('M').length ? b : a));
    const numbers = symbol.match(/-?\d+(\.\d+)?/g).map(Number);
    for (const number of numbers) {
      const dots = number / 0.24;
      // Cairo's own unit is 1/256 point.
      assert.ok(Math.abs(dots - Math.round(dots)) < 0.04, `${number} is a whole number of dots`);
    }
  });

  test('goes to standard output without a file, as PDF unless told otherwise', async () => {
    assert.match(await muster.command('profile', 'poster', profile.id), /^%PDF-/);
    assert.match(await muster.command('profile', 'poster', profile.id, '--format', 'svg'), /^<\?xml/);
  });

  test('text that a device or a viewer could mistake stays text', async () => {
    const { id, qrCodeContent } = await muster.create({ displayName: '<script>&amp;\u202e\n"x\u0001', description: 'y'.repeat(1000) });
    const svg = await poster(id, 'svg');
    assert.doesNotMatch(readFileSync(svg, 'utf8'), /<script|&amp;/);
    await run('rsvg-convert', [svg, '-o', `${svg}.png`]);
    assert.equal(await scan(`${svg}.png`), qrCodeContent);
  });

  test('a code that fills the largest symbol is drawn', async () => {
    const { id, qrCodeContent } = await muster.create({ displayName: 'n'.repeat(200), qrCodeContent: 'abcdefghi_'.repeat(90) });
    assert.equal(await scan(await rasterise(await poster(id, 'pdf', '--paper', 'letter'))), qrCodeContent);
  });

  test('is refused for a token that has ended', async () => {
    const { id } = await muster.create({ displayName: 'late', tokenExpirationDateTime: '2020-01-01T00:00:00Z' });
    assert.match(await refusal(id), /expired/);
    const revoked = await muster.create({ displayName: 'revoked' });
    await muster.command('profile', 'revoke', revoked.id);
    assert.match(await refusal(revoked.id), /no token/);
    assert.match(await refusal('01a2224b-145d-7cff-97aa-000000000000'), /404/);
  });
});
