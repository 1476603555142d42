// The cluster of tools/cluster.py as tests see it: commands that harm it, and HTTPS through HAProxy.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const SCRIPT = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../../tools/cluster.py');
const { MUSTER_BIN, ...environment } = process.env;
export const BIN = MUSTER_BIN;
if (!BIN) throw new Error('Set MUSTER_BIN to the muster binary.');
// An answer that takes longer is a client's to give up.
const HANG = 60_000;

export class Cluster {
  constructor(folder) {
    this.folder = folder;
  }

  static async up(folder, ...options) {
    const cluster = new Cluster(folder);
    await cluster.command('up', ...options);
    const status = await cluster.status();
    cluster.data = status.data;
    cluster.port = Number(new URL(status.url).port);
    cluster.base = status.url;
    cluster.ca = readFileSync(status.caFile);
    cluster.bearer = (await cluster.muster('token')).trim();
    return cluster;
  }

  async command(...args) {
    const { stdout } = await run('python3', [SCRIPT, '--folder', this.folder, ...args], { env: { ...environment, MUSTER_BIN: BIN } });
    return stdout.trim();
  }

  async status() {
    return JSON.parse(await this.command('status', '--json'));
  }

  // A command of the program on the first node's data.
  async muster(...args) {
    const { stdout } = await run(BIN, [...args, '--data', this.data], { env: environment });
    return stdout;
  }

  agent() {
    return new https.Agent({ keepAlive: true, maxSockets: 1, ca: this.ca });
  }

  // Resolves with {status, headers, json, text}; rejects with a code when no answer came.
  request(method, path, { body, headers = {}, agent, port = this.port } = {}) {
    const octets = body && JSON.stringify(body);
    const all = { Authorization: `Bearer ${this.bearer}`, ...headers };
    if (octets) Object.assign(all, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(octets) });
    return new Promise((resolve, reject) => {
      const trust = agent ? {} : { ca: this.ca };
      const request = https.request({ host: '127.0.0.1', servername: 'localhost', port, method, path, headers: all, agent, ...trust }, (response) => {
        const pieces = [];
        response.on('data', (piece) => pieces.push(piece));
        response.on('error', reject);
        response.on('end', () => {
          clearTimeout(timer);
          const text = Buffer.concat(pieces).toString('utf8');
          const isJson = (response.headers['content-type'] ?? '').startsWith('application/json');
          resolve({ status: response.statusCode, headers: response.headers, text, json: isJson && text ? JSON.parse(text) : undefined });
        });
      });
      const timer = setTimeout(() => request.destroy(Object.assign(new Error('no answer'), { code: 'HANG' })), HANG);
      request.on('error', (error) => {
        clearTimeout(timer);
        reject(error);
      });
      request.end(octets);
    });
  }

  async get(path, options) {
    const answer = await this.request('GET', path, options);
    if (answer.status !== 200) throw new Error(`GET ${path}: ${answer.status} ${answer.text}`);
    return answer.json;
  }

  // All pages of a list.
  async all(path) {
    const found = [];
    for (let next = path; next;) {
      const page = await this.get(next);
      found.push(...page.value);
      next = page['@odata.nextLink']?.slice(this.base.length);
    }
    return found;
  }
}
