/**
 * Claims: a worker takes a destination first, then recipients due there. A claim is a lease with a time: it is renewed while its
 * attempt lives and falls back to the queue when it is not. Any number of processes and machines claim from one database.
 *
 * Fair by construction: destinations are served in order of `ready_at`, and one that was served goes to the end of the line, so that
 * a dead or throttled site starves nobody; what is due at a site goes in order of `next_at`, so that no letter takes the turn of another.
 * Personal mail goes before bulk mail. Leases use the clock of the database, schedules the calendar handed in.
 */
import type { Queryable } from '#store/query/queryable';
import { messagesFrom, messagesOf, type ClaimedMessage, type ClaimedRow } from './claimed.ts';
import { CLAIM, CLAIM_PACED, givesWay, LEASE_SECONDS } from './claim-text.ts';
import type { DestinationKey } from './enqueue.ts';

export { LEASE_SECONDS } from './claim-text.ts';
export { releaseLease, releasePlanned, type SiteMood } from './release.ts';
export { claimedMessages, type ClaimedMessage, type ClaimedRecipient } from './claimed.ts';

/** When all sources of a destination are busy or blocked, look again after this. Milliseconds. */
const BUSY_PAUSE = 1000;

export interface ClaimRequest {
  /** Unique for each claim; names the lease. */
  readonly token: string;
  readonly node: string;
  /** Calendar milliseconds. */
  readonly now: number;
  /** At most this many recipients. */
  readonly limit: number;
  /** The source addresses of each pool, of equally busy ones the first is taken; '' lets the system choose. */
  readonly sources: Readonly<Record<string, readonly string[]>>;
  /** False: of bulk mail nothing is taken now. */
  readonly bulk?: boolean;
}

export interface Claim extends DestinationKey {
  readonly token: string;
  readonly source: string;
  /** Leases in a row that ended with a failure of the site. */
  readonly failures: number;
  readonly messages: readonly ClaimedMessage[];
  /** How many recipients were taken; `limit` of them means that more may be due. */
  readonly count: number;
  /** They were taken out of a warm-up plan: no more are taken under this lease, and {@link releasePlanned} ends it. */
  readonly planned: boolean;
  /** Sources whose plan for the site is to begin, or has a day that is over: nothing goes from them until that was seen to. */
  readonly planDue: readonly string[];
}

/**
 * Takes the destination whose turn it is and what is due there. The commit does not wait for the disk: a crash of the database may undo it,
 * so nothing may leave before {@link renewLease} found the lease, whose commit waits.
 * @returns undefined when no destination is ready; a claim without messages when one was, but had nothing to give now (ask again)
 */
export async function claim(db: Queryable, request: ClaimRequest): Promise<Claim | undefined> {
  const values = [
    request.token,
    request.node,
    new Date(request.now),
    request.limit,
    JSON.stringify(request.sources),
    new Date(request.now + BUSY_PAUSE),
    request.bulk ?? true,
  ];
  const plain = await db.query({ name: 'claim', text: CLAIM, values });
  const isPaced = (plain.rows as { paced: boolean }[])[0]?.paced === true;
  const { rows } = isPaced
    ? await db.query({ name: 'claim_paced', text: CLAIM_PACED, values })
    : plain;
  const row = rows[0] as
    | (DestinationKey & {
        source: string | null;
        failures: number | null;
        count: number;
        planned?: boolean | null;
        planDue?: string[] | null;
      })
    | undefined;
  if (!row) return undefined;
  return {
    token: request.token,
    site: row.site,
    stream: row.stream,
    sourcePool: row.sourcePool,
    source: row.source ?? '',
    failures: row.failures ?? 0,
    messages: row.count > 0 ? messagesOf(rows as ClaimedRow[]) : [],
    count: row.count,
    planned: row.planned ?? false,
    planDue: row.planDue ?? [],
  };
}

export interface More {
  readonly messages: readonly ClaimedMessage[];
  /** Recipients taken; `limit` of them means that more may be due. */
  readonly count: number;
}

/**
 * Takes more of the same destination under a lease that is held, and renews it. Under a warm-up plan there is no more, nor of bulk mail
 * while other mail waits for the site.
 * @returns undefined when the lease was lost; nothing where no more is due
 */
export async function claimMore(
  db: Queryable,
  token: string,
  now: number,
  limit: number,
): Promise<More | undefined> {
  const { rows } = await db.query({
    name: 'claim_more',
    text: CLAIM_MORE,
    values: [token, new Date(now), limit, new Date(now + BUSY_PAUSE)],
  });
  const { held, count } = rows[0] as { held: boolean; count: number };
  if (!held) return undefined;
  return { messages: count > 0 ? messagesOf(rows as ClaimedRow[]) : [], count };
}

const CLAIM_MORE = `
  with lease as (
    update queue_leases set until = clock_timestamp() + interval '${LEASE_SECONDS} seconds'
    where token = $1 and until > clock_timestamp()
    returning site, stream, source_pool, reserved),
  due as (
    select c.message_id, c.recipient_id, c.next_at as turn
    from lease l, lateral (
      select message_id, recipient_id, next_at from queue_claims
      where site = l.site and stream = l.stream and source_pool = l.source_pool
        and lease is null and held is null and next_at <= $2
      order by next_at limit $3 for update skip locked) c
    where l.reserved = 0 and not ${givesWay('l', '$4')}),
  taken as (
    update queue_claims c set lease = $1 from due
    where c.message_id = due.message_id and c.recipient_id = due.recipient_id)
  select exists (select from lease) as held, (select count(*)::integer from due) as count, m.*
  from (select) as always left join (${messagesFrom('due')}) m on true`;

/** Makes a lease last from now on, and on the disk; false when it was already given to others, or lost in a crash. */
export async function renewLease(db: Queryable, token: string): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'renew_lease',
    text: `update queue_leases set until = clock_timestamp() + interval '${LEASE_SECONDS} seconds'
           where token = $1 and until > clock_timestamp()`,
    values: [token],
  });
  return rowCount === 1;
}

/** The leases that nobody renewed, to be released; their workers are gone or stand still. */
export async function expiredLeases(db: Queryable): Promise<string[]> {
  const { rows } = await db.query({
    name: 'expired_leases',
    text: 'select token from queue_leases where until <= clock_timestamp() order by until limit 100',
    values: [],
  });
  return rows.map(({ token }: { token: string }) => token);
}

/** Every lease with the name of who holds it. */
export async function heldLeases(db: Queryable): Promise<{ token: string; node: string }[]> {
  const { rows } = await db.query({ text: 'select token, node from queue_leases', values: [] });
  return rows as { token: string; node: string }[];
}
