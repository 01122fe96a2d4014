import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PreparedText } from '#protocol/sasl/prepared-text';
import { PasswordHasher } from './password-hash.ts';

/** The texts of these tests are their own prepared form. */
const prepared = (text: string) => text as PreparedText;

const SALT = Buffer.alloc(16, 7);

async function hashOf(hasher: PasswordHasher, password: string): Promise<string> {
  const outcome = await hasher.hash(prepared(password), SALT);
  assert.ok(outcome.kind === 'hashed');
  return outcome.phc;
}

test('the right password matches, another does not, and the salt makes the hash', async () => {
  const hasher = new PasswordHasher();
  const phc = await hashOf(hasher, 'Pässwort 1');
  assert.ok(phc.startsWith('$argon2id$v=19$m=19456,t=2,p=1$'));
  assert.deepEqual(await hasher.verify(prepared('Pässwort 1'), phc), {
    kind: 'match',
    outdated: false,
  });
  assert.deepEqual(await hasher.verify(prepared('Pässwort 2'), phc), { kind: 'mismatch' });
  const other = await hasher.hash(prepared('Pässwort 1'), Buffer.alloc(16, 8));
  assert.ok(other.kind === 'hashed' && other.phc !== phc);
});

test('a hash that the argon2 command made is read, and called outdated', async () => {
  // printf password | argon2 somesalt -id -t 2 -m 16 -p 1 (the vector printed in that program's own tests)
  const phc =
    '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
  assert.deepEqual(await new PasswordHasher().verify(prepared('password'), phc), {
    kind: 'match',
    outdated: true,
  });
});

test('nobody’s password never matches, but is computed', async () => {
  const hasher = new PasswordHasher({ running: 1, waiting: 0 });
  const nobody = hasher.verify(prepared('password'), undefined);
  assert.deepEqual(await hasher.verify(prepared('password'), undefined), { kind: 'busy' });
  assert.deepEqual(await nobody, { kind: 'mismatch' });
});

test('a damaged row is told apart', async () => {
  assert.deepEqual(await new PasswordHasher().verify(prepared('x'), 'plain text'), {
    kind: 'unreadable',
  });
});

test('so many run, so many wait, the rest are told to come again', async () => {
  const hasher = new PasswordHasher({ running: 2, waiting: 3 });
  const outcomes = await Promise.all(
    Array.from({ length: 8 }, () => hasher.verify(prepared('password'), undefined)),
  );
  const kinds = outcomes.map((outcome) => outcome.kind);
  assert.deepEqual(kinds, [...Array<string>(5).fill('mismatch'), ...Array<string>(3).fill('busy')]);
  assert.deepEqual(await hasher.verify(prepared('password'), undefined), { kind: 'mismatch' });
});

test('closing lets the running finish and sends the waiting away', async () => {
  const hasher = new PasswordHasher({ running: 1, waiting: 3 });
  const running = hasher.verify(prepared('password'), undefined);
  const waiting = hasher.verify(prepared('password'), undefined);
  hasher.close();
  assert.deepEqual(await waiting, { kind: 'busy' });
  assert.deepEqual(await running, { kind: 'mismatch' });
  assert.deepEqual(await hasher.hash(prepared('password'), SALT), { kind: 'busy' });
});
