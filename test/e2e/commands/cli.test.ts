/**
 * The command line as its user runs it: `bin/hikyaku` as a process of its own against a real server. Names of fields, exit codes and
 * streams are what scripts rely on.
 */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { LineSocket } from '../../support/sockets/line-socket.ts';
import { findMail, listMail } from '../../support/program/mailbox.ts';
import {
  eventually,
  PROGRAM,
  startRunningServer,
  type CommandResult,
  type RunningServer,
} from '../../support/program/running-server.ts';
import { startSmtpPeer } from '../../support/smtp/scripted-peer.ts';

const ALICE = 'alice@example.test';
const BOB = 'bob@example.test';

let server: RunningServer;

before(async () => {
  server = await startRunningServer();
});

after(() => server[Symbol.asyncDispose]());

/** Sends a message as alice by the program itself. */
async function send(subject: string, ...to: readonly string[]): Promise<void> {
  const recipients = to.flatMap((address) => ['--to', address]);
  const args =
    `smtp probe 127.0.0.1 --port ${server.ports.submission} --tls required --auth ${ALICE} --from ${ALICE} ` +
    `--password-file ${server.passwordFile} --body Grüße`;
  await server.done(...args.split(' '), ...recipients, '--subject', subject);
}

test('a message that was sent is listed with the fields that scripts rely on', async () => {
  await send('日本語の件名', BOB);
  const mail = await findMail(server, BOB, '日本語の件名');
  const fields = 'id messageId mailbox uid from to subject size receivedAt flags'.split(' ');
  for (const field of fields) assert.ok(field in mail, field);
  const raw = await server.done('mail', 'raw', BOB, mail.id);
  assert.equal(Buffer.byteLength(raw), mail.size);
  assert.match(raw, /^Return-Path: <alice@example\.test>\r\n[^]*\r\n\r\nGrüße\r\n$/);
  const [inJson] = await server.json<{ source: string }>('mail', 'raw', BOB, mail.id);
  assert.equal(Buffer.from(inJson!.source, 'base64').toString(), raw);
  const table = await server.done('mail', 'list', BOB);
  assert.match(table, /^ *ID {2}MESSAGE .*\n/);
  assert.ok(table.includes('日本語の件名'));
  const shown = await server.done('mail', 'show', BOB, mail.id);
  assert.match(shown, /^Subject: 日本語の件名$/m);
  assert.match(shown, /^Grüße$/m);
});

test('its story is told in both languages and as JSON', async () => {
  await send('a story', BOB);
  const { id, messageId } = await findMail(server, BOB, 'a story');
  assert.match(await server.done('message', 'trace', messageId), /RFC 5321/);
  assert.match(await server.done('message', 'trace', id, '--lang', 'ja'), /配信/);
  const entries = await server.json<{ type?: string }>('message', 'trace', messageId);
  const types = new Set(entries.map(({ type }) => type));
  for (const type of ['message.submitted', 'message.signed', 'recipient.stored']) {
    assert.ok(types.has(type), type);
  }
  assert.match(await server.done('message', 'trace', messageId, '--follow'), /RFC 5321/);
  const found = await server.json(
    'message',
    'find',
    '--to',
    BOB,
    '--from',
    ALICE,
    '--status',
    'delivered',
  );
  assert.ok(found.some((message) => message['messageId'] === messageId));
});

test('mail for a domain without a route waits, and goes when there is one', async () => {
  await using peer = await startSmtpPeer({ extensions: ['8BITMIME'] });
  await send('for elsewhere', 'x@relay.test');
  const [held] = await server.json('queue', 'list', 'relay.test', '--status', 'held');
  assert.equal(held!['held'], 'no-route');
  const id = String(held!['messageId']);
  assert.match(await server.done('queue', 'show', id), /x@relay\.test +held: no-route/);
  assert.match(await server.done('queue', 'shape'), /^relay\.test +1 +1 +0/m);
  const follow = server.command('message', 'trace', id, '--follow', '--json');
  await server.done(
    'route',
    'set',
    'relay.test',
    '--host',
    '127.0.0.1',
    '--port',
    String(peer.port),
  );
  const { code, stdout } = await follow;
  assert.equal(code, 0);
  assert.match(stdout, /"type":"attempt\.delivered"/);
  assert.deepEqual(await server.json('queue', 'list'), []);
  assert.deepEqual(await server.json('route', 'list'), [
    {
      domain: 'relay.test',
      host: '127.0.0.1',
      port: peer.port,
      tls: 'opportunistic',
      username: null,
    },
  ]);
  await server.done('route', 'remove', 'relay.test');
});

