// The systemd unit as systemd itself judges it, without a running systemd.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { BIN } from './harness.mjs';

const UNIT = fileURLToPath(new URL('../../deploy/systemd/muster.service', import.meta.url));

test('the exposure of the service is at most 1.4', () => {
  // In tenths; what is left is the network, a low port, and the machine's own files to read.
  const { status, stdout } = spawnSync(
    'systemd-analyze', ['security', '--offline=true', '--threshold=14', '--no-pager', UNIT], { encoding: 'utf8' });
  assert.equal(status, 0, stdout);
  assert.match(stdout, /Overall exposure level for muster\.service/);
});

test('the unit has no faults', () => {
  const folder = mkdtempSync(join(tmpdir(), 'muster-unit-'));
  try {
    const file = join(folder, 'muster.service');
    // Where the package puts program and manual; systemd-analyze looks for both.
    const unit = readFileSync(UNIT, 'utf8').replace('/usr/bin/muster', resolve(BIN)).replace(/^Documentation=.*\n/m, '');
    writeFileSync(file, unit);
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', '--recursive-errors=no', file], { encoding: 'utf8' });
    // Other units of the machine are read too, and may have faults of their own.
    const ours = stderr.split('\n').filter((line) => line.includes('muster'));
    assert.deepEqual(ours, [], stderr);
    assert.equal(status, 0, stderr);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('its command is one that muster knows, with files where the package puts them', () => {
  const command = /^ExecStart=(.*)$/m.exec(readFileSync(UNIT, 'utf8'))[1].split(' ');
  assert.deepEqual(command, ['/usr/bin/muster', 'serve', '--data', '/var/lib/muster', '--config', '/etc/muster/muster.toml']);
  const help = execFileSync(BIN, ['serve', '--help'], { encoding: 'utf8' });
  for (const flag of command.filter((word) => word.startsWith('--'))) assert.ok(help.includes(`${flag} `), flag);
});
