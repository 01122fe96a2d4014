/** Events as lessons look at them: those of some kinds since a lesson was started, each with its id as evidence. Schema `lab`. */
import type pg from 'pg';
import type { EventType, Json } from '#events';

export interface SeenEvent {
  /** Where it stands in the event log. */
  readonly id: string;
  readonly type: EventType;
  /** Calendar milliseconds. */
  readonly at: number;
  readonly sessionId: string | undefined;
  readonly messageId: string | undefined;
  readonly recipientId: string | undefined;
  readonly accountId: string | undefined;
  readonly public: Readonly<Record<string, Json>>;
  /** Empty once erased. */
  readonly personal: Readonly<Record<string, Json>>;
}

export interface Since {
  /** Calendar milliseconds. */
  readonly startedAt: number;
  /** Events with a larger id. */
  readonly afterEvent: string;
}

/** What a check reads at most: a learner makes hundreds. */
const MOST_EVENTS = 20_000;

interface Row {
  readonly id: string;
  readonly type: EventType;
  readonly at: Date;
  readonly session_id: string | null;
  readonly message_id: string | null;
  readonly recipient_id: number | null;
  readonly account_id: string | null;
  readonly fields: Record<string, Json>;
  readonly personal: Record<string, Json> | null;
}

/** In the order they were written; the newest where there are too many. */
export async function eventsSince(
  pool: pg.Pool,
  since: Since,
  types: readonly EventType[],
): Promise<SeenEvent[]> {
  const { rows } = await pool.query<Row>(
    `select id, type, at, session_id, message_id, recipient_id, account_id, fields, personal
     from events where at >= $1 and id > $2 and type = any($3) order by id desc limit $4`,
    [new Date(since.startedAt), since.afterEvent, types, MOST_EVENTS],
  );
  return rows.toReversed().map((row) => ({
    id: row.id,
    type: row.type,
    at: row.at.getTime(),
    sessionId: row.session_id ?? undefined,
    messageId: row.message_id ?? undefined,
    recipientId: row.recipient_id === null ? undefined : String(row.recipient_id),
    accountId: row.account_id ?? undefined,
    public: row.fields,
    personal: row.personal ?? {},
  }));
}
