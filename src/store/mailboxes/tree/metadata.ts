/** Annotations of mailboxes and accounts (RFC 5464). Entry names are in lower case, `/private/…` or `/shared/…`. */
import { runStatement, sayChanged } from '#store/mailboxes/change/run-statement';
import type { Step } from '#store/mailboxes/change/step';
import type { MailStore } from '#store/mailboxes/mail-store';
import type { Queryable } from '#store/query/queryable';
import type { ValuesStatement } from '#store/writer/batch';

export const METADATA_LIMITS = {
  /** Of one mailbox, or of the account itself. */
  entries: 200,
  valueOctets: 64 * 1024,
  /** UTF-8 octets. */
  nameOctets: 1024,
  /** Of the account and all its mailboxes together. */
  octets: 4 * 1024 * 1024,
} as const;

export interface Annotation {
  readonly name: string;
  readonly value: Uint8Array;
}

/** All annotations of a mailbox (undefined: of the account), sorted by name; at most METADATA_LIMITS.entries. */
export async function getMetadata(
  db: Queryable,
  accountId: string,
  mailboxId: string | undefined,
): Promise<Annotation[]> {
  const { rows } = await db.query(
    mailboxId === undefined
      ? {
          name: 'account_metadata',
          text: 'select entry as name, value from account_metadata where account_id = $1 order by entry',
          values: [accountId],
        }
      : {
          name: 'mailbox_metadata',
          text: `select d.entry as name, d.value from mailboxes m join mailbox_metadata d on d.mailbox_id = m.id
                 where m.account_id = $1 and m.id = $2 order by d.entry`,
          values: [accountId, mailboxId],
        },
  );
  return rows as Annotation[];
}

/** An annotation without its value: who keeps these sees which were set, changed or removed meanwhile. */
export interface AnnotationMark {
  /** Undefined: of the account. */
  readonly mailboxId: string | undefined;
  readonly name: string;
  /** Of when it was set. */
  readonly modseq: number;
}

export async function markAnnotations(db: Queryable, accountId: string): Promise<AnnotationMark[]> {
  const { rows } = await db.query({
    name: 'mark_annotations',
    text: `select d.mailbox_id, d.entry, d.modseq from mailboxes m join mailbox_metadata d on d.mailbox_id = m.id
           where m.account_id = $1
           union all select null, entry, modseq from account_metadata where account_id = $1`,
    values: [accountId],
  });
  return (rows as { mailbox_id: string | null; entry: string; modseq: string }[]).map(
    ({ mailbox_id: mailboxId, entry, modseq }) => ({
      mailboxId: mailboxId ?? undefined,
      name: entry,
      modseq: Number(modseq),
    }),
  );
}

export type MetadataSet =
  | {
      readonly kind: 'done';
      /** Of the mailbox, where it is one's. */
      readonly steps: readonly Step[];
    }
  | { readonly kind: 'no-such-mailbox' }
  | { readonly kind: 'too-many' }
  | { readonly kind: 'too-big' };

export interface NewAnnotation {
  readonly name: string;
  /** Null removes the entry. */
  readonly value: Uint8Array | null;
}

/** All or none; of two values for a name the last counts. */
export async function setMetadata(
  mail: MailStore,
  accountId: string,
  mailboxId: string | undefined,
  annotations: readonly NewAnnotation[],
): Promise<MetadataSet> {
  const entries = new Map(annotations.map(({ name, value }) => [name, value]));
  for (const [name, value] of entries) {
    if (value !== null && value.length > METADATA_LIMITS.valueOctets) return { kind: 'too-big' };
    if (Buffer.byteLength(name) > METADATA_LIMITS.nameOctets) return { kind: 'too-big' };
  }
  const statement = metadataStatement(accountId, mailboxId, entries);
  const answer = await runStatement(mail, accountId, statement);
  const kind = (answer?.['kind'] ?? 'no-such-mailbox') as MetadataSet['kind'];
  if (kind !== 'done') return { kind };
  sayChanged(mail, accountId);
  if (mailboxId === undefined) return { kind, steps: [] };
  const [previous, modseq] = [Number(answer!['previous']), Number(answer!['modseq'])];
  return { kind, steps: [{ mailboxId, previous, modseq }] };
}

function metadataStatement(
  accountId: string,
  mailboxId: string | undefined,
  entries: ReadonlyMap<string, Uint8Array | null>,
): ValuesStatement {
  const values = [
    accountId,
    mailboxId ?? accountId,
    [...entries.keys()],
    [...entries.values()],
    METADATA_LIMITS.entries,
    METADATA_LIMITS.octets,
  ];
  return mailboxId === undefined
    ? { name: 'set_account_metadata', text: SET_OF_ACCOUNT, values }
    : { name: 'set_mailbox_metadata', text: SET_OF_MAILBOX, values };
}

/** $2 is the mailbox, or the account once more. @param counted what else takes the modseq */
function setStatement(table: string, key: string, holder: string, counted = 'select'): string {
  return `
  with given as materialized (
    select name, value from unnest($3::text[], $4::bytea[]) as g(name, value)),
  at as materialized (
    select a.modseq + 1 as modseq, h.id, h.modseq as previous from accounts a join ${holder} h on h.id = $2::bigint where a.id = $1::bigint),
  stored as materialized (
    select 'mailbox' as kind, d.mailbox_id as id, d.entry, octet_length(d.value) as octets
    from mailboxes m join mailbox_metadata d on d.mailbox_id = m.id where m.account_id = $1
    union all
    select 'account', account_id, entry, octet_length(value) from account_metadata where account_id = $1),
  kept as materialized (
    select id = $2 and kind || '_metadata' = '${table}' as here, octets from stored
    where not (id = $2 and kind || '_metadata' = '${table}' and entry in (select name from given))),
  refusal as materialized (
    select case
      when (select count(*) from kept where here) + (select count(value) from given) > $5::integer then 'too-many'
      when (select coalesce(sum(octets), 0) from kept) + (select coalesce(sum(octet_length(value)), 0) from given) > $6::integer
        then 'too-many'
      end as kind),
  removed as (
    delete from ${table} d using at, given g, refusal r where r.kind is null and d.${key} = at.id and d.entry = g.name and g.value is null),
  written as (
    insert into ${table} (${key}, entry, value, modseq)
    select at.id, g.name, g.value, at.modseq from at, given g, refusal r where r.kind is null and g.value is not null
    on conflict (${key}, entry) do update set value = excluded.value, modseq = excluded.modseq),
  account as (
    update accounts a set modseq = at.modseq from at, refusal r where a.id = $1 and r.kind is null),
  counted as (
    ${counted})
  select coalesce(r.kind, 'done') as kind, at.previous, at.modseq from at, refusal r`;
}

const SET_OF_MAILBOX = setStatement(
  'mailbox_metadata',
  'mailbox_id',
  '(select id, modseq from mailboxes where account_id = $1)',
  // RFC 7162 §3.2
  'update mailboxes m set modseq = at.modseq from at, refusal r where m.id = at.id and r.kind is null',
);
const SET_OF_ACCOUNT = setStatement('account_metadata', 'account_id', 'accounts');
