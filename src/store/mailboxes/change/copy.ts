/**
 * COPY and MOVE within an account: only narrow rows are written, the messages are shared (RFC 9051 §6.4.7, §6.4.8). A copy is one
 * statement, however many messages there are, since all must be there or none; many are moved some thousand at a time.
 */
import { FLAG } from '#store/emails/emails';
import { chosenEntries } from '#store/mailboxes/entries/chosen-entries';
import {
  PACKED_ENTRIES,
  PACKED_UIDS,
  unpackEntries,
  unpackUids,
} from '#store/mailboxes/entries/entries';
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
import { runStatement, sayChanged, type Answer } from './run-statement.ts';
import type { Step } from './step.ts';

export interface CopyRequest {
  readonly from: string;
  /** Rising. */
  readonly uids: Uint32Array;
  readonly to: string;
}

export interface MoveRequest extends CopyRequest {
  /** Called after each of many pieces, with how many messages have moved. */
  readonly done?: (messages: number) => void;
}

export type Copied =
  | {
      readonly kind: 'copied';
      /** Of the mailbox copied to. */
      readonly uidValidity: number;
      /** Those that were there, rising; `destination` has their new UIDs at the same places, rising too. */
      readonly source: Uint32Array;
      readonly destination: Uint32Array;
      /** Of the last change. */
      readonly modseq: number;
      readonly steps: readonly Step[];
    }
  | { readonly kind: 'no-such-mailbox'; readonly which: 'from' | 'to' }
  /** Of a copy alone: {@link COPIES}. */
  | { readonly kind: 'too-many-copies' };

/**
 * Copies cost no quota but a row each, and who copies all of a mailbox into itself doubles it: an account's mailboxes together show each of
 * its messages in so many places on average, or `always` more where it has few.
 */
export const COPIES = { aMessage: 10, always: 100_000 } as const;

/** All or none. Takes no quota: an account counts a message once, however many mailboxes show it. {@link COPIES} bounds them. */
export async function copyMessages(
  mail: MailStore,
  accountId: string,
  { from, uids, to }: CopyRequest,
): Promise<Copied> {
  const pieces = [rangesOf(uids)];
  return transfer(mail, accountId, { from, to, pieces, name: 'copy', limit: LAST_UID });
}

/** After `no-such-mailbox` some of many messages may have moved, as the view says. */
export async function moveMessages(
  mail: MailStore,
  accountId: string,
  { from, uids, to, done }: MoveRequest,
): Promise<Copied> {
  const pieces = Array.from(piecesOf(uids), rangesOf);
  // without messages it is still asked whether there are such mailboxes
  if (pieces.length === 0) pieces.push([]);
  return transfer(mail, accountId, { from, to, pieces, name: 'move', limit: PIECE, done });
}

/** Whatever is in the mailbox now. */
export async function moveAll(
  mail: MailStore,
  accountId: string,
  from: string,
  to: string,
): Promise<Copied> {
  for (;;) {
    const pieces = [[{ from: 1, to: LAST_UID }]];
    const moved = await transfer(mail, accountId, { from, to, pieces, name: 'move', limit: PIECE });
    if (moved.kind !== 'copied' || moved.source.length < PIECE) return moved;
  }
}

interface Transfer {
  readonly from: string;
  readonly to: string;
  readonly pieces: readonly (readonly UidRange[])[];
  readonly name: 'copy' | 'move';
  /** Messages of one statement. */
  readonly limit: number;
  readonly done?: ((messages: number) => void) | undefined;
}

const NO_ACCOUNT: Answer = { from_previous: null };

async function transfer(mail: MailStore, accountId: string, work: Transfer): Promise<Copied> {
  const source: Uint32Array[] = [];
  const destination: Uint32Array[] = [];
  const steps: Step[] = [];
  let last: Answer = {};
  let messages = 0;
  for (const ranges of work.pieces) {
    const statement = transferStatement(accountId, work, ranges, mail.clock.now());
    const rows = ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0);
    last = (await runStatement(mail, accountId, statement, rows)) ?? NO_ACCOUNT;
    if (last['from_previous'] === null) return { kind: 'no-such-mailbox', which: 'from' };
    if (last['to_previous'] === null) return { kind: 'no-such-mailbox', which: 'to' };
    if (last['refused'] === true) return { kind: 'too-many-copies' };
    if (last['packed'] === null) continue;
    const done = await showTransfer(mail, accountId, work, last);
    source.push(done.source);
    destination.push(done.destination);
    steps.push(...stepsOf(work, last));
    messages += done.source.length;
    work.done?.(messages);
    mail.transferred(accountId, { from: work.from, to: work.to, uids: done.destination });
  }
  if (source.length > 0) sayChanged(mail, accountId);
  return {
    kind: 'copied',
    uidValidity: Number(last['uidvalidity']),
    source: concatUids(source),
    destination: concatUids(destination),
    modseq: Number(last['modseq']),
    steps,
  };
}

function stepsOf({ from, to, name }: Transfer, answer: Answer): Step[] {
  const modseq = Number(answer['modseq']);
  const arrived = { mailboxId: to, previous: Number(answer['to_previous']), modseq };
  if (name === 'copy' || from === to) return [arrived];
  return [arrived, { mailboxId: from, previous: Number(answer['from_previous']), modseq }];
}

