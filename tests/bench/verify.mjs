// verify.mjs BASE_URL TOKEN_FILE IDS: prints how many of the lines `id name` are not served with that name.
import { readFileSync } from 'node:fs';

const [base, tokenFile, idsFile] = process.argv.slice(2);
const authorization = `Bearer ${readFileSync(tokenFile, 'utf8').trim()}`;
const rows = readFileSync(idsFile, 'utf8').split('\n').filter(Boolean).map((line) => {
  const at = line.indexOf(' ');
  return { id: line.slice(0, at), name: line.slice(at + 1) };
});
let missing = 0;
let next = 0;
async function worker() {
  while (next < rows.length) {
    const number = next++;
    const { id, name } = rows[number];
    const answer = await fetch(`${base}/beta/deviceManagement/androidForWorkEnrollmentProfiles/${id}`, {
      headers: { authorization },
    });
    const entity = await answer.json();
    if (answer.status === 200 && entity.displayName === name) continue;
    ++missing;
    console.error(`line ${number + 1} of ${rows.length}: ${id}: ${answer.status} ${entity.displayName ?? entity.error?.code}`);
  }
}
await Promise.all(Array.from({ length: 32 }, worker));
console.log(missing);
