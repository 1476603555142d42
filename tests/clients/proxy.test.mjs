// Clients that know the service by the name of a proxy before it. They send their token to no other host, and
// compare the issuer with what they were told.
import assert from 'node:assert/strict';
import https from 'node:https';
import { after, before, test } from 'node:test';
import { client, credential } from './clients.mjs';
import { wholeLife } from './life.mjs';
import { certificate, startOwn } from './own.mjs';

let muster;
let proxy;
let url;
let app;
before(async () => {
  muster = await startOwn({ settings: 'trusted_proxies = ["127.0.0.1"]\n' });
  const role = ['--role', 'DeviceManagementConfiguration.ReadWrite.All'];
  app = JSON.parse(await muster.command('app', 'create', '--tenant', muster.tenant, '--name', 'proxied', ...role, '--json'));
  proxy = https.createServer(certificate(), (request, response) => {
    const { method, url: path } = request;
    const seen = { 'x-forwarded-host': request.headers.host, 'x-forwarded-proto': 'https' };
    const headers = { ...request.headers, ...seen, host: 'muster.internal' };
    const there = { host: '127.0.0.1', port: muster.port, servername: 'localhost', ca: muster.ca };
    const onward = https.request({ ...there, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', (error) => response.destroy(error));
    request.pipe(onward);
  });
  await new Promise((resolve) => proxy.listen(0, 'localhost', resolve));
  url = `https://localhost:${proxy.address().port}`;
});
after(async () => {
  proxy?.close();
  proxy?.closeAllConnections();
  await muster?.destroy();
});

test('tokens and the whole life of a profile through the proxy', async () => {
  const source = credential(app.clientSecret, { url, tenant: muster.tenant, id: app.clientId });
  const { token } = await source.getToken(`${url}/.default`);
  assert.equal(JSON.parse(Buffer.from(token.split('.')[1], 'base64url')).iss, `${url}/${muster.tenant}/v2.0`);
  await wholeLife(client('beta', { url, source }));
});
