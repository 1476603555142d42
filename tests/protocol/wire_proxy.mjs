// Stands between the service and a server of PostgreSQL, knows their protocol, and does at chosen statements what
// networks and servers do on bad days. The unit tests of the store have the same in C++.
import { once } from 'node:events';
import net from 'node:net';

const frame = (type, body) => {
  const octets = Buffer.alloc(5 + body.length);
  octets.write(type, 'latin1');
  octets.writeUInt32BE(4 + body.length, 1);
  body.copy(octets, 5);
  return octets;
};
// No server takes it: its transaction fails, and what follows is left out up to the end of the batch.
const REFUSED = frame('P', Buffer.from('\0no statement\0\0\0'));

// An ErrorResponse with another SQLSTATE.
function withState(message, state) {
  const fields = message.subarray(5).toString('latin1').split('\0').filter(Boolean);
  const text = fields.map((field) => (field[0] === 'C' ? `C${state}` : field)).join('\0');
  return frame('E', Buffer.from(`${text}\0\0`, 'latin1'));
}

// Whole messages at the beginning of `octets`, and the rest. Only the very first of a client has no type.
function messagesOf(octets, typed) {
  const messages = [];
  for (;;) {
    const head = typed ? 1 : 0;
    if (octets.length < head + 4) break;
    const size = head + octets.readUInt32BE(head);
    if (octets.length < size) break;
    messages.push(octets.subarray(0, size));
    octets = octets.subarray(size);
    typed = true;
  }
  return { messages, rest: octets };
}

class Pair {
  sent = Buffer.alloc(0);
  answered = Buffer.alloc(0);
  statements = new Map(); // SQL by name
  started = false;

  constructor(proxy, client, server) {
    Object.assign(this, { proxy, client, server });
    for (const socket of [client, server]) {
      socket.on('error', () => {});
      socket.on('close', () => this.end());
    }
    client.on('data', (octets) => {
      this.sent = Buffer.concat([this.sent, octets]);
      this.work = (this.work ?? Promise.resolve()).then(() => this.fromClient());
    });
    server.on('data', (octets) => this.fromServer(octets));
  }

  end() {
    if (!this.swallowed) this.server.destroy();
    this.client.destroy();
    this.proxy.pairs.delete(this);
  }

  async fromClient() {
    const { messages, rest } = messagesOf(this.sent, this.started);
    this.sent = rest;
    for (const message of messages) {
      if (this.swallowed || this.client.destroyed) return;
      const type = this.started ? String.fromCharCode(message[0]) : '';
      this.started = true;
      let out = message;
      if (type === 'P') {
        const [name, sql] = message.subarray(5).toString('latin1').split('\0');
        this.statements.set(name, sql);
      } else if (type === 'B') {
        if (this.failed) continue; // with what follows of its batch, which the server will not look at
        const [, name] = message.subarray(5).toString('latin1').split('\0');
        const action = await this.proxy.ask(this.statements.get(name));
        if (action?.fail) {
          this.state = action.fail;
          this.failed = true;
          out = REFUSED;
        } else if (action === 'cut') {
          return this.end();
        } else if (action === 'cut after') {
          this.cut = true;
        }
      }
      if (type === 'S') this.failed = false;
      this.server.write(out);
    }
  }

  fromServer(octets) {
    if (this.swallowed) return;
    const { messages, rest } = messagesOf(Buffer.concat([this.answered, octets]), true);
    this.answered = rest;
    for (const message of messages) {
      const type = String.fromCharCode(message[0]);
      if (this.cut) {
        if (type === 'Z') return this.end();
        continue;
      }
      this.client.write(type === 'E' && this.state ? withState(message, this.state) : message);
      if (type === 'E') this.state = undefined;
    }
  }
}

export class WireProxy {
  pairs = new Set();
  script = null; // async ({ number, sql }) => nothing, { fail: SQLSTATE }, 'cut' (before it), 'cut after' (its batch)
  seen = 0;

  // Over the socket of a server in `folder`.
  static async start(folder) {
    const proxy = new WireProxy();
    proxy.folder = folder;
    proxy.listener = net.createServer({ noDelay: true }, (client) => proxy.accept(client)).listen(0, '127.0.0.1');
    await once(proxy.listener, 'listening');
    proxy.url = `postgres://muster@127.0.0.1:${proxy.listener.address().port}/postgres?sslmode=disable&gssencmode=disable`;
    return proxy;
  }

  accept(client) {
    const server = net.connect(`${this.folder}/.s.PGSQL.5432`);
    this.pairs.add(new Pair(this, client, server));
  }

  ask(sql) {
    return this.script?.({ number: ++this.seen, sql });
  }

  follow(script) {
    this.script = script;
    this.seen = 0;
  }

  // Every connection that there is.
  reset() {
    for (const { client } of this.pairs) client.resetAndDestroy();
  }
  // Nothing comes out of the connections that there are any more, and nobody is told.
  swallow() {
    for (const pair of this.pairs) pair.swallowed = true;
  }

  async stop() {
    this.listener.close();
    for (const pair of this.pairs) {
      pair.client.destroy();
      pair.server.destroy();
    }
  }
}
