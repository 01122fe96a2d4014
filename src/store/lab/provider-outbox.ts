/** What the providers of the practice Internet have to send: answers of people, notices, reports, complaints. Schema `lab`. */
import type pg from 'pg';
import { storable } from '#bytes';

export const OUTGOING_KINDS = [
  'reply',
  'notice',
  'dmarc-report',
  'tls-report',
  'complaint',
] as const;
export type OutgoingKind = (typeof OUTGOING_KINDS)[number];

export interface Outgoing {
  readonly id: string;
  readonly provider: string;
  readonly kind: OutgoingKind;
  /** '' is the null one. */
  readonly reversePath: string;
  readonly forwardPath: string;
  readonly raw: Uint8Array;
  /** Calendar milliseconds. */
  readonly madeAt: number;
  readonly nextAt: number;
  readonly attempts: number;
}

/** Letters that wait; what is beyond is not sent: a practice Internet floods nobody. */
const MOST_WAITING = 5000;

/** @returns false: too much waits already */
export async function addOutgoing(
  pool: pg.Pool,
  letter: Omit<Outgoing, 'attempts'>,
): Promise<boolean> {
  const { rowCount } = await pool.query(
    `insert into lab.provider_outbox (id, provider, kind, reverse_path, forward_path, raw, made_at, next_at, state)
     select $1, $2, $3, $4, $5, $6, $7, $8, 'waiting'
     where (select count(*) from lab.provider_outbox where state = 'waiting') < $9`,
    [
      letter.id,
      letter.provider,
      letter.kind,
      storable(letter.reversePath),
      storable(letter.forwardPath),
      Buffer.from(letter.raw.buffer, letter.raw.byteOffset, letter.raw.byteLength),
      new Date(letter.madeAt),
      new Date(letter.nextAt),
      MOST_WAITING,
    ],
  );
  return rowCount === 1;
}

/** Due at this time, the oldest first. */
export async function dueOutgoing(pool: pg.Pool, now: number, limit: number): Promise<Outgoing[]> {
  const { rows } = await pool.query<{
    id: string;
    provider: string;
    kind: OutgoingKind;
    reverse_path: string;
    forward_path: string;
    raw: Buffer;
    made_at: Date;
    next_at: Date;
    attempts: number;
  }>(
    `select id, provider, kind, reverse_path, forward_path, raw, made_at, next_at, attempts from lab.provider_outbox
     where state = 'waiting' and next_at <= $1 order by next_at, id limit $2`,
    [new Date(now), limit],
  );
  return rows.map((row) => ({
    id: row.id,
    provider: row.provider,
    kind: row.kind,
    reversePath: row.reverse_path,
    forwardPath: row.forward_path,
    raw: row.raw,
    madeAt: row.made_at.getTime(),
    nextAt: row.next_at.getTime(),
    attempts: row.attempts,
  }));
}

/** Calendar milliseconds; undefined: nothing waits. */
export async function nextOutgoing(pool: pg.Pool): Promise<number | undefined> {
  const { rows } = await pool.query<{ next: Date | null }>(
    `select min(next_at) as next from lab.provider_outbox where state = 'waiting'`,
  );
  return rows[0]?.next?.getTime();
}

/** @param nextAt when it is tried again; undefined: that was all */
export async function concludeOutgoing(
  pool: pg.Pool,
  id: string,
  result: { sent: boolean; said: string; nextAt: number | undefined },
): Promise<void> {
  const state = result.sent ? 'sent' : result.nextAt === undefined ? 'failed' : 'waiting';
  await pool.query(
    `update lab.provider_outbox set attempts = attempts + 1, state = $2, said = $3, next_at = coalesce($4, next_at)
     where id = $1`,
    [
      id,
      state,
      storable(result.said.slice(0, 500)),
      result.nextAt === undefined ? null : new Date(result.nextAt),
    ],
  );
}

export interface ListedOutgoing {
  readonly id: string;
  readonly provider: string;
  readonly kind: OutgoingKind;
  readonly to: string;
  readonly state: 'waiting' | 'sent' | 'failed';
  readonly said: string;
  readonly madeAt: Date;
}

/** Newest first. */
export async function listOutgoing(
  pool: pg.Pool,
  provider: string,
  limit: number,
): Promise<ListedOutgoing[]> {
  const { rows } = await pool.query<ListedOutgoing>(
    `select id, provider, kind, forward_path as "to", state, said, made_at as "madeAt" from lab.provider_outbox
     where provider = $1 order by made_at desc, id desc limit $2`,
    [provider, limit],
  );
  return rows;
}

/** What is done with, and was made before this time. */
export async function forgetOutgoing(pool: pg.Pool, before: number): Promise<void> {
  await pool.query(`delete from lab.provider_outbox where state <> 'waiting' and made_at < $1`, [
    new Date(before),
  ]);
}