test('the queue is held, released, retried and removed by domain', async () => {
  await send('to be removed', 'x@stuck.test', 'y@stuck.test');
  const change = async (verb: string): Promise<unknown> =>
    (await server.json('queue', verb, 'stuck.test'))[0]!['recipients'];
  assert.equal(await change('hold'), 0);
  assert.equal(await change('release'), 2);
  assert.equal(await change('remove'), 2);
  // an attempt that the release began may still be under way
  await eventually(
    'they are gone',
    async () => (await server.json('queue', 'list', 'stuck.test')).length === 0,
  );
  const notice = await eventually('the author is told', async () =>
    (await server.json('mail', 'list', ALICE)).find(({ subject }) =>
      String(subject).includes('to be removed'),
    ),
  );
  assert.match(await server.done('mail', 'raw', ALICE, String(notice['id'])), /Status: 5\.7\.0/);
  await send('to be forgotten', 'x@stuck.test');
  const words = await server.done('queue', 'remove', 'stuck.test', '--silent');
  assert.match(words, /^1 recipient is removed; nobody is told\./);
});

test('accounts and aliases are made, used and taken away; a password is never an argument', async () => {
  const carol = 'carol@example.test';
  await server.done('account', 'add', carol, '--password-file', server.passwordFile);
  await server.done('alias', 'set', 'all@example.test', carol, BOB);
  await send('to all', 'all@example.test');
  await findMail(server, carol, 'to all');
  await findMail(server, BOB, 'to all');
  const piped = await withInput('new password\n', 'account', 'passwd', carol);
  assert.deepEqual([piped.code, piped.stderr], [0, '']);
  await server.done('alias', 'remove', 'all@example.test');
  await server.done('account', 'remove', carol);
  const states = await server.json('account', 'list');
  assert.equal(states.find(({ account }) => account === carol)!['state'], 'removed');
  const refused = await server.command('account', 'add', 'dave@example.test', '--password', 'x');
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /unknown option '--password'[^]*account add --help/);
});

/** Sends as alice with the password of a file. */
function probeWith(file: string, subject: string): Promise<CommandResult> {
  const args =
    `smtp probe 127.0.0.1 --port ${server.ports.submission} --tls required --auth ${ALICE} ` +
    `--password-file ${file} --from ${ALICE} --to ${BOB}`;
  return server.command(...args.split(' '), '--subject', subject);
}

test('an app password is printed once, logs in, is listed with its last use, and is taken back', async () => {
  const file = path.join(server.home, 'app-password');
  const made = await server.command('app-password', 'add', ALICE, '--name', 'phone');
  assert.equal(made.code, 0);
  assert.match(made.stdout, /^([0-9a-z]{4}-){8}[0-9a-z]{4}\n$/);
  assert.match(
    made.stderr,
    /shown this once[^]*app-password remove alice@example\.test [0-9a-z]{8}/,
  );
  await writeFile(file, made.stdout);
  const probe = (): Promise<CommandResult> => probeWith(file, 'app-password');
  assert.equal((await probe()).code, 0);
  await findMail(server, BOB, 'app-password');
  const listed = await eventually('the last use is written', async () =>
    (await server.json('app-password', 'list', ALICE)).find(({ lastUsedAt }) => lastUsedAt),
  );
  const id = made.stdout.replaceAll('-', '').slice(0, 8);
  assert.deepEqual([listed['id'], listed['name'], listed['scope']], [id, 'phone', ['*']]);
  assert.ok(String(listed['lastUsedAt']) >= String(listed['createdAt']));
  const table = await server.done('app-password', 'list', ALICE);
  assert.match(table, /^ID +NAME +FOR +ADDED +LAST USED\n[0-9a-z]{8} +phone +everything /);
  await server.done('app-password', 'remove', ALICE, id);
  assert.deepEqual(await server.json('app-password', 'list', ALICE), []);
  assert.equal((await probe()).code, 1);
  const secret = made.stdout.trim();
  for (const said of [await server.log(), table]) assert.ok(!said.includes(secret));
  const dialogues = await server.query<{ text: string }>(
    'select entries::text as text from dialogues',
  );
  assert.ok(!dialogues.some(({ text }) => text.includes(secret)));
});

