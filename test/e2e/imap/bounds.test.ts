/** What an attacker sends to an IMAP server, or does not read, is refused at a bound and disturbs nobody else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { constants, createDeflateRaw, deflateRawSync } from 'node:zlib';
import { IMAP_LIMITS, type ImapLimits } from '#servers/imap/limits';
import { computedFor } from '../../support/time/cpu-time.ts';
import { holdTimers } from '../../support/time/held-timers.ts';
import { codeOf, ImapClient, literal } from '../../support/imap/client.ts';
import { newImapTally, playWild } from '../../support/imap/fuzz-play.ts';
import { letter } from '../../support/mailbox-contract/letter.ts';
import { ImapWire } from '../../support/imap/wire.ts';
import { LineSocket } from '../../support/sockets/line-socket.ts';
import { ownImap, startTestImap, type TestImap } from '../../support/imap/own-server.ts';
import { PASSWORD } from '../../support/smtp/own-server.ts';

const MEGABYTE = 1024 * 1024;
const HOUR = 60 * 60 * 1000;
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const own = ownImap();

/** Octets in use, by this process and outside of its heap. */
function used(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function limited(limits: Partial<ImapLimits>): Promise<TestImap> {
  return startTestImap(own.at, { limits });
}

function ended(client: ImapClient): void {
  const last = client.untagged.at(-1);
  assert.equal(last?.kind === 'status' && last.status, 'BYE');
}

/** Another session, which has to notice nothing of what is done meanwhile. */
async function undisturbed(attack: () => Promise<void>): Promise<void> {
  await using other = await ImapClient.login(own.imap.account('bob'));
  await other.ok('SELECT INBOX');
  await attack();
  await other.ok('APPEND INBOX ', literal(letter()));
  await other.ok('FETCH * (FLAGS ENVELOPE)');
}

/** A session whose responses are read as text, and only when asked for. */
async function raw(server = own.imap): Promise<LineSocket> {
  const socket = await LineSocket.connect(server.ports.imaps);
  await socket.startTls();
  await socket.line();
  socket.write(`l LOGIN alice@example.test "${PASSWORD}"\r\ns SELECT INBOX\r\n`);
  await until(socket, 's ');
  return socket;
}

async function until(socket: LineSocket, begin: string): Promise<string> {
  for (;;) {
    const line = await socket.line(begin);
    if (line === undefined) throw new Error(`${begin}: closed`);
    if (line.startsWith(begin)) return line;
  }
}

test('a synchronising literal too large is refused before its octets', async () => {
  await using client = await ImapClient.login(own.imap.account('alice'));
  for (const command of ['APPEND INBOX {52428801}', 'SELECT {10000000}', 'LOGIN {999999999999}']) {
    const reply = await client.announce(command);
    assert.ok(codeOf([reply], 'TOOBIG'), `${command}: ${reply.status} ${reply.text}`);
  }
  await client.ok('NOOP');
});

test('a literal nobody waits for is discarded up to a bound; beyond it the connection ends', async () => {
  const receiver = { ...IMAP_LIMITS.receiver, discard: 2 * MEGABYTE };
  await using small = await limited({ receiver, messageSize: MEGABYTE });
  await using client = await ImapClient.login(small.account('alice'));
  const some = literal(Buffer.alloc(MEGABYTE + 1, 'x'), { form: 'non-synchronising' });
  assert.ok(codeOf([await client.fails('NO', 'APPEND INBOX ', some)], 'TOOBIG'));
  assert.ok(codeOf([await client.fails('NO', 'SELECT ', some)], 'TOOBIG'));
  await client.ok('NOOP');
  client.write(`x APPEND INBOX {${9 * MEGABYTE}+}\r\n`);
  for (let i = 0; i < 9 && !client.closed; i++) client.write(Buffer.alloc(MEGABYTE, 'x'));
  await client.hungUp();
  ended(client);
});

test('a line without an end ends the connection long before a literal would', async () => {
  await using client = await ImapClient.login(own.imap.account('alice'));
  await client.fails('BAD', `NOOP ${'x'.repeat(IMAP_LIMITS.receiver.command)}`);
  await client.ok('NOOP');
  client.write(`x NOOP ${'x'.repeat(MEGABYTE)}`);
  await client.hungUp();
  ended(client);
});

test('a literal that never ends holds nothing up, and is gone with its connection', async () => {
  await undisturbed(async () => {
    const growth = used();
    const sockets = await Promise.all(Array.from({ length: 20 }, () => raw()));
    for (const socket of sockets) {
      socket.write('a SELECT {200000}\r\n');
      await until(socket, '+ ');
      socket.write('x'.repeat(100_000));
    }
    for (const socket of sockets) await socket[Symbol.asyncDispose]();
    assert.ok(used() - growth < 20 * MEGABYTE);
  });
});

test('a command before the login is short, and so is what is thrown away of a longer one', async () => {
  await using client = await ImapClient.connect(own.imap.account('alice'));
  const long = 'x'.repeat(IMAP_LIMITS.receiver.beforeLogin);
  await client.fails('BAD', `NOOP ${long}`);
  const { code, status } = await client.announce(`LOGIN {${IMAP_LIMITS.receiver.beforeLogin}}`);
  assert.deepEqual([status, code.length], ['NO', 1]);
  client.write(`x LOGIN {${9 * MEGABYTE}+}\r\n`);
  client.write(Buffer.alloc(IMAP_LIMITS.receiver.discardBeforeLogin + 1, 'x'));
  await client.hungUp();
  ended(client);
});

test('nobody holds a connection without a login by saying a little now and then', async () => {
  await using short = await limited({ loginTime: 400 });
  await using socket = await LineSocket.connect(short.ports.imap);
  await socket.line();
  const drip = setInterval(() => socket.write('x'), 50);
  try {
    assert.match((await socket.line()) ?? '', /^\* BYE /);
  } finally {
    clearInterval(drip);
  }
});

test('who is logged in has the time of a session, and before the next login again that of the first', async (t) => {
  const loginTime = 12 * HOUR;
  const logins = holdTimers(t, loginTime);
  await using short = await limited({ loginTime });
  await using client = await ImapClient.login(short.account('alice'));
  logins.fire();
  await client.ok('NOOP');
  await client.ok('UNAUTHENTICATE');
  client.write('x');
  logins.fire();
  await client.hungUp();
  ended(client);
});

test('nobody is compressed before a login', async () => {
  await using client = await ImapClient.connect(own.imap.account('alice'));
  await client.fails('BAD', 'COMPRESS DEFLATE');
  await client.ok('NOOP');
});

test('what nests deeply, or is no name, set or number, is BAD and costs little', async () => {
  await using client = await ImapClient.login(own.imap.account('alice'));
  await client.ok('SELECT INBOX');
  const began = computedFor();
  for (const command of [
    `SEARCH ${'('.repeat(100_000)}`,
    `SEARCH ${'NOT '.repeat(50_000)}ALL`,
    `FETCH 1 ${'('.repeat(100_000)}`,
    `THREAD REFERENCES UTF-8 ${'OR ALL '.repeat(30_000)}ALL`,
    `UID FETCH ${'1,'.repeat(120_000)}1 UID`,
    `FETCH 1 BODY[${'1.'.repeat(100_000)}1]`,
    `LIST (${'('.repeat(100_000)}`,
    'FETCH 1:99999999999999999999 UID',
  ])
    await client.fails('BAD', command);
  for (const name of ['&', '"&\xff-"', '&AGEAYg-', '&2D3YPQ-', '&AAAA-', '&ZeVnLA'])
    assert.notEqual((await client.run(`SELECT ${name}`)).status, 'OK', name);
  await client.ok('SELECT INBOX');
  await client.ok('UID FETCH 1:*,4294967295 UID');
  await client.ok(`LIST "" "${'*%'.repeat(2000)}x"`);
  const took = computedFor() - began;
  assert.ok(took < 5000, `${took} ms`);
});

test('a flood of commands is answered in their order', async () => {
  const tags = Array.from({ length: 10_000 }, (_, i) => `f${i}`);
  const flood = Buffer.from(tags.map((tag) => `${tag} NOOP\r\n`).join(''));
  const tally = newImapTally();
  await playWild(own.imap.account('alice'), true, [flood], tags, tally);
  assert.deepEqual(tally.faults, []);
});

test('who says nothing but nonsense is sent away, logged in or not', async () => {
  await using stranger = await LineSocket.connect(own.imap.ports.imap);
  await stranger.line();
  await using known = await raw();
  for (const socket of [stranger, known]) {
    socket.write('x nonsense\r\n'.repeat(IMAP_LIMITS.badCommands + 50));
    for (let i = 0; i < IMAP_LIMITS.badCommands; i++)
      assert.match((await socket.line())!, /^x BAD /);
    assert.match((await socket.line())!, /^\* BYE /);
    assert.equal(await socket.line(), undefined);
  }
});

test('a client that asks for much and reads nothing costs a bounded amount of memory', async () => {
  const SIZE = 4 * MEGABYTE;
  await using writer = await ImapClient.login(own.imap.account('alice'));
  await writer.ok('CREATE large');
  await writer.ok('APPEND large ', literal(letter({ body: Buffer.alloc(SIZE, 'x\r\n') })));
  await undisturbed(async () => {
    await using sockets = new AsyncDisposableStack();
    const before = used();
    for (let i = 0; i < 4; i++) {
      const socket = sockets.use(await raw());
      socket.write('o SELECT large\r\n');
      await until(socket, 'o ');
      socket.stopReading();
      socket.write('f FETCH 1 BODY.PEEK[]\r\n'.repeat(50));
    }
    let most = 0;
    for (let i = 0; i < 10; i++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      most = Math.max(most, used() - before);
    }
    // each holds a message on its way and what the sockets take, of 200 MB
    assert.ok(most < 40 * MEGABYTE, `${Math.round(most / MEGABYTE)} MB`);
  });
});

test('a client that floods commands and reads nothing is not read either', async () => {
  await using socket = await raw();
  const before = used();
  socket.stopReading();
  const line = `c CAPABILITY\r\n`;
  for (let i = 0; i < 64; i++) socket.write(line.repeat(MEGABYTE / line.length));
  await new Promise((resolve) => setTimeout(resolve, 700));
  const { unsent } = socket;
  assert.ok(unsent > 30 * MEGABYTE, `${Math.round(unsent / MEGABYTE)} MB are left`);
  assert.ok(used() - before - unsent < 20 * MEGABYTE);
});

/** Some kilobytes that inflate to 32 MB; they may follow one another. */
function bomb(): Buffer {
  const finishFlush = constants.Z_FULL_FLUSH;
  return deflateRawSync(Buffer.alloc(32 * MEGABYTE, 'x'), { finishFlush, level: 9 });
}

test('what inflates to gigabytes stays small and ends the connection', async () => {
  const receiver = { ...IMAP_LIMITS.receiver, discard: 32 * MEGABYTE };
  await using small = await limited({ receiver });
  await undisturbed(async () => {
    const wire = await ImapWire.connect(small.account('alice'));
    const responses = wire[Symbol.asyncIterator]();
    const ok = async (command: string): Promise<void> => {
      wire.write(Buffer.from(`${command}\r\n`));
      for (;;) {
        const { value } = await responses.next();
        if (value?.kind === 'status' && value.tag !== undefined) return;
      }
    };
    await ok(`a LOGIN alice@example.test "${PASSWORD}"`);
    await ok('b COMPRESS DEFLATE');
    const block = bomb();
    const before = used();
    for (let i = 0; i < 64; i++) wire.write(block);
    let most = 0;
    const watch = setInterval(() => (most = Math.max(most, used() - before)), 100);
    wire.deflate();
    for (;;) {
      const { value, done } = await responses.next();
      if (done === true) assert.fail('no BYE');
      if (value.kind === 'status' && value.status === 'BYE') break;
    }
    clearInterval(watch);
    wire.destroy();
    assert.ok(most < 30 * MEGABYTE, `${Math.round(most / MEGABYTE)} MB`);
  });
});

test('what inflates to commands without end is answered as fast as it is read', async () => {
  const wire = await ImapWire.connect(own.imap.account('alice'));
  const responses = wire[Symbol.asyncIterator]();
  await responses.next();
  wire.write(Buffer.from(`a LOGIN alice@example.test "${PASSWORD}"\r\nb COMPRESS DEFLATE\r\n`));
  for (let tagged = 0; tagged < 2;) {
    const { value } = await responses.next();
    if (value?.kind === 'status' && value.tag !== undefined) tagged++;
  }
  const commands = Buffer.from('c CAPABILITY\r\n'.repeat(4_000_000));
  const deflate = createDeflateRaw({ level: 9 });
  deflate.on('data', (bytes: Uint8Array) => wire.write(bytes));
  await new Promise<void>((resolve) => deflate.end(commands, () => resolve()));
  wire.stopReading();
  const before = used();
  let most = 0;
  for (let i = 0; i < 10; i++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    most = Math.max(most, used() - before);
  }
  wire.destroy();
  assert.ok(most < 20 * MEGABYTE, `${Math.round(most / MEGABYTE)} MB`);
});

test('an address has so many connections and no more; one that ends makes room', async () => {
  await using few = await startTestImap(own.at, { connections: { total: 100, perAddress: 3 } });
  const open = (): Promise<LineSocket> => LineSocket.connect(few.ports.imap);
  const sockets = await Promise.all([open(), open(), open()]);
  for (const socket of sockets) assert.match((await socket.line()) ?? '', /^\* OK /);
  await using refused = await open();
  assert.match((await refused.line())!, /^\* BYE \[LIMIT\]/);
  await sockets[0][Symbol.asyncDispose]();
  while (few.server.connections() > 2) await new Promise((resolve) => setTimeout(resolve, 5));
  await using again = await open();
  assert.match((await again.line())!, /^\* OK /);
  for (const socket of sockets) await socket[Symbol.asyncDispose]();
});
