// What is refused: status, code and the name of the offending thing, and that nothing was stored.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { Muster, PROFILES, assertError, contractBody } from './harness.mjs';

let muster;
let kept;
before(async () => {
  muster = await Muster.start();
  kept = await muster.create({ displayName: 'kept' });
});
after(() => muster?.destroy());

// Runs the request, judges the answer, and proves that the one profile is still the only one and
// unchanged.
function refuses(name, request, status, code, ...names) {
  test(name, async () => {
    assertError(await request(), status, code, ...names);
    assert.equal(await muster.count(), 1);
    const { '@odata.context': context, ...now } = (await muster.get(`${PROFILES}/${kept.id}`)).json;
    const { '@odata.context': was, '@odata.type': type, qrCodeImage, ...members } = kept;
    const { qrCodeImage: picture, ...rest } = now;
    assert.deepEqual(rest, members);
    assert.equal(picture.value, qrCodeImage.value);
  });
}
const create = (body, options) => () => muster.post(PROFILES, body, options);

describe('bodies that are no entity', () => {
  const bad = 'BadRequest';
  refuses('an empty body', () => muster.request('POST', PROFILES, { body: '' }), 400, bad);
  refuses('half an object', create('{"displayName":'), 400, bad);
  refuses('an array', create('[]'), 400, bad);
  refuses('a text', create('"x"'), 400, bad);
  refuses('two objects', create('{}{}'), 400, bad);
  refuses('a trailing comma', create('{"displayName":"x",}'), 400, bad);
  refuses('a comment', create('{/* */}'), 400, bad);
  refuses('NaN', create('{"enrolledDeviceCount":NaN}'), 400, bad);
  refuses('octets that are not UTF-8', create(Buffer.from('{"displayName":"\xff\xfe"}', 'latin1')), 400, bad);
  refuses('UTF-16', create(Buffer.from('{"displayName":"x"}', 'utf16le')), 400, bad);
  refuses('a lone surrogate', create('{"displayName":"\\ud800"}'), 400);
  refuses('a member twice', create('{"displayName":"a","displayName":"b"}'), 400);
  refuses('a member twice, once escaped', create('{"displayName":"a","display\\u004eame":"b"}'), 400);
  refuses('100,000 brackets', create('{"a":'.concat('['.repeat(100_000))), 400, bad);
  refuses('200 levels that close', create(`{"@x":${'['.repeat(200)}${']'.repeat(200)}}`), 400, bad);
});

