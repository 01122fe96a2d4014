/** What mail programs say is remembered without secrets and without messages: by a real client, under TLS, STARTTLS, SCRAM, COMPRESS and IDLE. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { base64, decodeBase64 } from '#bytes';
import { systemClock } from '#clock';
import { HOSTS, type LabHost } from '#lab/addresses';
import { placesOf } from '#lab/replay/places';
import { NO_CHANNEL_BINDINGS } from '#protocol/sasl/channel-binding';
import { startSaslClient } from '#protocol/sasl/client';
import type { ClientStep } from '#protocol/sasl/client-step';
import { saltPassword } from '#protocol/sasl/scram-keys';
import { ImapClient, literal } from '../../../../test/support/imap/client.ts';
import { ownImap } from '../../../../test/support/imap/own-server.ts';
import { LineSocket } from '../../../../test/support/sockets/line-socket.ts';
import { PASSWORD } from '../../../../test/support/smtp/own-server.ts';
import { ImapSessions, type ImapSession } from './sessions.ts';
import { imapSteps } from './steps.ts';

const sessions = new ImapSessions(systemClock);
const own = ownImap({ services: { witness: sessions } });

const TOKEN = 'Zm9yYmlkZGVuLXRva2Vu';
const places = placesOf((host: LabHost) => `127.20.${HOSTS[host]}`);

function said(session: ImapSession): string[] {
  return session.entries.map(({ kind, line }) => `${kind} ${line}`);
}

function told(session: ImapSession, language: 'en' | 'ja' = 'en') {
  return imapSteps(session, { places, language, timeZone: 'UTC' });
}

function newest(): ImapSession {
  return sessions.list().at(-1)!;
}

/** Nothing of a secret, in no encoding that was used, wherever it is kept or told. */
function assertNoSecret(session: ImapSession, ...more: readonly string[]): void {
  const everything = JSON.stringify([
    session,
    [...session.told],
    told(session),
    told(session, 'ja'),
  ]);
  const plain = base64(Buffer.from(`\0alice@example.test\0${PASSWORD}`));
  for (const secret of [PASSWORD, base64(Buffer.from(PASSWORD)), plain, TOKEN, ...more])
    assert.ok(!everything.includes(secret), secret);
}

async function scram(client: ImapClient): Promise<string[]> {
  const said: string[] = [];
  const settle = async (coming: ClientStep): Promise<Uint8Array> => {
    let step = coming;
    while (step.kind === 'derive-key')
      step = step.next(await saltPassword(step.password, step.salt, step.iterations));
    assert.equal(step.kind, 'respond');
    next = step;
    return next.data;
  };
  let next: Extract<ClientStep, { kind: 'respond' }>;
  const first = startSaslClient(
    'SCRAM-SHA-256',
    { username: 'alice@example.test', password: PASSWORD },
    { offered: ['SCRAM-SHA-256'], bindings: NO_CHANNEL_BINDINGS, nonce: randomBytes(18) },
  );
  said.push(base64(await settle(first)));
  const { reply } = await client.start(`AUTHENTICATE SCRAM-SHA-256 ${said[0]}`);
  for (let round = 0; round < 2; round++) {
    const challenge = await client.continued();
    said.push(challenge);
    const answer = base64(await settle(next!.next(decodeBase64(challenge)!)));
    if (answer !== '') said.push(answer);
    client.write(`${answer}\r\n`);
  }
  assert.equal((await reply).status, 'OK');
  return said;
}

