/** What a transcript cannot show: time, faults of the store, certificates, shutdown, clients that do not play along. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DatabaseError } from 'pg';
import { systemClock, type Clock } from '#clock';
import { silentLog } from '#log';
import type { Accepted } from '#mail/receive/accept';
import { judgeRecipient, type Bouncing } from '#mail/receive/recipient';
import type { Mailbox } from '#protocol/address/mailbox';
import { formatEntry } from '#protocol/smtp/dialogue';
import { dialoguesOfMessage } from '#store/events/dialogues';
import { StoreUnavailable, type Writer } from '#store/writer/writer';
import { LineSocket } from '../../../test/support/sockets/line-socket.ts';
import { holdTimers } from '../../../test/support/time/held-timers.ts';
import {
  openTestStore,
  startTestSmtp,
  testIdentity,
  type TestSmtp,
  type TestSmtpOptions,
  type TestStore,
} from '../../../test/support/smtp/own-server.ts';
import { SMTP_LIMITS } from './limits.ts';
import type { SessionWitness, Told } from './settings.ts';

let at: TestStore;
before(async () => {
  at = await openTestStore();
});
after(() => at[Symbol.asyncDispose]());

const start = (options: TestSmtpOptions = {}): Promise<TestSmtp> => startTestSmtp(at, options);

/** A session on the MX port that has said EHLO. */
async function greeted(smtp: TestSmtp): Promise<LineSocket> {
  const client = await LineSocket.connect(smtp.ports.smtp);
  assert.match((await client.restOfReply())[0]!, /^220 /);
  await client.ask('EHLO client.example');
  return client;
}

/** … and stands within DATA. */
async function inData(client: LineSocket): Promise<void> {
  assert.match((await client.ask('MAIL FROM:<a@client.example>'))[0]!, /^250 /);
  assert.match((await client.ask('RCPT TO:<bob@example.test>'))[0]!, /^250 /);
  assert.match((await client.ask('DATA'))[0]!, /^354 /);
}

async function send(client: LineSocket, content = 'Subject: x\r\n\r\ntext'): Promise<string> {
  await inData(client);
  return (await client.ask(`${content}\r\n.`))[0]!;
}

async function stored(): Promise<number> {
  const { rows } = await at.store.pool.query<{ count: string }>('select count(*) from emails');
  return Number(rows[0]!.count);
}

function monotonicAt(value: () => number): Clock {
  return { ...systemClock, monotonic: value };
}

const full = new DatabaseError('no space left on device', 24, 'error');
full.code = '53100';

for (const [what, error, reply] of [
  [
    'out of reach',
    new StoreUnavailable('gone'),
    /^451 4\.3\.0 The message store cannot be reached/,
  ],
  ['full', full, /^452 4\.3\.1 /],
  [
    'not what failed, but a bug',
    new TypeError('undefined is not a function'),
    /^451 4\.3\.0 Internal/,
  ],
] as const)
  test(`with a store that is ${what}, the client keeps its message and the session goes on`, async () => {
    let failing = true;
    const accept = (): Promise<Accepted> =>
      failing ? Promise.reject(error) : Promise.resolve({ kind: 'stored' });
    const logged: string[] = [];
    const log = {
      ...silentLog,
      warn: (name: string) => logged.push(name),
      error: (name: string) => logged.push(name),
    };
    await using smtp = await start({ services: { accept }, log });
    await using client = await greeted(smtp);
    assert.match(await send(client), reply);
    failing = false;
    assert.match(await send(client), /^250 2\.6\.0 /);
    assert.deepEqual(logged, [error instanceof TypeError ? 'smtp.bug' : 'smtp.store-failed']);
  });

test('a store that fails while a large message comes in: its end is awaited, then 451', async () => {
  const writer = {
    run: () => Promise.reject(new StoreUnavailable('gone')),
  } as unknown as Writer;
  await using smtp = await start({ services: { writer } });
  await using client = await greeted(smtp);
  assert.match(await send(client, `${'x'.repeat(998)}\r\n`.repeat(1000)), /^451 4\.3\.0 /);
  assert.match((await client.ask('NOOP'))[0]!, /^250 /);
});

test('RCPT with the directory out of reach is put off', async () => {
  const directory = {
    addressed: () => Promise.reject(new StoreUnavailable('gone')),
  } as unknown as TestStore['directory'];
  const judge = (mailbox: Mailbox, size: number, bouncing: Bouncing | undefined) =>
    judgeRecipient({ directory, pool: at.store.pool }, mailbox, size, bouncing);
  await using smtp = await start({ services: { judgeRecipient: judge } });
  await using client = await greeted(smtp);
  await client.ask('MAIL FROM:<a@client.example>');
  assert.match((await client.ask('RCPT TO:<bob@example.test>'))[0]!, /^451 4\.3\.0 /);
  assert.match((await client.ask('DATA'))[0]!, /^554 5\.5\.1 /);
});

