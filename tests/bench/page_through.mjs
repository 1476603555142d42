// page_through.mjs URL TOKEN_FILE PID ROWS: follows every @odata.nextLink from URL and prints the resident memory
// of process PID at the start, at each tenth of ROWS and at the end, with what was read until then.
import { readFileSync } from 'node:fs';
import http from 'node:http';

const [first, tokenFile, pid, rowsText] = process.argv.slice(2);
const headers = { Authorization: `Bearer ${readFileSync(tokenFile, 'utf8').trim()}` };
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

function get(url) {
  return new Promise((resolve, reject) => {
    http.get(url, { agent, headers }, (response) => {
      const pieces = [];
      response.on('data', (piece) => pieces.push(piece));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(pieces).toString();
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`${response.statusCode} ${text.slice(0, 200)}`));
      });
    }).on('error', reject);
  });
}

function mib(name) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return (Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)[1]) / 1024).toFixed(1);
}

const step = Number(rowsText) / 10;
let rows = 0;
let due = 0;
let pages = 0;
const began = performance.now();
function show() {
  console.log(`| ${rows} | ${pages} | ${mib('VmRSS')} | ${mib('RssAnon')} | ${mib('RssFile')} |`);
}
console.log('| rows read | pages | RSS MiB | of it own | of it the mapped file |\n|---|---|---|---|---|');
show();
for (let url = first; url;) {
  const page = JSON.parse(await get(url));
  rows += page.value.length;
  ++pages;
  url = page['@odata.nextLink'];
  while (rows >= due + step && url) {
    due += step;
    show();
  }
}
show();
agent.destroy();
console.log(`${rows} rows in ${((performance.now() - began) / 1000).toFixed(1)} s`);
if (rows < Number(rowsText)) process.exit(1);