async function showTransfer(
  { views }: MailStore,
  accountId: string,
  { from, to, name }: Transfer,
  answer: Answer,
): Promise<{ source: Uint32Array; destination: Uint32Array }> {
  const arrived = unpackEntries(answer['packed'], answer['words']);
  const source = unpackUids(answer['source']);
  const modseq = Number(answer['modseq']);
  const uidNext = arrived.uids.at(-1)! + 1;
  const gone = name === 'move' ? source : undefined;
  await views.apply(accountId, to, {
    previous: Number(answer['to_previous']),
    modseq,
    delta: () => ({ modseq, uidNext, arrived, ...(from === to && { gone }) }),
  });
  if (gone && from !== to) {
    await views.apply(accountId, from, {
      previous: Number(answer['from_previous']),
      modseq,
      delta: (state) => ({ modseq, uidNext: state.uidNext, gone }),
    });
  }
  return { source, destination: arrived.uids };
}

function transferStatement(
  accountId: string,
  { from, to, name, limit }: Transfer,
  ranges: readonly UidRange[],
  now: number,
): ValuesStatement {
  return {
    ...STATEMENTS[name],
    values: [accountId, from, to, ...rangeArrays(ranges), new Date(now), limit],
  };
}

/** The messages as they are in $2, numbered in order of their UIDs, with what they will be in $3: all, if the condition holds. */
const chosenIf = (condition: string) => `
  with at as materialized (
    select a.modseq + 1 as modseq, f.id as from_id, f.modseq as from_previous, t.id as to_id, t.modseq as to_previous, t.next_uid,
      t.uidvalidity
    from accounts a
      left join mailboxes f on f.account_id = a.id and f.id = $2::bigint
      left join mailboxes t on t.account_id = a.id and t.id = $3::bigint
    where a.id = $1::bigint),
  entries as materialized (
    select n.* from at, ${chosenEntries('$4', '$5')}
    where at.from_id is not null and at.to_id is not null
    order by n.uid limit $7::bigint),
  chosen as materialized (
    select n.*, e.size from entries n join emails e on e.id = n.email_id where ${condition} order by n.uid),
  new as materialized (
    select at.next_uid - 1 + row_number() over (order by c.uid) as uid, c.email_id, at.modseq, c.flags, c.keywords, at.to_id
    from chosen c, at order by c.uid),
  entry as (
    insert into mailbox_entries (mailbox_id, uid, email_id, modseq, created_modseq, saved_at, flags, keywords)
    select to_id, uid, email_id, modseq, modseq, $6, flags, keywords from new),
  gain as materialized (
    select count(*) as messages, coalesce(sum(size), 0)::bigint as bytes, count(*) filter (where flags & ${FLAG.seen} = 0) as unseen,
      count(*) filter (where flags & ${FLAG.deleted} <> 0) as deleted
    from chosen),
  account as (
    update accounts a set modseq = at.modseq from at where a.id = $1 and exists (select from chosen))`;

const ANSWER = `
  select at.from_previous, at.to_previous, at.uidvalidity, case when n.packed is null then to_previous else at.modseq end as modseq,
    n.packed, n.words, (select ${PACKED_UIDS} from chosen) as source,
    exists (select from entries) and not exists (select from chosen) as refused
  from at, (select ${PACKED_ENTRIES} from new) n`;

const HAS_ROOM = `(
      select (select sum(messages) from mailboxes where account_id = $1) + (select count(*) from entries)
        <= used_messages * ${COPIES.aMessage} + ${COPIES.always}
      from accounts where id = $1)`;

const COPY = `${chosenIf(HAS_ROOM)},
  mailbox as (
    update mailboxes m set next_uid = m.next_uid + g.messages, modseq = at.modseq, messages = m.messages + g.messages,
      bytes = m.bytes + g.bytes, unseen = m.unseen + g.unseen, deleted = m.deleted + g.deleted
    from at, gain g where m.id = at.to_id and g.messages > 0)
  ${ANSWER}`;

/** What moved is remembered by a tombstone alone: the message itself is not gone. Within one mailbox it gets a new UID. */
const MOVE = `${chosenIf('true')},
  removed as (delete from mailbox_entries n using chosen c where n.ctid = c.place),
  tombstone as (
    insert into tombstones (account_id, modseq, kind, object_id, uid, created_modseq, at)
    select $1, at.modseq, 'entry', at.from_id, c.uid, c.created_modseq, $6 from chosen c, at order by c.uid),
  mailbox as (
    update mailboxes m set modseq = at.modseq,
      next_uid = m.next_uid + case when m.id = at.to_id then g.messages else 0 end,
      changed_modseq = case when m.id = at.from_id then at.modseq else m.changed_modseq end,
      messages = m.messages + sign * g.messages, bytes = m.bytes + sign * g.bytes, unseen = m.unseen + sign * g.unseen,
      deleted = m.deleted + sign * g.deleted
    from at, gain g, lateral (
      select id, sum(change)::bigint as sign from (values (at.from_id, -1), (at.to_id, 1)) as c(id, change) group by id) s
    where m.id = s.id and g.messages > 0)
  ${ANSWER}`;

const STATEMENTS = {
  copy: { name: 'copy_messages', text: COPY },
  move: { name: 'move_messages', text: MOVE },
};
