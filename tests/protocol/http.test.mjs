// Fires the corpus of http_corpus.mjs at a running service, over TLS and over plain TCP.
//
//   BASE_URL=https://127.0.0.1:8443 CA_FILE=data/tls/ca.pem PLAIN_URL=http://127.0.0.1:8080 \
//     node --test tests/protocol/http.test.mjs
//
// Without BASE_URL it starts the binary named by MUSTER_BIN.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { after, describe, test } from 'node:test';
import tls from 'node:tls';

import { corpus } from './http_corpus.mjs';

const PATIENCE = Number(process.env.HTTP_PATIENCE ?? 5000); // ms; a right server answers at once
const PARALLEL = 8;
const PROBE = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';

async function targets() {
  if (process.env.BASE_URL) {
    const ca = process.env.CA_FILE ? readFileSync(process.env.CA_FILE) : undefined;
    return { secure: new URL(process.env.BASE_URL), plain: new URL(process.env.PLAIN_URL), ca };
  }
  const { Muster } = await import('./harness.mjs');
  const muster = await Muster.start({ args: ['--listen-plain', '127.0.0.1:0'] });
  after(() => muster.destroy());
  const { plainUrl } = JSON.parse(readFileSync(`${muster.data}/run.json`, 'utf8'));
  return { secure: new URL(muster.base), plain: new URL(plainUrl), ca: muster.ca };
}

// The replies in `octets` and what is left of the last one. Replies here have a Content-Length.
function parseReplies(octets, heads) {
  const replies = [];
  let rest = octets;
  while (rest.length > 0) {
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0) break;
    const head = rest.slice(0, end);
    const status = Number(/^HTTP\/1\.[01] (\d{3}) /.exec(head)?.[1]);
    assert.ok(status, `not a status line: ${JSON.stringify(head.slice(0, 80))}`);
    const bodiless = status < 200 || status === 204 || status === 304 || heads[replies.length];
    const size = bodiless ? 0 : Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0);
    if (rest.length < end + 4 + size) break;
    rest = rest.slice(end + 4 + size);
    if (status >= 200) replies.push({ status, close: /^connection: close$/im.test(head) });
  }
  return { replies, rest };
}

// Sends the case and reads until the server ends the connection. When the first reply leaves it open, a
// probe that asks to close follows: what comes in between answers something it should not.
function exchange(connect, { raw }) {
  return new Promise((resolve, reject) => {
    const heads = [raw.startsWith('HEAD ')];
    let octets = '';
    let probed = false;
    const socket = connect(() => socket.write(Buffer.from(raw, 'latin1')));
    const done = (how) => {
      clearTimeout(timer);
      socket.destroy();
      try {
        resolve({ how, probed, ...parseReplies(octets, heads) });
      } catch (error) {
        reject(error);
      }
    };
    const timer = setTimeout(() => done('silence'), PATIENCE);
    socket.on('data', (piece) => {
      octets += piece.toString('latin1');
      let replies;
      try {
        ({ replies } = parseReplies(octets, heads));
      } catch (error) {
        clearTimeout(timer);
        socket.destroy();
        return reject(error);
      }
      if (replies.length === 1 && !replies[0].close && !probed) {
        probed = true;
        socket.write(PROBE);
      }
    });
    socket.on('end', () => done('end'));
    socket.on('error', (error) => done(error.code === 'ECONNRESET' ? 'reset' : error.code));
  });
}

function judge({ expect }, { how, replies, rest, probed }) {
  const seen = `${replies.map((reply) => reply.status).join(', ') || 'no reply'}, then ${how}`;
  assert.equal(rest, '', `half a reply after ${seen}`);
  if (expect === 'refuse') {
    assert.equal(replies.length, 1, `one refusal, seen ${seen}`);
    assert.ok(replies[0].status >= 400, `a refusal, seen ${seen}`);
    assert.ok(replies[0].close && how === 'end', `the connection ends, seen ${seen}`);
    return;
  }
  assert.ok(replies.length > 0 && expect.includes(replies[0].status), `one of ${expect}, seen ${seen}`);
  assert.equal(how, 'end', `seen ${seen}`);
  assert.equal(replies.length, probed ? 2 : 1, `seen ${seen}`);
  if (probed) assert.equal(replies[1].status, 200, `the next request is served, seen ${seen}`);
}

