/**
 * Writes segments anew of which most emails were purged. The others keep the ids of theirs that are gone: no mailbox asks for them.
 * Called by index-account.ts.
 */
import { unpackNumbers } from '#mail/search/index/packed-numbers';
import { countEmails, goneAmong } from '#store/search/behind';
import { segmentsOf } from '#store/search/segments';
import { mergeSegments, type MergeContext } from './merge-segments.ts';

/** Fewer than this are not looked for, nor less than a quarter. */
const MANY = 64;

export async function dropPurged(context: MergeContext, accountId: string): Promise<void> {
  const { db, signal } = context;
  const segments = await segmentsOf(db, accountId);
  const indexed = segments.reduce((sum, { emails }) => sum + emails, 0);
  const purged = indexed - (await countEmails(db, accountId));
  if (purged < MANY || purged < indexed / 4) return;
  for (const segment of segments) {
    if (signal.aborted) return;
    const gone = await goneAmong(db, Array.from(unpackNumbers(segment.emailIds)));
    if (gone.size * 2 > segment.emails) await mergeSegments(context, accountId, [segment]);
  }
}
