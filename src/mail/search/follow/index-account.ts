/**
 * Takes the mail of one account into its search index, a batch at a time, and stores the structure of each message, since it was
 * parsed for it, and its text. Redo is harmless: a batch counts only together with the account's new position.
 * Called by follow.ts.
 */
import type { Log } from '#log';
import { INDEX_VERSION } from '#mail/search/index/grams';
import { packTexts } from '#mail/search/message-texts';
import type { Wait } from '#mail/search/read-ahead';
import type { ReadMessage } from '#mail/search/read-messages';
import { formatKept } from '#protocol/imap/kept-structure';
import { parseStructure } from '#protocol/message/body/parse-structure';
import type { ParsedStructure } from '#store/mailboxes/read/structures';
import { emailsAfter } from '#store/search/behind';
import type { IndexConnection } from '#store/search/connection';
import { addSegment, openIndex, segmentsOf } from '#store/search/segments';
import type { EmailTexts } from '#store/search/texts';
import { dropPurged } from './drop-purged.ts';
import { planMerge } from './merge-plan.ts';
import { mergeSegments } from './merge-segments.ts';
import { MessageGrams } from './message-grams.ts';
import type { Pace } from './pace.ts';
import { SegmentBatch } from './segment-batch.ts';
import type { EmailGrams } from './sorted-run.ts';

export interface IndexContext {
  readonly db: IndexConnection;
  readonly pace: Pace;
  readonly signal: AbortSignal;
  readonly log: Log;
  /** In the order of the ids. */
  readonly readMessages: (
    accountId: string,
    emailIds: readonly number[],
    wait: Wait,
  ) => AsyncIterable<ReadMessage>;
  readonly saveStructures: (
    accountId: string,
    structures: readonly ParsedStructure[],
  ) => Promise<void>;
  readonly saveTexts: (accountId: string, emails: readonly EmailTexts[]) => Promise<void>;
  /** Accounts whose purged mail was looked for; emptied now and then. */
  readonly tidied: Set<string>;
  /** Turns are to be short. */
  readonly othersWait: () => boolean;
}

export type Turn = 'done' | 'more' | 'elsewhere';

/** Emails that are looked at in one turn, and of which one segment is made. */
const BATCH = 4096;
const SHORT_BATCH = 512;
/** Messages whose structures and texts are stored at once. */
const READINGS = 256;

/** One turn at an account: a batch at most. `elsewhere`: another process is at it. */
export async function indexAccount(context: IndexContext, accountId: string): Promise<Turn> {
  const { db, othersWait } = context;
  if (!(await db.take(accountId))) return 'elsewhere';
  try {
    const after = await openIndex(db, accountId, INDEX_VERSION);
    if (after === undefined) return 'done';
    const limit = othersWait() ? SHORT_BATCH : BATCH;
    const emailIds = await emailsAfter(db, accountId, after, limit);
    if (emailIds.length > 0 && !(await indexEmails(context, accountId, after, emailIds)))
      return 'more';
    await mergeWhereDue(context, accountId);
    if (emailIds.length === limit) return 'more';
    if (!context.tidied.has(accountId)) {
      context.tidied.add(accountId);
      await dropPurged(context, accountId);
    }
    return 'done';
  } finally {
    await db.letGo(accountId);
  }
}

/** Reads, parses and stores; false when the account's position was no longer `after`, or the signal came. */
async function indexEmails(
  context: IndexContext,
  accountId: string,
  after: number,
  emailIds: readonly number[],
): Promise<boolean> {
  const { pace, signal } = context;
  const grams = new MessageGrams();
  let position = after;
  let batch = new SegmentBatch(pace, signal);
  let read: Reading[] = [];
  const last = emailIds.at(-1)!;
  const waiting = <T>(answer: Promise<T>): Promise<T> => pace.wait(answer);
  for await (const { emailId, bytes } of context.readMessages(accountId, emailIds, waiting)) {
    if (bytes) {
      const reading = readForIndex(context, grams, emailId, bytes);
      await batch.add(emailId, reading?.grams);
      if (reading) read.push(reading);
    }
    await pace.rest(signal);
    if (signal.aborted) return false;
    if (read.length === READINGS || (emailId === last && read.length > 0)) {
      await pace.wait(save(context, accountId, read));
      read = [];
    }
    if (!batch.full && emailId !== last) continue;
    const blocks = await batch.blocks();
    const step = { after: position, upTo: emailId };
    if (signal.aborted || !(await addSegment(context.db, accountId, step, batch.head, blocks)))
      return false;
    position = emailId;
    batch = new SegmentBatch(pace, signal);
  }
  return true;
}

interface Reading {
  readonly grams: EmailGrams | undefined;
  readonly structure: ParsedStructure;
  readonly texts: EmailTexts;
}

async function save(
  { saveStructures, saveTexts }: IndexContext,
  accountId: string,
  read: readonly Reading[],
): Promise<void> {
  await Promise.all([
    saveStructures(
      accountId,
      read.map(({ structure }) => structure),
    ),
    saveTexts(
      accountId,
      read.map(({ texts }) => texts),
    ),
  ]);
}

/** A message that cannot be read for a fault of ours is found by every search, so that it is read then. */
function readForIndex(
  { log }: IndexContext,
  messageGrams: MessageGrams,
  emailId: number,
  bytes: Uint8Array,
): Reading | undefined {
  try {
    const parsed = parseStructure(bytes);
    const { grams, strings } = messageGrams.of(bytes, parsed.part);
    return {
      grams,
      structure: { emailId, structure: formatKept(parsed) },
      texts: packTexts(emailId, strings, grams === undefined),
    };
  } catch (error) {
    log.error('search.message-not-indexed', { emailId, error: (error as Error).stack });
    return undefined;
  }
}

async function mergeWhereDue(context: IndexContext, accountId: string): Promise<void> {
  while (!context.signal.aborted) {
    const segments = await segmentsOf(context.db, accountId);
    const places = planMerge(segments.map(({ emails }) => emails));
    const some = places?.map((place) => segments[place]!);
    if (!some || !(await mergeSegments(context, accountId, some))) return;
  }
}
