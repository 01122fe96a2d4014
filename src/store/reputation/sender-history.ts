/**
 * What became of mail, by who brought it (docs/decisions/0027): a row for each network and each domain that was vouched for. Counts fade
 * with the time; a row holds them as of `countedAt`, and the statement that adds to it fades it first. What is lost when a node is killed
 * is a few seconds of statistics. Called by `mail/reputation/history.ts` and administration.
 */
import type pg from 'pg';
import type { Queryable } from '#store/query/queryable';

export interface Sender {
  readonly kind: 'network' | 'domain';
  /** An IPv4 address, an IPv6 /64, or a domain in A-labels. */
  readonly name: string;
}

/** In the order of the columns. */
const COLUMNS = ['accepted', 'junked', 'refused', 'unknown', 'spam', 'toJunk', 'fromJunk'] as const;

export type SenderCounts = Readonly<Record<(typeof COLUMNS)[number], number>>;

export interface SenderRow extends Sender {
  readonly counts: SenderCounts;
  /** Calendar milliseconds; the counts hold as of the second. */
  readonly firstSeen: number;
  readonly countedAt: number;
}

export interface NewCounts extends Sender {
  readonly counts: SenderCounts;
  /** Whether it may become a row where there is none. */
  readonly isNew: boolean;
}

const SQL_COLUMNS = ['accepted', 'junked', 'refused', 'unknown', 'spam', 'to_junk', 'from_junk'];

/** Those of the senders that there is something of. */
export async function sendersAmong(
  db: Queryable,
  senders: readonly Sender[],
): Promise<SenderRow[]> {
  const { rows } = await db.query({
    name: 'senders_among',
    text: `${SELECT} join unnest($1::text[], $2::text[]) as asked(kind, name) using (kind, name)`,
    values: [senders.map(({ kind }) => kind), senders.map(({ name }) => name)],
  });
  return (rows as unknown as Selected[]).map(rowOf);
}

/** All of them, those last that were counted longest ago. */
export async function listSenders(db: Queryable, most: number): Promise<SenderRow[]> {
  const { rows } = await db.query({
    text: `${SELECT} order by counted_at desc, kind, name limit $1`,
    values: [most],
  });
  return (rows as unknown as Selected[]).map(rowOf);
}

const SELECT = `select kind, name, array[${SQL_COLUMNS.join(', ')}] as counts,
    extract(epoch from first_seen)::float8 * 1000 as "firstSeen", extract(epoch from counted_at)::float8 * 1000 as "countedAt"
  from sender_history`;

interface Selected extends Sender {
  readonly counts: readonly number[];
  readonly firstSeen: number;
  readonly countedAt: number;
}

function rowOf({ counts, ...row }: Selected): SenderRow {
  const byName = COLUMNS.map((column, at) => [column, counts[at]!]);
  return { ...row, counts: Object.fromEntries(byName) as SenderCounts };
}

/** Adds to what is there. @param halfLife milliseconds. Each sender stands in it once */
export async function countSenders(
  pool: pg.Pool,
  counted: readonly NewCounts[],
  now: number,
  halfLife: number,
): Promise<void> {
  await pool.query({
    name: 'count_senders',
    text: COUNT,
    values: [
      counted.map(({ kind }) => kind),
      counted.map(({ name }) => name),
      ...COLUMNS.map((column) => counted.map(({ counts }) => counts[column])),
      counted.map(({ isNew }) => isNew),
      new Date(now),
      halfLife / 1000,
    ],
  });
}

/** What of a row is left; beyond so many half-lives PostgreSQL would call it an underflow. */
const LEFT = `power(0.5::float8, least(200, greatest(0,
    extract(epoch from excluded.counted_at - sender_history.counted_at)::float8) / $12::float8))`;

/** Rows are written in the order of their keys: two nodes must not wait for each other in a circle. */
const COUNT = `
  insert into sender_history (kind, name, ${SQL_COLUMNS.join(', ')}, first_seen, counted_at)
  select kind, name, ${SQL_COLUMNS.join(', ')}, $11, $11
  from unnest($1::text[], $2::text[], $3::float8[], $4::float8[], $5::float8[], $6::float8[], $7::float8[], $8::float8[], $9::float8[],
    $10::boolean[]) as c(kind, name, ${SQL_COLUMNS.join(', ')}, is_new)
  where is_new or exists (select from sender_history h where h.kind = c.kind and h.name = c.name)
  order by kind, name
  on conflict (kind, name) do update set
    ${SQL_COLUMNS.map((column) => `${column} = sender_history.${column} * ${LEFT} + excluded.${column}`).join(',\n    ')},
    counted_at = greatest(sender_history.counted_at, excluded.counted_at)`;

export async function numberOfSenders(db: Queryable): Promise<number> {
  const { rows } = await db.query({
    name: 'number_of_senders',
    text: 'select count(*)::integer as number from sender_history',
    values: [],
  });
  return rows[0]!['number'] as number;
}

/** False where there was nothing of it. */
export async function forgetSender(pool: pg.Pool, { kind, name }: Sender): Promise<boolean> {
  const { rowCount } = await pool.query(
    'delete from sender_history where kind = $1 and name = $2',
    [kind, name],
  );
  return rowCount === 1;
}

export interface SenderRetention {
  /** Calendar milliseconds: what was not counted since goes. */
  readonly before: number;
  /** Rows beyond this go, those first of which the least is left. */
  readonly most: number;
  readonly now: number;
  /** Milliseconds. */
  readonly halfLife: number;
}

/** Safe to run in several processes at once. @returns how many went */
export async function sweepSenders(
  pool: pg.Pool,
  { before, most, now, halfLife }: SenderRetention,
): Promise<number> {
  const old = await pool.query('delete from sender_history where counted_at < $1', [
    new Date(before),
  ]);
  const excess = (await numberOfSenders(pool)) - most;
  if (excess <= 0) return old.rowCount ?? 0;
  const weak = await pool.query(
    `delete from sender_history where ctid = any(array(
       select ctid from sender_history
       order by (${SQL_COLUMNS.join(' + ')}) * power(0.5::float8, least(200, greatest(0,
           extract(epoch from $1::timestamptz - counted_at)::float8) / $2::float8)), counted_at
       limit $3 for update skip locked))`,
    [new Date(now), halfLife / 1000, excess],
  );
  return (old.rowCount ?? 0) + (weak.rowCount ?? 0);
}