test('an app password for reading alone sends nothing', async () => {
  const [made] = await server.json('app-password', 'add', ALICE, '--name=x', '--scope=imap,jmap');
  assert.deepEqual(made!['scope'], ['imap', 'jmap']);
  const file = path.join(server.home, 'reader');
  await writeFile(file, String(made!['password']));
  const probe = await probeWith(file, 'from a reader');
  assert.equal(probe.code, 1);
  assert.match(probe.stdout, /535 5\.7\.8 This app password is not for sending mail/);
  await server.done('app-password', 'remove', ALICE, String(made!['id']));
});

test('a domain comes with DKIM records that are ready to paste', async () => {
  assert.match(
    await server.done('domain', 'add', 'other.test'),
    /DKIM.*\n.*hikyaku domain dns other\.test/,
  );
  const records = await server.done('dkim', 'list', 'other.test');
  assert.match(
    records,
    /^r\d{6}\._domainkey\.other\.test\. IN TXT \( "v=DKIM1; k=rsa; p=[^"]+"\n/m,
  );
  for (const [, text] of records.matchAll(/"([^"]*)"/g)) assert.ok(text!.length <= 255);
  await server.done('domain', 'remove', 'other.test');
  const names = (await server.json('domain', 'list')).map(({ domain }) => domain);
  assert.deepEqual(names, ['example.test']);
});

test('what cannot be done is said on standard error with a remedy, exit 2', async () => {
  const cases: [readonly string[], RegExp][] = [
    [
      ['mail', 'list', 'nobody@example.test'],
      /no account nobody@example\.test\n {2}bin\/hikyaku account list/,
    ],
    [['mail', 'show', BOB, '999999'], /no message 999999/],
    [['queue', 'retry'], /not said which messages\n.* bin\/hikyaku queue list shows.*--all/],
    [['alert', 'test'], /says nothing of when\n.*--when.* bin\/hikyaku alert add --help /],
    [['alias', 'set', 'x@foreign.test', BOB], /not a domain of this server/],
    [['message', 'trace', 'nothing'], /nothing is recorded/],
    [['queu', 'list'], /Did you mean queue\?/],
    [['queue', 'lsit'], /Did you mean list\?/],
    [['mail', 'list', BOB, '--limit', 'x'], /--limit x is no number/],
    [['app-password', 'add', BOB], /required option '--name <name>'/],
    [
      ['app-password', 'add', BOB, '--name', 'x', '--scope', 'pop'],
      /--scope pop is not known\n.*imap/,
    ],
    [
      ['app-password', 'remove', BOB, '7k3mq0xa'],
      /has no app password 7k3mq0xa\n.*app-password list/,
    ],
  ];
  for (const [args, expected] of cases) {
    const { code, stdout, stderr } = await server.command(...args);
    assert.deepEqual([code, stdout], [2, ''], args.join(' '));
    assert.match(stderr, expected);
  }
});

test('without a server a command says so and how to start one', async () => {
  const { code, stderr } = await run(['mail', 'list', BOB], {
    HIKYAKU_DATA_DIR: path.join(server.home, 'nowhere'),
  });
  assert.equal(code, 2);
  assert.match(stderr, /^hikyaku: no server is running for .*nowhere; start it with npm start\n/);
});

test('the data folder is found by flag over environment over file', async () => {
  const file = path.join(server.home, 'elsewhere.toml');
  await writeFile(file, `data_dir = ${JSON.stringify(server.data)}\n`);
  const list = ['account', 'list'];
  assert.equal((await run([...list, '--config', file])).code, 0);
  const nowhere = { HIKYAKU_DATA_DIR: path.join(server.home, 'nowhere') };
  assert.equal((await run([...list, '--config', file], nowhere)).code, 2);
  assert.equal((await run([...list, '--set', `data_dir=${server.data}`], nowhere)).code, 0);
});

test('settings are shown with their origin and checked without a server; secrets are not shown', async () => {
  const env = { HIKYAKU_SMTP_PORT: '2600', HIKYAKU_DEV_PASSWORD: 'top secret' };
  const { stdout } = await run(['config', 'show', '--origin', '--json'], env);
  assert.doesNotMatch(stdout, /top secret/);
  const settings = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const port = settings.find(({ key }) => key === 'smtp.port')!;
  assert.deepEqual([port['value'], port['origin']], [2600, 'HIKYAKU_SMTP_PORT']);
  assert.equal((await run(['config', 'check'], env)).code, 0);
  const wrong = await run(['config', 'check'], { HIKYAKU_SMTP_PROT: '1' });
  assert.equal(wrong.code, 1);
  assert.match(wrong.stdout, /Did you mean HIKYAKU_SMTP_PORT\?/);
});

