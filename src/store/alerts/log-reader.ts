/**
 * Reads the event log so that no event is missed and none read twice, whoever commits meanwhile: only rows of transactions below the oldest that
 * still runs, in order of (xid, id). What commits later has a higher place.
 */
import { storedEvent, type StoredEvent } from '#store/events/events';
import type { Queryable } from '#store/query/queryable';

/** Behind which the log is still to be read. */
export interface LogPlace {
  /** Of a transaction, as decimal text. */
  readonly xid: string;
  readonly id: string;
}

export interface LoggedEvent extends StoredEvent {
  readonly id: string;
}

export interface LogPage {
  readonly events: readonly LoggedEvent[];
  /** To go on from. */
  readonly upTo: LogPlace;
  /** There is more at once. */
  readonly more: boolean;
}

/** The place before everything that is still to come. */
export async function logHorizon(db: Queryable): Promise<LogPlace> {
  const { rows } = await db.query({
    name: 'log_horizon',
    text: 'select pg_snapshot_xmin(pg_current_snapshot())::text as xid',
    values: [],
  });
  return { xid: (rows as { xid: string }[])[0]!.xid, id: '0' };
}

export interface LogWish {
  /** Of events; the others are passed over. */
  readonly types: readonly string[];
  readonly limit: number;
  /** Calendar milliseconds: what happened before is passed over. */
  readonly since?: number;
}

export async function readLog(
  db: Queryable,
  behind: LogPlace,
  { types, limit, since }: LogWish,
): Promise<LogPage> {
  // asked before the rows: what is below it is committed when they are read
  const horizon = await logHorizon(db);
  const { rows } = await db.query(
    since === undefined
      ? {
          name: 'read_log',
          text: `${READ} order by e.xid, e.id limit $5`,
          values: [behind.xid, behind.id, horizon.xid, types, limit],
        }
      : {
          name: 'read_log_since',
          text: `${READ} and at >= $6 order by e.xid, e.id limit $5`,
          values: [behind.xid, behind.id, horizon.xid, types, limit, new Date(since)],
        },
  );
  const read = rows as (Record<string, unknown> & LogPlace)[];
  const last = read.at(-1);
  const more = read.length === limit;
  return {
    events: read.map((row) => Object.assign(storedEvent(row), { id: row.id })),
    upTo: more ? { xid: last!.xid, id: last!.id } : horizon,
    more,
  };
}

/** The order is that of the column, not of its text. */
const READ = `
  select xid::text, id, at, type, session_id, message_id, recipient_id, attempt_id, account_id, credential_id, tenant_id, parent_id,
    fields, personal
  from events e
  where (e.xid, e.id) > ($1::xid8, $2::bigint) and e.xid < $3::xid8 and type = any($4)`;

/** Events since a time, in the order of the log. */
export async function* eventsSince(
  db: Queryable,
  wish: LogWish & { readonly since: number },
  signal: AbortSignal,
): AsyncGenerator<readonly LoggedEvent[]> {
  let page: LogPage = { events: [], upTo: { xid: '0', id: '0' }, more: true };
  while (page.more && !signal.aborted) {
    page = await readLog(db, page.upTo, wish);
    if (page.events.length > 0) yield page.events;
  }
}
