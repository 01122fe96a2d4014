import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { Resolver, lookup, resolve4, resolveMx } from 'node:dns';
import {
  Resolver as LaterResolver,
  lookup as lookupLater,
  resolveMx as resolveMxLater,
  reverse as reverseLater,
} from 'node:dns/promises';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { promisify } from 'node:util';
import { guardTheWayOut } from './guard.ts';

// RFC 5737: nobody's addresses
const OUTSIDE = '192.0.2.25';

test('no way of connecting gets out', async () => {
  const refused: string[] = [];
  using _guard = guardTheWayOut({ allowed: [], refused: (host) => refused.push(host) });
  const ways = [
    () => connect(25, OUTSIDE),
    () => connect({ host: OUTSIDE, port: 25 }),
    () => connect({ host: 'mx.example', port: 25 }),
    () => connect(25, '2001:db8::25'),
    () => connectTls({ host: OUTSIDE, port: 465 }),
  ];
  for (const way of ways) {
    const [error] = (await once(way(), 'error')) as [NodeJS.ErrnoException];
    assert.equal(error.code, 'ENETUNREACH');
  }
  assert.deepEqual(refused, [OUTSIDE, OUTSIDE, 'mx.example', '2001:db8::25', OUTSIDE]);
  await assert.rejects(fetch(`http://${OUTSIDE}/`));
});

test('no datagram gets out', () => {
  using _guard = guardTheWayOut({ allowed: [], refused: () => {} });
  const socket = createSocket('udp4');
  assert.throws(() => socket.send(Buffer.from('x'), 53, OUTSIDE), { code: 'ENETUNREACH' });
  assert.throws(() => socket.send(Buffer.from('x'), 0, 1, 53, OUTSIDE), { code: 'ENETUNREACH' });
  assert.throws(() => socket.connect(53, OUTSIDE), { code: 'ENETUNREACH' });
  const named = [
    () => socket.send('192.0.2.1', 53, 'mx.example'),
    () => socket.send(Buffer.from('x'), 53, 'mx.example', () => {}),
    () => socket.send(Buffer.from('x'), 0, 1, 53, 'mx.example'),
    () => socket.send([Buffer.from('x')], 53, 'mx.example'),
  ];
  for (const way of named) assert.throws(way, { code: 'ENETUNREACH' });
  socket.close();
});

test('a datagram to the loopback arrives, with or without a name', async () => {
  using _guard = guardTheWayOut({ allowed: [], refused: assert.fail });
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  const ways = [
    () => socket.send('192.0.2.1', port, '127.0.0.1'),
    () => socket.send('192.0.2.1', port, 'localhost'),
    () => socket.send('192.0.2.1', port),
    () => socket.send(Buffer.from('<192.0.2.1>'), 1, 9, port, '127.0.0.1'),
  ];
  for (const way of ways) {
    way();
    assert.equal(String((await once(socket, 'message'))[0]), '192.0.2.1');
  }
  socket.close();
});

test('no name is looked up outside, by getaddrinfo or by c-ares', async () => {
  const refused: string[] = [];
  using _guard = guardTheWayOut({ allowed: [], refused: (host) => refused.push(host) });
  const outside = { code: 'ENETUNREACH' };
  const asking = new Resolver();
  const askingLater = new LaterResolver();
  type Done = (error: NodeJS.ErrnoException | null) => void;
  const withDone: readonly ((name: string, done: Done) => void)[] = [
    lookup,
    resolveMx,
    resolve4,
    (name, done) => asking.resolveTxt(name, done),
  ];
  for (const way of withDone) {
    const answered = new Promise((resolve) => way('mx.example', resolve));
    assert.equal(((await answered) as NodeJS.ErrnoException).code, 'ENETUNREACH');
  }
  for (const way of [lookupLater, resolveMxLater, askingLater.resolve4.bind(askingLater)])
    await assert.rejects(way('mx.example'), outside);
  await assert.rejects(reverseLater(OUTSIDE), outside);
  await assert.rejects(promisify(lookup)('mx.example'), outside);
  assert.equal(refused.length, 9);
  assert.equal((await lookupLater('127.0.0.1')).address, '127.0.0.1');
  assert.equal((await lookupLater('localhost', 4)).address, '127.0.0.1');
});

test('a resolver that was told of a server on the loopback may ask it', () => {
  using _guard = guardTheWayOut({ allowed: [], refused: assert.fail });
  const resolver = new LaterResolver();
  resolver.setServers(['127.0.0.1:5353']);
  // let through by this guard; what speaks is the one around all tests
  assert.throws(() => resolver.resolve4('mx.example'), /test\/support\/deny-dns/);
});

test('what was imported by name is itself again once the guard is over', () => {
  const before = [lookup, resolveMx, lookupLater];
  guardTheWayOut({ allowed: [], refused: assert.fail })[Symbol.dispose]();
  assert.deepEqual([lookup, resolveMx, lookupLater], before);
});

test('the loopback and the database stay within reach, and everything once it is over', async () => {
  await using server = createServer((socket) => socket.end('here')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  {
    using _guard = guardTheWayOut({ allowed: ['db.example'], refused: assert.fail });
    const socket = connect(port, '127.0.0.1');
    assert.equal(String((await once(socket, 'data'))[0]), 'here');
    const named = connect({
      host: 'db.example',
      port,
      lookup: (_name, _options, found) => found(null, [{ address: '127.0.0.1', family: 4 }]),
    });
    assert.equal(String((await once(named, 'data'))[0]), 'here');
  }
  const socket = connect(port, 'localhost');
  assert.equal(String((await once(socket, 'data'))[0]), 'here');
});
