// Who may come in: the own token service, external issuers, and everything forged.
import assert from 'node:assert/strict';
import { createPublicKey, randomUUID, verify } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ALL, AUDIENCE, Signer, claims, decode, hmacToken, unsignedToken } from './jwt.mjs';
import { Muster, PROFILES, assertError } from './harness.mjs';

const FORM = { 'Content-Type': 'application/x-www-form-urlencoded;charset=utf-8' };
const PERSONAL = '9188040d-6c67-4c5b-b112-36a304b66dad';
const ISSUER = 'https://issuer.example/tenants';

const folder = mkdtempSync(join(tmpdir(), 'muster-issuer-'));
const external = new Signer('external-1');
const elliptic = new Signer('external-2', 'ES256');
const jwksFile = join(folder, 'jwks.json');
writeFileSync(jwksFile, JSON.stringify({ keys: [external.jwk(), elliptic.jwk()] }));

// An issuer that publishes its keys by discovery. Counts how often it is asked.
const online = { signer: new Signer('online-1'), asked: 0 };
const server = http.createServer((request, response) => {
  const base = `http://127.0.0.1:${server.address().port}`;
  response.setHeader('Content-Type', 'application/json');
  if (request.url === '/.well-known/openid-configuration') {
    response.end(JSON.stringify({ issuer: base, jwks_uri: `${base}/jwks` }));
  } else if (request.url === '/jwks') {
    online.asked += 1;
    response.end(JSON.stringify({ keys: [online.signer.jwk()] }));
  } else {
    response.writeHead(404).end();
  }
});

let muster;
let app;
before(async () => {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  online.issuer = `http://127.0.0.1:${server.address().port}`;
  muster = await Muster.start({
    settings: `[[issuer]]
name = "file"
issuer = "${ISSUER}"
jwks_file = "${jwksFile}"
audiences = ["${AUDIENCE}"]

[[issuer]]
name = "online"
issuer = "${online.issuer}"
audiences = ["${AUDIENCE}"]
`,
  });
  app = JSON.parse(await muster.command('app', 'create', '--tenant', muster.tenant, '--name', 'Terraform', '--role', ALL[0], '--json'));
});
after(async () => {
  await muster?.destroy();
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
});

const form = (fields) => new URLSearchParams(fields).toString();
const askToken = (fields, { tenant = muster.tenant, headers = {}, query = '' } = {}) =>
  muster.request('POST', `/${tenant}/oauth2/v2.0/token${query}`, {
    body: typeof fields === 'string' ? fields : form(fields), headers: { ...FORM, ...headers }, token: null,
  });
const credentials = (more = {}) => ({
  client_id: app.clientId, client_secret: app.clientSecret, grant_type: 'client_credentials', scope: `${muster.base}/.default`, ...more,
});
const accepted = async (token) => assert.equal((await muster.get(PROFILES, { token })).status, 200);
const refused = async (token, status = 401) => {
  const answer = await muster.get(PROFILES, { token });
  assertError(answer, status, status === 401 ? 'InvalidAuthenticationToken' : undefined);
  if (status === 401) assert.match(answer.headers['www-authenticate'], /^Bearer/);
  assert.ok(!answer.text.includes(token.split('.').at(-1) || '\0'), 'the token is not repeated');
};