test('a house with its own words says them at MAIL, RCPT and the final dot', async () => {
  const told = (code: number, enhanced: string, reason: string): Told => ({
    kind: 'told',
    code,
    enhanced,
    lines: ['In our own words,', `by rule ${reason}`],
    reason,
  });
  let admitted: Told | undefined = told(421, '4.7.28', 'too-much');
  const before = await stored();
  await using smtp = await start({
    services: {
      admit: () => Promise.resolve(admitted),
      judgeRecipient: ({ localPart }) =>
        localPart === 'nobody' ? told(550, '5.1.1', 'unknown') : GOES_NOWHERE,
      accept: () => Promise.resolve(told(550, '5.7.26', 'nobody-vouches')),
    },
  });
  await using turnedAway = await greeted(smtp);
  assert.deepEqual(await turnedAway.ask('MAIL FROM:<a@client.example>'), [
    '421-4.7.28 In our own words,',
    '421 4.7.28 by rule too-much',
  ]);
  assert.equal(await turnedAway.line(), undefined);
  admitted = undefined;
  await using client = await greeted(smtp);
  await client.ask('MAIL FROM:<a@client.example>');
  await client.ask('MAIL FROM:<a@client.example>');
  assert.match((await client.ask('RCPT TO:<nobody@example.test>')).at(-1)!, /^550 5\.1\.1 by rule/);
  await client.ask('RSET');
  assert.match(await send(client), /^550-5\.7\.26 In our own/);
  assert.equal(await stored(), before);
});

const GOES_NOWHERE = {
  kind: 'accepted',
  expansion: { tenantId: '1', accounts: [], external: [], steps: [], problems: [] },
} as const;

test('a message of several chunks is stored whole, octet for octet', async () => {
  await using smtp = await start();
  await using client = await greeted(smtp);
  const body = Array.from({ length: 12_000 }, (_, i) => `..line ${i} ${'é'.repeat(40)}\r\n`).join(
    '',
  );
  const before = await stored();
  const reply = await send(client, `Subject: large\r\n\r\n${body}`);
  assert.match(reply, /^250 2\.6\.0 \S+ stored$/);
  assert.equal(await stored(), before + 1);
  const { rows } = await at.store.pool.query<{ size: string }>(
    'select b.size from blobs b join emails e on e.blob_id = b.id where e.message_id = $1',
    [reply.split(' ')[2]],
  );
  const octets = Buffer.byteLength(
    `Subject: large\r\n\r\n${body.replaceAll('..line', '.line')}\r\n`,
  );
  assert.equal(Number(rows[0]!.size), octets);
});

test('the dialogue kept with a message is its own: the opening and this transaction, without secrets', async () => {
  await using smtp = await start();
  await using client = await LineSocket.connect(smtp.ports.submissions);
  await client.startTls();
  await client.restOfReply();
  await client.ask('EHLO client.example');
  await client.ask('AUTH LOGIN');
  await client.ask('Ym9iQGV4YW1wbGUudGVzdA==');
  assert.match((await client.ask('b3BlbiBzZXNhbWU='))[0]!, /^235 /);
  const ids: string[] = [];
  for (const subject of ['one', 'two']) {
    await client.ask('MAIL FROM:<bob@example.test>');
    await client.ask(`RCPT TO:<${subject}@elsewhere.example>`);
    await client.ask('DATA');
    const [reply = ''] = await client.ask(`From: bob@example.test\r\nSubject: ${subject}\r\n\r\n.`);
    assert.match(reply, /^250 2\.6\.0 \S+ queued$/);
    ids.push(reply.split(' ')[2]!);
  }
  const [dialogue] = await dialoguesOfMessage(at.store.pool, ids[1]!);
  const lines = dialogue!.entries.map((entry) => ('line' in entry ? entry.line : entry.kind));
  const text = lines.join('\n');
  assert.equal(lines[0], 'tls');
  assert.match(text, /220 mail\.example\.test/);
  assert.match(text, /AUTH LOGIN\n334 <secret>\n<secret>\n334 <secret>\n<secret>\n235 2\.7\.0/);
  assert.match(text, /RCPT TO:<two@elsewhere\.example>/);
  assert.doesNotMatch(text, /one@elsewhere|b3BlbiBz|Ym9iQG/);
  assert.deepEqual(lines.slice(-2), ['content', `250 2.6.0 ${ids[1]!} queued`]);
});

