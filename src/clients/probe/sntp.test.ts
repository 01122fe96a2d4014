import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { test } from 'node:test';
import { ManualClock } from '../../../test/support/time/manual-clock.ts';
import { askTime } from './sntp.ts';

const RANDOM = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);

/** A time server on loopback; `answer` makes what it sends of the question. */
async function timeServer(answer: (question: Buffer) => Buffer[]) {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  socket.on('message', (question, from) => {
    for (const one of answer(question)) socket.send(one, from.port, from.address);
  });
  return { port: socket.address().port, [Symbol.dispose]: () => socket.close() };
}

/** RFC 4330 §4: a server of stratum 2 whose clock says so. */
function reply(question: Buffer, at: number, more: Readonly<Record<number, number>> = {}): Buffer {
  const bytes = Buffer.alloc(48);
  bytes[0] = 0x24;
  bytes[1] = 2;
  question.copy(bytes, 24, 40, 48);
  const seconds = at / 1000 + 2_208_988_800;
  for (const offset of [32, 40]) {
    bytes.writeUInt32BE(Math.floor(seconds), offset);
    bytes.writeUInt32BE(Math.floor((seconds % 1) * 2 ** 32), offset + 4);
  }
  for (const [offset, value] of Object.entries(more)) bytes[Number(offset)] = value;
  return bytes;
}

test('how far a time server is ahead is told in milliseconds', async () => {
  const clock = new ManualClock();
  using server = await timeServer((question) => [reply(question, clock.now() + 2500)]);
  const ahead = await askTime(
    '127.0.0.1',
    clock,
    RANDOM,
    new AbortController().signal,
    server.port,
  );
  assert.ok(typeof ahead === 'number' && Math.abs(ahead - 2500) < 1, JSON.stringify(ahead));
});

test('what answers nothing that was asked, or refuses, is not believed', async () => {
  const clock = new ManualClock();
  using server = await timeServer((question) => [
    Buffer.alloc(48),
    Buffer.from('short'),
    reply(question, 0, { 24: 0xff }),
    reply(question, 0, { 1: 0 }),
    reply(question, 0, { 0: 0x23 }),
    reply(question, clock.now() - 40),
  ]);
  const ahead = await askTime(
    '127.0.0.1',
    clock,
    RANDOM,
    new AbortController().signal,
    server.port,
  );
  assert.ok(typeof ahead === 'number' && Math.abs(ahead + 40) < 1, JSON.stringify(ahead));
});

test('who gives up hears so at once', async () => {
  using server = await timeServer(() => []);
  const controller = new AbortController();
  const asked = askTime('127.0.0.1', new ManualClock(), RANDOM, controller.signal, server.port);
  controller.abort();
  assert.deepEqual(await asked, { kind: 'failed', cause: 'given up' });
});

test('a time server that no way leads to is a failure of the question', async () => {
  const { signal } = new AbortController();
  // the kernel lets nobody send to a broadcast address who did not ask for it
  const answer = await askTime('127.255.255.255', new ManualClock(), RANDOM, signal);
  assert.ok(typeof answer === 'object');
  assert.equal(answer.kind, 'failed');
});
