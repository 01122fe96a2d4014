import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Event } from '#events';
import { silentLog } from '#log';
import type { Writer } from '#store/writer/writer';
import { EventBuffer } from './event-buffer.ts';

const some = {
  type: 'session.refused',
  at: 0,
  ids: {},
  public: {},
  personal: {},
} as unknown as Event;

/** A buffer whose writing waits until the test answers it. */
function openBuffer() {
  const runs: PromiseWithResolvers<unknown>[] = [];
  const written: number[] = [];
  const run = (): Promise<unknown> => {
    const coming = Promise.withResolvers<unknown>();
    runs.push(coming);
    return coming.promise;
  };
  const writer = { run } as unknown as Writer;
  const buffer = new EventBuffer(writer, silentLog, (events) => void written.push(events.length));
  return { buffer, runs, written };
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

test('who flushes waits for what is being written already', async () => {
  const { buffer, runs, written } = openBuffer();
  buffer.note(some);
  const inBackground = buffer.flush();
  let isFlushed = false;
  const flushed = buffer.flush().then(() => (isFlushed = true));
  await turns();
  assert.equal(isFlushed, false);
  runs[0]!.resolve([]);
  await Promise.all([inBackground, flushed]);
  assert.deepEqual([runs.length, written], [1, [1]]);
});

test('what is gathered while a writing goes on is written together after it, also after a loss', async () => {
  const { buffer, runs, written } = openBuffer();
  buffer.note(some);
  const first = buffer.flush();
  await turns();
  buffer.note(some);
  buffer.note(some);
  const second = buffer.flush();
  await turns();
  assert.equal(runs.length, 1);
  runs[0]!.reject(new Error('gone'));
  await first;
  await turns();
  runs[1]!.resolve([]);
  await second;
  assert.deepEqual(written, [2]);
});
