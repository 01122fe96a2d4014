/** Reads mbox files: one mailbox each. */
import { parseDate } from '#protocol/message/header/date';
import { FLAG_BITS } from '#protocol/imap/flags';
import { MboxReader, type MboxEvent } from '#protocol/mbox/mbox-reader';
import { CommandFailure } from '#cli/failure';
import { openOwnFile } from './own-file.ts';
import type { SourceMessage } from './source-message.ts';

const LETTERS: Readonly<Record<string, number>> = {
  R: FLAG_BITS.seen,
  A: FLAG_BITS.answered,
  F: FLAG_BITS.flagged,
  D: FLAG_BITS.deleted,
  T: FLAG_BITS.draft,
};

/** A message is held until its end, since mbox tells its flags by fields that are taken out of it. */
export async function* mboxMessages(
  files: readonly { readonly file: string; readonly mailbox: readonly string[] }[],
): AsyncGenerator<SourceMessage> {
  for (const { file, mailbox } of files) {
    const handle = await openOwnFile(file);
    if (handle === undefined) continue;
    const reader = new MboxReader(parseDate);
    const current: Current = { date: undefined, pieces: [] };
    let count = 0;
    const found = function* (events: readonly MboxEvent[]): Generator<SourceMessage> {
      for (const event of events) {
        const message = take(event, current, mailbox);
        if (message) yield message;
        if (message) count++;
      }
    };
    const stream = handle.createReadStream({ highWaterMark: 256 * 1024 });
    for await (const bytes of stream as AsyncIterable<Buffer>) yield* found(reader.push(bytes));
    yield* found(reader.end());
    if (count === 0 && stream.bytesRead > 0) {
      throw new CommandFailure(
        `${file} is no mbox`,
        'An mbox begins with a line like: From alice@example.test Fri Jul  8 12:08:34 2011',
      );
    }
  }
}

interface Current {
  date: number | undefined;
  pieces: Uint8Array[];
}

function take(
  event: MboxEvent,
  current: Current,
  mailbox: readonly string[],
): SourceMessage | undefined {
  if (event.kind === 'begin') {
    current.date = event.date;
    current.pieces = [];
    return undefined;
  }
  if (event.kind === 'piece') {
    current.pieces.push(event.bytes);
    return undefined;
  }
  const { pieces, date } = current;
  current.pieces = [];
  return {
    head: {
      mailbox: [...mailbox],
      flags: event.letters.split('').reduce((bits, letter) => bits | (LETTERS[letter] ?? 0), 0),
      keywords: [...event.keywords],
      ...(date !== undefined && { date }),
    },
    pieces: each(pieces),
  };
}

async function* each(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
  await Promise.resolve();
}
