/** The last order of each set of names: how it ended, with its story, and when the next may be made. */
import type pg from 'pg';
import type { EventStep, Json } from '#events';
import { jsonText } from '#store/query/json';

/** Times are calendar milliseconds. */
export interface StoredOrder {
  readonly names: readonly string[];
  readonly state: 'running' | 'issued' | 'failed';
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  /** In a row. */
  readonly failures: number;
  /** Not before, by itself. */
  readonly nextAt: number | undefined;
  readonly steps: readonly EventStep[];
  readonly failure: Readonly<Record<string, Json>> | undefined;
}

export interface OrderEnd {
  readonly names: readonly string[];
  readonly endedAt: number;
  readonly steps: readonly EventStep[];
}

/** @param nextAt when another may follow if this one is never concluded, since its node died */
export async function beginOrder(
  pool: pg.Pool,
  names: readonly string[],
  now: number,
  nextAt: number,
): Promise<void> {
  await pool.query(
    `insert into certificate_orders (names, state, started_at, failures, next_at, steps)
     values ($1, 'running', $2, 0, $3, '[]')
     on conflict (names) do update
       set state = 'running', started_at = excluded.started_at, ended_at = null, next_at = excluded.next_at,
         steps = '[]', failure = null`,
    [names, new Date(now), new Date(nextAt)],
  );
}

/** Orders of names that are not wanted any more. */
export async function forgetOrders(
  pool: pg.Pool,
  wanted: readonly (readonly string[])[],
): Promise<void> {
  await pool.query(
    `delete from certificate_orders o
     where not exists (
         select from jsonb_array_elements($1::jsonb) w where w = to_jsonb(o.names))
       and not exists (select from certificates c where c.names = o.names and c.private_key is not null)`,
    [JSON.stringify(wanted)],
  );
}

/** In the transaction that stores the certificate. */
export async function recordIssued(
  client: pg.ClientBase,
  { names, endedAt, steps }: OrderEnd,
): Promise<void> {
  await client.query(
    `update certificate_orders set state = 'issued', ended_at = $2, failures = 0, next_at = null, steps = $3
     where names = $1`,
    [names, new Date(endedAt), jsonText(steps)],
  );
}

export async function recordFailed(
  pool: pg.Pool,
  { names, endedAt, steps }: OrderEnd,
  failure: Readonly<Record<string, Json>>,
  failures: number,
  nextAt: number,
): Promise<void> {
  await pool.query(
    `update certificate_orders set state = 'failed', ended_at = $2, failures = $5, next_at = $6, steps = $3, failure = $4
     where names = $1`,
    [names, new Date(endedAt), jsonText(steps), jsonText(failure), failures, new Date(nextAt)],
  );
}

export async function certificateOrders(pool: pg.Pool): Promise<readonly StoredOrder[]> {
  const { rows } = await pool.query<Row>(
    `select names, state, started_at as "startedAt", ended_at as "endedAt", failures, next_at as "nextAt", steps, failure
     from certificate_orders order by names`,
  );
  return rows.map(({ names, state, startedAt, endedAt, failures, nextAt, steps, failure }) => ({
    names,
    state,
    startedAt: startedAt.getTime(),
    endedAt: endedAt?.getTime(),
    failures,
    nextAt: nextAt?.getTime(),
    steps,
    failure: failure ?? undefined,
  }));
}

interface Row {
  readonly names: string[];
  readonly state: 'running' | 'issued' | 'failed';
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  readonly failures: number;
  readonly nextAt: Date | null;
  readonly steps: EventStep[];
  readonly failure: Record<string, Json> | null;
}
