// @azure/identity against the own token service.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLIENT_ID, CLIENT_SECRET, TENANT, SCOPE, credential } from './clients.mjs';

test('a secret buys a token, which is kept until it is nearly used up', async () => {
  const source = credential();
  const first = await source.getToken(SCOPE);
  assert.equal(first.tokenType, 'Bearer');
  // The library fetches anew when less than five minutes are left.
  assert.ok(first.expiresOnTimestamp - Date.now() > 5 * 60_000);
  assert.equal((await source.getToken(SCOPE)).token, first.token);
});

test('the token says who and where, as Entra tokens do', async () => {
  const { token } = await credential().getToken(SCOPE);
  const claims = JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
  assert.equal(claims.tid, TENANT);
  assert.equal(claims.appid ?? claims.azp, CLIENT_ID);
  assert.deepEqual(claims.roles, ['DeviceManagementConfiguration.ReadWrite.All']);
});

test('a wrong secret is invalid_client, and the error says nothing of the right one', async () => {
  await assert.rejects(credential('not-the-secret').getToken(SCOPE), (error) => {
    assert.match(error.message, /invalid_client/);
    assert.ok(!error.message.includes(CLIENT_SECRET));
    return true;
  });
});
