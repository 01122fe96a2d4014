/** Asks for what became of a mailbox since a modseq; since 0 that is all of it. One statement, so that it is one moment. */
import type { Queryable } from '#store/blobs';
import { PACKED_ENTRIES, PACKED_UIDS, unpackEntries, unpackUids } from './entries.ts';
import type { ViewDelta } from './view-state.ts';

export interface ViewQuery {
  readonly accountId: string;
  readonly mailboxId: string;
  readonly modseq: number;
  /** The highest UID known; 0 where none is. */
  readonly lastUid: number;
}

export interface ViewAnswer extends ViewDelta {
  readonly uidValidity: number;
  /** What went up to this modseq may be missing in `gone`. */
  readonly forgotten: number;
}

/** Undefined where the account has no such mailbox (any more). */
export async function askForChanges(
  db: Queryable,
  { accountId, mailboxId, modseq, lastUid }: ViewQuery,
): Promise<ViewAnswer | undefined> {
  const { rows } = await db.query({
    name: 'view_changes',
    text: VIEW_CHANGES,
    values: [accountId, mailboxId, modseq, lastUid],
  });
  const row = (rows as Record<string, unknown>[])[0];
  return (
    row && {
      modseq: Number(row['modseq']),
      uidNext: Number(row['next_uid']),
      uidValidity: Number(row['uidvalidity']),
      forgotten: Number(row['forgotten_modseq']),
      arrived: unpackEntries(row['arrived'], row['arrived_words']),
      changed: unpackEntries(row['changed'], row['changed_words']),
      gone: unpackUids(row['gone']),
    }
  );
}

const ENTRY = 'uid, email_id, modseq, flags, keywords';

/** The account's lock is held to commit: no change with a lower modseq appears after one with a higher. */
const VIEW_CHANGES = `
  with at as materialized (
    select m.modseq, m.changed_modseq, m.next_uid, m.uidvalidity, a.forgotten_modseq
    from mailboxes m join accounts a on a.id = m.account_id where m.id = $2::bigint and a.id = $1::bigint)
  select at.*, arrived.packed as arrived, arrived.words as arrived_words, changed.packed as changed, changed.words as changed_words,
    gone.packed as gone
  from at
    cross join lateral (
      select ${PACKED_ENTRIES} from (
        select ${ENTRY} from mailbox_entries
        where at.modseq > $3::bigint and mailbox_id = $2 and uid > $4::bigint order by uid) n) arrived
    cross join lateral (
      select ${PACKED_ENTRIES} from (
        select ${ENTRY} from mailbox_entries
        where $4 > 0 and at.changed_modseq > $3 and mailbox_id = $2 and uid <= $4 and modseq > $3 order by uid) n) changed
    cross join lateral (
      select ${PACKED_UIDS} as packed from (
        select uid from expunged_entries
        where $4 > 0 and at.changed_modseq > $3 and mailbox_id = $2 and modseq > $3 and uid <= $4
        union all
        select uid from tombstones
        where $4 > 0 and at.changed_modseq > $3 and account_id = $1 and kind = 'entry' and modseq > $3 and object_id = $2 and uid <= $4
        order by uid) g) gone`;