test('what DSN, ENVID, FUTURERELEASE and REQUIRETLS ask for reaches the queue', async () => {
  await using smtp = await start();
  await using client = await LineSocket.connect(smtp.ports.submissions);
  await client.startTls();
  await client.restOfReply();
  await client.ask('EHLO client.example');
  await client.ask('AUTH PLAIN AGJvYkBleGFtcGxlLnRlc3QAb3BlbiBzZXNhbWU=');
  await client.ask('MAIL FROM:<bob@example.test> RET=HDRS ENVID=QQ+2B1 HOLDFOR=3600 REQUIRETLS');
  await client.ask(
    'RCPT TO:<a@elsewhere.example> NOTIFY=delay,SUCCESS ORCPT=rfc822;x+2By@example.org',
  );
  await client.ask('RCPT TO:<b@elsewhere.example> NOTIFY=NEVER');
  await client.ask('DATA');
  const [reply = ''] = await client.ask('From: bob@example.test\r\n\r\n.');
  const id = reply.split(' ')[2];
  const message = await at.store.pool.query(
    'select ret, envid, tls_required from queue_messages where id = $1',
    [id],
  );
  assert.deepEqual(message.rows, [{ ret: 'HDRS', envid: 'QQ+2B1', tls_required: 'yes' }]);
  const recipients = await at.store.pool.query(
    'select forward_path, notify, orcpt from queue_recipients where message_id = $1 order by recipient_id',
    [id],
  );
  assert.deepEqual(recipients.rows, [
    {
      forward_path: 'a@elsewhere.example',
      notify: 'SUCCESS,DELAY',
      orcpt: 'rfc822;x+2By@example.org',
    },
    { forward_path: 'b@elsewhere.example', notify: 'NEVER', orcpt: null },
  ]);
  const { rows } = await at.store.pool.query<{ held: string }>(
    'select extract(epoch from release_at - created_at) as held from submissions where message_id = $1',
    [id],
  );
  const held = Number(rows[0]!.held);
  assert.ok(held > 3590 && held <= 3600, `${held} s`);
});

test('the client that a trusted PROXY header names is who events and limits are about', async () => {
  const connections = { total: 10, perAddress: 1 };
  await using smtp = await start({ proxyFrom: ['127.0.0.1'], connections });
  const header = Buffer.from('PROXY TCP4 192.0.2.7 192.0.2.1 51000 25\r\n');
  await using one = await LineSocket.connect(smtp.ports.smtp, header);
  await one.restOfReply();
  await using two = await LineSocket.connect(smtp.ports.smtp, header);
  assert.match(
    (await two.restOfReply())[0]!,
    /^421 4\.7\.0 Too many connections from your address/,
  );
  await using three = await LineSocket.connect(
    smtp.ports.smtp,
    Buffer.from('PROXY TCP4 192.0.2.8 192.0.2.1 51000 25\r\n'),
  );
  assert.match((await three.restOfReply())[0]!, /^220 /);
  assert.deepEqual(
    smtp.noted.map(({ type, personal }) => [type, personal]),
    [['session.refused', { client: '192.0.2.7' }]],
  );
});

test('connections over the limits are told so; one that ends makes room', async () => {
  await using smtp = await start({ connections: { total: 2, perAddress: 5 } });
  await using first = await greeted(smtp);
  await using second = await greeted(smtp);
  await using third = await LineSocket.connect(smtp.ports.smtp);
  assert.match((await third.restOfReply())[0]!, /^421 4\.3\.2 Too many connections/);
  assert.equal(await third.line(), undefined);
  await first.ask('QUIT');
  assert.equal(await first.line(), undefined);
  first.destroy();
  await until(() => smtp.server.connections() === 1);
  await using fourth = await greeted(smtp);
  assert.match((await fourth.ask('NOOP'))[0]!, /^250 /);
  assert.match((await second.ask('NOOP'))[0]!, /^250 /);
});

test('a new certificate is for new handshakes; who is connected stays so', async () => {
  const [old, renewed] = [
    await testIdentity('mail.example.test'),
    await testIdentity('mx.example.test'),
  ];
  const tls = { current: old.current };
  await using smtp = await start({ tls });
  await using before = await LineSocket.connect(smtp.ports.submissions);
  await before.startTls();
  await before.restOfReply();
  tls.current = renewed.current;
  await using after = await LineSocket.connect(smtp.ports.submissions);
  await after.startTls();
  await after.restOfReply();
  assert.match((await before.ask('EHLO client.example'))[0]!, /^250-/);
  assert.equal(before.tls.getPeerX509Certificate()!.fingerprint256, old.current.fingerprint);
  assert.equal(after.tls.getPeerX509Certificate()!.fingerprint256, renewed.current.fingerprint);
});