describe('values that a property cannot take', () => {
  const bad = 'ModelValidationFailure';
  const rows = [
    ['an unknown property', { color: 'red' }, 'color'],
    ['a misspelt property', { displayname2: 'x' }, 'displayname2'],
    ['a number for a text', { displayName: 5 }, 'displayName'],
    ['a boolean for a text', { description: true }, 'description'],
    ['an object for a text', { accountId: {} }, 'accountId'],
    ['a list for a text', { displayName: ['x'] }, 'displayName'],
    ['a text for a number', { enrolledDeviceCount: '3' }, 'enrolledDeviceCount'],
    ['a fraction for a number', { enrolledDeviceCount: 1.5 }, 'enrolledDeviceCount'],
    ['a negative count', { enrolledDeviceCount: -1 }, 'enrolledDeviceCount'],
    ['a count of more than 32 bits', { enrolledDeviceCount: 2_147_483_648 }, 'enrolledDeviceCount'],
    ['null for a count', { enrolledDeviceCount: null }, 'enrolledDeviceCount'],
    ['null for a date', { tokenExpirationDateTime: null }, 'tokenExpirationDateTime'],
    ['an empty date', { tokenExpirationDateTime: '' }, 'tokenExpirationDateTime'],
    ['a date without a zone', { tokenExpirationDateTime: '2030-01-01T00:00:00' }, 'tokenExpirationDateTime'],
    ['a date that the calendar lacks', { tokenExpirationDateTime: '2030-02-30T00:00:00Z' }, 'tokenExpirationDateTime'],
    ['a number for a date', { tokenExpirationDateTime: 1893456000 }, 'tokenExpirationDateTime'],
    ['a text for a picture', { qrCodeImage: 'dmFsdWU=' }, 'qrCodeImage'],
    ['a picture that is not base64', { qrCodeImage: { type: 'image/png', value: '***' } }, 'qrCodeImage'],
    ['an unknown member of a picture', { qrCodeImage: { type: 'image/png', size: 5 } }, 'size'],
    ['another type of entity', { '@odata.type': '#microsoft.graph.user' }, '@odata.type'],
    ['another type of picture', { qrCodeImage: { '@odata.type': '#microsoft.graph.user' } }, '@odata.type'],
    ['a name of 257 characters', { displayName: 'x'.repeat(257) }, 'displayName'],
    ['U+0000 in a text', { displayName: 'a\0b' }, 'displayName'],
  ];
  for (const [name, body, target] of rows) {
    refuses(`create: ${name}`, create(body), 400, bad, target);
    refuses(`change: ${name}`, () => muster.patch(`${PROFILES}/${kept.id}`, body), 400, bad, target);
    refuses(`$ref: ${name}`, () => muster.post(`${PROFILES}/$ref`, body), 400, bad, target);
  }

  test('every fault of a body is reported at once, each with its target', async () => {
    const answer = await muster.post(PROFILES, {
      displayName: 5, colour: 'red', enrolledDeviceCount: -1, tokenExpirationDateTime: 'soon', qrCodeImage: { value: '*' },
    });
    const error = assertError(answer, 400, bad);
    const targets = error.details.map((detail) => detail.target).sort();
    assert.deepEqual(targets, ['colour', 'displayName', 'enrolledDeviceCount', 'qrCodeImage/value', 'tokenExpirationDateTime']);
    for (const detail of error.details) {
      assert.ok(detail.code.length > 0);
      assert.ok(detail.message.includes(detail.target.split('/').at(-1)), detail.message);
    }
  });

  test('an error never repeats a secret value', async () => {
    const answer = await muster.post(PROFILES, { tokenValue: { canary: 'CANARYSECRET' }, qrCodeContent: ['CANARYSECRET'] });
    assertError(answer, 400, bad, 'tokenValue', 'qrCodeContent');
    assert.ok(!answer.text.includes('CANARYSECRET'));
  });

  refuses('an unknown parameter of an action',
    () => muster.post(`${PROFILES}/${kept.id}/createToken`, { tokenValidityInSeconds: 5, force: true }), 400, undefined, 'force');
  refuses('a missing parameter of an action', () => muster.post(`${PROFILES}/${kept.id}/createToken`, {}), 400, undefined, 'tokenValidityInSeconds');
  refuses('an action with a broken body', () => muster.post(`${PROFILES}/${kept.id}/createToken`, '{'), 400);
  refuses('a parameter for revokeToken', () => muster.post(`${PROFILES}/${kept.id}/revokeToken`, { why: 'x' }), 400, undefined, 'why');
});

describe('paths', () => {
  const unknown = randomUUID();
  refuses('an unknown version', () => muster.get('/v9.9/deviceManagement/androidForWorkEnrollmentProfiles'), 404, 'ResourceNotFound', 'v9.9');
  refuses('no version', () => muster.get('/deviceManagement/androidForWorkEnrollmentProfiles'), 404, 'ResourceNotFound', 'deviceManagement');
  refuses('an unknown segment', () => muster.get('/beta/deviceManagement/nothing'), 400, 'BadRequest', 'nothing');
  refuses('an unknown first segment', () => muster.get('/beta/nothing'), 400, 'BadRequest', 'nothing');
  refuses('a segment behind an entity', () => muster.get(`${PROFILES}/${kept.id}/assignments`), 400, 'BadRequest', 'assignments');
  refuses('an unknown action', () => muster.post(`${PROFILES}/${kept.id}/rotateToken`, {}), 400, 'BadRequest', 'rotateToken');
  for (const [name, key] of [['a GUID', `/${unknown}`], ['a GUID in parentheses', `('${unknown}')`], ['any text', '/nonsense'],
    ['the id in upper case', null]]) {
    const path = () => PROFILES + (key ?? `/${kept.id.toUpperCase()}`);
    refuses(`an unknown id (${name})`, () => muster.get(path()), 404, 'ResourceNotFound');
  }
  refuses('PATCH of an unknown id', () => muster.patch(`${PROFILES}/${unknown}`, { displayName: 'x' }), 404, 'ResourceNotFound');
  refuses('DELETE of an unknown id', () => muster.delete(`${PROFILES}/${unknown}`), 404, 'ResourceNotFound');
  refuses('createToken of an unknown id', () => muster.post(`${PROFILES}/${unknown}/createToken`, { tokenValidityInSeconds: 5 }), 404, 'ResourceNotFound');
  refuses('revokeToken of an unknown id', () => muster.post(`${PROFILES}/${unknown}/revokeToken`), 404, 'ResourceNotFound');
  refuses('the picture of an unknown id', () => muster.get(`${PROFILES}/${unknown}/qrCode.svg`), 404, 'ResourceNotFound');
  refuses('a broken escape', () => muster.get(`${PROFILES}/%zz`), 400, 'BadRequest');
  refuses('an escape that is not UTF-8', () => muster.get(`${PROFILES}/%ff`), 400, 'BadRequest');
  refuses('an open quote', () => muster.get(`${PROFILES}('abc)`), 400, 'BadRequest');
  refuses('an octet 0 in a key', () => muster.get(`${PROFILES}/a%00b`), 404);
  refuses('a slash in a key', () => muster.get(`${PROFILES}/a%2Fb`), 404, 'ResourceNotFound');
});

