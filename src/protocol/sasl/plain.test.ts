import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { fromLatin1, utf8 } from '#bytes';
import { formatPlain, parsePlain, plainServer } from './plain.ts';
import { MAX_RESPONSE_OCTETS } from './server-step.ts';

const part = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !text.includes('\0'));

test('what is formatted is parsed again', () => {
  fc.assert(
    fc.property(fc.option(part, { nil: '' }), part, part, (authzid, authcid, password) => {
      const message = { authzid, authcid, password };
      assert.deepEqual(parsePlain(formatPlain(message)), message);
    }),
    { numRuns: 200 },
  );
});

test('any octets at all give a step and never an exception', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const step = plainServer().next(bytes);
      assert.ok(step.kind === 'failure' || step.kind === 'check-password');
    }),
    { numRuns: 300 },
  );
});

test('name and password reach the caller prepared', () => {
  assert.deepEqual(plainServer().next(utf8('\0ａlice@example.test\0pass\u00a0word')), {
    kind: 'check-password',
    authcid: 'alice@example.test',
    authzid: undefined,
    password: 'pass word',
  });
});

test('an identity to act as is named only where it is another', () => {
  const same = plainServer().next(utf8('alice\0alice\0secret'));
  assert.ok(same.kind === 'check-password' && same.authzid === undefined);
  const other = plainServer().next(utf8('bob\0alice\0secret'));
  assert.ok(other.kind === 'check-password' && other.authzid === 'bob');
});

for (const [name, bytes] of [
  ['one NUL', utf8('alice\0secret')],
  ['three NULs', utf8('\0alice\0secret\0')],
  ['no name', utf8('\0\0secret')],
  ['no password', utf8('\0alice\0')],
  ['an empty response', utf8('')],
  ['ISO-8859-1', fromLatin1('\0alice\0caf\u00e9')],
] as const) {
  test(`${name} is malformed`, () => {
    assert.deepEqual(plainServer().next(bytes), { kind: 'failure', reason: 'malformed' });
  });
}

test('a password that nobody can have set fails apart from a malformed message', () => {
  assert.deepEqual(plainServer().next(utf8('\0alice\0a\u0007')), {
    kind: 'failure',
    reason: 'unusable-text',
  });
});

test('a response over the bound is not looked at', () => {
  assert.deepEqual(plainServer().next(new Uint8Array(MAX_RESPONSE_OCTETS + 1)), {
    kind: 'failure',
    reason: 'too-long',
  });
});
