// @azure/msal-node against the own token service, as an Entra authority and as a plain OpenID one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfidentialClientApplication, ProtocolMode } from '@azure/msal-node';
import { CLIENT_ID, CLIENT_SECRET, TENANT, PROFILES, SCOPE, URL_ } from './clients.mjs';

// Without knownAuthorities the library asks Microsoft whether the authority is one of theirs.
const application = ({ authority = `${URL_}/${TENANT}`, secret = CLIENT_SECRET, mode } = {}) =>
  new ConfidentialClientApplication({
    auth: { clientId: CLIENT_ID, clientSecret: secret, authority, knownAuthorities: [new URL(URL_).host] },
    system: { protocolMode: mode },
  });

async function assertOpensTheDoor(accessToken) {
  const answer = await fetch(`${URL_}/beta${PROFILES}?$top=1`, { headers: { Authorization: `Bearer ${accessToken}` } });
  assert.equal(answer.status, 200, await answer.text());
}

for (const [name, options] of [
  ['an Entra authority', {}],
  ['an OpenID authority', { mode: ProtocolMode.OIDC }],
  ['an OpenID authority of version 2.0', { mode: ProtocolMode.OIDC, authority: `${URL_}/${TENANT}/v2.0` }],
]) {
  test(`${name}: a token that works, and comes from the cache the second time`, async () => {
    const app = application(options);
    const first = await app.acquireTokenByClientCredential({ scopes: [SCOPE] });
    assert.equal(first.tokenType, 'Bearer');
    assert.equal(first.fromCache, false);
    assert.ok(first.expiresOn - Date.now() > 5 * 60_000);
    await assertOpensTheDoor(first.accessToken);
    const second = await app.acquireTokenByClientCredential({ scopes: [SCOPE] });
    assert.equal(second.fromCache, true);
    assert.equal(second.accessToken, first.accessToken);
    const forced = await app.acquireTokenByClientCredential({ scopes: [SCOPE], skipCache: true });
    assert.equal(forced.fromCache, false);
    await assertOpensTheDoor(forced.accessToken);
  });
}

test('refusals keep their OAuth code', async () => {
  const wrong = application({ secret: 'not-the-secret' });
  await assert.rejects(wrong.acquireTokenByClientCredential({ scopes: [SCOPE] }), { errorCode: 'invalid_client' });
  const elsewhere = application().acquireTokenByClientCredential({ scopes: ['https://vault.azure.net/.default'] });
  await assert.rejects(elsewhere, { errorCode: 'invalid_scope' });
});
