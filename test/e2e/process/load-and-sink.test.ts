import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { runLoad, startSink } from '../../../bench/programs.ts';

const MESSAGES = 60;

for (const more of [[], ['--pipelining'], ['--pipelining', '--chunking'], ['--fresh']])
  test(`the sink gets every message of the load once, no two alike: ${more.join(' ') || 'plain'}`, async () => {
    await using folder = await temporaryFolder();
    const ledger = path.join(folder.path, 'ledger');
    const sink = await startSink(['--ledger', ledger]);
    const addresses = ['--recipient', 'u%d@example.test:7', '--recipients-per-message', '2'];
    const amount = ['--messages', String(MESSAGES), '--sessions', '5', '--size', '3000'];
    const result = await runLoad(['--port', String(sink.port), ...amount, ...addresses, ...more]);
    const stats = await sink.received(MESSAGES);
    await sink[Symbol.asyncDispose]();
    assert.deepEqual([result.accepted, result.errors], [MESSAGES, {}]);
    assert.equal(stats.recipients, 2 * MESSAGES);
    assert.equal(stats.connections, more.includes('--fresh') ? MESSAGES : 5);
    assert.ok(result.octets <= 3000 && result.octets > 2800, `${result.octets} octets`);
    const lines = (await readFile(ledger, 'utf8')).trimEnd().split('\n');
    assert.equal(new Set(lines.map((line) => line.split(' ')[0])).size, MESSAGES);
  });

test('a server that is not there costs every message, each with its reason', async () => {
  const sink = await startSink();
  await sink[Symbol.asyncDispose]();
  const result = await runLoad(['--port', String(sink.port), '--messages', '9', '--sessions', '2']);
  assert.equal(result.accepted, 0);
  assert.deepEqual(Object.values(result.errors), [9]);
});

test('the sink finds the end of data wherever the stream is cut', async () => {
  await using sink = await startSink();
  const socket = connect({ port: sink.port, host: '127.0.0.1', noDelay: true });
  socket.resume();
  const content = 'Subject: x\r\n\r\n..stuffed\r\n.\n\r\n .\r\ntext\r\n.\r\n';
  const transaction = `MAIL FROM:<>\r\nRCPT TO:<a@b.test>\r\nDATA\r\n${content}`;
  for (let size = 1; size <= 9; size++)
    for (let at = 0; at < transaction.length; at += size) {
      socket.write(transaction.slice(at, at + size), 'latin1');
      await new Promise(setImmediate);
    }
  socket.end('QUIT\r\n');
  await once(socket, 'close');
  const { messages, octets } = await sink.stats();
  assert.deepEqual([messages, octets], [9, 9 * content.length]);
});

async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sink-'));
  return {
    path: folder,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
