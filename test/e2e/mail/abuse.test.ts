/**
 * Abuse, on real sessions of SMTP and IMAP that share a guard. Clients come from public addresses by a PROXY header, since nobody is
 * judged who comes from this machine.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { base64, utf8 } from '#bytes';
import type { Guard } from '#mail/abuse/guard';
import { accountDay, endOfPace } from '#store/abuse/daily-limits';
import { ManualClock } from '../../support/time/manual-clock.ts';
import { newTestGuard } from '../../support/store/guard.ts';
import { LineSocket } from '../../support/sockets/line-socket.ts';
import { connectSubmissions } from '../../support/smtp/login.ts';
import { startTestImap, type TestImap } from '../../support/imap/own-server.ts';
import {
  openTestStore,
  PASSWORD,
  startTestSmtp,
  type TestSmtp,
  type TestStore,
} from '../../support/smtp/own-server.ts';

const PROXIES = { proxyFrom: ['127.0.0.0/8'] };
const clock = new ManualClock();

let at: TestStore;
let guard: Guard;
let smtp: TestSmtp;
let imap: TestImap;
/** Milliseconds that guesses have waited; they wait by the manual clock. */
const waits: number[] = [];

before(async () => {
  at = await openTestStore();
  guard = newTestGuard(at.store, {
    clock,
    rates: { connections: 50, messages: 0, recipients: 0 },
    sleep: (milliseconds) => {
      waits.push(milliseconds);
      clock.advance(milliseconds);
      return Promise.resolve();
    },
  });
  const services = { conduct: guard, logins: guard.logins };
  smtp = await startTestSmtp(at, { ...PROXIES, services });
  imap = await startTestImap(at, { ...PROXIES, services });
});
after(async () => {
  await imap[Symbol.asyncDispose]();
  await smtp[Symbol.asyncDispose]();
  await at[Symbol.asyncDispose]();
});

function connectFrom(address: string, port: number): Promise<LineSocket> {
  return LineSocket.connect(port, utf8(`PROXY TCP4 ${address} 127.0.0.1 40000 ${port}\r\n`));
}

/** The reply to AUTH PLAIN. */
async function submissionLogin(address: string, name: string, password: string): Promise<string> {
  await using client = await connectFrom(address, smtp.ports.submissions);
  await client.startTls();
  await client.restOfReply();
  await client.ask('EHLO client.example');
  return (await client.ask(`AUTH PLAIN ${base64(utf8(`\0${name}\0${password}`))}`))[0]!;
}

/** The reply to LOGIN. */
async function imapLogin(address: string, name: string, password: string): Promise<string> {
  await using client = await connectFrom(address, imap.ports.imaps);
  await client.startTls();
  await client.line();
  client.write(`a LOGIN "${name}" "${password}"\r\n`);
  for (;;) {
    const line = await client.line();
    if (line === undefined || line.startsWith('a ')) return line ?? '';
  }
}

/** What the server says first. */
async function greeting(address: string, port: number): Promise<string | undefined> {
  await using client = await connectFrom(address, port);
  return await client.line();
}

test('failures by IMAP and by SMTP count together, and a guess then waits, or is put off unchecked', async () => {
  const name = 'bob@example.test';
  for (let i = 0; i < 6; i++) {
    assert.match(
      await imapLogin('203.0.113.1', name, `guess ${i}`),
      /^a NO \[AUTHENTICATIONFAILED\]/,
    );
    assert.match(await submissionLogin('203.0.113.1', name, `other ${i}`), /^535 5\.7\.8 /);
  }
  assert.ok(waits.length > 0, 'the eleventh guess waits');
  const replies = new Set<string>();
  for (let i = 0; i < 4; i++) {
    replies.add((await submissionLogin('203.0.113.1', name, `more ${i}`)).slice(0, 3));
    replies.add((await imapLogin('203.0.113.1', name, `again ${i}`)).slice(0, 18));
  }
  assert.ok(Math.max(...waits) > 5000);
  assert.deepEqual([...replies].sort(), ['535', 'a NO [AUTHENTICATI']);
  // without waiting, as a guesser does who opens many connections
  const impatient = newTestGuard(at.store, { clock, sleep: () => Promise.resolve() });
  await using other = await startTestSmtp(at, {
    ...PROXIES,
    services: { logins: impatient.logins },
  });
  let last = '';
  for (let i = 0; i < 40 && !last.startsWith('4'); i++) {
    await using guesser = await connectFrom('203.0.113.1', other.ports.submissions);
    await guesser.startTls();
    await guesser.restOfReply();
    await guesser.ask('EHLO client.example');
    last = (await guesser.ask(`AUTH PLAIN ${base64(utf8(`\0${name}\0g${i}`))}`))[0]!;
  }
  assert.match(
    last,
    /^454 4\.7\.0 Too many failed logins: nothing was checked, try again in \d+ s/,
  );
  assert.ok(other.noted.some(({ type }) => type === 'session.authentication-slowed'));
});

test('the owner logs in at once from where it logged in before, whatever others do', async () => {
  const name = 'alice@example.test';
  assert.match(await submissionLogin('203.0.113.50', name, PASSWORD), /^235 /);
  await guard.flush();
  for (let i = 0; i < 30; i++)
    assert.match(await imapLogin(`198.51.${i}.1`, name, `guess ${i}`), /^a NO /);
  waits.length = 0;
  assert.match(await imapLogin('203.0.113.50', name, PASSWORD), /^a OK /);
  assert.match(await submissionLogin('203.0.113.50', name, PASSWORD), /^235 /);
  assert.deepEqual(waits, []);
});

