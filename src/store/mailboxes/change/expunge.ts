/**
 * EXPUNGE: hides messages at once; they can be brought back until they are purged (`expunged_entries`, which also tells clients that
 * were away what went). Many go some thousand at a time.
 */
import { FLAG } from '#store/emails/emails';
import { chosenEntries } from '#store/mailboxes/entries/chosen-entries';
import { PACKED_UIDS, unpackUids } from '#store/mailboxes/entries/entries';
import {
  concatUids,
  LAST_UID,
  PIECE,
  piecesOf,
  rangeArrays,
  rangesOf,
  type UidRange,
} from '#store/mailboxes/entries/uid-ranges';
import type { MailStore } from '#store/mailboxes/mail-store';
import type { ValuesStatement } from '#store/writer/batch';
import { FREED } from './leaving.ts';
import { runStatement, sayChanged, type Answer } from './run-statement.ts';
import type { Step } from './step.ts';

export interface ExpungeRequest {
  /** Rising; undefined: all of the mailbox. */
  readonly uids?: Uint32Array | undefined;
  /** Only those with \Deleted, as IMAP wants it. */
  readonly onlyDeleted: boolean;
}

export type Expunged =
  | {
      readonly kind: 'expunged';
      /** Rising. */
      readonly uids: Uint32Array;
      /** Of the last change; the mailbox's where nothing went. */
      readonly modseq: number;
      readonly steps: readonly Step[];
    }
  | { readonly kind: 'no-such-mailbox' };

export async function expunge(
  mail: MailStore,
  accountId: string,
  mailboxId: string,
  { uids, onlyDeleted }: ExpungeRequest,
): Promise<Expunged> {
  const gone: Uint32Array[] = [];
  const steps: Step[] = [];
  let modseq = 0;
  for (const ranges of uids ? rangesOfPieces(uids) : everything(gone)) {
    const request = { mailboxId, ranges, onlyDeleted, now: mail.clock.now() };
    // how many are deleted shows with the first answer
    const rows = uids?.length ?? gone.at(-1)?.length;
    const answer = await runStatement(mail, accountId, expungeStatement(accountId, request), rows);
    if (!answer) return { kind: 'no-such-mailbox' };
    modseq = Number(answer['modseq']);
    const previous = Number(answer['previous']);
    if (modseq > previous) steps.push({ mailboxId, previous, modseq });
    gone.push(await showExpunged(mail, accountId, mailboxId, answer));
  }
  if (gone.some(({ length }) => length > 0)) sayChanged(mail, accountId);
  return { kind: 'expunged', uids: concatUids(gone), modseq, steps };
}

function* rangesOfPieces(uids: Uint32Array): Generator<UidRange[]> {
  for (const piece of piecesOf(uids)) yield rangesOf(piece);
}

/** Again and again until a piece is not full, each time above what went. */
function* everything(gone: readonly Uint32Array[]): Generator<UidRange[]> {
  do yield [{ from: (gone.at(-1)?.at(-1) ?? 0) + 1, to: LAST_UID }];
  while (gone.at(-1)?.length === PIECE);
}

/** What the answer to {@link expungeStatement} means for an open view; answers what went. */
export async function showExpunged(
  { views }: MailStore,
  accountId: string,
  mailboxId: string,
  answer: Answer,
): Promise<Uint32Array> {
  const gone = unpackUids(answer['packed']);
  const modseq = Number(answer['modseq']);
  await views.apply(accountId, mailboxId, {
    previous: Number(answer['previous']),
    modseq,
    delta: ({ uidNext }) => ({ modseq, uidNext, gone }),
  });
  return gone;
}

export interface ExpungeStatement {
  readonly mailboxId: string;
  readonly ranges: readonly UidRange[];
  readonly onlyDeleted: boolean;
  /** Calendar milliseconds. */
  readonly now: number;
  /** Nothing goes unless there is this mailbox too: that of what takes its place. */
  readonly into?: string;
}

/** Answers one row, or none where there is no such mailbox, or no `into`. */
export function expungeStatement(
  accountId: string,
  { mailboxId, ranges, onlyDeleted, now, into }: ExpungeStatement,
): ValuesStatement {
  return {
    name: 'expunge',
    text: EXPUNGE,
    values: [
      accountId,
      mailboxId,
      ...rangeArrays(ranges),
      onlyDeleted,
      new Date(now),
      into ?? null,
      PIECE,
    ],
  };
}

const EXPUNGE = `
  with at as materialized (
    select a.modseq + 1 as modseq, m.id, m.modseq as previous, m.deleted
    from accounts a join mailboxes m on m.account_id = a.id
    where a.id = $1::bigint and m.id = $2::bigint
      and ($7::bigint is null or exists (select from mailboxes where id = $7 and account_id = $1))),
  chosen as materialized (
    select n.* from at, ${chosenEntries('$3', '$4')}
    where not $5::boolean or (at.deleted > 0 and n.flags & ${FLAG.deleted} <> 0)
    order by n.uid limit $8::integer),
  gone as materialized (
    select c.*, e.size from chosen c join emails e on e.id = c.email_id order by c.uid),
  entry as (delete from mailbox_entries n using gone g where n.ctid = g.place),
  kept as (
    insert into expunged_entries (mailbox_id, uid, email_id, modseq, saved_at, flags, keywords, expunged_at)
    select at.id, g.uid, g.email_id, at.modseq, g.saved_at, g.flags, g.keywords, $6 from gone g, at order by g.uid),
  ${FREED},
  loss as materialized (
    select count(*) as messages, coalesce(sum(size), 0)::bigint as bytes, count(*) filter (where flags & ${FLAG.seen} = 0) as unseen,
      count(*) filter (where flags & ${FLAG.deleted} <> 0) as deleted
    from gone),
  mailbox as (
    update mailboxes m set modseq = at.modseq, changed_modseq = at.modseq, messages = m.messages - g.messages,
      bytes = m.bytes - g.bytes, unseen = m.unseen - g.unseen, deleted = m.deleted - g.deleted
    from at, loss g where m.id = at.id and g.messages > 0),
  account as (
    update accounts a set modseq = at.modseq, used_bytes = a.used_bytes - f.bytes, used_messages = a.used_messages - f.messages
    from at, freed f where a.id = $1 and exists (select from gone))
  select previous, case when g.packed is null then previous else modseq end as modseq, g.packed
  from at, (select ${PACKED_UIDS} as packed from gone) g`;
