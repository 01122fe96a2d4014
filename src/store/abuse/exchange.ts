/**
 * What the nodes tell one another of how clients behave: a round of one node is one statement. It writes what the node counted, its bans
 * and where owners logged in, and reads what others changed since the round of theirs that it has seen. Rounds of a node follow
 * one another, so that who sees one has seen all before it. Called by `mail/abuse/exchange.ts` every second.
 *
 * Invariants: every node writes rows of its own; a round that is sent again (its answer was lost) counts once.
 */
import type pg from 'pg';

export interface CountRow {
  readonly counter: number;
  readonly key: string;
  readonly slot: number;
  readonly amount: number;
}

export interface NewCount extends CountRow {
  /** Calendar milliseconds from which the slot counts for nothing. */
  readonly endsAt: number;
}

export type BanScope = 'mx' | 'all';

/** Times are calendar milliseconds. */
export interface BanRow {
  readonly network: string;
  readonly reason: string;
  readonly scope: BanScope;
  readonly byHand: boolean;
  readonly since: number;
  /** Null: until it is lifted. In the past: it has ended, or was lifted. */
  readonly until: number | null;
  readonly times: number;
}

/** Keyed hashes. */
export interface PlaceHashes {
  readonly login: Uint8Array;
  readonly address: Uint8Array;
  readonly network: Uint8Array;
}

export interface KnownPlace extends PlaceHashes {
  readonly accountId: string;
}

export interface Round {
  /** 1, 2, …; the same again for a round whose answer was lost. */
  readonly number: number;
  readonly counts: readonly NewCount[];
  readonly bans: readonly BanRow[];
  readonly places: readonly KnownPlace[];
}

/** The last round of each other node that was read to its end. */
export type SeenRounds = ReadonlyMap<string, number>;

export interface News {
  /** Of all other nodes together. */
  readonly counts: readonly CountRow[];
  readonly bans: readonly BanRow[];
  /** By node; those that are gone are not in it. */
  readonly seen: ReadonlyMap<string, number>;
  /** Processes that are there now, this one included. */
  readonly nodes: number;
}

/** Rows of one node that are read in a round; more come with the next. A round writes fewer than this. */
export const READ_ROWS = 5000;
/** A node that was silent for so long is gone. */
const ALIVE = 30_000;

/** @throws when the database is out of reach: the round is to be sent again, with what others have told before */
export async function exchangeRound(
  pool: pg.Pool,
  node: string,
  round: Round,
  seen: SeenRounds,
  now: number,
): Promise<News> {
  const { counts, bans, places } = round;
  const { rows } = await pool.query<Answer>({
    name: 'abuse_exchange',
    text: EXCHANGE,
    values: [
      node,
      round.number,
      new Date(now),
      counts.map(({ counter }) => counter),
      counts.map(({ key }) => key),
      counts.map(({ slot }) => slot),
      counts.map(({ amount }) => amount),
      counts.map(({ endsAt }) => new Date(endsAt)),
      bans.map(({ network }) => network),
      bans.map(({ reason }) => reason),
      bans.map(({ scope }) => scope),
      bans.map(({ byHand }) => byHand),
      bans.map(({ since }) => new Date(since)),
      bans.map(({ until }) => (until === null ? null : new Date(until))),
      bans.map(({ times }) => times),
      places.map(({ login }) => Buffer.from(login)),
      places.map(({ address }) => Buffer.from(address)),
      places.map(({ network }) => Buffer.from(network)),
      places.map(({ accountId }) => accountId),
      [...seen.keys()],
      [...seen.values()],
      new Date(now - ALIVE),
    ],
  });
  const answer = rows[0]!;
  return {
    counts: answer.counts,
    bans: answer.bans,
    seen: new Map(answer.seen.map(({ node: other, round: last }) => [other, last])),
    nodes: answer.nodes,
  };
}

interface Answer {
  readonly counts: CountRow[];
  readonly bans: BanRow[];
  readonly seen: { node: string; round: number }[];
  readonly nodes: number;
}

