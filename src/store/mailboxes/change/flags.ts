/**
 * STORE: changes flags and keywords of messages (RFC 9051 §6.4.6, RFC 7162 §3.1.3). Rows whose values stay as they are are not written.
 * Many messages are changed some thousand at a time, so that nobody waits long for the account.
 */
import { FLAG } from '#store/emails/emails';
import { chosenEntries } from '#store/mailboxes/entries/chosen-entries';
import {
  unpackEntries,
  unpackUids,
  PACKED_ENTRIES,
  PACKED_UIDS,
} from '#store/mailboxes/entries/entries';
import { keywordList, MAX_KEYWORDS } from '#store/mailboxes/entries/keyword-sets';
import { concatUids, piecesOf, rangeArrays, rangesOf } from '#store/mailboxes/entries/uid-ranges';
import type { MailStore } from '#store/mailboxes/mail-store';
import type { ValuesStatement } from '#store/writer/batch';
import { runStatement, sayChanged, type Answer } from './run-statement.ts';
import type { Step } from './step.ts';

export interface FlagChange {
  /** Rising. */
  readonly uids: Uint32Array;
  readonly op: 'add' | 'remove' | 'set';
  /** Bits as `FLAG` of store/emails/emails.ts. */
  readonly flags: number;
  readonly keywords: readonly string[];
  /** Messages that changed after this modseq are left as they are. */
  readonly unchangedSince?: number | undefined;
  /** Called after each of many pieces, with how many messages are done. */
  readonly done?: (messages: number) => void;
}

export type FlagsStored =
  | {
      readonly kind: 'stored';
      /** Of the last change; the mailbox's where nothing changed. */
      readonly modseq: number;
      /** Rising; those whose flags are now others. Their values are in the view. */
      readonly changed: Uint32Array;
      /** Rising; left as they are for `unchangedSince` (MODIFIED). */
      readonly modified: Uint32Array;
      /** Of the changes that this call made: a session that wants its own silent knows them by these. */
      readonly modseqs: readonly number[];
      readonly steps: readonly Step[];
    }
  | { readonly kind: 'no-such-mailbox' }
  | { readonly kind: 'too-many-keywords' };

/**
 * UIDs that are not there (any more) are passed over. An open view of the mailbox has the change when this resolves.
 * After `too-many-keywords` or `no-such-mailbox` some of many messages may be changed, as the view says.
 */
export async function setFlags(
  mail: MailStore,
  accountId: string,
  mailboxId: string,
  change: FlagChange,
): Promise<FlagsStored> {
  const keywords = keywordList(change.keywords);
  if (keywords.length > MAX_KEYWORDS) return { kind: 'too-many-keywords' };
  const changed: Uint32Array[] = [];
  const modified: Uint32Array[] = [];
  const modseqs: number[] = [];
  const steps: Step[] = [];
  let modseq = 0;
  let done = 0;
  for (const uids of piecesOf(change.uids)) {
    const statement = flagStatement(accountId, mailboxId, { ...change, keywords, uids });
    const answer = await runStatement(mail, accountId, statement, uids.length);
    if (!answer) return { kind: 'no-such-mailbox' };
    if (answer['refused'] === true) return { kind: 'too-many-keywords' };
    modseq = Number(answer['modseq']);
    modified.push(unpackUids(answer['modified']));
    done += uids.length;
    change.done?.(done);
    if (answer['packed'] === null) continue;
    changed.push(await showChange(mail, accountId, mailboxId, answer));
    modseqs.push(modseq);
    steps.push({ mailboxId, previous: Number(answer['previous']), modseq });
  }
  if (modseqs.length > 0) sayChanged(mail, accountId);
  return {
    kind: 'stored',
    modseq,
    changed: concatUids(changed),
    modified: concatUids(modified),
    modseqs,
    steps,
  };
}

async function showChange(
  { views }: MailStore,
  accountId: string,
  mailboxId: string,
  answer: Answer,
): Promise<Uint32Array> {
  const modseq = Number(answer['modseq']);
  const entries = unpackEntries(answer['packed'], answer['words']);
  await views.apply(accountId, mailboxId, {
    previous: Number(answer['previous']),
    modseq,
    delta: ({ uidNext }) => ({ modseq, uidNext, changed: entries }),
  });
  return entries.uids;
}