describe('query options', () => {
  const entity = () => `${PROFILES}/${kept.id}`;
  for (const option of ['$filter=geo.length(displayName) eq 1', '$orderby=qrCodeImage/value', '$expand=assignments', '$apply=aggregate($count as n)',
    '$compute=1 as one', '$deltatoken=x']) {
    const name = option.split('=')[0];
    refuses(`${name} is defined, but not built`, () => muster.get(`${PROFILES}?${encodeURI(option)}`), 501, 'NotSupported', name);
  }
  for (const query of ['$foo=1', '$Filters=x', '$top=-1', '$top=x', '$top=1.5', '$top=99999999999999999999', '$skip=-1', '$count=maybe',
    '$select=nothing', '$select=', '$filter=nothing', '$filter=', '$orderby=nothing', '$search=', '$top=1&$top=2', '$skiptoken=forged', '$skiptoken=']) {
    refuses(`${query} on a list`, () => muster.get(`${PROFILES}?${query}`), 400, 'BadRequest', query.split('=')[0]);
  }
  for (const query of ['$filter=true', '$top=1', '$skip=1', '$count=true', '$foo=1']) {
    refuses(`${query} on an entity`, () => muster.get(`${entity()}?${query}`), 400, 'BadRequest', query.split('=')[0]);
  }
  refuses('an option on a create', () => muster.post(`${PROFILES}?$top=1`, {}), 400, 'BadRequest', '$top');
  refuses('a broken escape', () => muster.get(`${PROFILES}?$select=%zz`), 400, 'BadRequest');
  test('an option of nobody is ignored', async () => {
    assert.equal((await muster.get(`${PROFILES}?debug=1`)).status, 200);
  });
});

describe('methods, media types, sizes', () => {
  const cases = [
    ['PUT', () => PROFILES, ['GET', 'HEAD', 'POST']],
    ['PATCH', () => PROFILES, ['GET', 'HEAD', 'POST']],
    ['DELETE', () => PROFILES, ['GET', 'HEAD', 'POST']],
    ['POST', () => `${PROFILES}/${kept.id}`, ['GET', 'HEAD', 'PATCH', 'DELETE']],
    ['PUT', () => `${PROFILES}/${kept.id}`, ['GET', 'HEAD', 'PATCH', 'DELETE']],
    ['GET', () => `${PROFILES}/${kept.id}/createToken`, ['POST']],
    ['DELETE', () => `${PROFILES}/$ref`, ['GET', 'HEAD', 'POST']],
    ['POST', () => `${PROFILES}/$count`, ['GET', 'HEAD']],
    ['DELETE', () => `${PROFILES}/${kept.id}/qrCode.svg`, ['GET', 'HEAD']],
  ];
  for (const [method, path, allowed] of cases) {
    test(`${method} where it is not taken (${allowed}) is 405 with Allow`, async () => {
      const answer = await muster.request(method, path(), { body: method === 'GET' ? undefined : {} });
      assertError(answer, 405, 'Request_BadRequest');
      const listed = answer.headers.allow.split(/, */).filter((name) => name !== 'OPTIONS');
      assert.deepEqual(listed.sort(), [...allowed].sort());
      assert.equal(await muster.count(), 1);
    });
  }

  for (const type of ['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'application/problem+json',
    'application/json;charset=utf-16', null]) {
    refuses(`a body of type ${type}`, create('{}', { headers: { 'Content-Type': type } }), 415, 'UnsupportedMediaType');
  }
  for (const type of ['application/json; charset=utf-8', 'APPLICATION/JSON', 'application/json;odata.metadata=minimal;IEEE754Compatible=false']) {
    test(`a body of type ${type} is taken`, async () => {
      const answer = await muster.patch(`${PROFILES}/${kept.id}`, {}, { headers: { 'Content-Type': type } });
      assert.equal(answer.status, 200, answer.text);
    });
  }
  test('a body of more than the limit is 413', async () => {
    const answer = await muster.post(PROFILES, { description: 'x'.repeat(1024 * 1024) }, { headers: { Connection: 'close' } });
    assertError(answer, 413, 'RequestEntityTooLarge');
    assert.equal(await muster.count(), 1);
  });
  refuses('an unknown coding of the body', create('{}', { headers: { 'Content-Encoding': 'snappy' } }), 415, 'UnsupportedMediaType');
  refuses('an Accept that nothing fits', () => muster.get(PROFILES, { headers: { Accept: 'application/xml' } }), 406, 'NotAcceptable');
  refuses('If-Match of another version', () => muster.patch(`${PROFILES}/${kept.id}`, { displayName: 'x' }, { headers: { 'If-Match': '"other"' } }),
    412, 'PreconditionFailed');
});

