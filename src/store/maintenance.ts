/** What a store needs now and then: partitions of the coming days, and the end of what was kept long enough. */
import type pg from 'pg';
import { forgetDays } from './abuse/daily-limits.ts';
import { forgetComplaints } from './complaints.ts';
import { dropPartitions, makePartitions } from './database/partitions.ts';
import { eraseRemoved } from './directory/accounts.ts';
import { sweepBlobs } from './emails/blobs.ts';
import { expireMail } from './mailboxes/change/expire.ts';
import { purgeExpunged } from './mailboxes/change/purge.ts';
import type { MailStore } from './mailboxes/mail-store.ts';
import { sweepGreylist } from './reception/greylist.ts';
import { forgetSuppressions } from './suppression.ts';

/** Milliseconds. */
export interface Retention {
  readonly events: number;
  readonly dialogues: number;
  readonly expunged: number;
  readonly removedAccounts: number;
}

/** A blob in no use may be about to be used again. */
const UNUSED_BLOBS_AFTER = 60 * 60 * 1000;
const SWEEP = 1000;
/** Days of accounts count while they last; a week of them tells what happened. */
const COUNTED_DAYS = 7 * 24 * 60 * 60 * 1000;
/** A suppression that ended tells what happened for a while. */
const ENDED_SUPPRESSIONS = 90 * 24 * 60 * 60 * 1000;

/** One round; safe to run in several processes at once. */
export async function maintain(
  pool: pg.Pool,
  mail: MailStore,
  retention: Retention,
  now: number,
): Promise<void> {
  for (const table of ['events', 'dialogues'] as const) {
    await makePartitions(pool, table, now);
    await dropPartitions(pool, table, now - retention[table]);
  }
  await expireMail(mail, now);
  await purgeExpunged(pool, now - retention.expunged);
  await eraseRemoved(pool, now - retention.removedAccounts);
  await forgetComplaints(pool, now - retention.events);
  await forgetDays(pool, now - COUNTED_DAYS);
  await forgetSuppressions(pool, now - ENDED_SUPPRESSIONS);
  while ((await sweepGreylist(pool, now, SWEEP)) === SWEEP);
  while ((await sweepBlobs(pool, now - UNUSED_BLOBS_AFTER, SWEEP)) === SWEEP);
}
