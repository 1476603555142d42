// A PostgreSQL of a test's own, which the test may kill, as tools/with_pg.sh starts one for all.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const VERSIONS = readdirSync('/usr/lib/postgresql').filter((name) => /^[0-9]+$/.test(name));
const PROGRAMS = `/usr/lib/postgresql/${Math.max(...VERSIONS)}/bin`;

// As root it does not start.
const idOf = (which) => Number(execFileSync('id', [which, 'postgres']));
export const OWNER = process.getuid() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {};
export const own = (path) => OWNER.uid === undefined || chownSync(path, OWNER.uid, OWNER.gid);

export function folderOfOwner() {
  const folder = mkdtempSync(join(tmpdir(), 'pg-'));
  own(folder);
  chmodSync(folder, 0o755);
  return folder;
}

let template; // a cluster that was never started, to be copied
function madeCluster() {
  if (template) return template;
  const folder = folderOfOwner();
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const options = ['-U', 'muster', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync', '--wal-segsize=1'];
  execFileSync(`${PROGRAMS}/initdb`, ['-D', join(folder, 'data'), ...options], { cwd: folder, stdio: 'pipe', ...OWNER });
  return (template = join(folder, 'data'));
}

// Safe against a loss of its process, not of power.
const SETTINGS = {
  listen_addresses: '', max_connections: 60, shared_buffers: '16MB', fsync: 'off', full_page_writes: 'off',
  max_wal_size: '64MB', min_wal_size: '2MB',
};

export class Postgres {
  constructor(settings = {}) {
    this.folder = folderOfOwner();
    this.data = join(this.folder, 'data');
    this.settings = { ...SETTINGS, ...settings };
    this.log = '';
  }

  static async start(settings) {
    const server = new Postgres(settings);
    execFileSync('cp', ['-rp', madeCluster(), server.data]);
    await server.launch();
    return server;
  }

  url(more = '') {
    return `postgres://muster@/postgres?host=${this.folder}&port=${this.settings.port ?? 5432}${more}`;
  }

  // Until it takes connections. What is left of one that was killed may have to end first.
  async launch() {
    for (;;) {
      if (await this.tried()) return;
      if (!/in use|still running|lock file/.test(this.log)) throw new Error(this.log);
    }
  }

  tried() {
    const settings = Object.entries(this.settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const args = ['-D', this.data, '-k', this.folder, ...settings];
    this.log = '';
    this.process = spawn(`${PROGRAMS}/postgres`, args, { cwd: this.folder, stdio: ['ignore', 'ignore', 'pipe'], ...OWNER });
    this.exited = new Promise((resolve) => this.process.on('exit', resolve));
    return new Promise((resolve) => {
      this.process.stderr.on('data', (piece) => {
        this.log += piece;
        if (/ready to accept (read-only )?connections/.test(this.log)) resolve(true);
      });
      this.exited.then(() => resolve(false));
    });
  }

  // Starts it again, at a port of the loopback address too, which comes back.
  async listen(settings) {
    Object.assign(this.settings, settings, { listen_addresses: '127.0.0.1' });
    for (;;) {
      const { port } = await new Promise((resolve) => {
        const finder = net.createServer().listen(0, '127.0.0.1', () => {
          const address = finder.address();
          finder.close(() => resolve(address));
        });
      });
      this.settings.port = port;
      if (await this.tried()) return port;
      if (!/Address already in use/.test(this.log)) throw new Error(this.log);
    }
  }

  // SIGINT: a fast stop; SIGQUIT: an immediate one; SIGKILL: what the kernel does for want of memory.
  async stop(signal = 'SIGINT') {
    if (this.process.exitCode === null && this.process.signalCode === null) this.process.kill(signal);
    await this.exited;
  }

  async destroy() {
    await this.stop('SIGQUIT');
    rmSync(this.folder, { recursive: true, force: true });
  }

  // Rows as lines. May write, whatever the server's word on it is.
  async query(sql) {
    const env = { ...process.env, PGOPTIONS: '-c default_transaction_read_only=off' };
    const { stdout } = await run('psql', ['-XqAt', '-v', 'ON_ERROR_STOP=1', '-d', this.url(), '-c', sql], { env });
    return stdout.trim();
  }

  // A connection that does nothing, as a socket; null when there is no room for it.
  occupy(user, database) {
    const body = Buffer.from(`\0\x03\0\0user\0${user}\0database\0${database}\0\0`, 'latin1');
    const head = Buffer.alloc(4);
    head.writeUInt32BE(4 + body.length);
    const socket = net.connect(`${this.folder}/.s.PGSQL.5432`);
    socket.on('error', () => {});
    socket.write(Buffer.concat([head, body]));
    return new Promise((resolve) => {
      socket.on('close', () => resolve(null));
      socket.on('data', (octets) => octets.toString('latin1').includes('Z\0\0\0\x05I') && resolve(socket));
    });
  }

  // A standby that follows this server, which waits for it with every commit.
  async standby() {
    const standby = new Postgres(this.settings);
    const options = ['-h', this.folder, '-U', 'muster', '-D', standby.data, '-R', '-c', 'fast', '--no-sync'];
    await run(`${PROGRAMS}/pg_basebackup`, options, { cwd: standby.folder, ...OWNER });
    await standby.launch();
    await this.query("ALTER SYSTEM SET synchronous_standby_names = '*'");
    await this.query('SELECT pg_reload_conf()');
    return standby;
  }
}

// A PgBouncer before that server: every transaction gets another session than the one before, if it can.
export class PgBouncer {
  static async start(server) {
    const bouncer = new PgBouncer();
    bouncer.folder = folderOfOwner();
    const file = (name, text) => {
      const path = join(bouncer.folder, name);
      writeFileSync(path, text);
      own(path);
      return path;
    };
    const users = file('users', '"muster" ""\n');
    const settings = file('pgbouncer.ini', `[databases]
* = host=${server.folder}
[pgbouncer]
pool_mode = transaction
server_round_robin = 1
auth_type = trust
auth_file = ${users}
listen_port = 6432
unix_socket_dir = ${bouncer.folder}
default_pool_size = 8
server_login_retry = 1
`);
    bouncer.process = spawn('/usr/sbin/pgbouncer', [settings], { cwd: bouncer.folder, stdio: ['ignore', 'ignore', 'pipe'], ...OWNER });
    bouncer.exited = new Promise((resolve) => bouncer.process.on('exit', resolve));
    let log = '';
    await new Promise((resolve, reject) => {
      bouncer.process.stderr.on('data', (piece) => {
        log += piece;
        if (log.includes('process up')) resolve();
      });
      bouncer.exited.then(() => reject(new Error(log)));
    });
    bouncer.url = `postgres://muster@/postgres?host=${bouncer.folder}&port=6432`;
    return bouncer;
  }

  async destroy() {
    this.process.kill('SIGKILL');
    await this.exited;
    rmSync(this.folder, { recursive: true, force: true });
  }
}
