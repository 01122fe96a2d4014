/** What a transcript cannot show: several sessions, large messages, compression, faults of the store, shutdown, clients that do not read. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { systemClock } from '#clock';
import { silentLog } from '#log';
import { StoreUnavailable } from '#store/writer/writer';
import { codeOf, dataOf, fetched, ImapClient, literal } from '../../../test/support/imap/client.ts';
import { holdTimers } from '../../../test/support/time/held-timers.ts';
import { LineSocket } from '../../../test/support/sockets/line-socket.ts';
import { ownImap, startTestImap } from '../../../test/support/imap/own-server.ts';
import { PASSWORD } from '../../../test/support/smtp/own-server.ts';

const own = ownImap();

let mailboxes = 0;

/** A client with a mailbox of its own selected, which has some messages. */
async function selected(
  count: number,
  server = own.imap,
): Promise<{ client: ImapClient; name: string }> {
  const client = await ImapClient.login(server.account('alice'));
  const name = `box${++mailboxes}`;
  await client.ok(`CREATE ${name}`);
  for (let i = 1; i <= count; i++)
    await client.ok(`APPEND ${name} `, literal(`Subject: ${i}\r\n\r\ntext ${i}\r\n`));
  await client.ok(`SELECT ${name}`);
  return { client, name };
}

async function another(name: string, server = own.imap): Promise<ImapClient> {
  const client = await ImapClient.login(server.account('alice'));
  await client.ok(`SELECT ${name}`);
  return client;
}

test('numbers stay while a client fetches by them; what is gone is told at a command that allows it', async () => {
  const { client, name } = await selected(4);
  await using one = client;
  await using two = await another(name);
  await two.ok('STORE 2 +FLAGS.SILENT (\\Deleted)');
  await two.ok('EXPUNGE');
  const { untagged } = await one.ok('FETCH 3:4 (UID)');
  assert.deepEqual(dataOf(untagged, 'EXPUNGE'), []);
  assert.deepEqual(
    fetched(untagged).map(({ number, items }) => [number, items.get('UID')]),
    [
      [3, '3'],
      [4, '4'],
    ],
  );
  const gone = await one.fails('NO', 'FETCH 2 (FLAGS)');
  assert.ok(codeOf([gone], 'EXPUNGEISSUED'));
  assert.deepEqual(dataOf((await one.ok('NOOP')).untagged, 'EXPUNGE'), [['2', 'EXPUNGE']]);
  assert.equal(fetched((await one.ok('FETCH 2 (UID)')).untagged)[0]!.items.get('UID'), '3');
});

test('a message that leaves while \\Seen is being stored does not put others in its place', async () => {
  let meanwhile: (() => Promise<void>) | undefined;
  const { writer } = own.imap.mail;
  const run = async (job: Parameters<typeof writer.run>[0]) => {
    const first = meanwhile;
    meanwhile = undefined;
    await first?.();
    return writer.run(job);
  };
  const slow = new Proxy(writer, {
    get: (target, key) => (key === 'run' ? run : (Reflect.get(target, key) as unknown)),
  });
  await using server = await startTestImap(own.at, {
    services: { mail: { ...own.imap.mail, writer: slow } },
  });
  const { client, name } = await selected(4, server);
  await using one = client;
  await using two = await another(name, server);
  await two.ok('STORE 2 +FLAGS.SILENT (\\Deleted)');
  meanwhile = async () => {
    await two.ok('EXPUNGE');
  };
  const { untagged } = await one.run('FETCH 1:4 (UID BODY[TEXT])');
  assert.deepEqual(
    fetched(untagged).map(({ number, items }) => [
      number,
      items.get('UID'),
      items.get('BODY[TEXT]'),
    ]),
    [
      [1, '1', 'text 1\r\n'],
      [3, '3', 'text 3\r\n'],
      [4, '4', 'text 4\r\n'],
    ],
  );
});

test('a silent change is told to other sessions, not to its own', async () => {
  const { client, name } = await selected(2);
  await using one = client;
  await using two = await another(name);
  const { untagged } = await one.ok('STORE 1 +FLAGS.SILENT (\\Flagged)');
  assert.deepEqual(fetched(untagged), []);
  assert.equal(fetched((await two.ok('NOOP')).untagged).length, 1);
  await two.ok('STORE 1 -FLAGS.SILENT (\\Flagged)');
  assert.deepEqual(fetched((await one.ok('NOOP')).untagged)[0]!.items.get('FLAGS'), ['\\Recent']);
});

test('sessions of one mailbox share its image', async () => {
  const { client, name } = await selected(1);
  await using _one = client;
  const before = own.imap.mail.views.size.views;
  await using _two = await another(name);
  await using _three = await another(name);
  assert.equal(own.imap.mail.views.size.views, before);
});