describe('token endpoint', () => {
  test('the request of an Entra client library gets a token that works', async () => {
    const answer = await askToken(
      credentials({ 'x-client-SKU': 'msal.js.node', 'x-client-current-telemetry': '5|771,2,,,|,', claims: '{"access_token":{"xms_cc":{"values":["cp1"]}}}' }),
      { query: '?client-request-id=12345678-1234-1234-1234-123456789012' });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.headers['cache-control'], 'no-store');
    const { access_token: token, ...rest } = answer.json;
    assert.deepEqual(rest, { token_type: 'Bearer', expires_in: 3599, ext_expires_in: 3599 });
    await accepted(token);
    const { header, claims: said } = decode(token);
    assert.equal(header.alg, 'RS256');
    assert.equal(header.typ, 'JWT');
    assert.equal(said.iss, `${muster.base}/${muster.tenant}/v2.0`);
    assert.equal(said.tid, muster.tenant);
    assert.deepEqual(said.roles, ALL);
    assert.equal(said.idtyp, 'app');
    assert.equal(said.exp - said.iat, 3599);
    assert.equal(said.azp ?? said.appid, app.clientId);
  });

  test('every name of the resource is taken', async () => {
    for (const scope of [`${muster.base}/.default`, 'https://graph.microsoft.com/.default', undefined]) {
      const fields = credentials({ scope });
      if (!scope) delete fields.scope;
      const answer = await askToken(fields);
      assert.equal(answer.status, 200, `${scope}: ${answer.text}`);
      await accepted(answer.json.access_token);
    }
  });

  test('client_secret_basic, raw as clients send it', async () => {
    const basic = Buffer.from(`${app.clientId}:${app.clientSecret}`).toString('base64');
    const answer = await askToken(`grant_type=client_credentials&scope=${muster.base}/.default`, { headers: { Authorization: `Basic ${basic}` } });
    assert.equal(answer.status, 200, answer.text);
    await accepted(answer.json.access_token);
  });

  test('the tenant in upper case', async () => {
    assert.equal((await askToken(credentials(), { tenant: muster.tenant.toUpperCase() })).status, 200);
  });

  const cases = [
    ['a wrong secret', { client_secret: 'wrong' }, 401, 'invalid_client'],
    ['an unknown client', { client_id: randomUUID() }, 401, 'invalid_client'],
    ['another grant', { grant_type: 'password' }, 400, 'unsupported_grant_type'],
    ['no grant', { grant_type: '' }, 400, 'invalid_request'],
    ['another resource', { scope: 'https://vault.azure.net/.default' }, 400, 'invalid_scope'],
    ['a scope that is not .default', { scope: 'https://graph.microsoft.com/User.Read' }, 400, 'invalid_scope'],
  ];
  for (const [name, change, status, error] of cases) {
    test(`${name} is ${status} ${error}`, async () => {
      const answer = await askToken(credentials(change));
      assert.equal(answer.status, status, answer.text);
      assert.equal(answer.json.error, error);
      assert.match(answer.json.error_description, /^AADSTS\d+: /);
      assert.equal(typeof answer.json.error_codes[0], 'number');
      assert.match(answer.json.timestamp, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$/);
      for (const member of ['trace_id', 'correlation_id']) assert.ok(answer.json[member], member);
      assert.equal(answer.headers['cache-control'], 'no-store');
      assert.ok(!answer.text.includes(app.clientSecret));
    });
  }

  test('an unknown client and a wrong secret are told apart by nothing but the id', async () => {
    const unknown = randomUUID();
    const strip = (answer, id) => answer.json.error_description.replaceAll(id, '<id>').split('\r\n')[0];
    const a = await askToken(credentials({ client_secret: 'wrong' }));
    const b = await askToken(credentials({ client_id: unknown }));
    assert.equal(strip(a, app.clientId), strip(b, unknown));
    assert.deepEqual(a.json.error_codes, b.json.error_codes);
  });

  test('an unknown tenant is 400', async () => {
    for (const tenant of [randomUUID(), 'common', 'contoso.example']) {
      const answer = await askToken(credentials(), { tenant });
      assert.equal(answer.status, 400, answer.text);
      assert.ok(answer.json.error);
    }
  });

  test('guessing is slowed down for the guesser', async () => {
    const { clientId } = JSON.parse(await muster.command('app', 'create', '--tenant', muster.tenant, '--name', 'Target', '--role', ALL[0], '--json'));
    let last;
    for (let i = 0; i < 15; ++i) last = await askToken(credentials({ client_id: clientId, client_secret: `guess ${i}` }));
    assert.equal(last.status, 429, last.text);
    assert.ok(Number(last.headers['retry-after']) >= 1);
    assert.equal((await askToken(credentials())).status, 200, 'other applications are not affected');
  });

  test('an application of one tenant gets nothing at another', async () => {
    const other = randomUUID();
    await muster.createTenant(other, 'Fabrikam');
    const answer = await askToken(credentials(), { tenant: other });
    assert.equal(answer.status, 401, answer.text);
  });
});

