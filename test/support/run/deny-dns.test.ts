import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import dns, { Resolver, lookup, resolveMx } from 'node:dns';
import { Resolver as PromisesResolver, lookup as lookupLater } from 'node:dns/promises';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
// oxlint-disable-next-line import/no-unassigned-import -- what it does, it does when imported
import './deny-dns.ts';

const DENIED = /tests ask no real DNS/;
const ignore = () => {};

test('every way to ask through node:dns throws', () => {
  assert.throws(() => lookup('example.com', ignore), DENIED);
  assert.throws(() => dns.lookup('example.com', ignore), DENIED);
  assert.throws(() => resolveMx('example.com', ignore), DENIED);
  assert.throws(() => dns.reverse('192.0.2.1', ignore), DENIED);
  assert.throws(() => dns.lookupService('192.0.2.1', 25, ignore), DENIED);
  assert.throws(() => new Resolver().resolve4('example.com', ignore), DENIED);
  assert.throws(() => lookupLater('example.com'), DENIED);
  assert.throws(() => new PromisesResolver().resolveTxt('example.com'), DENIED);
});

test('a connection to a host name throws', () => {
  assert.throws(() => connect({ host: 'example.com', port: 25 }), DENIED);
});

test('datagrams and DNS connections out of the loopback throw', () => {
  const socket = createSocket('udp4');
  assert.throws(() => socket.send('x', 53, '192.0.2.1'), DENIED);
  assert.throws(() => socket.connect(53, '192.0.2.1'), DENIED);
  socket.close();
  assert.throws(() => connect({ host: '192.0.2.1', port: 53 }), DENIED);
  assert.throws(() => connect(53, '192.0.2.1'), DENIED);
});

test('the loopback stays reachable, by address and as localhost', async () => {
  const server = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  for (const host of ['127.0.0.1', 'localhost']) {
    const socket = connect({ host, port, family: 4 });
    await once(socket, 'connect');
    socket.destroy();
  }
  server.close();
  await once(server, 'close');
});

test('it works from NODE_OPTIONS, as the global set-up of the tests hands it to every process', () => {
  const env = { NODE_OPTIONS: `--import=${import.meta.resolve('./deny-dns.ts')}` };
  const script =
    'try { require("node:dns").lookup("example.com", () => {}) } catch (e) { console.log(e.message) }';
  const child = spawnSync(process.execPath, ['-e', script], { env, encoding: 'utf8' });
  assert.match(child.stdout, DENIED);
});
