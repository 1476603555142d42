// Devices that enrol meanwhile, four at a time, by `muster device simulate`: each waits when it is told
// to, and sends the same request again.
import { spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BIN } from './cluster.mjs';
import { PROFILES } from './load.mjs';

const DEVICES = 20; // of one run of the command
const ROOT = '/beta/deviceManagement';

export class Fleet {
  enrolled = 0;
  failed = 0; // no answer: the device does not know
  notBegun = 0; // runs that could not fetch the authority's certificates, which come first
  refusals = [];
  running = true;

  static async start(service) {
    const { json } = await service.request('POST', PROFILES, { body: { displayName: 'Fleet' } });
    return new Fleet(service, json);
  }

  constructor(service, profile) {
    this.service = service;
    this.profile = profile;
    this.folder = mkdtempSync(join(tmpdir(), 'muster-fleet-'));
    this.work = this.enrol();
  }

  async enrol() {
    for (let run = 1; this.running; ++run) {
      const keep = join(this.folder, String(run));
      mkdirSync(keep);
      const found = await simulate(['--profile', this.profile.qrCodeContent, '--count', DEVICES, '--concurrency', '4',
        '--no-renew', '--no-report', '--json', '--serial-prefix', `F${run}-`, '--keep', keep]);
      if (found) {
        this.enrolled += found.enrolled;
        this.failed += found.failed;
        this.refusals.push(...found.refusals);
      } else {
        ++this.notBegun;
      }
      await sleep(found ? 200 : 1000);
    }
  }

  async stop() {
    this.running = false;
    await this.work;
  }

  // Serial numbers of the certificates that devices hold.
  held() {
    const files = readdirSync(this.folder, { recursive: true }).filter((name) => /cert[^/]*\.pem$/.test(name));
    return files.map((name) => new X509Certificate(readFileSync(join(this.folder, name))).serialNumber.toLowerCase());
  }

  // What the service has of them.
  async stored() {
    const { id } = this.profile;
    const enrolments = await this.service.all(`${ROOT}/deviceEnrollments?$top=1000&$filter=profileId%20eq%20'${id}'`);
    const { enrolledDeviceCount } = await this.service.get(`${PROFILES}/${id}`);
    return {
      counted: enrolledDeviceCount,
      devices: new Set(enrolments.map((one) => one.deviceId)).size,
      certificates: new Set(enrolments.map((one) => one.certificateSerialNumber.toLowerCase())),
    };
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

// What the command counted; undefined if it did not come so far.
function simulate(args) {
  return new Promise((resolve, reject) => {
    const { MUSTER_BIN: _, ...env } = process.env;
    const child = spawn(BIN, ['device', 'simulate', ...args.map(String)], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, error] = ['', ''];
    child.stdout.on('data', (piece) => (out += piece));
    child.stderr.on('data', (piece) => (error += piece));
    child.on('close', () => {
      if (out) resolve(JSON.parse(out));
      else if (/certificates cannot be had/.test(error)) resolve(undefined);
      else reject(new Error(error));
    });
  });
}
