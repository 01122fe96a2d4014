import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addAccount } from '#mail/accounts/administer';
import { parseMailbox } from '#protocol/address/path';
import { allowed, openClassroom, type Classroom } from '../../support/lab/lesson-world.ts';
import { connectSubmissions, login } from '../../support/smtp/login.ts';
import { PASSWORD as ALICES } from '../../support/smtp/own-server.ts';

let room: Classroom;
before(async () => {
  room = await openClassroom();
});
after(() => room[Symbol.asyncDispose]());

const PASSWORD = 'paper lantern';

async function make(account: string): Promise<void> {
  const made = await addAccount(room.at.administer, parseMailbox(account)!, PASSWORD, undefined);
  assert.equal(made.kind, 'added');
}

async function tryLogin(username: string, password: string): Promise<string> {
  await using client = await connectSubmissions(room.ports.submissions);
  return await login(client, { mechanism: 'PLAIN', username, password });
}

async function rowOf(account: string): Promise<{ argon2: string }> {
  return allowed(await room.tools['login-row'].run({ account }));
}

test('1.3: a new account, its row, its password and the hash in place of it pass', async () => {
  await room.start('1.3');
  const account = 'carol@example.test';
  await make(account);
  assert.match(await tryLogin(account, PASSWORD), /^235 /);
  const { argon2 } = await rowOf(account);
  assert.match(await tryLogin(account, argon2), /^535 /);
  await room.answer('1.3', { account, salt: argon2.split('$')[4]! });
  const verdict = await room.check('1.3');
  assert.deepEqual(verdict.missing, []);
  assert.ok(verdict.passed);
});

test('1.3: an account that was there before does not count', async () => {
  await room.start('1.3');
  const account = 'alice@example.test';
  assert.match(await tryLogin(account, ALICES), /^235 /);
  await room.answer('1.3', { account, salt: (await rowOf(account)).argon2.split('$')[4]! });
  assert.deepEqual((await room.check('1.3')).seen, []);
});

test('1.3: without a login, and with the tag where the salt was asked for, both are named', async () => {
  await room.start('1.3');
  const account = 'dave@example.test';
  await make(account);
  await room.answer('1.3', { account, salt: (await rowOf(account)).argon2.split('$')[5]! });
  assert.deepEqual((await room.check('1.3')).missing, ['login', 'row', 'refused']);
});

test('1.3: the row of an account that is not there cannot be shown', async () => {
  const row = await room.tools['login-row'].run({ account: 'nobody@example.test' });
  assert.ok('kind' in row);
});
