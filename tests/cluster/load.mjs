// Writers that do not give up: each sends a create, by the same repeatability id, until it is
// acknowledged. So in the end exactly what was acknowledged has to be stored, whatever happened meanwhile.
import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

export const PROFILES = '/beta/deviceManagement/androidForWorkEnrollmentProfiles';

// What a profile says, apart from annotations, as one hash.
export function hashOf({ '@odata.context': context, '@odata.type': type, ...profile }) {
  const { '@odata.type': imageType, ...qrCodeImage } = profile.qrCodeImage;
  return createHash('sha256').update(JSON.stringify({ ...profile, qrCodeImage })).digest('hex');
}

// What was answered in some time.
class Window {
  begun = performance.now();
  acknowledged = 0;
  reads = 0;
  unavailable = 0; // 503 with Retry-After: nothing was changed
  unknown = 0; // the same, but it may have been
  reasons = {}; // of 503, by message
  unanswered = {}; // by code: the connection failed
  wrong = []; // anything else
  late = 0; // answers that came after the deadline
  slowest = 0; // milliseconds that an answer took
  gap = 0; // milliseconds without an acknowledgement
  last = this.begun;

  constructor(deadline) {
    this.deadline = deadline;
  }

  took(milliseconds) {
    this.slowest = Math.max(this.slowest, milliseconds);
    if (milliseconds > this.deadline) ++this.late;
  }
  acknowledge() {
    const now = performance.now();
    this.gap = Math.max(this.gap, now - this.last);
    this.last = now;
    ++this.acknowledged;
  }
  refuse({ text, json }) {
    const reason = (json?.error?.message ?? text).slice(0, 80);
    this.reasons[reason] = (this.reasons[reason] ?? 0) + 1;
    if (reason.includes('answer to a commit was lost')) ++this.unknown;
    else ++this.unavailable;
  }
  get unansweredTotal() {
    return Object.values(this.unanswered).reduce((sum, n) => sum + n, 0);
  }
  toString() {
    const seconds = (milliseconds) => (milliseconds / 1000).toFixed(1);
    const failed = Object.entries(this.unanswered).map(([code, n]) => `${n} ${code}`);
    const reasons = Object.entries(this.reasons).map(([reason, n]) => ` | ${n} x ${reason}`);
    return `${this.acknowledged} acknowledged, ${this.reads} read, write gap ${seconds(this.gap)} s; ` +
      `503: ${this.unavailable}, of unknown outcome: ${this.unknown}, no answer: ${failed.join(', ') || 0}; ` +
      `slowest answer ${seconds(this.slowest)} s, late: ${this.late}, wrong: ${this.wrong.length}${reasons.join('')}`;
  }
}

export class Load {
  acknowledged = new Map(); // id to hash
  names = new Set();
  running = true;

  constructor(service, { writers = 16, readers = 2, deadline, pause = 0 }) {
    this.service = service;
    this.deadline = deadline;
    this.pause = pause;
    this.window();
    this.workers = [
      ...Array.from({ length: writers }, (_, i) => this.write(i)),
      ...Array.from({ length: readers }, () => this.read()),
    ];
  }

  // What is answered from now on is counted in it.
  window() {
    return (this.now = new Window(this.deadline));
  }

  // Waits until `count` more are acknowledged; gives the number a second.
  async more(count, limit = 90_000) {
    const begun = performance.now();
    const wanted = this.acknowledged.size + count;
    while (this.acknowledged.size < wanted) {
      if (performance.now() - begun > limit) throw new Error(`not ${count} writes in ${limit} ms: ${this.now}`);
      await sleep(20);
    }
    return (count * 1000) / (performance.now() - begun);
  }

  // No writer leaves with a request whose outcome it does not know.
  async stop() {
    this.running = false;
    await Promise.all(this.workers);
  }

  // One request; undefined if it has to be sent again, when the wait that was asked for is over.
  async attempt(method, path, options, good) {
    const begun = performance.now();
    let answer;
    try {
      answer = await this.service.request(method, path, options);
    } catch (error) {
      const code = error.code ?? error.message;
      this.now.unanswered[code] = (this.now.unanswered[code] ?? 0) + 1;
      this.now.took(performance.now() - begun);
      await sleep(100);
      return undefined;
    }
    this.now.took(performance.now() - begun);
    if (answer.status === good) return answer;
    const wait = Number(answer.headers['retry-after']);
    if (answer.status === 503 && wait > 0) {
      this.now.refuse(answer);
      await sleep(wait * 1000 * (0.5 + Math.random() / 2));
    } else {
      this.now.wrong.push(`${method} ${path}: ${answer.status} ${answer.text}`);
      await sleep(100);
    }
    return undefined;
  }

  async write(writer) {
    const agent = this.service.agent();
    for (let i = 0; this.running; ++i) {
      const body = { displayName: `writer ${writer}, profile ${i}` };
      const headers = { 'Repeatability-Request-ID': randomUUID(), 'Repeatability-First-Sent': new Date().toUTCString() };
      this.names.add(body.displayName);
      let answer;
      while (!answer) answer = await this.attempt('POST', PROFILES, { body, headers, agent }, 201);
      this.now.acknowledge();
      this.acknowledged.set(answer.json.id, hashOf(answer.json));
      this.newest = answer.json.id;
      if (this.pause) await sleep(this.pause);
    }
    agent.destroy();
  }

  async read() {
    const agent = this.service.agent();
    while (this.running) {
      if (this.newest) {
        const answer = await this.attempt('GET', `${PROFILES}/${this.newest}?$select=id`, { agent }, 200);
        if (answer) ++this.now.reads;
      }
      await sleep(20);
    }
    agent.destroy();
  }
}