test('less than TLS 1.2 is refused, and so is garbage instead of a handshake', async () => {
  await using smtp = await start();
  await using old = await LineSocket.connect(smtp.ports.submissions);
  const ciphers = 'DEFAULT@SECLEVEL=0';
  await assert.rejects(old.startTls({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers }));
  await using garbage = await LineSocket.connect(smtp.ports.submissions);
  garbage.write('EHLO client.example\r\n');
  const failed = () => smtp.noted.filter(({ type }) => type === 'session.handshake-failed');
  // a server that has not come to accept the second yet has no connection either
  await until(() => failed().length === 2 && smtp.server.connections() === 0);
});

test('a handshake that never comes is not waited for', async () => {
  await using smtp = await start({ limits: { handshakeTime: 20 } });
  await using client = await LineSocket.connect(smtp.ports.submissions);
  assert.equal(await client.line(), undefined);
});

test('a client that sends no more instead of a handshake is gone', async () => {
  await using smtp = await start();
  await using client = await greeted(smtp);
  client.write('STARTTLS\r\n');
  client.end();
  assert.match((await client.restOfReply())[0]!, /^220 2\.0\.0 /);
  assert.equal(await client.line(), undefined);
});

test('silence ends a session with 421', async () => {
  await using smtp = await start({ limits: { idleTime: 30 } });
  await using client = await LineSocket.connect(smtp.ports.smtp);
  assert.match((await client.restOfReply())[0]!, /^220 /);
  assert.match((await client.restOfReply())[0]!, /^421 4\.4\.2 Nothing came/);
  assert.equal(await client.line(), undefined);
});

test('a command that takes longer than the idle time is waited for', async (t) => {
  const idleTime = 60 * 60 * 1000;
  const idle = holdTimers(t, idleTime);
  const begun = Promise.withResolvers<void>();
  const { promise, resolve } = Promise.withResolvers<Accepted>();
  const accept = (): Promise<Accepted> => {
    begun.resolve();
    return promise;
  };
  await using smtp = await start({ limits: { idleTime }, services: { accept } });
  await using client = await greeted(smtp);
  const reply = send(client);
  await begun.promise;
  assert.equal(idle.waiting, 1);
  idle.fire();
  resolve({ kind: 'stored' });
  assert.match(await reply, /^250 2\.6\.0 /);
  idle.fire();
  assert.match((await client.restOfReply())[0]!, /^421 4\.4\.2 Nothing came/);
});

test('a session ends by age between messages, and at last whatever it does', async () => {
  let now = 1000;
  await using smtp = await start({ services: { clock: monotonicAt(() => now) } });
  await using between = await greeted(smtp);
  await using within = await greeted(smtp);
  await inData(within);
  now += SMTP_LIMITS.sessionTime + 1;
  assert.match((await between.ask('NOOP'))[0]!, /^421 4\.4\.2 The session lasts too long/);
  assert.equal(await between.line(), undefined);
  within.write('Subject: slow\r\n');
  now += SMTP_LIMITS.longestSession;
  within.write('\r\n');
  assert.match((await within.restOfReply())[0]!, /^421 4\.4\.2 /);
  assert.equal(await within.line(), undefined);
});

test('a client that does not read its replies is not read from, and cut off', async () => {
  await using smtp = await start({ limits: { idleTime: 100, idleCommands: 10 ** 9 } });
  await using client = await LineSocket.connect(smtp.ports.smtp);
  client.stopReading();
  const flood = Buffer.from('HELP\r\n'.repeat(100_000));
  for (let i = 0; i < 40; i++) client.write(flood);
  let unsent = 0;
  await until(() => {
    unsent = client.unsent || unsent;
    return smtp.server.connections() === 0;
  });
  assert.ok(unsent > flood.length, `${unsent} octets unsent`);
});

test('who speaks before a delayed greeting is refused', async () => {
  await using smtp = await start({ limits: { greetingDelay: 5000 } });
  await using client = await LineSocket.connect(smtp.ports.smtp);
  client.write('EHLO client.example\r\n');
  assert.match((await client.restOfReply())[0]!, /^554 5\.5\.1 Data came before the greeting/);
  assert.equal(await client.line(), undefined);
});

