/**
 * Writing and reading the event log. Events of a message are one statement in the transaction of the fact; a reader that must miss
 * none reads below the oldest running transaction.
 */
import type { Event, EventIds, EventType, Json } from '#events';
import type { Queryable } from './blobs.ts';
import { jsonText } from './json.ts';
import type { Statement } from './writer.ts';

/** The statement that writes events with the transaction it stands in. */
export function writeEvents(events: readonly Event[]): Statement {
  return { name: 'write_events', text: WRITE_EVENTS, values: [jsonText(events.map(eventRow))] };
}

const WRITE_EVENTS = `
  insert into events (xid, id, at, type, session_id, message_id, recipient_id, attempt_id, account_id, credential_id,
    tenant_id, parent_id, fields, personal)
  select pg_current_xact_id(), nextval('event_ids'), at, type, session_id, message_id, recipient_id, attempt_id, account_id,
    credential_id, tenant_id, parent_id, fields, personal
  from jsonb_to_recordset($1) as e(at timestamptz, type text, session_id text, message_id text, recipient_id integer,
    attempt_id text, account_id bigint, credential_id bigint, tenant_id bigint, parent_id text, fields jsonb, personal jsonb)`;

function eventRow({ type, at, ids, ...fields }: Event): Record<string, unknown> {
  return {
    at: new Date(at).toISOString(),
    type,
    session_id: ids.sessionId,
    message_id: ids.messageId,
    recipient_id: ids.recipientId,
    attempt_id: ids.attemptId,
    account_id: ids.accountId,
    credential_id: ids.credentialId,
    tenant_id: ids.tenantId,
    parent_id: ids.parentId,
    fields: fields.public,
    personal: fields.personal,
  };
}

/** An event as read back: fields of newer or older versions may differ from the catalogue. */
export interface StoredEvent {
  readonly cursor: EventCursor;
  readonly type: EventType;
  /** Calendar milliseconds. */
  readonly at: number;
  readonly ids: EventIds;
  readonly public: Readonly<Record<string, Json>>;
  /** Empty once erased. */
  readonly personal: Readonly<Record<string, Json>>;
}

/** Where a reader stands: after this event. */
export interface EventCursor {
  readonly xid: string;
  readonly id: string;
}

const COLUMNS = `xid::text, id, at, type, session_id, message_id, recipient_id, attempt_id, account_id, credential_id,
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

/**
 * Events after a cursor that can no longer be overtaken by a transaction still running.
 * @param after undefined starts at the oldest
 */
export async function eventsAfter(
  db: Queryable,
  after: EventCursor | undefined,
  limit: number,
): Promise<StoredEvent[]> {
  const { rows } = await db.query({
    name: 'events_after',
    text: `select ${COLUMNS} from events
           where (xid, id) > ($1::text::xid8, $2) and xid < pg_snapshot_xmin(pg_current_snapshot())
           order by xid, id limit $3`,
    values: [after?.xid ?? '0', after?.id ?? '0', limit],
  });
  return rows.map(storedEvent);
}

function storedEvent(row: Record<string, unknown>): StoredEvent {
  const ids: Record<string, string> = {};
  for (const [column, key] of ID_COLUMNS) {
    const value = row[column];
    if (value !== null) ids[key] = String(value);
  }
  return {
    cursor: { xid: String(row['xid']), id: String(row['id']) },
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
