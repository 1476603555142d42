// DER by hand, for requests and certificates that no program makes, or that have to be made fast.
import { createHash, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';

function lengthOf(size) {
  if (size < 0x80) return Buffer.from([size]);
  const octets = [];
  for (let rest = size; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return Buffer.from([0x80 | octets.length, ...octets]);
}

// `content`: octets, texts (Latin-1), or lists of them.
export function element(tag, ...content) {
  const pieces = content.flat(Infinity).map((one) => (typeof one === 'string' ? Buffer.from(one, 'latin1') : one));
  const inside = Buffer.concat(pieces);
  return Buffer.concat([Buffer.from([tag].flat()), lengthOf(inside.length), inside]);
}
export const sequence = (...content) => element(0x30, ...content);
export const set = (...content) => element(0x31, ...content);
export const octets = (content) => element(0x04, content);
export const bits = (content) => element(0x03, '\0', content);
export const boolean = (value) => element(0x01, Buffer.from([value ? 0xff : 0]));
export const nothing = () => element(0x05);
export const utf8 = (text) => element(0x0c, Buffer.from(text));

// A whole number, not negative. `tag`: 10 for ENUMERATED.
export function integer(value, tag = 0x02) {
  let hex = BigInt(value).toString(16);
  if (hex.length % 2 === 1) hex = `0${hex}`;
  const content = Buffer.from(hex, 'hex');
  return element(tag, ...(content[0] & 0x80 ? ['\0'] : []), content);
}

function base128(value) {
  const septets = [Number(value & 0x7fn)];
  for (let rest = value >> 7n; rest > 0n; rest >>= 7n) septets.unshift(Number(rest & 0x7fn) | 0x80);
  return septets;
}
export function oid(text) {
  const [first, second, ...rest] = text.split('.').map(BigInt);
  return element(0x06, Buffer.from([first * 40n + second, ...rest].flatMap(base128)));
}

// [tag] EXPLICIT of a context.
export const tagged = (tag, ...content) =>
  element(tag < 31 ? [0xa0 | tag] : [0xbf, ...base128(BigInt(tag))], ...content);

// A name of [OID, element] or [OID, text], one attribute in each part.
export const name = (...attributes) =>
  sequence(attributes.map(([type, value]) => set(sequence(oid(type), typeof value === 'string' ? utf8(value) : value))));
export const COMMON_NAME = '2.5.4.3';

export const newKey = (curve = 'P-256') => generateKeyPairSync('ec', { namedCurve: curve }).privateKey;
export const spkiOf = (key) => createPublicKey(key).export({ type: 'spki', format: 'der' });
export const sha256Of = (data) => createHash('sha256').update(data).digest();
export const pemOf = (key) => key.export({ type: 'pkcs8', format: 'pem' });

const ECDSA_WITH = { sha1: '1.2.840.10045.4.1', sha224: '1.2.840.10045.4.3.1', sha256: '1.2.840.10045.4.3.2' };
export const ecdsaWith = (digest) => sequence(oid(ECDSA_WITH[digest]));
export const attribute = (type, ...values) => sequence(oid(type), set(...values));
export const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';

// PKCS#10. What is not given is as in a good request by `key`; `signature` replaces the octets of the signature.
export function requestBy(key, given = {}) {
  const { subject = name([COMMON_NAME, 'device']), spki = spkiOf(key), attributes = [], version = 0 } = given;
  const { digest = 'sha256', signedWith = digest, signer = key } = given;
  const info = sequence(integer(version), subject, spki, tagged(0, ...attributes));
  const { signature = sign(signedWith, info, signer) } = given;
  return sequence(info, ecdsaWith(digest), bits(signature));
}

// An extension; `value`: DER.
export const extension = (type, value, critical = false) =>
  sequence(oid(type), ...(critical ? [boolean(true)] : []), octets(value));

const generalizedTime = (date) => element(0x18, `${date.toISOString().replace(/[-:T]|\.\d+/g, '').slice(0, 14)}Z`);

// A certificate of version 3, signed by `signer` (a key on P-256).
export function certificate({ serial = 1, subject, issuer, spki, signer, from, to, extensions = [] }) {
  const inside = sequence(
    tagged(0, integer(2)), integer(serial), ecdsaWith('sha256'), issuer, sequence(generalizedTime(from), generalizedTime(to)),
    subject, spki, ...(extensions.length > 0 ? [tagged(3, sequence(...extensions))] : []),
  );
  return sequence(inside, ecdsaWith('sha256'), bits(sign('sha256', inside, signer)));
}