test('a mail program that reads a mailbox is heard command by command, without its password and without the message', async () => {
  const message = `Subject: hello\r\nList-Unsubscribe: <https://x.test/${TOKEN}>\r\n\r\n${TOKEN} ${PASSWORD}\r\n`;
  await using client = await ImapClient.login(own.imap.account('alice'));
  await client.ok('APPEND INBOX ', literal(message));
  await client.ok('APPEND INBOX ', literal(message, { form: 'non-synchronising' }));
  await client.ok('SELECT INBOX');
  await client.ok('UID FETCH 1:* (FLAGS BODY.PEEK[] PREVIEW)');
  await client.ok('FETCH 1 (BODY.PEEK[TEXT]<0.9> UID)');
  await client.ok('LOGOUT');
  await client.hungUp();
  const session = newest();
  assertNoSecret(session);
  assert.deepEqual(
    [session.account, session.listener, session.client],
    ['alice@example.test', 'imaps', '127.0.0.1'],
  );
  const lines = said(session);
  assert.match(lines[0]!, /^tls TLSv1\.3 TLS_/);
  assert.match(lines[1]!, /^server \* OK /);
  assert.ok(
    lines.some((line) => /^client \w+ LOGIN …$/.test(line)),
    lines.join('\n'),
  );
  assert.ok(lines.some((line) => /^client \w+ APPEND INBOX \{\d+\}$/.test(line)));
  assert.ok(lines.some((line) => /^client \w+ APPEND INBOX \{\d+\+\}$/.test(line)));
  assert.ok(lines.some((line) => /^server \* 1 FETCH \(UID 1 .*BODY\[\] \{\d+\}…/.test(line)));
  assert.ok(lines.some((line) => line.startsWith('server * BYE ')));
  assert.ok(session.told.has('1 INBOX'));
  const whys = new Set(told(session).flatMap(({ why }) => why.map(({ rfc }) => rfc)));
  for (const section of ['6.2.3', '6.3.12', '6.3.2', '6.4.5', '6.1.3'])
    assert.ok(whys.has(`RFC 9051 §${section}`), section);
  // every line that was kept is told, once
  assert.deepEqual(
    told(session).flatMap(({ lines: all }) => all.filter(({ kind }) => kind === 'wire')).length,
    session.entries.length,
  );
});

test('SCRAM after STARTTLS is named, and nothing of its exchange is kept', async () => {
  await using client = await ImapClient.connect(own.imap.account('alice', 'starttls'));
  const exchanged = await scram(client);
  await client.ok('NOOP');
  const session = newest();
  assertNoSecret(session, ...exchanged);
  const lines = said(session);
  assert.ok(lines.some((line) => /^client \w+ STARTTLS$/.test(line)));
  assert.ok(lines.some((line) => /^client \w+ AUTHENTICATE SCRAM-SHA-256 …$/.test(line)));
  assert.equal(lines.filter((line) => line === 'client …').length, 2);
  assert.equal(lines.filter((line) => line === 'server + …').length, 2);
  assert.ok(lines.some((line) => /^client \w+ NOOP$/.test(line)));
  assert.equal(session.endedAt, undefined);
});

test('a login by literals, one in the wrong place and one that was refused are kept without what they hold', async () => {
  await using client = await ImapClient.connect(own.imap.account('alice'));
  await client.fails('NO', 'LOGIN ', literal('alice@example.test'), ' ', literal(TOKEN));
  await client.fails(
    'NO',
    'LOGIN ',
    literal('alice@example.test', { form: 'non-synchronising' }),
    ` "${TOKEN}"`,
  );
  await client.fails('BAD', `UID LOGIN alice ${TOKEN}`);
  await client.fails('BAD', `XLOGIN alice ${TOKEN}`);
  await client.ok('LOGIN ', literal('alice@example.test'), ' ', literal(PASSWORD));
  await client.fails('BAD', `XSECRET ${TOKEN}`);
  const session = newest();
  assertNoSecret(session);
  assert.ok(
    said(session).some((line) => /^client \w+ XSECRET …$/.test(line)),
    said(session).join('\n'),
  );
});

test('what a person types by hand is kept where it is a command, and not what they forgot to put before it', async () => {
  await using socket = await LineSocket.connect(own.imap.ports.imaps);
  await socket.startTls();
  await socket.line();
  socket.write(
    [`LOGIN alice ${TOKEN}`, `LOGIN list ${TOKEN}`, TOKEN, `a list login alice ${TOKEN}`, ''].join(
      '\r\n',
    ),
  );
  for (let line = 0; line < 4; line++) assert.match((await socket.line())!, / (?:BAD|NO) /);
  const session = newest();
  assertNoSecret(session);
  assert.deepEqual(
    session.entries.filter(({ kind }) => kind === 'client').map(({ line }) => line),
    ['…', '…', '…', 'a list …'],
  );
});

test('what is said under COMPRESS, and what the server says by itself in IDLE, is kept as it was meant', async () => {
  await using client = await ImapClient.login(own.imap.account('bob'));
  await client.compress();
  await client.ok('SELECT INBOX');
  await using other = await ImapClient.login(own.imap.account('bob'));
  const idled = await client.idle(async () => {
    const from = client.untagged.length;
    await other.ok('APPEND INBOX ', literal('Subject: x\r\n\r\nx\r\n'));
    await client.next('the message', (one) => JSON.stringify(one).includes('EXISTS'), from);
  });
  assert.ok(idled.length > 0);
  const session = sessions.list().at(-2)!;
  assertNoSecret(session);
  assert.ok(said(session).includes('compressed DEFLATE'));
  const steps = told(session);
  const idle = steps.findIndex(({ why }) => why.some(({ rfc }) => rfc === 'RFC 9051 §6.3.13'));
  const [waits, speaks, ends] = steps.slice(idle);
  assert.deepEqual(
    [waits, speaks, ends].map((step) => [step!.from === 'mail.example.test', step!.why[0]!.rfc]),
    [
      [false, 'RFC 9051 §6.3.13'],
      [true, 'RFC 9051 §5.2'],
      [false, 'RFC 9051 §6.3.13'],
    ],
  );
  assert.match(speaks!.lines[0]!.text, /^S: \* 1 EXISTS/);
  assert.match(ends!.lines[0]!.text, /^C: DONE/);
});

test('a long answer is kept to its beginning, and says how much is left out', async () => {
  await using client = await ImapClient.login(own.imap.account('alice'));
  for (let index = 0; index < 40; index++) await client.ok(`CREATE many${index}`);
  await client.ok('LIST "" many*');
  const session = newest();
  const lists = said(session).filter((line) => line.startsWith('server * LIST'));
  assert.equal(lists.length, 30);
  assert.ok(said(session).includes('left-out 10'));
  const [detail] = told(session).flatMap(({ lines }) =>
    lines.filter(({ kind }) => kind === 'detail'),
  );
  assert.match(detail!.text, /^10 more lines/);
});

test('no more is remembered than allowed; sessions that are over are forgotten first', async () => {
  const limits = {
    sessions: 3,
    characters: 3000,
    entriesEach: 10,
    firstEach: 3,
    linesOfAnswer: 2,
    toldEach: 2,
  };
  const few = new ImapSessions({ now: () => 0 }, limits);
  const begin = (id: string) =>
    few.began({ id, listener: 'imaps', client: '127.0.0.1', account: () => 'alice@example.test' });
  const stays = begin('stays');
  for (const id of ['a', 'b', 'c']) begin(id).ended();
  assert.deepEqual(
    few.list().map(({ id }) => id),
    ['stays', 'b', 'c'],
  );
  for (let index = 0; index < 50; index++) {
    stays.heard(Buffer.from(`a${index} NOOP\r\n`));
    stays.said(Buffer.from(`* 1 FETCH (UID ${index})\r\na${index} OK\r\n`));
  }
  const { entries, told: messages } = few.find('stays')!;
  assert.deepEqual(
    [entries.length, entries[0]!.line, entries[3]!.kind, entries[3]!.line, entries.at(-1)!.line],
    [11, 'a0 NOOP', 'left-out', '140', 'a49 OK'],
  );
  assert.equal(messages.size, 2);
  for (let index = 0; index < 10; index++)
    begin(`d${index}`).heard(Buffer.from(`x NOOP ${'x'.repeat(999)}\r\n`));
  const characters = few
    .list()
    .flatMap((one) => one.entries)
    .reduce((sum, { line }) => sum + line.length, 0);
  assert.ok(few.list().length <= 3 && characters <= 3000);
});
