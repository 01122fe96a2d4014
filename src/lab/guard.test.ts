import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { test } from 'node:test';
import { connect as connectTls } from 'node:tls';
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
  socket.close();
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
