/** The client against a server on loopback that answers as it should not. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import {
  createServer as createTcpServer,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net';
import { test } from 'node:test';
import { utf8 } from '#bytes';
import { ManualClock } from '../../../test/support/time/manual-clock.ts';
import type { ScanEnvelope } from './envelope-headers.ts';
import type { Body } from './exchange.ts';
import { Rspamd, type RspamdChange } from './rspamd.ts';

const ENVELOPE: ScanEnvelope = {
  messageId: 'id1',
  ip: '192.0.2.1',
  hostname: 'mail.good.example',
  helo: 'helo.example',
  from: 'ann@good.example',
  recipients: ['bob@example.test'],
  mta: 'mail.example.test',
  tls: { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' },
};
const GOOD = JSON.stringify({ action: 'no action', score: 0, required_score: 15, symbols: {} });
const NEVER = new AbortController().signal;
/** Long enough for what is to end by itself. Milliseconds. */
const LONG = 60_000;

function body(text = 'Subject: x\r\n\r\nx\r\n'): Body {
  const bytes = utf8(text);
  return { size: bytes.length, read: () => [bytes] };
}

interface World extends AsyncDisposable {
  readonly rspamd: Rspamd;
  readonly clock: ManualClock;
  readonly changes: RspamdChange[];
  scan(more?: Partial<ScanEnvelope>, message?: Body): Promise<string>;
}

async function against(server: Server, { timeLimit = LONG, password = '' } = {}): Promise<World> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).once('close', () => sockets.delete(socket));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const clock = new ManualClock();
  const changes: RspamdChange[] = [];
  const rspamd = new Rspamd({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    password,
    timeLimit,
    monotonic: () => clock.monotonic(),
    changed: (change) => changes.push(change),
  });
  return {
    rspamd,
    clock,
    changes,
    async scan(more = {}, message = body()) {
      const got = await rspamd.scan({ ...ENVELOPE, ...more }, message, 'net', NEVER);
      return got.kind === 'failed' ? got.cause : got.action;
    },
    async [Symbol.asyncDispose]() {
      rspamd[Symbol.dispose]();
      for (const socket of sockets) socket.destroy();
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
}

type Handler = (request: IncomingMessage, response: ServerResponse, text: string) => void;

/** Reads the request, then answers. */
function answering(handle: Handler): Server {
  return createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    request.once('end', () => handle(request, response, text));
  });
}

/** Answers each connection with these octets as soon as something came. */
function saying(text: string, end = true): Server {
  return createTcpServer((socket) => {
    socket.once('data', () => (end ? socket.end(text) : socket.write(text)));
  });
}

test('what is known of the message goes beside it, and the message as it is', async () => {
  let seen: { readonly request: IncomingMessage; readonly text: string } | undefined;
  await using world = await against(
    answering((request, response, text) => {
      seen = { request, text };
      response.end(GOOD);
    }),
    { password: 'secret' },
  );
  const message = 'Subject: a\r\n\r\nwith an octet \u00e9\r\n';
  assert.equal(await world.scan({}, body(message)), 'no action');
  assert.ok(seen);
  assert.equal(seen.text, message);
  assert.equal(`${seen.request.method} ${seen.request.url}`, 'POST /checkv2');
  const { headers } = seen.request;
  assert.deepEqual(
    [
      'ip',
      'helo',
      'hostname',
      'from',
      'rcpt',
      'queue-id',
      'deliver-to',
      'mta-name',
      'password',
    ].map((name) => headers[name]),
    [
      '192.0.2.1',
      'helo.example',
      'mail.good.example',
      '<ann@good.example>',
      '<bob@example.test>',
      'id1',
      'bob@example.test',
      'mail.example.test',
      'secret',
    ],
  );
});

test('what a stranger says of itself ends no field and is bounded', async () => {
  let raw: readonly string[] = [];
  await using world = await against(
    answering(({ rawHeaders }, response) => {
      raw = rawHeaders;
      response.end(GOOD);
    }),
  );
  const recipients = Array.from({ length: 1000 }, (_, n) => `r${n}@example.test`);
  const helo = `a\r\nPassword: x\0${'\u98db'.repeat(2000)}`;
  assert.equal(await world.scan({ helo, recipients, from: '' }), 'no action');
  assert.ok(!raw.includes('Password'));
  assert.equal(raw.filter((name) => name === 'Rcpt').length, 50);
  assert.equal(raw[raw.indexOf('From') + 1], '<>');
  const told = Buffer.from(raw[raw.indexOf('Helo') + 1]!, 'latin1');
  assert.equal(told.length, 512);
  assert.match(told.toString(), /^a\?\?Password: x\?\u98db\u98db/);
});

test('connections are kept, and one that was closed meanwhile is no failure', async () => {
  let connections = 0;
  let last: Socket | undefined;
  const server = answering((_, response) => response.end(GOOD));
  server.on('connection', (socket: Socket) => {
    connections++;
    last = socket;
  });
  await using world = await against(server);
  await world.scan();
  await world.scan();
  assert.equal(connections, 1);
  // reset while the next request is on its way
  last!.once('data', () => last!.resetAndDestroy());
  assert.equal(await world.scan(), 'no action');
  assert.equal(connections, 2);
});

test('a large message is read as it is sent, and only once the one before is taken', async () => {
  let size = 0;
  await using world = await against(
    answering((_, response, text) => {
      size = text.length;
      response.end(GOOD);
    }),
  );
  const piece = Buffer.alloc(256 * 1024, 'x');
  const message: Body = {
    size: piece.length * 40,
    async *read() {
      for (let i = 0; i < 40; i++) yield piece;
    },
  };
  assert.equal(await world.scan({}, message), 'no action');
  assert.equal(size, piece.length * 40);
});