test('a probe explains each line, and its exit code says whether all went well', async () => {
  const at = ['smtp', 'probe', '127.0.0.1', '--port', String(server.ports.smtp)];
  const well = await run([...at, '--quit-after', 'ehlo']);
  assert.equal(well.code, 0);
  assert.match(well.stdout, /^S: 250-PIPELINING\n {6}.*\[RFC 2920\]$/m);
  const refused = await run([...at, '--to', 'x@foreign.test', '--lang', 'ja', '--tls', 'none']);
  assert.equal(refused.code, 1);
  assert.match(refused.stdout, /^S: 550 5\.7\.1 /m);
  assert.match(refused.stdout, /^rcpt で終わりました/m);
  const unproven = await run([...at, '--tls', 'verified']);
  assert.equal(unproven.code, 1);
  const entries = (await run([...at, '--json'])).stdout.trim().split('\n');
  assert.deepEqual(JSON.parse(entries.at(-1)!), { kind: 'well', stage: 'tls' });
  const nobody = await run(['smtp', 'probe', '127.0.0.1', '--port', '1']);
  assert.equal(nobody.code, 1);
});

test('nothing that mail carries acts on a terminal, in tables or in JSON', async () => {
  const file = path.join(server.home, 'hostile.eml');
  await writeFile(
    file,
    // raw controls in From are refused; encoded ones come to the same
    'From: =?utf-8?q?=1b=5b2J=c2=9b31m=e2=80=ae?= <a@b.test>\nSubject: \x07hostile\u009b2J\u202e\n\n\x1b]0;owned\x07\n',
  );
  const args = `smtp probe 127.0.0.1 --port ${server.ports.smtp} --tls none --from a@b.test --to ${BOB}`;
  await server.done(...args.split(' '), '--data', file);
  const { id, messageId } = await findMail(server, BOB, /hostile/);
  const outputs = [
    await server.done('mail', 'list', BOB),
    await server.done('mail', 'list', BOB, '--json'),
    await server.done('mail', 'show', BOB, id, '--headers'),
    await server.done('message', 'trace', messageId),
    await server.done('message', 'trace', messageId, '--json'),
    await server.done('message', 'explain', messageId),
    await server.done('message', 'explain', messageId, '--json'),
  ];
  for (const output of outputs) assert.doesNotMatch(output, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
});

test('a reader that has seen enough is no error', async () => {
  for (let i = 0; i < 3; i++) await send(`enough ${i}`, BOB);
  assert.ok((await listMail(server, BOB)).length > 2);
  const child = spawn('/bin/sh', ['-c', `"$0" mail list ${BOB} --json | head -n 1`, PROGRAM], {
    cwd: server.home,
    env: server.env,
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  await once(child, 'close');
  assert.equal(stderr, '');
});

/** Runs the program with nothing in its environment but what is given. */
function run(args: readonly string[], env: Record<string, string> = {}): Promise<CommandResult> {
  const { promise, resolve } = Promise.withResolvers<CommandResult>();
  const options = {
    cwd: server.home,
    env: { PATH: process.env['PATH']!, HOME: server.home, ...env },
  };
  execFile(PROGRAM, args, options, (error, stdout, stderr) => {
    resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
  });
  return promise;
}

async function withInput(input: string, ...args: readonly string[]): Promise<CommandResult> {
  const child = spawn(PROGRAM, args, { cwd: server.home, env: server.env });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number];
  return { code, stdout, stderr };
}

test('a rewritten reverse-path is read back as long as its secret is known', async () => {
  await server.done('alias', 'set', 'far@example.test', 'ann@next.example');
  await using client = await LineSocket.connect(server.ports.smtp);
  await client.restOfReply();
  for (const line of [
    'EHLO client.example',
    'MAIL FROM:<eve@strict.example>',
    'RCPT TO:<far@example.test>',
    'DATA',
  ])
    await client.ask(line);
  const [reply] = await client.ask('From: eve@strict.example\r\nDate: x\r\n\r\nHi\r\n.');
  const id = /^250 2\.6\.0 (\S+)/.exec(reply!)![1]!;
  const told = await server.done('message', 'trace', id);
  const address = /SRS0=\S+@example\.test/.exec(told)![0];
  assert.match(await server.done('srs', 'read', address), /eve@strict\.example/);
  await server.done('srs', 'rotate');
  assert.match(await server.done('srs', 'read', address), /eve@strict\.example/);
  await server.done('srs', 'rotate');
  const forged = await server.command('srs', 'read', address);
  assert.match(forged.stderr, /was not made here/);
});

test('a message is explained, and a list is trusted and not trusted any more', async () => {
  const file = path.join(server.home, 'explained.eml');
  await writeFile(file, 'From: a@b.test\nSubject: explain me\n\nHello\n');
  const args = `smtp probe 127.0.0.1 --port ${server.ports.smtp} --tls none --from a@b.test --to ${BOB}`;
  await server.done(...args.split(' '), '--data', file);
  const { messageId } = await findMail(server, BOB, /explain me/);
  assert.match(await server.done('message', 'explain', messageId), /Verdict: accepted\n/);
  assert.match(
    await server.done('message', 'explain', messageId, '--lang', 'ja'),
    /判定：受け入れ\n/,
  );
  const [told] = await server.json<{ verdict: string }>('message', 'explain', messageId);
  assert.equal(told!.verdict, 'accept');
  await server.done('trust', 'add', 'lists.example.org');
  await server.done('trust', 'add', 'lists.example.org', '--account', BOB);
  const listed = await server.json<{ account: string | null }>('trust', 'list');
  assert.deepEqual(
    listed.map(({ account }) => account),
    [BOB, null],
  );
  await server.done('trust', 'remove', 'lists.example.org');
  assert.match(await server.done('trust', 'list'), /bob@example\.test +yes +set by hand/);
  const refused = await server.command('trust', 'add', 'com');
  assert.match(refused.stderr, /no domain of a list/);
});

test('an address is banned by hand and let in again; what is private never is', async () => {
  assert.deepEqual(await server.json('ban', 'list'), []);
  await server.done('ban', 'add', '2001:db8:1:2:3::4', '--for', '2h', '--reason', 'spam run');
  await server.done('ban', 'add', '192.0.2.0/24');
  const bans = await server.json<{ network: string; until: string | null; byHand: boolean }>(
    'ban',
    'list',
  );
  assert.deepEqual(
    bans.map(({ network, until, byHand }) => [network, until === null, byHand]),
    [
      ['192.0.2.0/24', true, true], // the newest first
      ['2001:db8:1:2::/64', false, true],
    ],
  );
  assert.match(await server.done('ban', 'list'), /2001:db8:1:2::\/64 +everything .* by hand: spam/);
  await server.done('ban', 'remove', '192.0.2.0/24');
  const gone = await server.command('ban', 'remove', '192.0.2.0/24');
  assert.equal(gone.code, 2);
  assert.match(gone.stderr, /is not banned/);
  const own = await server.command('ban', 'add', '127.0.0.1');
  assert.match(own.stderr, /never banned/);
});

test('who is known is listed, shown and forgotten', async () => {
  const all = await server.command('reputation', 'list');
  assert.deepEqual([all.code, all.stderr], [0, 'Nobody is known yet.\n']);
  const bad = await server.command('reputation', 'list', '--standing', 'bad');
  assert.deepEqual([bad.code, bad.stderr], [0, 'Nobody is bad.\n']);
  for (const verb of ['show', 'forget']) {
    const nobody = await server.command('reputation', verb, '192.0.2.1');
    assert.equal(nobody.code, 2);
    assert.match(nobody.stderr, /nothing is known of 192\.0\.2\.1/);
  }
});

test('what an account may send in a day is set, shown, and holds', async () => {
  const [before] = await server.json<{ messages: { most: number; today: number } }>(
    'account',
    'limit',
    ALICE,
  );
  assert.equal(before!.messages.most, 0);
  const most = before!.messages.today + 1;
  await server.done('account', 'limit', ALICE, '--messages', String(most));
  await send('the last one of today', BOB);
  await assert.rejects(send('one too many', BOB), /4\.7\.1 Your account has sent the/);
  assert.match(await server.done('account', 'limit', ALICE), new RegExp(`${most} \\(its own\\)`));
  await server.done('account', 'limit', ALICE, '--messages', 'default');
  assert.match(
    await server.done('account', 'limit', ALICE),
    /without limit \(as the settings say\)/,
  );
});
