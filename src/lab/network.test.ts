import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { freeLabPrefix } from '../../test/support/lab/network.ts';
import { HOSTS } from './addresses.ts';
import { labNetwork } from './network.ts';

const TARGET = { port: 25, timeoutMs: 5000 };

test('the port of the protocol leads to where hosts listen', async () => {
  const network = labNetwork({ prefix: await freeLabPrefix() });
  const address = network.addressOf('mx.grey.test');
  await using server = createServer((socket) => socket.end()).listen(2525, address);
  await once(server, 'listening');
  const result = await network.dialer.dial({ ...TARGET, address });
  assert.equal(result.kind, 'connected');
  if (result.kind === 'connected') result.socket.destroy();
});

test('the own server is reached where its settings say', async () => {
  await using server = createServer((socket) => socket.end());
  const prefix = await freeLabPrefix();
  server.listen(0, `${prefix}.25.25`);
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const network = labNetwork({ prefix, ownPorts: new Map([[25, port]]) });
  const result = await network.dialer.dial({
    ...TARGET,
    address: network.addressOf('mail.example.test'),
  });
  assert.equal(result.kind, 'connected');
  if (result.kind === 'connected') result.socket.destroy();
});

test('what lies outside is not dialled, nor what only looks like the loopback', async () => {
  const refused: string[] = [];
  const { dialer, machineDialer } = labNetwork({
    prefix: '127.20',
    refused: (address) => refused.push(address),
  });
  const outside = [
    '192.0.2.1',
    '2001:db8::1',
    '127.example',
    '127.20.example',
    '127.20.1.1.example',
    '1.27.0.1',
    '::ffff:192.0.2.1',
    '::ffff:127.20.1.25',
  ];
  for (const address of outside)
    assert.equal((await dialer.dial({ ...TARGET, address })).kind, 'network');
  assert.deepEqual(refused, outside);
  // a way to them there is none, and a program on them is none of this network's
  refused.length = 0;
  for (const address of outside.slice(0, -1))
    assert.equal((await machineDialer.dial({ ...TARGET, address })).kind, 'network');
  assert.deepEqual(refused, outside.slice(0, -1));
});

test('records lead to no other program of this machine; a learner who names one reaches it', async () => {
  await using server = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const network = labNetwork({ prefix: await freeLabPrefix() });
  for (const address of ['127.0.0.1', '::ffff:127.0.0.1']) {
    assert.equal((await network.dialer.dial({ ...TARGET, address, port })).kind, 'network');
    const result = await network.machineDialer.dial({ ...TARGET, address, port });
    assert.equal(result.kind, 'connected');
    if (result.kind === 'connected') result.socket.destroy();
  }
});

test('no two hosts have one address', () => {
  assert.equal(new Set(Object.values(HOSTS)).size, Object.keys(HOSTS).length);
});

test('who stands in between is come to in the place of another, by one sender, for mail, for a time', async () => {
  const prefix = await freeLabPrefix();
  const network = labNetwork({ prefix });
  const [from, to, through] = [
    network.addressOf('out.bigmail.test'),
    network.addressOf('mail.example.test'),
    `${prefix}.66.25`,
  ] as const;
  await using server = createServer((socket) => socket.end()).listen(2525, through);
  await once(server, 'listening');
  const dial = async (localAddress: string, port = 25): Promise<string> => {
    const result = await network.dialer.dial({ ...TARGET, port, address: to, localAddress });
    if (result.kind === 'connected') result.socket.destroy();
    return result.kind;
  };
  {
    using _way = network.divert(from, to, through);
    assert.equal(await dial(from), 'connected');
    assert.equal(await dial(from, 465), 'network');
    assert.equal(await dial(network.addressOf('out.grey.test')), 'network');
  }
  assert.equal(await dial(from), 'network');
});