test('who has a mailbox selected that is deleted by another is told so and leaves', async () => {
  const { client, name } = await selected(1);
  await using one = client;
  await using two = await ImapClient.login(own.imap.account('alice'));
  const idle = await one.start('IDLE');
  await one.continued();
  await two.ok(`DELETE ${name}`);
  await assert.rejects(idle.reply, /hung up/);
  assert.equal(one.untagged.at(-1)!.kind, 'status');
});

test('messages of many megabytes come and go octet for octet, whole and in parts, and are never whole in a command', async () => {
  const { client, name } = await selected(0);
  await using one = client;
  const binary = randomBytes(6 * 1024 * 1024);
  const head =
    'Subject: large\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n';
  const body = binary.toString('base64').replaceAll(/.{76}/g, '$&\r\n');
  const message = `${head}${body}\r\n`;
  await one.ok(`APPEND ${name} `, literal(message));
  const whole = fetched((await one.ok('FETCH 1 BODY.PEEK[]')).untagged)[0]!;
  assert.equal(hash(String(whole.items.get('BODY[]'))), hash(message));
  const part = fetched((await one.ok('FETCH 1 BODY.PEEK[TEXT]<5000000.100>')).untagged)[0]!;
  assert.equal(part.items.get('BODY[TEXT]<5000000>'), body.slice(5_000_000, 5_000_100));
  const { items } = fetched(
    (await one.ok('FETCH 1 (BINARY.SIZE[1] BODY.PEEK[HEADER.FIELDS (SUBJECT)])')).untagged,
  )[0]!;
  assert.equal(items.get('BINARY.SIZE[1]'), String(binary.length));
  assert.equal(items.get('BODY[HEADER.FIELDS (SUBJECT)]'), 'Subject: large\r\n\r\n');
  const structure = fetched((await one.ok('FETCH 1 (BODYSTRUCTURE ENVELOPE)')).untagged)[0]!;
  assert.equal((structure.items.get('ENVELOPE') as string[])[1], 'large');
});

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

test('under COMPRESS everything goes on, large and small, pipelined too', async () => {
  const { client, name } = await selected(3);
  await using one = client;
  await one.compress();
  const message = `Subject: text\r\n\r\n${'the same line again\r\n'.repeat(50_000)}`;
  await one.ok(`APPEND ${name} `, literal(message));
  const replies = await Promise.all([
    one.ok('FETCH 4 BODY.PEEK[]'),
    one.ok('NOOP'),
    one.ok('FETCH 1:3 (UID FLAGS)'),
  ]);
  assert.equal(hash(String(fetched(replies[0].untagged)[0]!.items.get('BODY[]'))), hash(message));
  assert.ok(!(await one.capabilities()).has('COMPRESS=DEFLATE'));
  assert.ok(codeOf([await one.fails('NO', 'COMPRESS DEFLATE')], 'COMPRESSIONACTIVE'));
  await one.ok('LOGOUT');
  await one.hungUp();
});

test('so many sessions are compressed and no more; one that ends makes room', async () => {
  await using small = await startTestImap(own.at, { limits: { compressedSessions: 1 } });
  await using two = await ImapClient.login(small.account('alice'));
  {
    await using one = await ImapClient.login(small.account('alice'));
    await one.compress();
    assert.ok(codeOf([await two.fails('NO', 'COMPRESS DEFLATE')], 'LIMIT'));
    await one.ok('LOGOUT');
    await one.hungUp();
  }
  await two.ok('NOOP');
  await two.compress();
  await two.ok('NOOP');
});

test('octets that are no deflated data end the connection', async () => {
  await using client = await ImapClient.login(own.imap.account('alice'));
  await client.ok('COMPRESS DEFLATE');
  client.write('x NOOP\r\n'.repeat(10));
  await client.hungUp();
});

