/** Asks for what became of a mailbox since a modseq; since 0 that is all of it. One statement, so that it is one moment. */
import {
  PACKED_ENTRIES,
  PACKED_UIDS,
  unpackEntries,
  unpackUids,
} from '#store/mailboxes/entries/entries';
import { bigintOf, queryOctets, type OctetPool } from '#store/query/octet-query';
import type { ViewDelta } from './state.ts';

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
  db: OctetPool,
  { accountId, mailboxId, modseq, lastUid }: ViewQuery,
): Promise<ViewAnswer | undefined> {
  let answer: ViewAnswer | undefined;
  const values = [accountId, mailboxId, String(modseq), String(lastUid)];
  await queryOctets(db, { name: 'view_changes', text: VIEW_CHANGES, values }, (fields) => {
    const [now, uidNext, uidValidity, forgotten, arrived, words, changed, changedWords, gone] =
      fields;
    answer = {
      modseq: bigintOf(now!),
      uidNext: bigintOf(uidNext!),
      uidValidity: bigintOf(uidValidity!),
      forgotten: bigintOf(forgotten!),
      arrived: unpackEntries(arrived, words?.toString()),
      changed: unpackEntries(changed, changedWords?.toString()),
      gone: unpackUids(gone),
    };
  });
  return answer;
}

const ENTRY = 'uid, email_id, modseq, flags, keywords';

/** The account's lock is held to commit: no change with a lower modseq appears after one with a higher. */
const VIEW_CHANGES = `
  with at as materialized (
    select m.modseq, m.changed_modseq, m.next_uid, m.uidvalidity, a.forgotten_modseq
    from mailboxes m join accounts a on a.id = m.account_id where m.id = $2::bigint and a.id = $1::bigint)
  select at.modseq, at.next_uid, at.uidvalidity, at.forgotten_modseq, arrived.packed, arrived.words, changed.packed, changed.words,
    gone.packed
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
