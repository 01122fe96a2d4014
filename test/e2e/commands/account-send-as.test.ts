/** As whom accounts may write, and how much they may hold: set by the command line, and what submission and IMAP make of it at once. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ImapClient } from '../../support/imap/client.ts';
import { findMail } from '../../support/program/mailbox.ts';
import {
  PASSWORD,
  startRunningServer,
  type RunningServer,
} from '../../support/program/running-server.ts';

const ALICE = 'alice@example.test';
const BOB = 'bob@example.test';

let server: RunningServer;

before(async () => {
  server = await startRunningServer();
  await server.done('domain', 'add', 'other.test');
});
after(() => server[Symbol.asyncDispose]());

/** Alice hands in a message as somebody; the exit code of `smtp probe`, and its dialogue. */
function sendAs(from: string, subject: string): Promise<{ code: number; stdout: string }> {
  const login = `--tls required --auth ${ALICE} --password-file ${server.passwordFile}`;
  const args = `smtp probe 127.0.0.1 --port ${server.ports.submission} ${login} --from ${from} --to ${BOB}`;
  return server.command(...args.split(' '), '--subject', subject);
}

const rights = async (account = ALICE): Promise<unknown[]> =>
  (await server.json('account', 'send-as', 'list', account)).map((row) => row['sendAs']);

test('an account writes as an alias once it may, signed by the domain of the alias, and no more when that is taken back', async () => {
  const { stderr } = await server.command('alias', 'set', 'sales@other.test', ALICE);
  assert.match(stderr, /hikyaku account send-as add alice@example\.test sales@other\.test/);
  const refused = await sendAs('sales@other.test', 'not yet');
  assert.equal(refused.code, 1);
  assert.match(refused.stdout, /553 5\.7\.1 /);
  assert.match(
    await server.done('account', 'send-as', 'add', ALICE, 'SALES@other.test'),
    /^alice@example\.test may write as sales@other\.test\.$/m,
  );
  assert.equal((await sendAs('sales@other.test', 'as sales')).code, 0);
  const { id } = await findMail(server, BOB, 'as sales');
  const raw = await server.done('mail', 'raw', BOB, id);
  assert.match(raw, /^From: <sales@other\.test>\r$/m);
  assert.match(raw, /^DKIM-Signature: [^]*?\bd=other\.test;/m);
  assert.deepEqual(await rights(), [ALICE, 'sales@other.test']);
  await server.done('account', 'send-as', 'remove', ALICE, 'sales@other.test');
  assert.equal((await sendAs('sales@other.test', 'no more')).code, 1);
  assert.deepEqual(await rights(), [ALICE]);
});

test('alias set --send-as lets the accounts among its targets write as it; the alias takes that along when it goes', async () => {
  const targets = [ALICE, 'x@elsewhere.test'];
  const [set] = await server.json('alias', 'set', 'info@other.test', ...targets, '--send-as');
  assert.deepEqual([set!['senders'], set!['onlyReceive']], [[ALICE], []]);
  assert.equal((await sendAs('info@other.test', 'as info')).code, 0);
  await server.done('alias', 'remove', 'info@other.test');
  assert.equal((await sendAs('info@other.test', 'as nobody')).code, 1);
  assert.deepEqual(await rights(), [ALICE]);
});

test('with a whole domain an account writes as any address of it, and of no other', async () => {
  await server.done('account', 'send-as', 'add', ALICE, '*@other.test');
  assert.equal((await sendAs('whoever@other.test', 'as whoever')).code, 0);
  assert.equal((await sendAs('whoever@example.test', 'as a neighbour')).code, 1);
  assert.deepEqual(await rights(), [ALICE, '*@other.test']);
  await server.done('account', 'send-as', 'remove', ALICE, '*@other.test');
  assert.equal((await sendAs('whoever@other.test', 'as nobody')).code, 1);
});

test('what cannot be is refused with a remedy', async () => {
  for (const [args, expected] of [
    ['add nobody@example.test a@other.test', /no account nobody@example\.test/],
    [`add ${ALICE} a@gmail.example`, /gmail\.example is not a domain of this server/],
    [`add ${ALICE} nonsense`, /nonsense is not an address/],
    [`remove ${ALICE} ${ALICE}`, /its? own address|the account's own address/],
    [`remove ${ALICE} a@other.test`, /no right of its own to write as a@other\.test/],
  ] as const) {
    const { code, stderr } = await server.command('account', 'send-as', ...args.split(' '));
    assert.equal(code, 2, args);
    assert.match(stderr, expected);
  }
});

test('who may write as an address to which nobody receives mail is told so', async () => {
  const added = `account send-as add ${ALICE} no-reply@other.test`;
  const { stderr } = await server.command(...added.split(' '));
  assert.match(stderr, /Nobody receives mail to no-reply@other\.test/);
  await server.done('account', 'send-as', 'remove', ALICE, 'no-reply@other.test');
});

test('a quota is set, told to IMAP at once, and taken away', async () => {
  await using client = await ImapClient.login({
    host: '127.0.0.1',
    port: server.ports.imaps,
    tls: 'implicit',
    user: BOB,
    password: PASSWORD,
  });
  const told = async (): Promise<string> => {
    const { untagged } = await client.ok('GETQUOTA ""');
    return JSON.stringify(untagged);
  };
  const [set] = await server.json('account', 'quota', BOB, '2M', '--messages', '1000');
  assert.deepEqual([set!['quotaBytes'], set!['quotaMessages']], [2 * 1024 * 1024, 1000]);
  assert.match(await told(), /STORAGE.*2048.*MESSAGE.*1000/);
  const [kept] = await server.json('account', 'quota', BOB, 'none');
  assert.deepEqual([kept!['quotaBytes'], kept!['quotaMessages']], [null, 1000]);
  assert.doesNotMatch(await told(), /STORAGE/);
  const { stderr } = await server.command('account', 'quota', BOB, '1k', '--messages', 'none');
  assert.match(stderr, /It is full/);
  assert.match(await told(), /STORAGE/);
  await server.done('account', 'quota', BOB, 'none');
  assert.match(
    await server.done('account', 'quota', BOB),
    /^bob@example\.test holds .*without limit/,
  );
  for (const size of ['2X', '0', '-1']) {
    const { code } = await server.command('account', 'quota', BOB, '--', size);
    assert.equal(code, 2, size);
  }
});