/** Rows are written in the order of their keys, as everywhere: two nodes that ban one address at a time must not wait in a circle. */
const EXCHANGE = `
  with me as (
    insert into abuse_nodes (node, round, seen_at) values ($1, $2, $3)
    on conflict (node) do update set round = excluded.round, seen_at = excluded.seen_at),
  counted as (
    insert into abuse_counts (counter, key, slot, node, amount, round, ends_at)
    select counter, key, slot, $1, amount, $2, ends_at
    from unnest($4::smallint[], $5::text[], $6::bigint[], $7::integer[], $8::timestamptz[]) as c(counter, key, slot, amount, ends_at)
    on conflict (counter, key, slot, node) do update
      set amount = abuse_counts.amount + excluded.amount, round = excluded.round
      where abuse_counts.round < excluded.round),
  banned as (
    insert into bans (network, reason, scope, by_hand, since, until, times, node, round)
    select network, reason, scope, by_hand, since, until, times, $1, $2
    from unnest($9::text[], $10::text[], $11::text[], $12::boolean[], $13::timestamptz[], $14::timestamptz[], $15::integer[])
      as b(network, reason, scope, by_hand, since, until, times)
    order by network
    on conflict (network) do update
      set reason = excluded.reason, scope = excluded.scope, by_hand = excluded.by_hand, since = excluded.since,
        until = excluded.until, times = excluded.times, node = excluded.node, round = excluded.round),
  placed as (
    insert into known_places (login, address, network, account_id, seen_at)
    select p.login, p.address, p.network, p.account_id, $3
    from unnest($16::bytea[], $17::bytea[], $18::bytea[], $19::bigint[]) as p(login, address, network, account_id)
      join accounts a on a.id = p.account_id
    order by p.login, p.address
    on conflict (login, address) do update set seen_at = excluded.seen_at),
  other as materialized (
    select n.node, n.round, coalesce(s.round, 0) as seen
    from (
        select node, round from abuse_nodes
        union all
        -- bans outlive the node, and a crash of the database
        select b.node, max(b.round) from bans b
        where not exists (select from abuse_nodes a where a.node = b.node) group by b.node) n
      left join unnest($20::text[], $21::bigint[]) as s(node, round) on s.node = n.node
    where n.node <> $1),
  changed as materialized (
    select o.node, c.counter, c.key, c.slot, c.round, c.ends_at
    from other o cross join lateral (
      select * from abuse_counts c where c.node = o.node and c.round > o.seen order by c.round limit ${READ_ROWS}) c
    where o.round > o.seen),
  sums as (
    select d.counter, d.key, d.slot,
      (select sum(a.amount)::integer from abuse_counts a
       where a.counter = d.counter and a.key = d.key and a.slot = d.slot and a.node <> $1) as amount
    from (select distinct counter, key, slot from changed where ends_at > $3) d)
  select
    coalesce((select json_agg(s) from sums s), '[]') as counts,
    coalesce((select json_agg(json_build_object('network', b.network, 'reason', b.reason, 'scope', b.scope, 'byHand', b.by_hand,
        'since', ${milliseconds('b.since')}, 'until', ${milliseconds('b.until')}, 'times', b.times))
      from other o join bans b on b.node = o.node and b.round > o.seen where o.round > o.seen), '[]') as bans,
    coalesce((select json_agg(json_build_object('node', o.node, 'round',
        case when read.rows = ${READ_ROWS} then read.last - 1 else o.round end))
      from other o cross join lateral (
        select count(*) as rows, max(c.round) as last from changed c where c.node = o.node) read), '[]') as seen,
    (select 1 + count(*)::integer from abuse_nodes where node <> $1 and seen_at > $22) as nodes`;

function milliseconds(column: string): string {
  return `floor(extract(epoch from ${column}) * 1000)`;
}

/** Ended slots, nodes that are gone, bans that nobody needs to remember. Safe to run in several processes at once. */
export async function forgetAbuse(
  pool: pg.Pool,
  { now, bansBefore, placesBefore }: ForgetTimes,
): Promise<void> {
  await pool.query(FORGET_COUNTS, [new Date(now)]);
  await pool.query(FORGET_NODES, [new Date(now - 24 * 60 * 60 * 1000)]);
  await pool.query('delete from bans where until < $1', [new Date(bansBefore)]);
  await pool.query('delete from known_places where seen_at < $1', [new Date(placesBefore)]);
}

export interface ForgetTimes {
  readonly now: number;
  /** Bans that ended before. */
  readonly bansBefore: number;
  /** Places where nobody logged in since. */
  readonly placesBefore: number;
}

/** In portions, and never waiting for another process that does the same. */
const FORGET_COUNTS = `
  delete from abuse_counts where ctid = any(array(
    select ctid from abuse_counts where ends_at < $1 limit 50000 for update skip locked))`;

/** Those that have rows left are needed to find these. */
const FORGET_NODES = `
  delete from abuse_nodes n where seen_at < $1
    and not exists (select from abuse_counts c where c.node = n.node)
    and not exists (select from bans b where b.node = n.node)`;
