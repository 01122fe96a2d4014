/** The event log as the learner reads it, with every field: there is no other page of it yet. Schema `lab` is not touched. */
import type pg from 'pg';
import type { EventType, Json } from '#events';

export interface EventFilter {
  /** Empty: of every type. */
  readonly types: readonly string[];
  /** A text that the address, a login or another personal field has in it; undefined: whatever it is. */
  readonly about: string | undefined;
  /** Calendar milliseconds. */
  readonly since: number;
  readonly limit: number;
}

export interface ListedEvent {
  readonly id: string;
  readonly type: EventType;
  readonly at: Date;
  readonly session: string | null;
  readonly message: string | null;
  readonly fields: Readonly<Record<string, Json>>;
  /** Empty once erased. */
  readonly personal: Readonly<Record<string, Json>>;
}

/** The newest that fit, the oldest of them first. */
export async function listEvents(pool: pg.Pool, filter: EventFilter): Promise<ListedEvent[]> {
  const { types, about, since, limit } = filter;
  const { rows } = await pool.query<ListedEvent>(
    `select id, type, at, session_id as session, message_id as message, fields, coalesce(personal, '{}') as personal
     from events
     where at >= $1 and (cardinality($2::text[]) = 0 or type = any($2))
       and ($3::text is null or position($3 in coalesce(personal::text, '')) > 0)
     order by id desc limit $4`,
    [new Date(since), types, about ?? null, limit],
  );
  return rows.toReversed();
}