describe('discovery and keys', () => {
  for (const path of ['/v2.0/.well-known/openid-configuration', '/.well-known/openid-configuration']) {
    test(`GET /{tenant}${path}`, async () => {
      const answer = await muster.get(`/${muster.tenant}${path}`, { token: null });
      assert.equal(answer.status, 200, answer.text);
      const root = `${muster.base}/${muster.tenant}`;
      assert.equal(answer.json.issuer, `${root}/v2.0`);
      assert.equal(answer.json.token_endpoint, `${root}/oauth2/v2.0/token`);
      assert.equal(answer.json.jwks_uri, `${root}/discovery/v2.0/keys`);
      assert.ok(answer.json.authorization_endpoint.startsWith(`${muster.base}/`));
      assert.ok(answer.json.token_endpoint_auth_methods_supported.includes('client_secret_post'));
    });
  }

  test('an unknown tenant is 400 invalid_tenant', async () => {
    const answer = await muster.get(`/${randomUUID()}/v2.0/.well-known/openid-configuration`, { token: null });
    assert.equal(answer.status, 400, answer.text);
    assert.equal(answer.json.error, 'invalid_tenant');
  });

  test('the published keys verify a token and hold nothing private', async () => {
    const answer = await muster.get(`/${muster.tenant}/discovery/v2.0/keys`, { token: null });
    assert.equal(answer.status, 200, answer.text);
    const { header } = decode(muster.bearer);
    const key = answer.json.keys.find((k) => k.kid === header.kid);
    assert.ok(key);
    for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) assert.ok(!(member in key), member);
    const [head, body, signature] = muster.bearer.split('.');
    const publicKey = createPublicKey({ key, format: 'jwk' });
    assert.ok(verify('sha256', Buffer.from(`${head}.${body}`), publicKey, Buffer.from(signature, 'base64url')));
  });
});

describe('external issuers', () => {
  test('RS256 and ES256 by a key file; at+jwt and no nbf are fine; scp counts like roles', async () => {
    await accepted(external.token(claims(ISSUER, muster.tenant)));
    await accepted(elliptic.token(claims(ISSUER, muster.tenant)));
    await accepted(external.token(claims(ISSUER, muster.tenant, { nbf: undefined }), { typ: 'at+jwt' }));
    await accepted(external.token(claims(ISSUER, muster.tenant, { roles: undefined, idtyp: undefined, scp: `openid ${ALL[0]} profile` })));
    await accepted(external.token(claims(ISSUER, muster.tenant, { aud: ['other', AUDIENCE] })));
  });

  test('by discovery; keys are remembered', async () => {
    await accepted(online.signer.token(claims(online.issuer, muster.tenant)));
    const asked = online.asked;
    await accepted(online.signer.token(claims(online.issuer, muster.tenant)));
    assert.equal(online.asked, asked, 'keys are remembered');
  });

  test('unknown keys do not make the service hammer the issuer', async () => {
    const asked = online.asked;
    const stranger = new Signer('nobody');
    for (let i = 0; i < 30; ++i) {
      await refused(stranger.token(claims(online.issuer, muster.tenant), { kid: `unknown-${i}` }));
    }
    assert.ok(online.asked - asked <= 1, `${online.asked - asked} fetches for 30 tokens`);
  });

  test('an issuer cannot speak for another', async () => {
    await refused(external.token(claims(online.issuer, muster.tenant)));
    await refused(online.signer.token(claims(ISSUER, muster.tenant)));
    await refused(external.token(claims(`${muster.base}/${muster.tenant}/v2.0`, muster.tenant)));
  });
});