test('SCRAM that is left in the middle, or fails, counts as a guess', async () => {
  const before = waits.length;
  for (let i = 0; i < 20; i++) {
    await using client = await connectFrom('192.0.2.77', smtp.ports.submissions);
    await client.startTls();
    await client.restOfReply();
    await client.ask('EHLO client.example');
    const first = base64(utf8('n,,n=alice@example.test,r=abcdefghijklmnop'));
    assert.match((await client.ask(`AUTH SCRAM-SHA-256 ${first}`))[0]!, /^334 /);
    assert.match((await client.ask(i % 2 === 0 ? '*' : '!'))[0]!, /^501 /);
  }
  assert.ok(waits.length > before);
});

test('who fails by many names is sent away at connect by every listener, and can be let in again', async () => {
  const address = '203.0.113.99';
  for (let i = 0; i < 10; i++) await submissionLogin(address, `nobody${i}@example.test`, 'x');
  await guard.flush();
  assert.match((await greeting(address, smtp.ports.smtp))!, /^421 4\.7\.0 .*refused for a time/);
  assert.match((await greeting(address, smtp.ports.submission))!, /^421 4\.7\.0 /);
  assert.match((await greeting(address, imap.ports.imap))!, /^\* BYE \[UNAVAILABLE\]/);
  assert.match((await greeting('203.0.113.98', smtp.ports.smtp))!, /^220 /);
  const told = smtp.noted.filter(({ type, public: fields }) => {
    return type === 'session.refused' && (fields as { reason: string }).reason === 'banned';
  });
  assert.equal(told.length, 1, 'the second refusal within a minute is no event');
  assert.equal(await guard.liftBan(address), true);
  assert.match((await greeting(address, smtp.ports.smtp))!, /^220 /);
});

test('who connects too often is told to slow down', async () => {
  let last: string | undefined = '220';
  for (let i = 0; i < 60 && last?.startsWith('220') === true; i++)
    last = await greeting('203.0.113.120', smtp.ports.smtp);
  assert.match(last!, /^421 4\.7\.0 Too many connections .*: slow down/);
  clock.advance(120_000);
  assert.match((await greeting('203.0.113.120', smtp.ports.smtp))!, /^220 /);
});

test('an account sends so many messages in a day, and to so many new recipients, and is told until when', async () => {
  await using limited = await startTestSmtp(at, {
    clock,
    sending: { messages: 4, newRecipients: 2 },
  });
  const send = (...recipients: readonly string[]) => submitAs('alice', limited, recipients);
  assert.match(await send('r1@far.test', 'r2@far.test'), /^250 /);
  const day = new Date(clock.now() + 86_400_000).toISOString().slice(0, 10);
  const tooNew = `452 4.7.1 Your account has written to the 2 new recipients that it may in a day: more is taken from ${day} 00:00 UTC on`;
  assert.equal(await send('r3@far.test'), tooNew);
  assert.equal(await send('r1@far.test', 'r4@far.test'), tooNew);
  for (let i = 0; i < 3; i++) assert.match(await send('R1@far.test'), /^250 /);
  assert.match(await send('r1@far.test'), /^452 4\.7\.1 Your account has sent the 4 messages /);
  const told = limited.noted.filter(({ type }) => type === 'account.limited');
  assert.deepEqual(
    told.map(({ public: fields }) => (fields as { limit: string }).limit),
    ['new-recipients', 'messages'],
  );
  const alice = told[0]!.ids.accountId!;
  assert.equal((await accountDay(at.store.pool, alice, clock.now())).messages, 4);
  clock.advance(86_400_000);
  assert.match(await send('r3@far.test'), /^250 /);
});

test('an account sends so many messages in a minute and an hour, is told how long to wait, and it is told of once', async () => {
  await using limited = await startTestSmtp(at, {
    clock,
    sending: { messagesAMinute: 2, messagesAnHour: 5 },
  });
  const send = () => submitAs('bob', limited, ['r1@far.test']);
  clock.advance(endOfPace('hour', clock.now()) + 10_000 - clock.now());
  for (let minute = 0; minute < 2; minute++) {
    for (let i = 0; i < 2; i++) assert.match(await send(), /^250 /);
    for (let i = 0; i < 2; i++)
      assert.equal(
        await send(),
        '450 4.7.1 Your account may send 2 messages a minute: try again in 50 seconds',
      );
    clock.advance(60_000);
  }
  assert.match(await send(), /^250 /);
  assert.equal(
    await send(),
    '450 4.7.1 Your account may send 5 messages an hour: try again in 3470 seconds',
  );
  const told = limited.noted.filter(({ type }) => type === 'account.limited');
  assert.deepEqual(
    told.map(({ public: fields }) => (fields as { limit: string }).limit),
    ['minute', 'hour'],
  );
  clock.advance(3_470_000);
  assert.match(await send(), /^250 /);
});

async function submitAs(
  name: string,
  { ports }: Awaited<ReturnType<typeof startTestSmtp>>,
  recipients: readonly string[],
): Promise<string> {
  await using client = await connectSubmissions(ports.submissions);
  await client.ask(`AUTH PLAIN ${base64(utf8(`\0${name}@example.test\0${PASSWORD}`))}`);
  await client.ask(`MAIL FROM:<${name}@example.test>`);
  for (const recipient of recipients) await client.ask(`RCPT TO:<${recipient}>`);
  await client.ask('DATA');
  return (await client.ask(`From: ${name}@example.test\r\n\r\nhello\r\n.`))[0]!;
}