test('what cannot be read of a message is thrown, and is no fault of Rspamd', async () => {
  await using world = await against(answering((_, response) => response.end(GOOD)));
  const message: Body = {
    size: 10,
    read() {
      throw new Error('no database');
    },
  };
  for (let i = 0; i < 10; i++) await assert.rejects(world.scan({}, message), /no database/);
  assert.equal(await world.scan(), 'no action');
  assert.deepEqual(world.changes, []);
});

const BROKEN: readonly (readonly [name: string, server: () => Server, cause: string])[] = [
  ['garbage instead of HTTP', () => saying('220 mail ESMTP\r\n'), 'garbage'],
  ['garbage instead of JSON', () => answering((_, response) => response.end('<html>')), 'garbage'],
  [
    'an answer without end',
    () =>
      answering((_, response) => {
        const piece = Buffer.alloc(64 * 1024, ' ');
        const more = (): void => {
          while (!response.destroyed && response.write(piece));
        };
        response.on('drain', more).on('error', () => {});
        more();
      }),
    'too-long',
  ],
  [
    'a header without end',
    () => saying(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}`, false),
    'garbage',
  ],
  ['no answer, and the end', () => saying(''), 'unreachable'],
  [
    'half an answer',
    () => saying(`HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n${GOOD}`),
    'unreachable',
  ],
  [
    'an error before the message was sent',
    () => saying('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n'),
    'password',
  ],
];

for (const [name, server, cause] of BROKEN)
  test(`${name} is a failure: ${cause}`, async () => {
    await using world = await against(server());
    assert.equal(await world.scan(), cause);
  });

test('silence, and an answer that drips, end with the time', async () => {
  const silent = createTcpServer(() => {});
  const dripping = answering((_, response) => {
    const drip = setInterval(() => response.write(' '), 5);
    response.once('close', () => clearInterval(drip));
  });
  for (const server of [silent, dripping]) {
    await using world = await against(server, { timeLimit: 100 });
    assert.equal(await world.scan(), 'time');
  }
});

test('who does not wait any more gives it up, which is no failure of Rspamd', async () => {
  await using world = await against(createTcpServer(() => {}));
  for (let i = 0; i < 10; i++) {
    const signal = AbortSignal.timeout(5);
    const got = await world.rspamd.scan(ENVELOPE, body(), 'net', signal);
    assert.ok(got.kind === 'failed');
    assert.equal(got.cause, 'given-up');
  }
  assert.deepEqual(world.changes, []);
});

test('one that is down is not asked for a while, and both are told once', async () => {
  let asked = 0;
  let works = false;
  await using world = await against(
    answering((_, response) => {
      asked++;
      response.writeHead(works ? 200 : 500).end(works ? GOOD : '{"error":"I am not well"}');
    }),
  );
  for (let i = 0; i < 20; i++) await world.scan();
  assert.equal(asked, 5);
  assert.equal(await world.scan(), 'resting');
  assert.deepEqual(world.changes, [{ kind: 'lost', cause: 'status', text: '500 I am not well' }]);
  works = true;
  world.clock.advance(2000);
  assert.equal(await world.scan(), 'no action');
  assert.deepEqual(world.changes.slice(1), [{ kind: 'closed', after: 2000, turnedAway: 16 }]);
});

test('a message that it cannot read does not make it rest', async () => {
  await using world = await against(
    answering((_, response) => response.writeHead(400).end('{"error":"cannot parse it"}')),
  );
  for (let i = 0; i < 10; i++) assert.equal(await world.scan(), 'message');
  assert.deepEqual(world.changes, []);
});

test('a network that sends more than its share waits, and the others do not', async () => {
  const held: ServerResponse[] = [];
  let open = false;
  const arrived = Promise.withResolvers<void>();
  await using world = await against(
    answering((_, response) => {
      if (open) response.end(GOOD);
      else if (held.push(response) === 10) arrived.resolve();
    }),
  );
  const flood = Array.from({ length: 30 }, () => world.scan());
  await arrived.promise;
  open = true;
  const other = await world.rspamd.scan(ENVELOPE, body(), 'another', NEVER);
  assert.equal(other.kind, 'judged');
  assert.equal(held.length, 10);
  for (const response of held) response.end(GOOD);
  assert.deepEqual(new Set(await Promise.all(flood)), new Set(['no action']));
});

test('content behind a status that allows none is passed over, as Rspamd sends it', async () => {
  const said = 'HTTP/1.1 204 too few tokens\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}';
  await using world = await against(saying(said));
  for (let i = 0; i < 10; i++)
    assert.deepEqual(await world.rspamd.learn('spam', body(), NEVER), {
      kind: 'failed',
      cause: 'message',
      text: '204 too few tokens',
    });
  assert.deepEqual(world.changes, []);
});

test('it is taught by class', async () => {
  const asked: string[] = [];
  await using world = await against(
    answering(({ url }, response) => {
      asked.push(url!);
      if (url === '/learnham') response.writeHead(208).end('{"error":"already learned"}');
      else response.end('{"success":true}');
    }),
  );
  assert.deepEqual(await world.rspamd.learn('spam', body(), NEVER), { kind: 'learned' });
  assert.deepEqual(await world.rspamd.learn('ham', body(), NEVER), { kind: 'known' });
  assert.deepEqual(asked, ['/learnspam', '/learnham']);
});