describe('who asks', () => {
  test('no token, and what it takes', async () => {
    const answer = await muster.get(PROFILES, { token: null });
    assertError(answer, 401, 'InvalidAuthenticationToken');
    assert.match(answer.headers['www-authenticate'], /^Bearer/);
    assert.ok(!/claims=/.test(answer.headers['www-authenticate']));
  });
  test('a token that may only read', async () => {
    const reader = await muster.token(muster.tenant, '--role', 'DeviceManagementConfiguration.Read.All');
    const options = { token: reader };
    assert.equal((await muster.get(PROFILES, options)).status, 200);
    assert.equal((await muster.get(`${PROFILES}/${kept.id}`, options)).status, 200);
    for (const answer of [
      await muster.post(PROFILES, contractBody(), options),
      await muster.post(`${PROFILES}/$ref`, contractBody(), options),
      await muster.patch(`${PROFILES}/${kept.id}`, { displayName: 'x' }, options),
      await muster.delete(`${PROFILES}/${kept.id}`, options),
      await muster.post(`${PROFILES}/${kept.id}/createToken`, { tokenValidityInSeconds: 5 }, options),
      await muster.post(`${PROFILES}/${kept.id}/revokeToken`, undefined, options),
    ]) {
      assertError(answer, 403, 'Forbidden', 'DeviceManagementConfiguration.ReadWrite.All');
    }
    assert.equal(await muster.count(), 1);
  });
  test('a token for something else', async () => {
    const other = await muster.token(muster.tenant, '--role', 'DeviceManagementManagedDevices.Read.All');
    assertError(await muster.get(PROFILES, { token: other }), 403, 'Forbidden');
    assertError(await muster.get(`${PROFILES}/${kept.id}`, { token: other }), 403, 'Forbidden');
  });
});

describe('settings that change what is refused', () => {
  test('require_account_match refuses the account of another', async () => {
    const strict = await Muster.start({ args: ['--require-account-match'] });
    try {
      assertError(await strict.post(PROFILES, contractBody()), 400, undefined, 'accountId');
      const { accountId } = await strict.create({ accountId: strict.tenant });
      assert.equal(accountId, strict.tenant);
      assert.equal(await strict.count(), 1);
    } finally {
      await strict.destroy();
    }
  });
  test('max_token_validity is the limit that is named', async () => {
    const short = await Muster.start({ args: ['--max-token-validity', '1h', '--default-token-validity', '1h'] });
    try {
      const { id } = await short.create({});
      assertError(await short.post(`${PROFILES}/${id}/createToken`, { tokenValidityInSeconds: 3601 }), 400, undefined, '3600');
      assert.equal((await short.post(`${PROFILES}/${id}/createToken`, { tokenValidityInSeconds: 3600 })).status, 204);
    } finally {
      await short.destroy();
    }
  });
});