test('a client that does not read stops the server from reading for it', async () => {
  const { client, name } = await selected(0);
  await using writer = client;
  await writer.ok(`APPEND ${name} `, literal(`Subject: x\r\n\r\n${'x'.repeat(200_000)}\r\n`));
  let reads = 0;
  const pool = new Proxy(own.imap.mail.pool, {
    get(target, key) {
      if (key === 'query') reads++;
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  await using slow = await startTestImap(own.at, {
    services: { mail: { ...own.imap.mail, pool } },
  });
  await using socket = await LineSocket.connect(slow.ports.imaps);
  await socket.startTls();
  await socket.line();
  socket.write(`a LOGIN alice@example.test "${PASSWORD}"\r\nb SELECT ${name}\r\n`);
  while (!(await socket.line())?.startsWith('b OK'));
  socket.stopReading();
  const before = reads;
  socket.write('c FETCH 1 BODY.PEEK[]\r\n'.repeat(2000));
  await until(async () => {
    const now = reads;
    await systemClock.sleep(300);
    return reads > before && reads === now;
  });
  assert.ok(reads - before < 200, `${reads - before} questions for a client that reads nothing`);
});

async function until(met: () => Promise<boolean>): Promise<void> {
  while (!(await met()));
}

for (const [what, error, code] of [
  ['out of reach', new StoreUnavailable('gone'), 'UNAVAILABLE'],
  ['not what failed, but a bug', new TypeError('undefined is not a function'), 'SERVERBUG'],
] as const)
  test(`with a store that is ${what}, a command is refused and the session goes on`, async () => {
    let failing = false;
    const query = (...args: unknown[]): unknown => {
      if (failing) return Promise.reject(error);
      return (own.imap.mail.pool.query as (...all: unknown[]) => unknown)(...args);
    };
    const pool = new Proxy(own.imap.mail.pool, {
      get: (target, key) => (key === 'query' ? query : (Reflect.get(target, key) as unknown)),
    });
    const logged: string[] = [];
    const say = (name: string): void => void logged.push(name);
    const log = { debug() {}, info() {}, warn: say, error: say };
    await using broken = await startTestImap(own.at, {
      log,
      services: { mail: { ...own.imap.mail, pool } },
    });
    await using client = await ImapClient.login(broken.account('bob'));
    failing = true;
    assert.ok(codeOf([await client.fails('NO', 'SELECT INBOX')], code));
    const append = await client.announce('APPEND INBOX {10}');
    assert.ok(codeOf([append], code));
    failing = false;
    await client.ok('SELECT INBOX');
    assert.deepEqual(
      new Set(logged),
      new Set([code === 'SERVERBUG' ? 'imap.bug' : 'imap.store-failed']),
    );
  });

test('a bug where nothing is awaited ends its session and no other', async () => {
  const logged: string[] = [];
  const log = {
    ...silentLog,
    debug(): void {
      throw new TypeError('undefined is not a function');
    },
    error: (name: string): void => void logged.push(name),
  };
  await using broken = await startTestImap(own.at, { log });
  await using other = await ImapClient.login(broken.account('bob'));
  await using client = await ImapClient.connect(broken.account('alice'));
  await assert.rejects(client.run('ID ("name" "x")'));
  await other.ok('NOOP');
  assert.deepEqual(logged, ['imap.bug']);
});

test('a stop says BYE to who waits, and lets a command come to its end', async () => {
  const asked = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  let held = false;
  const pool = new Proxy(own.imap.mail.pool, {
    get(target, key) {
      if (key !== 'query' || !held) return Reflect.get(target, key) as unknown;
      return async (...args: unknown[]): Promise<unknown> => {
        asked.resolve();
        await gate.promise;
        return (target.query as (...all: unknown[]) => unknown)(...args);
      };
    },
  });
  const server = await startTestImap(own.at, { services: { mail: { ...own.imap.mail, pool } } });
  const { client, name } = await selected(3, server);
  await using idle = await another(name, server);
  await idle.start('IDLE');
  await idle.continued();
  held = true;
  const running = await client.start('FETCH 1:3 BODY.PEEK[]');
  await asked.promise;
  const stopped = server.server.stop(5000);
  await idle.hungUp();
  assert.equal(client.closed, false);
  gate.resolve();
  assert.equal((await running.reply).untagged.length, 3);
  await client.hungUp();
  await stopped;
  for (const one of [idle, client]) {
    const last = one.untagged.at(-1)!;
    assert.equal(last.kind === 'status' && last.status, 'BYE');
  }
  await server[Symbol.asyncDispose]();
});

test('silence ends a session, before the login sooner than after it', async (t) => {
  const [loginTime, idleTime] = [60 * 60 * 1000, 2 * 60 * 60 * 1000];
  const beforeLogin = holdTimers(t, loginTime);
  const afterLogin = holdTimers(t, idleTime);
  await using server = await startTestImap(own.at, { limits: { loginTime, idleTime } });
  await using client = await ImapClient.login(server.account('alice'));
  await using silent = await ImapClient.connect(server.account('alice'));
  for (const socket of beforeLogin.sockets) socket.emit('timeout');
  await silent.hungUp();
  await client.ok('NOOP');
  afterLogin.fire();
  await client.hungUp();
  for (const one of [silent, client]) {
    const last = one.untagged.at(-1)!;
    assert.equal(last.kind === 'status' && last.status, 'BYE');
  }
});

test('more connections than there may be are told so', async () => {
  await using few = await startTestImap(own.at, { connections: { total: 1, perAddress: 1 } });
  await using _one = await ImapClient.connect(few.account('alice', 'none'));
  await using refused = await LineSocket.connect(few.ports.imap);
  assert.match((await refused.line())!, /^\* BYE \[/);
  assert.equal(few.noted[0]!.type, 'session.refused');
});
