/**
 * Takes the mail of one account into its search index, a batch at a time, and stores the structure of each message, since it was
 * parsed for it. Redo is harmless: a batch counts only together with the account's new position.
 * Called by follow.ts.
 */
import type { Log } from '#log';
import { parseStructure } from '#protocol/message/parse-structure';
import { formatStructure } from '#protocol/message/stored-structure';
import type { IndexConnection } from '#store/search/connection';
import { emailsAfter } from '#store/search/behind';
import { addSegment, openIndex, segmentsOf, type StoredBlock } from '#store/search/segments';
import { SegmentBuilder } from './build-segment.ts';
import { INDEX_VERSION } from './grams.ts';
import { planMerge } from './merge-plan.ts';
import { mergeSegments } from './merge-segments.ts';
import { MessageGrams } from './message-grams.ts';
import type { Pace } from './pace.ts';
import type { MessageToRead, ReadMessage } from './read-messages.ts';

export interface IndexContext {
  readonly db: IndexConnection;
  readonly pace: Pace;
  readonly signal: AbortSignal;
  readonly log: Log;
  /** In the order of the emails. */
  readonly readMessages: (
    accountId: string,
    emails: readonly MessageToRead[],
  ) => AsyncIterable<ReadMessage>;
  readonly saveStructures: (
    accountId: string,
    structures: readonly { readonly emailId: number; readonly structure: string }[],
  ) => Promise<void>;
}

export type Turn = 'done' | 'more' | 'elsewhere';

/** Emails that are looked at in one turn. */
const BATCH = 512;

/** One turn at an account: a batch at most. `elsewhere`: another process is at it. */
export async function indexAccount(context: IndexContext, accountId: string): Promise<Turn> {
  const { db } = context;
  if (!(await db.take(accountId))) return 'elsewhere';
  try {
    const after = await openIndex(db, accountId, INDEX_VERSION);
    if (after === undefined) return 'done';
    const emails = await emailsAfter(db, accountId, after, BATCH);
    if (emails.length > 0 && !(await indexEmails(context, accountId, after, emails))) return 'more';
    await mergeWhereDue(context, accountId);
    return emails.length < BATCH ? 'done' : 'more';
  } finally {
    await db.letGo(accountId);
  }
}

/** Reads, parses and stores; false when the account's position was no longer `after`, or the signal came. */
async function indexEmails(
  context: IndexContext,
  accountId: string,
  after: number,
  emails: readonly MessageToRead[],
): Promise<boolean> {
  const { pace, signal } = context;
  const grams = new MessageGrams();
  let batch = new Batch();
  let position = after;
  pace.begin();
  for await (const { emailId, bytes } of context.readMessages(accountId, emails)) {
    if (bytes) indexMessage(context, batch, grams, emailId, bytes);
    await pace.rest(signal);
    if (signal.aborted) return false;
    if (!batch.builder.full) continue;
    if (!(await storeBatch(context, accountId, position, emailId, batch))) return false;
    position = emailId;
    batch = new Batch();
  }
  const last = emails.at(-1)!.emailId;
  return position === last || storeBatch(context, accountId, position, last, batch);
}

class Batch {
  readonly builder = new SegmentBuilder();
  readonly structures: { readonly emailId: number; readonly structure: string }[] = [];
}

/** A message that cannot be read for a fault of ours is found by every search, so that it is read then. */
function indexMessage(
  { log }: IndexContext,
  { builder, structures }: Batch,
  grams: MessageGrams,
  emailId: number,
  bytes: Uint8Array,
): void {
  try {
    const parsed = parseStructure(bytes);
    builder.add(emailId, grams.of(bytes, parsed.part));
    structures.push({ emailId, structure: formatStructure(parsed) });
  } catch (error) {
    builder.add(emailId, undefined);
    log.error('search.message-not-indexed', { emailId, error: (error as Error).stack });
  }
}

async function storeBatch(
  { db, pace, signal, saveStructures }: IndexContext,
  accountId: string,
  after: number,
  upTo: number,
  { builder, structures }: Batch,
): Promise<boolean> {
  await saveStructures(accountId, structures);
  const blocks: StoredBlock[] = [];
  for (const block of builder.blocks()) {
    blocks.push(block);
    await pace.rest(signal);
    if (signal.aborted) return false;
  }
  return addSegment(db, accountId, { after, upTo }, builder.head, blocks);
}

async function mergeWhereDue(context: IndexContext, accountId: string): Promise<void> {
  while (!context.signal.aborted) {
    const segments = await segmentsOf(context.db, accountId);
    const places = planMerge(segments.map(({ emails }) => emails));
    if (!places) return;
    await mergeSegments(
      context,
      accountId,
      places.map((place) => segments[place]!),
    );
  }
}
