// A token service for tests: keys, tokens good and forged, JWK sets.
import { createHmac, generateKeyPairSync, randomUUID, sign } from 'node:crypto';

const b64 = (data) => Buffer.from(data).toString('base64url');

export const AUDIENCE = 'https://graph.microsoft.com';
export const ALL = ['DeviceManagementConfiguration.ReadWrite.All'];

export class Signer {
  constructor(kid = randomUUID(), algorithm = 'RS256') {
    this.kid = kid;
    this.algorithm = algorithm;
    const made = algorithm === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 });
    this.privateKey = made.privateKey;
    this.publicKey = made.publicKey;
  }

  jwk() {
    return { ...this.publicKey.export({ format: 'jwk' }), kid: this.kid, use: 'sig', alg: this.algorithm };
  }

  // Signs `claims`; `header` members win over those that are right.
  token(claims, header = {}) {
    const head = { typ: 'JWT', alg: this.algorithm, kid: this.kid, ...header };
    for (const name of Object.keys(head)) if (head[name] === undefined) delete head[name];
    const text = `${b64(JSON.stringify(head))}.${b64(JSON.stringify(claims))}`;
    return `${text}.${b64(this.signature(text))}`;
  }

  signature(text) {
    const key = this.algorithm === 'ES256' ? { key: this.privateKey, dsaEncoding: 'ieee-p1363' } : this.privateKey;
    return sign('sha256', Buffer.from(text), key);
  }
}

// Signed with HMAC: what an attacker makes of a public key.
export function hmacToken(claims, key, header = {}) {
  const text = `${b64(JSON.stringify({ typ: 'JWT', alg: 'HS256', ...header }))}.${b64(JSON.stringify(claims))}`;
  return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
}

export function unsignedToken(claims, alg = 'none') {
  return `${b64(JSON.stringify({ typ: 'JWT', alg }))}.${b64(JSON.stringify(claims))}.`;
}

// Claims of an app-only token that is right for one hour.
export function claims(issuer, tenant, more = {}) {
  const now = Math.floor(Date.now() / 1000);
  const all = { iss: issuer, aud: AUDIENCE, tid: tenant, sub: randomUUID(), oid: randomUUID(), appid: randomUUID(),
    idtyp: 'app', roles: ALL, iat: now, nbf: now, exp: now + 3600, ...more };
  for (const name of Object.keys(all)) if (all[name] === undefined) delete all[name];
  return all;
}

export function decode(token) {
  const [header, body] = token.split('.').map((part) => Buffer.from(part, 'base64url').toString());
  return { header: JSON.parse(header), claims: JSON.parse(body) };
}
