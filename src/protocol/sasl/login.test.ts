import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EMPTY, fromLatin1, latin1, utf8 } from '#bytes';
import { loginClient, loginServer } from './login.ts';

test('the server asks for the name, then for the password', () => {
  const first = loginServer();
  assert.equal(latin1(first.data), 'Username:');
  const second = first.next(utf8('alice@example.test'));
  assert.ok(second.kind === 'challenge');
  assert.equal(latin1(second.data), 'Password:');
  assert.deepEqual(second.next(utf8('geheim')), {
    kind: 'check-password',
    authcid: 'alice@example.test',
    authzid: undefined,
    password: 'geheim',
  });
});

test('an empty answer or one that is not UTF-8 is malformed', () => {
  const malformed = { kind: 'failure', reason: 'malformed' };
  assert.deepEqual(loginServer().next(EMPTY), malformed);
  assert.deepEqual(loginServer().next(fromLatin1('\u00e9')), malformed);
  const second = loginServer().next(utf8('alice'));
  assert.ok(second.kind === 'challenge');
  assert.deepEqual(second.next(EMPTY), malformed);
});

test('the client answers twice and takes no third challenge', () => {
  const start = loginClient({ username: 'alice', password: 'geheim' });
  assert.ok(start.kind === 'listen');
  const name = start.next(utf8('User Name'));
  assert.ok(name.kind === 'respond');
  assert.equal(latin1(name.data), 'alice');
  assert.equal(name.complete, false);
  const password = name.next(utf8('Password'));
  assert.ok(password.kind === 'respond');
  assert.equal(latin1(password.data), 'geheim');
  assert.equal(password.complete, true);
  assert.equal(password.next(EMPTY).kind, 'failure');
});
