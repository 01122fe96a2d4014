import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import dns, { Resolver, lookup, resolve4, resolveMx } from 'node:dns';
import {
  Resolver as LaterResolver,
  lookup as lookupLater,
  resolveMx as resolveMxLater,
  reverse as reverseLater,
} from 'node:dns/promises';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { Agent as SecureAgent, request as requestSecure } from 'node:https';
import {
  connect,
  createServer,
  isIP,
  Socket,
  type AddressInfo,
  type LookupFunction,
  type NetConnectOpts,
} from 'node:net';
import { test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { promisify } from 'node:util';
import { guardTheWayOut } from './guard.ts';

// RFC 5737: nobody's addresses
const OUTSIDE = '192.0.2.25';

const neverRefused = (host: string): never => assert.fail(host);

/** Whoever answers a look-up of the caller's own choice. */
const leadingTo =
  (address: string, family = isIP(address)): LookupFunction =>
  (_name, { all }, found) =>
    void setImmediate(() =>
      all ? found(null, [{ address, family }]) : found(null, address, family),
    );

async function failureOf(socket: Socket): Promise<string | undefined> {
  const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
  return error.code;
}

test('no way of connecting gets out', async () => {
  const refused: [string, number | undefined][] = [];
  using _guard = guardTheWayOut({
    allowed: [],
    refused: (host, port) => refused.push([host, port]),
  });
  const lookup = leadingTo(OUTSIDE);
  const ways: readonly (readonly [string, number | undefined, () => Socket])[] = [
    [OUTSIDE, 25, () => connect(25, OUTSIDE)],
    [OUTSIDE, 25, () => connect({ host: OUTSIDE, port: 25 })],
    [OUTSIDE, 25, () => new Socket().connect(25, OUTSIDE)],
    [OUTSIDE, 465, () => connectTls({ host: OUTSIDE, port: 465 })],
    ['2001:db8::25', 25, () => connect(25, '2001:db8::25')],
    ['::ffff:192.0.2.25', 25, () => connect(25, '::ffff:192.0.2.25')],
    ['::ffff:c000:219', 25, () => connect(25, '::ffff:c000:219')],
    ['::127.0.0.1', 25, () => connect(25, '::127.0.0.1')],
    ['64:ff9b::7f00:1', 25, () => connect(25, '64:ff9b::7f00:1')],
    ['fe80::1%lo', 25, () => connect(25, 'fe80::1%lo')],
    ['mx.example', undefined, () => connect({ host: 'mx.example', port: 25 })],
    // other ways to write them, which Node reads as ports
    [OUTSIDE, 25, () => connect({ host: OUTSIDE, port: '0x19' as unknown as number })],
    [OUTSIDE, 25, () => Reflect.apply(connect, undefined, ['0x19', OUTSIDE]) as Socket],
    [OUTSIDE, 25, () => connect({ host: OUTSIDE, port: 25, path: '' } as NetConnectOpts)],
    // names of this machine that lead elsewhere, as those in /etc/hosts may
    [OUTSIDE, 25, () => connect({ host: 'localhost', port: 25, lookup })],
    [OUTSIDE, 25, () => connect({ host: 'localhost', port: 25, lookup, autoSelectFamily: false })],
    [OUTSIDE, 465, () => connectTls({ host: 'localhost', port: 465, lookup })],
    ['2001:db8::1', 25, () => connect({ host: 'db', port: 25, lookup: leadingTo('2001:db8::1') })],
  ];
  for (const [, , way] of ways) assert.equal(await failureOf(way()), 'ENETUNREACH');
  assert.deepEqual(
    refused,
    ways.map(([host, port]) => [host, port]),
  );
});

test('no client of HTTP gets out, whatever it dials by', async () => {
  using _guard = guardTheWayOut({ allowed: [], refused: () => {} });
  const lookup = leadingTo(OUTSIDE);
  await assert.rejects(fetch(`http://${OUTSIDE}/`));
  await assert.rejects(fetch('http://policy.example/'));
  const requests = [
    request({ host: OUTSIDE }),
    request({ host: 'localhost', port: 80, lookup }),
    requestSecure({ host: 'mta-sts.example', lookup, agent: new SecureAgent({ keepAlive: true }) }),
    request({ createConnection: () => connect({ host: OUTSIDE, port: 80 }) }),
    request({ host: 'policy.example' }),
  ];
  const failures = await Promise.all(
    requests.map(async (one) => ((await once(one, 'error')) as [NodeJS.ErrnoException])[0].code),
  );
  assert.deepEqual(
    failures,
    requests.map(() => 'ENETUNREACH'),
  );
  const session = connectHttp2(`http://${OUTSIDE}`);
  const [error] = (await once(session, 'error')) as [NodeJS.ErrnoException];
  assert.equal(error.code, 'ENETUNREACH');
});

test('no datagram gets out, and whoever sends it hears so as of any network that is down', async () => {
  const refused: string[] = [];
  // named `localhost`: the guard around all tests lets nothing else come this far
  type Found = (error: Error | null, address: string, family: number) => void;
  const leading = (to: string) => (name: string, _options: object, found: Found) =>
    found(null, name === 'localhost' ? to : name, isIP(to));
  const lookup = leading(OUTSIDE);
  const early = createSocket({ type: 'udp4', lookup });
  using _guard = guardTheWayOut({ allowed: [], refused: (host) => refused.push(host) });
  const data = Buffer.from('x');
  type Heard = (error: Error | null) => void;
  const ways: readonly ((socket: UdpSocket, heard: Heard) => void)[] = [
    (socket, heard) => socket.send(data, 53, 'localhost', heard),
    (socket, heard) => socket.send(data, 0, 1, 53, 'localhost', heard),
    (socket, heard) => socket.send([data], 53, 'localhost', heard),
    (socket, heard) => socket.once('error', heard).connect(53, 'localhost'),
    (socket, heard) => socket.connect(53, 'localhost', heard as () => void),
  ];
  for (const way of ways) {
    const sockets = [
      early,
      createSocket({ type: 'udp4', lookup }),
      createSocket({ type: 'udp6', lookup: leading('::ffff:192.0.2.25') }),
    ];
    for (const socket of sockets) {
      const error = await new Promise<NodeJS.ErrnoException | null>((resolve) =>
        way(socket, resolve),
      );
      assert.equal(error?.code, 'ENETUNREACH');
      if (socket !== early) socket.close();
    }
  }
  early.close();
  assert.deepEqual(
    refused,
    ways.flatMap(() => [OUTSIDE, OUTSIDE, '::ffff:192.0.2.25']),
  );
});

test('a datagram to the loopback arrives, with or without a name', async () => {
  using _guard = guardTheWayOut({ allowed: [], refused: neverRefused });
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
  using _guard = guardTheWayOut({ allowed: [], refused: neverRefused });
  const resolver = new LaterResolver();
  resolver.setServers(['127.0.0.1:5353']);
  // let through by this guard; what speaks is the one around all tests
  assert.throws(() => resolver.resolve4('mx.example'), /test\/support\/run\/deny-dns/);
});

test('what was imported by name is itself again once the guard is over', () => {
  const before = [lookup, resolveMx, lookupLater];
  guardTheWayOut({ allowed: [], refused: neverRefused })[Symbol.dispose]();
  assert.deepEqual([lookup, resolveMx, lookupLater], before);
});

test('the loopback stays within reach, however it is written', async () => {
  await using server = createServer((socket) => socket.end('here')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  using _guard = guardTheWayOut({ allowed: [], refused: neverRefused });
  for (const host of ['127.0.0.1', '::ffff:127.0.0.1', 'localhost']) {
    const socket = connect(port, host);
    assert.equal(String((await once(socket, 'data'))[0]), 'here');
  }
});

test('the database stays within reach by its name and the addresses that it leads to', async () => {
  const refused: string[] = [];
  using _guard = guardTheWayOut({
    allowed: ['db.example', '192.0.2.7'],
    refused: (host) => refused.push(host),
  });
  // the address of the name is let through to a kernel that finds no way there
  const reached = async (host: string): Promise<boolean> => {
    const before = refused.length;
    const socket = connect({ host, port: 9, timeout: 1, localAddress: '127.0.0.1' });
    await once(socket, 'error');
    return refused.length === before;
  };
  assert.equal(await reached('192.0.2.7'), true);
  assert.equal(await reached('192.0.2.8'), false);
  assert.equal(await reached('other.example'), false);
});

test('a name of the database that is looked up lets its addresses through, and those alone', async (t) => {
  const refused: string[] = [];
  t.mock.method(dns, 'lookup', ((_name, _options, found) =>
    found(null, [{ address: '192.0.2.9', family: 4 }] as never, 4)) as typeof lookup);
  using _guard = guardTheWayOut({
    allowed: ['db.example', 'localhost'],
    refused: (host) => refused.push(host),
  });
  for (const host of ['db.example', '192.0.2.9', '192.0.2.10']) {
    const socket = connect({ host, port: 9, localAddress: '127.0.0.1' });
    await failureOf(socket);
  }
  assert.deepEqual(refused, ['192.0.2.10']);
});

test('everything is within reach once it is over', async () => {
  await using server = createServer((socket) => socket.end('here')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const refused: string[] = [];
  guardTheWayOut({ allowed: [], refused: (host) => refused.push(host) })[Symbol.dispose]();
  const socket = connect(port, 'localhost');
  assert.equal(String((await once(socket, 'data'))[0]), 'here');
  // a loopback address leads nowhere else: the kernel says no
  await failureOf(connect({ host: OUTSIDE, port: 25, localAddress: '127.0.0.1' }));
  assert.deepEqual(refused, []);
});

test('the guard takes nothing of Node that is deprecated, nor what it will be', () => {
  const script = `const { guardTheWayOut } = await import(${JSON.stringify(import.meta.resolve('./guard.ts'))});
    guardTheWayOut({ allowed: [], refused: () => {} });`;
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--pending-deprecation', '--throw-deprecation', '--input-type=module', '--eval', script],
    { encoding: 'utf8' },
  );
  assert.deepEqual([status, stderr], [0, '']);
});
