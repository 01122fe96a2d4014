/** Writing and reading the event log. Events of a message are one statement in the transaction of the fact. */
import type pg from 'pg';
import type { Event, EventIds, EventType, Json } from '#events';
import { givenRows, typesOf, type Columns } from '#store/query/given-rows';
import { jsonText } from '#store/query/json';
import type { Queryable } from '#store/query/queryable';
import type { Row, RowsStatement } from '#store/writer/batch';

/** The statement that writes events with the transaction it stands in. */
export function writeEvents(events: readonly Event[]): RowsStatement {
  return {
    name: 'write_events',
    text: WRITE_EVENTS,
    columns: EVENT_TYPES,
    rows: events.map(eventRow),
  };
}

/** Writes events in a transaction that is not the writer's: what administration does. */
export async function appendEvents(client: pg.ClientBase, events: readonly Event[]): Promise<void> {
  const rows = events.map(eventRow);
  const values = EVENT_TYPES.map((type, index) =>
    rows.map((row) => {
      const value = row[index] ?? null;
      return type === 'timestamptz' && value !== null ? new Date(Number(value)) : value;
    }),
  );
  await client.query(WRITE_EVENTS, values);
}

const EVENT_COLUMNS = {
  at: 'timestamptz',
  type: 'text',
  session_id: 'text',
  message_id: 'text',
  recipient_id: 'integer',
  attempt_id: 'text',
  account_id: 'bigint',
  credential_id: 'bigint',
  tenant_id: 'bigint',
  parent_id: 'text',
  fields: 'jsonb',
  personal: 'jsonb',
} as const satisfies Columns;
const EVENT_TYPES = typesOf(EVENT_COLUMNS);

const WRITE_EVENTS = `
  insert into events (xid, id, ${Object.keys(EVENT_COLUMNS).join(', ')})
  select pg_current_xact_id(), nextval('event_ids'), e.* from ${givenRows(EVENT_COLUMNS)} as e`;

function eventRow({ type, at, ids, ...fields }: Event): Row {
  return [
    at,
    type,
    ids.sessionId,
    ids.messageId,
    ids.recipientId === undefined ? null : Number(ids.recipientId),
    ids.attemptId,
    ids.accountId,
    ids.credentialId,
    ids.tenantId,
    ids.parentId,
    jsonText(fields.public),
    jsonText(fields.personal),
  ];
}

/** An event as read back: fields of newer or older versions may differ from the catalogue. */
export interface StoredEvent {
  readonly type: EventType;
  /** Calendar milliseconds. */
  readonly at: number;
  readonly ids: EventIds;
  readonly public: Readonly<Record<string, Json>>;
  /** Empty once erased. */
  readonly personal: Readonly<Record<string, Json>>;
}

const COLUMNS = `at, type, session_id, message_id, recipient_id, attempt_id, account_id, credential_id,
  tenant_id, parent_id, fields, personal`;

/** The events of a message and of those it caused (notices, forwards), in the order they happened. */
export async function eventsOfMessage(db: Queryable, messageId: string): Promise<StoredEvent[]> {
  const { rows } = await db.query({
    name: 'events_of_message',
    text: `select ${COLUMNS} from events where message_id = $1 order by id`,
    values: [messageId],
  });
  return rows.map(storedEvent);
}

/** The same for several messages at once, by message. */
export async function eventsOfMessages(
  db: Queryable,
  messageIds: readonly string[],
): Promise<ReadonlyMap<string, StoredEvent[]>> {
  const { rows } = await db.query({
    name: 'events_of_messages',
    text: `select ${COLUMNS} from events where message_id = any($1) order by message_id, id`,
    values: [messageIds],
  });
  return Map.groupBy(rows.map(storedEvent), ({ ids }) => ids.messageId!);
}

/** Of a row with the columns of an event. */
export function storedEvent(row: Record<string, unknown>): StoredEvent {
  const ids: Record<string, string> = {};
  for (const [column, key] of ID_COLUMNS) {
    const value = row[column];
    if (typeof value === 'string' || typeof value === 'number') ids[key] = String(value);
  }
  return {
    type: row['type'] as EventType,
    at: (row['at'] as Date).getTime(),
    ids,
    public: row['fields'] as Record<string, Json>,
    personal: (row['personal'] ?? {}) as Record<string, Json>,
  };
}

const ID_COLUMNS = [
  ['session_id', 'sessionId'],
  ['message_id', 'messageId'],
  ['recipient_id', 'recipientId'],
  ['attempt_id', 'attemptId'],
  ['account_id', 'accountId'],
  ['credential_id', 'credentialId'],
  ['tenant_id', 'tenantId'],
  ['parent_id', 'parentId'],
] as const satisfies readonly (readonly [string, keyof EventIds])[];