test('who is known is greeted at once, who turns out to be too', async () => {
  const answer = Promise.withResolvers<boolean>();
  const isKnown = (address: string) => address === '127.0.0.1' && answer.promise;
  await using smtp = await start({ limits: { greetingDelay: 60_000 }, services: { isKnown } });
  await using client = await LineSocket.connect(smtp.ports.smtp);
  answer.resolve(true);
  assert.match((await client.restOfReply())[0]!, /^220 /);
  assert.match((await client.ask('EHLO client.example'))[0]!, /^250-/);
});

test('who is not known is greeted after the delay, once', async () => {
  await using smtp = await start({ limits: { greetingDelay: 1 } });
  await using client = await LineSocket.connect(smtp.ports.smtp);
  assert.match((await client.restOfReply())[0]!, /^220 /);
  assert.match((await client.ask('NOOP'))[0]!, /^250 /);
});

test('stopping tells idle sessions at once and lets a message come to its end', async () => {
  await using smtp = await start();
  await using idle = await greeted(smtp);
  await using busy = await greeted(smtp);
  await inData(busy);
  const stopped = smtp.server.stop(60_000);
  assert.match((await idle.restOfReply())[0]!, /^421 4\.3\.2 /);
  assert.equal(await idle.line(), undefined);
  idle.destroy();
  busy.write('Subject: last\r\n\r\n.\r\n');
  assert.match((await busy.restOfReply())[0]!, /^250 2\.6\.0 /);
  assert.match((await busy.restOfReply())[0]!, /^421 4\.3\.2 /);
  assert.equal(await busy.line(), undefined);
  busy.destroy();
  await stopped;
  assert.equal(smtp.server.connections(), 0);
  await assert.rejects(LineSocket.connect(smtp.ports.smtp), /ECONNREFUSED/);
});

test('stopping cuts what does not come to its end', async () => {
  await using smtp = await start();
  await using client = await greeted(smtp);
  await inData(client);
  await smtp.server.stop(10);
  assert.equal(await client.line(), undefined);
});

test('a port that is taken, or an address that is not ours, is an error with a remedy', async () => {
  await using smtp = await start();
  await assert.rejects(start({ port: smtp.ports.smtp }), /cannot listen on 127\.0\.0\.1 port \d+/);
});

async function until(condition: () => boolean): Promise<void> {
  for (const deadline = performance.now() + 10_000; !condition();) {
    assert.ok(performance.now() < deadline, 'it never came so');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Lines of each session as its witness saw them. */
function witnessing(): { witness: SessionWitness; seen: Map<string, string[]>; ended: string[] } {
  const seen = new Map<string, string[]>();
  const ended: string[] = [];
  const witness: SessionWitness = {
    began: ({ id }) => {
      const lines: string[] = [];
      seen.set(id, lines);
      return {
        said: (entry) => void lines.push(formatEntry(entry, 'server')),
        ended: () => void ended.push(id),
      };
    },
  };
  return { witness, seen, ended };
}

test('A witness sees every line of a session, of all its transactions and of none', async () => {
  const { witness, seen, ended } = witnessing();
  await using smtp = await start({ services: { witness } });
  const client = await greeted(smtp);
  await client.ask('RCPT TO:<bob@example.test>');
  await send(client);
  await send(client);
  await client.ask('QUIT');
  assert.equal(await client.line(), undefined);
  await client[Symbol.asyncDispose]();
  await smtp[Symbol.asyncDispose]();
  assert.equal(ended.length, 1);
  const codes = seen.get(ended[0]!)!.map((line) => line.replace(/^(C: \w+|S: \d{3}).*$/, '$1'));
  const mail = ['C: MAIL', 'S: 250', 'C: RCPT', 'S: 250', 'C: DATA', 'S: 354', 'C: <20 octets>'];
  assert.deepEqual(
    codes.filter((line, index) => line !== codes[index - 1]),
    [
      'S: 220',
      'C: EHLO',
      'S: 250',
      'C: RCPT',
      'S: 503',
      ...mail,
      'S: 250',
      ...mail,
      'S: 250',
    ].concat(['C: QUIT', 'S: 221']),
  );
  assert.equal(codes.filter((line) => line === 'S: 354').length, 2);
});

test('A witness is shown no reply that was not sent', async () => {
  const { witness, seen, ended } = witnessing();
  const accept = (): Promise<Accepted> => Promise.reject(new StoreUnavailable('gone'));
  await using smtp = await start({ services: { witness, accept } });
  const client = await greeted(smtp);
  assert.match(await send(client), /^451 /);
  await client.ask('QUIT');
  await smtp[Symbol.asyncDispose]();
  const lines = seen.get(ended[0]!)!;
  assert.match(lines.at(-3)!, /^S: 451 /);
  assert.equal(lines.filter((line) => line.includes('2.6.0')).length, 0);
});
