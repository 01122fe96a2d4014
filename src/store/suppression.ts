/**
 * Whom bulk mail is not sent to any more: after a hard bounce, a complaint, an unsubscription, or by hand. Transactional mail never asks here.
 * An address may be here for several reasons, each with its own end. Times are calendar milliseconds; every address goes by `mailboxKey`,
 * so that neither case nor quotes hide it. Called by mail/bounces, mail/complaints, mail/unsubscribe, mail/submit, mail/queue and the admin.
 */
import { storable } from '#bytes';
import { mailboxKey } from '#protocol/address/mailbox';
import { parseMailbox } from '#protocol/address/path';
import type { Queryable } from './query/queryable.ts';
import type { ValuesStatement } from './writer/batch.ts';

export const SUPPRESSION_REASONS = [
  'hard-bounce',
  'soft-bounces',
  'complaint',
  'unsubscribe',
  'manual',
] as const;

export type SuppressionReason = (typeof SUPPRESSION_REASONS)[number];

/** All bulk mail; any other stream is the name of one list. */
export const ALL_BULK = 'bulk';

export interface NewSuppression {
  /** Undefined: whichever tenant sends. */
  readonly tenantId?: string | undefined;
  /** `bulk`, or the name of a list, which is compared without case. */
  readonly stream: string;
  readonly address: string;
  readonly reason: SuppressionReason;
  /** What was said, in one line: the reply, the agent that complained. */
  readonly detail: string;
  readonly at: number;
  /** Undefined: for good. */
  readonly until: number | undefined;
  /** Of the message that caused it. */
  readonly messageId?: string | undefined;
}

/**
 * An address that is suppressed for the same reason already keeps its beginning; the later end wins.
 * @returns whether it was suppressed by this: false where it was already, for this reason
 */
export async function suppress(db: Queryable, suppression: NewSuppression): Promise<boolean> {
  const statement = suppressStatement(suppression);
  const { rows } = await db.query({ ...statement, values: [...statement.values] });
  return (rows[0] as { fresh: boolean }).fresh;
}

/** As {@link suppress}, for the transaction of the fact. */
export function suppressStatement(suppression: NewSuppression): ValuesStatement {
  const { tenantId, stream, address, reason, detail, at, until, messageId } = suppression;
  return {
    name: 'suppress',
    text: SUPPRESS,
    values: [
      tenantId ?? null,
      streamKey(stream),
      addressKey(address),
      reason,
      storable(detail.slice(0, MAX_DETAIL)),
      new Date(at),
      until === undefined ? null : new Date(until),
      messageId ?? null,
    ],
  };
}

const MAX_DETAIL = 500;

/** What ended begins anew. */
const SUPPRESS = `
  insert into suppressions as s (tenant_id, stream, address, reason, detail, since, until, message_id)
  values ($1::bigint, $2, $3, $4, $5, $6::timestamptz, $7::timestamptz, $8)
  on conflict (address, stream, tenant_id, reason) do update set
    detail = excluded.detail,
    message_id = excluded.message_id,
    since = case when s.until <= excluded.since then excluded.since else s.since end,
    until = case when s.until is null or excluded.until is null then null else greatest(s.until, excluded.until) end
  returning s.since = $6::timestamptz as fresh`;

/** Who would send, at what time. */
export interface SuppressionQuestion {
  /** Undefined: only what holds for every tenant. */
  readonly tenantId?: string | undefined;
  /** `bulk`, or the name of a list: what is suppressed for all bulk mail counts too. */
  readonly stream: string;
  readonly at: number;
}

export interface Suppressed {
  readonly address: string;
  readonly reason: SuppressionReason;
  /** `bulk` or the name of the list. */
  readonly stream: string;
  readonly until: Date | null;
}

export async function isSuppressed(
  db: Queryable,
  { address, ...question }: SuppressionQuestion & { readonly address: string },
): Promise<boolean> {
  return (await findSuppressed(db, question, [address])).size > 0;
}