describe('forged and unfit tokens', () => {
  const good = () => claims(ISSUER, muster.tenant);
  const past = Math.floor(Date.now() / 1000) - 4000;
  const cases = {
    'alg none': () => unsignedToken(good()),
    'alg None': () => unsignedToken(good(), 'None'),
    'HS256 with the public key (PEM)': () => hmacToken(good(), external.publicKey.export({ type: 'spki', format: 'pem' }), { kid: external.kid }),
    'HS256 with the public key (DER)': () => hmacToken(good(), external.publicKey.export({ type: 'spki', format: 'der' }), { kid: external.kid }),
    'HS256 with an empty key': () => hmacToken(good(), '', { kid: external.kid }),
    'a foreign key under a known kid': () => new Signer(external.kid).token(good()),
    'a key in the header (jwk)': () => { const s = new Signer('own'); return s.token(good(), { jwk: s.jwk() }); },
    'a key in the header, known kid': () => { const s = new Signer(external.kid); return s.token(good(), { jwk: s.jwk() }); },
    'jku': () => new Signer('own').token(good(), { jku: `${online.issuer}/jwks` }),
    'a critical extension': () => external.token(good(), { crit: ['exp'] }),
    'an algorithm that is not the key\'s': () => external.token(good(), { alg: 'ES256' }),
    'a wrong audience': () => external.token(claims(ISSUER, muster.tenant, { aud: 'https://vault.azure.net' })),
    'no audience': () => external.token(claims(ISSUER, muster.tenant, { aud: undefined })),
    'an unknown issuer': () => external.token(claims('https://evil.example', muster.tenant)),
    'an issuer with a slash more': () => external.token(claims(`${ISSUER}/`, muster.tenant)),
    'expired': () => external.token(claims(ISSUER, muster.tenant, { iat: past, nbf: past, exp: past + 3600 })),
    'no end': () => external.token(claims(ISSUER, muster.tenant, { exp: undefined })),
    'an end that is a text': () => external.token(claims(ISSUER, muster.tenant, { exp: '9999999999' })),
    'not yet valid': () => external.token(claims(ISSUER, muster.tenant, { nbf: Math.floor(Date.now() / 1000) + 3600 })),
    'no tenant': () => external.token(claims(ISSUER, muster.tenant, { tid: undefined })),
    'a tenant that is no GUID': () => external.token(claims(ISSUER, 'contoso')),
    'a changed claim': () => {
      const [head, , signature] = external.token(good()).split('.');
      return `${head}.${Buffer.from(JSON.stringify({ ...good(), sub: 'x' })).toString('base64url')}.${signature}`;
    },
    'a cut signature': () => external.token(good()).slice(0, -4),
    'padding': () => `${external.token(good())}==`,
    'two parts': () => external.token(good()).split('.').slice(0, 2).join('.'),
    'four parts': () => `${external.token(good())}.x`,
    'no JSON': () => 'bm90.anNvbg.eA',
    'a word': () => 'password',
  };
  for (const [name, make] of Object.entries(cases)) test(`${name} is 401`, () => refused(make()));

  test('the own token with a changed tenant is 401', async () => {
    const [head, body, signature] = muster.bearer.split('.');
    const said = JSON.parse(Buffer.from(body, 'base64url').toString());
    await refused(`${head}.${Buffer.from(JSON.stringify({ ...said, tid: randomUUID() })).toString('base64url')}.${signature}`);
  });

  test('a personal account is 403', async () => {
    await refused(external.token(claims(ISSUER, PERSONAL)), 403);
  });

  test('roles of a user are no permission of the application', async () => {
    await refused(external.token(claims(ISSUER, muster.tenant, { roles: ALL, scp: 'openid', idtyp: undefined })), 403);
    await refused(external.token(claims(ISSUER, muster.tenant, { roles: [] })), 403);
    await refused(external.token(claims(ISSUER, muster.tenant, { roles: ['deviceManagement'] })), 403);
  });

  for (const [name, value] of [['Basic', 'Basic eDp5'], ['no scheme', 'x'], ['an empty bearer', 'Bearer '], ['two tokens', 'Bearer a b']]) {
    test(`Authorization: ${name} is 401`, async () => {
      assertError(await muster.get(PROFILES, { token: null, headers: { Authorization: value } }), 401, 'InvalidAuthenticationToken');
    });
  }
  test('a token in the query is no token', async () => {
    const answer = await muster.get(`${PROFILES}?access_token=${muster.bearer}`, { token: null });
    assert.equal(answer.status, 401, answer.text);
  });
  test('the scheme is taken in any case', async () => {
    const answer = await muster.get(PROFILES, { token: null, headers: { Authorization: `bearer ${muster.bearer}` } });
    assert.equal(answer.status, 200, answer.text);
  });
});
