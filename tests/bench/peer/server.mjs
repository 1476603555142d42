// The hand-written rival: Fastify and better-sqlite3, three routes, no validation, no authentication. Its
// commits are durable (synchronous=FULL), as Muster's are. It knows the one filter and order that are measured,
// has an index for them, and pages by offset.
//
//   PORT=8080 DB=/tmp/peer.db node server.mjs
//   SEED=ROWS DB=/tmp/peer.db node server.mjs      fills the file up to so many rows and ends
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import fastify from 'fastify';

const COLLECTION = '/beta/deviceManagement/androidForWorkEnrollmentProfiles';
const COLUMNS = ['id', 'accountId', 'displayName', 'description', 'createdDateTime', 'lastModifiedDateTime',
  'tokenValue', 'tokenExpirationDateTime', 'enrolledDeviceCount', 'qrCodeContent', 'qrCodeImage'];

const db = new Database(process.env.DB);
db.pragma('journal_mode = WAL');
db.pragma('synchronous = FULL');
db.exec(`CREATE TABLE IF NOT EXISTS profile (${COLUMNS.join(', ')}, UNIQUE (id))`);
db.exec('CREATE INDEX IF NOT EXISTS profile_by_name ON profile (displayName)');
db.pragma('mmap_size = 2147418112');
const insert = db.prepare(`INSERT INTO profile VALUES (${COLUMNS.map((c) => '@' + c).join(', ')})`);
const find = db.prepare('SELECT * FROM profile WHERE id = ?');

const render = (row) => ({
  '@odata.type': '#microsoft.graph.androidForWorkEnrollmentProfile',
  ...row,
  qrCodeImage: row.qrCodeImage && JSON.parse(row.qrCodeImage),
});

function seed(rows) {
  const example = JSON.parse(readFileSync(new URL('../example_body.json', import.meta.url), 'utf8'));
  const now = new Date().toISOString();
  const fill = db.transaction((from, to) => {
    for (let number = from; number < to; ++number) {
      const letter = String.fromCharCode(65 + (Math.floor((number * 7919) / 31) % 26));
      insert.run({
        ...example,
        id: randomUUID(),
        displayName: `${letter} ${String(number).padStart(7, '0')}`,
        createdDateTime: now,
        lastModifiedDateTime: now,
        qrCodeImage: JSON.stringify(example.qrCodeImage),
      });
    }
  });
  const { rows: there } = db.prepare('SELECT count(*) AS rows FROM profile').get();
  db.pragma('cache_size = -400000');
  for (let at = there; at < rows; at += 50000) fill(at, Math.min(at + 50000, rows));
}
if (process.env.SEED) {
  seed(Number(process.env.SEED));
  process.exit();
}

// Statements are kept by what is selected; there are few.
const lists = new Map();
function listStatement(select, filtered) {
  const columns = select ? select.split(',').filter((c) => COLUMNS.includes(c)) : COLUMNS;
  const key = `${columns} ${filtered}`;
  if (!lists.has(key)) {
    lists.set(key, db.prepare(`SELECT ${columns.join(', ')} FROM profile ${filtered
      ? 'WHERE displayName >= ? AND displayName < ? ORDER BY displayName' : 'ORDER BY id'} LIMIT ? OFFSET ?`));
  }
  return lists.get(key);
}

const app = fastify({ logger: false });
app.post(COLLECTION, (request, reply) => {
  const now = new Date().toISOString();
  const row = Object.fromEntries(COLUMNS.map((c) => [c, request.body[c] ?? null]));
  row.id = randomUUID();
  row.createdDateTime = row.lastModifiedDateTime = now;
  row.qrCodeImage &&= JSON.stringify(row.qrCodeImage);
  insert.run(row);
  reply.code(201).header('Location', `${COLLECTION}/${row.id}`).send(render(row));
});
app.get(COLLECTION, (request, reply) => {
  const { $filter: filter, $select: select, $top: top = '100', $skip: skip = '0' } = request.query;
  const prefix = filter && /^startswith\(displayName,'(.*)'\)$/.exec(filter)?.[1];
  const range = prefix ? [prefix, `${prefix}\u{10FFFF}`] : [];
  const rows = listStatement(select, Boolean(prefix)).all(...range, Number(top) + 1, Number(skip));
  const more = rows.length > Number(top);
  if (more) rows.pop();
  reply.send({
    '@odata.context': `http://${request.headers.host}/beta/$metadata#deviceManagement/androidForWorkEnrollmentProfiles`,
    ...(more && { '@odata.nextLink': `http://${request.headers.host}${COLLECTION}?$skip=${Number(skip) + Number(top)}` }),
    value: select ? rows : rows.map(render),
  });
});
app.get(`${COLLECTION}/:id`, (request, reply) => {
  const row = find.get(request.params.id);
  if (!row) return reply.code(404).send({ error: { code: 'ResourceNotFound', message: 'not found' } });
  return reply.send(render(row));
});
await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) });