/** Those of the addresses, as they were given, that are suppressed; of several reasons the one that lasts longest. */
export async function findSuppressed(
  db: Queryable,
  { tenantId, stream, at }: SuppressionQuestion,
  addresses: readonly string[],
): Promise<ReadonlyMap<string, Suppressed>> {
  if (addresses.length === 0) return new Map();
  const { rows } = await db.query({
    name: 'find_suppressed',
    text: FIND_SUPPRESSED,
    values: [
      [...new Set(addresses.map(addressKey))],
      [ALL_BULK, streamKey(stream)],
      tenantId ?? null,
      new Date(at),
    ],
  });
  const found = new Map((rows as Suppressed[]).map((row) => [row.address, row]));
  return new Map(
    addresses.flatMap((address) => {
      const suppressed = found.get(addressKey(address));
      return suppressed === undefined ? [] : [[address, suppressed] as const];
    }),
  );
}

const FIND_SUPPRESSED = `
  select distinct on (address) address, reason, stream, until from suppressions
  where address = any($1) and stream = any($2) and (tenant_id is null or tenant_id = $3::bigint) and (until is null or until > $4)
  order by address, until desc nulls first, id`;

export interface KeptSuppression extends Suppressed {
  readonly tenantId: string | null;
  readonly detail: string;
  readonly since: Date;
  readonly messageId: string | null;
}

export interface SuppressionSelection {
  readonly address?: string | undefined;
  readonly stream?: string | undefined;
  readonly reason?: SuppressionReason | undefined;
  /** Only those that hold at this time; undefined: what ended, too. */
  readonly at?: number | undefined;
  readonly limit: number;
}

/** Newest first. */
export async function listSuppressions(
  db: Queryable,
  { address, stream, reason, at, limit }: SuppressionSelection,
): Promise<KeptSuppression[]> {
  const { rows } = await db.query({
    text: `
      select address, stream, reason, detail, since, until, message_id as "messageId", tenant_id::text as "tenantId"
      from suppressions
      where ($1::text is null or address = $1) and ($2::text is null or stream = $2) and ($3::text is null or reason = $3)
        and ($4::timestamptz is null or until is null or until > $4)
      order by since desc, id desc limit $5`,
    values: [
      address === undefined ? null : addressKey(address),
      stream === undefined ? null : streamKey(stream),
      reason ?? null,
      at === undefined ? null : new Date(at),
      limit,
    ],
  });
  return rows as KeptSuppression[];
}

/** An operator knows better. The days that count toward the next suppression are forgotten too. @returns what was removed */
export async function unsuppress(
  db: Queryable,
  { address, stream, reason }: Omit<SuppressionSelection, 'at' | 'limit'> & { address: string },
): Promise<KeptSuppression[]> {
  const { rows } = await db.query({
    text: `
      with counted as (delete from soft_bounces where address = $1)
      delete from suppressions
      where address = $1 and ($2::text is null or stream = $2) and ($3::text is null or reason = $3)
      returning address, stream, reason, detail, since, until, message_id as "messageId", tenant_id::text as "tenantId"`,
    values: [addressKey(address), stream === undefined ? null : streamKey(stream), reason ?? null],
  });
  return rows as KeptSuppression[];
}

/** @returns on how many days from `from` on, this one included, mail to the address bounced for now */
export async function countSoftBounce(
  db: Queryable,
  { tenantId, address, at, from }: { tenantId: string; address: string; at: number; from: number },
): Promise<number> {
  const { rows } = await db.query({
    name: 'count_soft_bounce',
    text: `
      with added as (
        insert into soft_bounces (address, tenant_id, day) values ($1, $2::bigint, $3::date) on conflict do nothing)
      select 1 + count(*)::integer as days from soft_bounces
      where address = $1 and tenant_id = $2::bigint and day >= $4::date and day <> $3::date`,
    values: [addressKey(address), tenantId, dayOf(at), dayOf(from)],
  });
  return (rows[0] as { days: number }).days;
}

/** Of what ended before a time nobody asks any more. */
export async function forgetSuppressions(db: Queryable, before: number): Promise<void> {
  await db.query({
    text: 'delete from suppressions where until < $1',
    values: [new Date(before)],
  });
  await db.query({
    text: 'delete from soft_bounces where day < $1::date',
    values: [dayOf(before)],
  });
}

/** The day in UTC, as PostgreSQL reads it. */
function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

function addressKey(address: string): string {
  const mailbox = parseMailbox(address);
  return mailbox === undefined ? storable(address.toLowerCase()) : storable(mailboxKey(mailbox));
}

function streamKey(stream: string): string {
  return storable(stream.toLowerCase());
}
