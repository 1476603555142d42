// A PostgreSQL server for tests that need one whatever the service's store is: the one that runs already
// (tools/with_pg.sh), or one of the test's own.
import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { server as running } from './harness.mjs';

export class Database {
  static async start() {
    const one = new Database();
    one.url = running;
    if (running) return one;
    const script = fileURLToPath(new URL('../../tools/with_pg.sh', import.meta.url));
    // Lives until its input ends, also by our end.
    one.process = spawn('bash', [script, 'bash', '-c', 'echo "$TEST_POSTGRES"; cat'], { stdio: ['pipe', 'pipe', 'inherit'] });
    const [line] = await once(one.process.stdout, 'data');
    one.url = line.toString().trim();
    return one;
  }

  async stop() {
    if (!this.process) return;
    const gone = once(this.process, 'exit');
    this.process.stdin.end();
    await gone;
  }

  // The URL of a schema of its own, which is empty.
  schema() {
    const name = `test_${randomUUID().replaceAll('-', '_')}`;
    this.ask(`CREATE SCHEMA ${name}`);
    return `${this.url}&options=-csearch_path%3D${name}`;
  }

  // What a statement gives, as text without headings; in a schema if `url` is one's.
  ask(sql, url = this.url) {
    return execFileSync('psql', ['-qAt', '-v', 'ON_ERROR_STOP=1', '-d', url, '-c', sql], { encoding: 'utf8' }).trim();
  }
}
