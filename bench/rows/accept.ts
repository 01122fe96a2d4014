/**
 * Rows: accept a message by SMTP, store it and deliver it to a mailbox. Peers: Postfix to Maildir; Haraka, which
 * delivers to a sink for want of mailboxes.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import type { Contender } from '../contender.ts';
import { floorStoring } from '../peers/floor.ts';
import { haraka, harakaFolder } from '../peers/haraka.ts';
import { hikyakuToMailbox } from '../peers/hikyaku.ts';
import { postfixToMaildir } from '../peers/postfix.ts';
import { startSink } from '../programs.ts';
import { compare } from '../rounds.ts';
import type { BenchOptions, BenchResult, Row } from '../row.ts';

const MAILBOXES = Array.from({ length: 10 }, (_, index) => `user${index}@example.test`);
const RECIPIENTS = ['--recipient', `user%d@example.test:${MAILBOXES.length}`];

const SIZES = [
  { label: '4k', octets: 4096, messages: 10_000, goal: '4×, aim 5×' },
  { label: '64k', octets: 65_536, messages: 1500, goal: '1.5×, aim 2×' },
  { label: '1m', octets: 1_048_576, messages: 200, goal: '0.6×' },
];

export const acceptRows: readonly Row[] = SIZES.flatMap(({ label, octets, messages, goal }) =>
  [20, 100].flatMap((sessions) =>
    (['kept', 'fresh'] as const).map((connections) => ({
      name: `accept-${label}-${sessions}-${connections}`,
      title: `accept, store, deliver: ${label}, ${sessions} sessions, ${connections} connections`,
      run: (options: BenchOptions) => {
        const amount = ['--size', String(octets), '--sessions', String(sessions), ...RECIPIENTS];
        const workload = connections === 'fresh' ? [...amount, '--fresh'] : amount;
        return acceptRow(
          `accept-${label}-${sessions}-${connections}`,
          options,
          messages,
          goal,
          workload,
        );
      },
    })),
  ),
);

async function acceptRow(
  row: string,
  options: BenchOptions,
  messages: number,
  goal: string,
  workload: readonly string[],
): Promise<BenchResult[]> {
  await using stack = new AsyncDisposableStack();
  const contenders: Contender[] = [];
  const join = async (contender: Promise<Contender>): Promise<void> => {
    contenders.push(stack.use(await contender));
  };
  await join(postfixToMaildir(options.parent, MAILBOXES));
  const found = harakaFolder();
  if ('folder' in found) {
    const sink = stack.use(await startSink());
    await join(haraka(found.folder, options.parent, sink));
  }
  if (options.floor) await join(floorStoring(options.parent));
  if (!options.peersOnly) await join(hikyakuToMailbox(options.parent, MAILBOXES));
  // Awaited here: the contenders end with this function.
  return await compare({ row, contenders, workload, messages, goal }, options);
}

/** The disk's own rate: megabytes a second written in one stream and made durable. */
export const diskRow: Row = {
  name: 'disk',
  title: 'the disk itself: one stream of 1 MB writes, then fdatasync',
  run({ parent, quick }) {
    const file = path.join(parent, 'disk-rate');
    const block = randomBytes(1_000_000);
    const blocks = quick ? 64 : 512;
    const descriptor = openSync(file, 'w');
    const began = performance.now();
    for (let written = 0; written < blocks; written++) writeSync(descriptor, block);
    fdatasyncSync(descriptor);
    const seconds = (performance.now() - began) / 1000;
    closeSync(descriptor);
    rmSync(file);
    return Promise.resolve([
      { row: 'disk', contender: 'the disk', unit: 'MB/s', value: blocks / seconds },
    ]);
  },
};
