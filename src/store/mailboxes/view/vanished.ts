/** What left a mailbox since a modseq (RFC 7162 §3.2.5): from what was expunged and moved away, as far back as that is remembered. */
import { PACKED_UIDS, unpackUids } from '#store/mailboxes/entries/entries';
import { gapsOf, rangesOf, type UidRange } from '#store/mailboxes/entries/uid-ranges';
import type { MailStore } from '#store/mailboxes/mail-store';
import type { MailboxView } from './view.ts';

/**
 * UIDs that went after `modseq`, are among `known` and not in the view's state, as rising ranges. Where the memory does not reach back
 * to `modseq`, every UID of `known` that is not in the view, which RFC 7162 allows.
 * @param known rising; undefined: all UIDs given so far
 */
export async function vanishedSince(
  { pool }: Pick<MailStore, 'pool'>,
  { accountId, mailboxId, state }: MailboxView,
  modseq: number,
  known: readonly UidRange[] = [{ from: 1, to: state.uidNext - 1 }],
): Promise<UidRange[]> {
  const { rows } = await pool.query<{ forgotten: string; gone: Buffer | null }>({
    name: 'vanished_since',
    text: VANISHED,
    values: [accountId, mailboxId, modseq],
  });
  const row = rows[0];
  if (!row || Number(row.forgotten) > modseq) return known.flatMap((range) => gapsOf(state, range));
  const gone = rangesOf(unpackUids(row.gone).filter((uid) => state.placeOf(uid) < 0));
  return intersection(gone, known);
}

const VANISHED = `
  select a.forgotten_modseq as forgotten, (
    select ${PACKED_UIDS} from (
      select uid from expunged_entries where mailbox_id = $2::bigint and modseq > $3::bigint
      union
      select uid from tombstones where account_id = $1::bigint and kind = 'entry' and modseq > $3 and object_id = $2
      order by uid) g) as gone
  from accounts a where a.id = $1`;

/** Of two lists of rising ranges. */
function intersection(a: readonly UidRange[], b: readonly UidRange[]): UidRange[] {
  const both: UidRange[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const from = Math.max(a[i]!.from, b[j]!.from);
    const to = Math.min(a[i]!.to, b[j]!.to);
    if (from <= to) both.push({ from, to });
    if (a[i]!.to < b[j]!.to) i++;
    else j++;
  }
  return both;
}
