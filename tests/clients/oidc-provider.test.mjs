// oidc-provider as the issuer, over HTTPS: its tokens are of type at+jwt and have no nbf, its keys come by
// discovery. @azure/msal-node gets the tokens, for which the provider is an OpenID authority like another.
import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfidentialClientApplication, ProtocolMode } from '@azure/msal-node';
import Provider from 'oidc-provider';
import { Signer } from '../protocol/jwt.mjs';
import { PROFILES, client, holding } from './clients.mjs';
import { wholeLife } from './life.mjs';
import { CA, certificate, startOwn } from './own.mjs';

const AUDIENCE = 'https://muster.example';
const ROLE = 'DeviceManagementConfiguration.ReadWrite.All';
const SECRET = 'a-secret-of-the-client';

// Requests of Muster's for the key set.
let fetches = 0;
let muster;
let server;
let issuer;

// Begins to sign with another key, as after a rotation: the old key is published no more.
function signWith(kid) {
  const signer = new Signer(kid);
  const key = { ...signer.privateKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' };
  const provider = new Provider(issuer, {
    jwks: { keys: [key] },
    scopes: [`${AUDIENCE}/.default`],
    clients: ['admin', 'guest'].map((id) => ({
      client_id: id,
      client_secret: SECRET,
      token_endpoint_auth_method: 'client_secret_post',
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      scope: `${AUDIENCE}/.default`,
    })),
    extraTokenClaims: (context, token) =>
      ({ tid: muster.tenant, appid: token.clientId, roles: token.clientId === 'admin' ? [ROLE] : [] }),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => AUDIENCE,
        useGrantedResource: () => true,
        getResourceServerInfo: (context, resource) => ({
          scope: `${AUDIENCE}/.default`,
          audience: resource,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
  });
  const answer = provider.callback();
  server.handle = (request, response) => {
    if (request.url === '/jwks') ++fetches;
    answer(request, response);
  };
}

async function token(id = 'admin') {
  const app = new ConfidentialClientApplication({
    auth: { clientId: id, clientSecret: SECRET, authority: issuer, knownAuthorities: [new URL(issuer).host] },
    system: { protocolMode: ProtocolMode.OIDC },
  });
  return (await app.acquireTokenByClientCredential({ scopes: [`${AUDIENCE}/.default`] })).accessToken;
}

const api = (accessToken) => client('beta', { url: muster.base, source: holding(accessToken) });
const list = (accessToken) => api(accessToken).api(PROFILES).top(1).get();

// `more`: further lines of the issuer's section.
const settings = (more = '') => `own_issuer = false
issuer_refetch_interval = "1s"

[[issuer]]
issuer = "${issuer}"
audiences = ["${AUDIENCE}"]
${more}
`;

before(async () => {
  server = createServer(certificate(), (request, response) => server.handle(request, response));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer = `https://127.0.0.1:${server.address().port}`;
  signWith('first');
  muster = await startOwn({ settings: settings(`ca_file = "${CA}"`) });
});
after(async () => {
  await muster?.destroy();
  server?.close();
  server?.closeAllConnections();
});

test('the whole life of a profile with its token', async () => {
  const accessToken = await token();
  const [header, claims] = accessToken.split('.').map((part) => Buffer.from(part, 'base64url').toString());
  assert.equal(JSON.parse(header).typ, 'at+jwt');
  assert.ok(!('nbf' in JSON.parse(claims)));
  await wholeLife(api(accessToken));
});

test('a client without the role is 403, a token for another audience 401', async () => {
  await assert.rejects(token('guest').then(list), { statusCode: 403 });
  const [head, , signature] = (await token()).split('.');
  const body = Buffer.from(JSON.stringify({ iss: issuer, aud: 'https://other.example' })).toString('base64url');
  await assert.rejects(list(`${head}.${body}.${signature}`), { statusCode: 401 });
});

test('after a rotation the new key is fetched for the first token that needs it, the old key ends', async () => {
  const old = await token();
  await list(old);
  const before = fetches;
  signWith('second');
  const fresh = await token();
  // Within the interval after the last fetch an unknown key is refused without asking the issuer.
  const deadline = Date.now() + 30_000;
  for (;;) {
    try {
      await list(fresh);
      break;
    } catch (error) {
      assert.equal(error.statusCode, 401);
      assert.ok(Date.now() < deadline, 'the new key is not found');
      await sleep(50);
    }
  }
  assert.equal(fetches, before + 1);
  await assert.rejects(list(old), { statusCode: 401 });
  await wholeLife(api(fresh));
});

test('keys are not taken from a server whose certificate is of an authority not named', async () => {
  const careful = await startOwn({ settings: settings(), tenant: muster.tenant });
  try {
    const answer = await careful.get(`/beta${PROFILES}`, { token: await token() });
    assert.equal(answer.status, 503, answer.text);
    assert.ok(Number(answer.headers['retry-after']) >= 1);
    await careful.stop();
    const events = careful.log.trim().split('\n').map((line) => JSON.parse(line));
    const { issuer: name, reason } = events.find(({ event }) => event === 'issuer_keys_not_fetched');
    assert.equal(name, issuer);
    assert.match(reason, /certificate/);
  } finally {
    await careful.destroy();
  }
});