function flagStatement(
  accountId: string,
  mailboxId: string,
  { uids, op, flags, keywords, unchangedSince }: FlagChange,
): ValuesStatement {
  const kind = op === 'set' || keywords.length > 0 ? op : 'flags';
  const values = [
    accountId,
    mailboxId,
    ...rangeArrays(rangesOf(uids)),
    op === 'set' ? ALL_FLAGS : op === 'remove' ? flags : 0,
    op === 'remove' ? 0 : flags,
    unchangedSince ?? null,
  ];
  return {
    ...STATEMENTS[kind],
    values: kind === 'flags' ? values : [...values, keywords, MAX_KEYWORDS],
  };
}

const ALL_FLAGS = Object.values(FLAG).reduce((all, bit) => all | bit, 0);

/** What a message's keywords become, where they are asked about at all: `n` is its entry. */
const NEW_KEYWORDS = {
  add: `
    case when n.keywords @> $8::text[] then n.keywords when n.keywords = '{}' then $8::text[]
      else array(select distinct k collate "C" from unnest(n.keywords || $8::text[]) as u(k) order by 1) end`,
  remove: `
    case when n.keywords && $8::text[] then array(select k from unnest(n.keywords) as u(k) where k <> all($8::text[]) order by k)
      else n.keywords end`,
  set: '$8::text[]',
};

const STATEMENTS = {
  flags: { name: 'store_flags', text: storeStatement() },
  add: { name: 'store_keywords_add', text: storeStatement(NEW_KEYWORDS.add) },
  remove: { name: 'store_keywords_remove', text: storeStatement(NEW_KEYWORDS.remove) },
  set: { name: 'store_keywords_set', text: storeStatement(NEW_KEYWORDS.set) },
};

/** Rows are written where they were found (ctid): the lock of the account keeps all others away. */
function storeStatement(keywords?: string): string {
  return `
  with at as materialized (
    select a.modseq + 1 as modseq, m.id, m.modseq as previous
    from accounts a join mailboxes m on m.account_id = a.id where a.id = $1::bigint and m.id = $2::bigint),
  target as materialized (
    select n.place, n.uid, n.email_id, n.flags as old_flags, n.flags & ~$5::integer | $6::integer as flags,
      n.keywords as old_keywords, ${keywords ?? 'n.keywords'} as keywords, n.modseq > $7::bigint as modified
    from at, ${chosenEntries('$3', '$4')}),
  refusal as materialized (
    select ${keywords === undefined ? 'false' : 'coalesce((select max(cardinality(keywords)) from target) > $9::integer, false)'} as refused),
  changed as materialized (
    select t.*, at.modseq from target t, at, refusal
    where not refused and modified is not true
      and (flags <> old_flags ${keywords === undefined ? '' : 'or keywords <> old_keywords'})
    order by uid),
  entry as (
    update mailbox_entries n set flags = c.flags, modseq = c.modseq ${keywords === undefined ? '' : ', keywords = c.keywords'}
    from changed c where n.ctid = c.place),
  mailbox as (
    update mailboxes m set modseq = at.modseq, changed_modseq = at.modseq, unseen = m.unseen + c.unseen, deleted = m.deleted + c.deleted
    from at, (
      select count(*) as messages, sum((old_flags & ${FLAG.seen}) - (flags & ${FLAG.seen})) / ${FLAG.seen} as unseen,
        sum((flags & ${FLAG.deleted}) - (old_flags & ${FLAG.deleted})) / ${FLAG.deleted} as deleted
      from changed) c
    where m.id = at.id and c.messages > 0),
  account as (
    update accounts a set modseq = at.modseq from at where a.id = $1 and exists (select from changed))
  select refused, previous, case when c.packed is null then previous else at.modseq end as modseq, c.packed, c.words,
    (select ${PACKED_UIDS} from (select uid from target where modified order by uid) t) as modified
  from at, refusal, (select ${PACKED_ENTRIES} from changed) c`;
}
