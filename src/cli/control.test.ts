/** What the command line makes of a server that answers before it has heard all, and closes. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { controlSocketPath } from '#servers/admin/control-socket';
import { callIntake } from './control.ts';

/** On a thread of its own, since the client's stands still until the connection is closed. */
const SERVER = `
  const { workerData, parentPort } = require('node:worker_threads');
  const { createServer } = require('node:net');
  const { socketPath, answer, closed } = workerData;
  createServer((socket) => {
    socket.once('data', () => socket.write(answer, () => socket.destroy()));
    socket.on('error', () => {});
    socket.on('close', () => {
      Atomics.store(closed, 0, 1);
      Atomics.notify(closed, 0);
    });
  }).listen(socketPath, () => parentPort.postMessage('listening'));
`;

/** What an import says whose server gives this answer and closes while octets are handed over. */
async function steps(answer: string): Promise<object[]> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'hikyaku-control-'));
  const closed = new Int32Array(new SharedArrayBuffer(4));
  const socketPath = await controlSocketPath(dataDir);
  const server = new Worker(SERVER, { eval: true, workerData: { socketPath, answer, closed } });
  await once(server, 'message');
  async function* body(): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(100_000);
    Atomics.wait(closed, 0, 0, 10_000);
    for (let piece = 0; piece < 100; piece++) yield new Uint8Array(100_000);
  }
  const options = { set: [`data_dir=${dataDir}`] };
  try {
    const said: object[] = [];
    const input = { account: 'alice@example.test' };
    for await (const step of callIntake(options, 'mail/import', input, body())) said.push(step);
    return said;
  } finally {
    await server.terminate();
    await rm(dataDir, { recursive: true });
  }
}

function answerOf(status: string, content: object): string {
  const text = `${JSON.stringify(content)}\n`;
  return `HTTP/1.1 ${status}\r\nContent-Length: ${text.length}\r\nConnection: close\r\n\r\n${text}`;
}

test('a refusal is read although the server has closed before it heard all', async () => {
  const refused = { message: 'there is no account nobody', remedy: 'Look at the list.' };
  await assert.rejects(steps(answerOf('422 Unprocessable', refused)), /there is no account nobody/);
});

test('so is the last word of a server that has heard enough', async () => {
  const stopped = { kind: 'stopped', reason: 'over-quota', mailbox: 'INBOX' };
  assert.deepEqual(await steps(answerOf('200 OK', stopped)), [stopped]);
});

test('a server that closes without a word is said to have broken off', async () => {
  await assert.rejects(steps(''), /broke off/);
});
