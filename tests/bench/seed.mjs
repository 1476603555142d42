// seed.mjs BASE_URL TOKEN_FILE COUNT [CONNECTIONS] [OUT]: creates COUNT profiles over keep-alive connections
// of plain HTTP and prints the ids' count; with OUT, writes `id name` of each acknowledged create there at once.
// Ends early, without an error, when the service goes away and OUT is given: the power-cut test pulls it.
import { createWriteStream, readFileSync } from 'node:fs';
import http from 'node:http';

const [base, tokenFile, countText, connectionsText = '64', out] = process.argv.slice(2);
const count = Number(countText);
const url = new URL('/beta/deviceManagement/androidForWorkEnrollmentProfiles', base);
const token = readFileSync(tokenFile, 'utf8').trim();
const agent = new http.Agent({ keepAlive: true, maxSockets: Number(connectionsText) });
const sink = out ? createWriteStream(out) : null;
const example = JSON.parse(readFileSync(new URL('./example_body.json', import.meta.url), 'utf8'));

function create(number) {
  const body = JSON.stringify({ ...example, displayName: `row ${number}` });
  return new Promise((resolve, reject) => {
    const request = http.request(url, {
      method: 'POST',
      agent,
      headers: {
        Authorization: `Bearer ${token}`,
        'Content-Type': 'application/json',
        'Content-Length': Buffer.byteLength(body),
      },
    }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece) => (text += piece));
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode !== 201) return reject(new Error(`${response.statusCode} ${text.slice(0, 200)}`));
        sink?.write(`${/"id":"([^"]+)"/.exec(text)[1]} row ${number}\n`);
        return resolve();
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

let next = 0;
let done = 0;
async function worker() {
  while (next < count) {
    const number = next++;
    try {
      await create(number);
      ++done;
    } catch (error) {
      if (!sink) throw error;
      return;
    }
  }
}
await Promise.all(Array.from({ length: Number(connectionsText) }, worker));
agent.destroy();
if (sink) await new Promise((resolve) => sink.end(resolve));
console.log(done);