async function fireAll(cases, connect) {
  const failures = [];
  const waiting = [...cases];
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      try {
        judge(next, await exchange(connect, next));
      } catch (error) {
        failures.push(`${next.group} / ${next.name} (${next.level}): ${error.message}`);
      }
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  assert.deepEqual(failures, [], `${failures.length} of ${cases.length}:\n${failures.join('\n')}`);
}

const { secure, plain, ca } = await targets();

describe('the corpus', () => {
  test('has nine groups, three levels, and no case twice', () => {
    assert.ok(corpus.length >= 230, `${corpus.length} cases`);
    assert.equal(new Set(corpus.map(({ group }) => group)).size, 9);
    assert.deepEqual([...new Set(corpus.map(({ level }) => level))].sort(), ['MUST', 'SHOULD', 'VALID']);
    const names = corpus.map(({ group, name }) => `${group} / ${name}`);
    assert.deepEqual(names.filter((name, index) => names.indexOf(name) !== index), []);
  });

  test('over TLS', () => {
    const options = { host: secure.hostname, port: secure.port, ca, ALPNProtocols: ['http/1.1'] };
    return fireAll(corpus, (ready) => tls.connect(options, ready));
  });

  test('over plain TCP', () =>
    fireAll(corpus, (ready) => net.connect({ host: plain.hostname, port: plain.port }, ready)));
});

// Every octet before, inside and after the names and values that frame a body.
describe('mutations of framing fields', () => {
  const places = [
    ['before the name', (octet, [name, value]) => `${octet}${name}: ${value}`],
    ['inside the name', (octet, [name, value]) => `${name.slice(0, 7)}${octet}${name.slice(7)}: ${value}`],
    ['after the name', (octet, [name, value]) => `${name}${octet}: ${value}`],
    ['after the colon', (octet, [name, value]) => `${name}:${octet}${value}`],
    ['inside the value', (octet, [name, value]) => `${name}: ${value.slice(0, 1)}${octet}${value.slice(1)}`],
    ['after the value', (octet, [name, value]) => `${name}: ${value}${octet}`],
  ];
  const framings = [
    { field: ['Transfer-Encoding', 'chunked'], other: 'Content-Length: 5\r\n', body: '0\r\n\r\n' },
    { field: ['Content-Length', '05'], other: '', body: '0\r\n\r\n' },
  ];

  // Whether the line is malformed, or frames the body in a way that must be refused. Else it is an
  // unknown field, or means the same as before: then nothing is hidden.
  const mustRefuse = (line, other) => {
    const [, name, value] = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([\t\x20-\x7e\x80-\xff]*?)[ \t]*$/.exec(line) ?? [];
    if (name === undefined) return true;
    if (name.toLowerCase() === 'transfer-encoding') return other !== '' || value.toLowerCase() !== 'chunked';
    return name.toLowerCase() === 'content-length' && !/^\d{1,18}$/.test(value);
  };

  const mutations = framings.flatMap((framing) =>
    places.flatMap(([place, mutate]) =>
      Array.from({ length: 256 }, (_, code) => {
        const line = mutate(String.fromCharCode(code), framing.field);
        const raw =
          `POST /healthz HTTP/1.1\r\nHost: localhost\r\n${line}\r\n${framing.other}\r\n` +
          `${framing.body}GET /hidden HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;
        return { name: `${framing.field[0]}, octet ${code} ${place}`, raw, refuse: mustRefuse(line, framing.other) };
      }),
    ),
  );

  test(`${mutations.length} of them leave no room for a hidden request`, async () => {
    const wrong = mutations.filter(({ refuse }) => refuse);
    assert.ok(wrong.length > 1500, `${wrong.length} to refuse`);
    const cases = wrong.map(({ name, raw }) => ({ group: 'mutation', level: 'MUST', name, raw, expect: 'refuse' }));
    await fireAll(cases, (ready) => net.connect({ host: plain.hostname, port: plain.port }, ready));
  });
});
