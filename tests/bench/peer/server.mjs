// The hand-written rival: Fastify and better-sqlite3, two routes, no validation, no authentication. Its
// commits are durable (synchronous=FULL), as Muster's are.
//
//   PORT=8080 DB=/tmp/peer.db node server.mjs
import { randomUUID } from 'node:crypto';
import Database from 'better-sqlite3';
import fastify from 'fastify';

const COLLECTION = '/beta/deviceManagement/androidForWorkEnrollmentProfiles';
const COLUMNS = ['id', 'accountId', 'displayName', 'description', 'createdDateTime', 'lastModifiedDateTime',
  'tokenValue', 'tokenExpirationDateTime', 'enrolledDeviceCount', 'qrCodeContent', 'qrCodeImage'];

const db = new Database(process.env.DB);
db.pragma('journal_mode = WAL');
db.pragma('synchronous = FULL');
db.exec(`CREATE TABLE IF NOT EXISTS profile (${COLUMNS.join(', ')}, UNIQUE (id))`);
const insert = db.prepare(`INSERT INTO profile VALUES (${COLUMNS.map((c) => '@' + c).join(', ')})`);
const find = db.prepare('SELECT * FROM profile WHERE id = ?');

const render = (row) => ({
  '@odata.type': '#microsoft.graph.androidForWorkEnrollmentProfile',
  ...row,
  qrCodeImage: row.qrCodeImage && JSON.parse(row.qrCodeImage),
});

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
app.get(`${COLLECTION}/:id`, (request, reply) => {
  const row = find.get(request.params.id);
  if (!row) return reply.code(404).send({ error: { code: 'ResourceNotFound', message: 'not found' } });
  return reply.send(render(row));
});
await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) });
