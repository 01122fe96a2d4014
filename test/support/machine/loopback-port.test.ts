import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import type * as Ports from './loopback-port.ts';
import { freePort } from './loopback-port.ts';

/** The module as another process has it that begins at the same place. */
const elsewhere = async (name: string) => {
  const address = `${import.meta.resolve('./loopback-port.ts')}?${name}`;
  return (await import(address)) as typeof Ports;
};

test('processes that begin at the same place are given ports of their own', async () => {
  const ports = new Set<number>();
  for (const { freePort: ask } of [await elsewhere('first'), await elsewhere('second')])
    for (let asked = 0; asked < 20; asked++) ports.add(await ask());
  assert.equal(ports.size, 40);
});

test('no port is given twice, however many are asked for', async () => {
  const { freePort: ask } = await elsewhere('third');
  const ports = new Set<number>();
  for (let asked = 0; asked < 250; asked++) ports.add(await ask());
  assert.equal(ports.size, 250);
});

test('a port on which somebody listens is passed over, and those given away can be listened on', async () => {
  const { freePort: ask } = await elsewhere('fourth');
  const before = await ask();
  await using other = createServer().listen(before + 1, '127.0.0.1');
  await once(other, 'listening');
  const after = await ask();
  assert.equal(after, before + 2);
  await using own = createServer().listen(after, '127.0.0.1');
  await once(own, 'listening');
});

test('the ports lie below those of outgoing connections', async () => {
  const port = await freePort();
  assert.ok(port >= 10_000 && port < 32_768);
});
