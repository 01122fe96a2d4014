/**
 * What claims take: messages as an attempt needs them, with those of their recipients that were taken. A recipient whose copy has
 * fields of its own is a message of its own there, with the same id: nobody else gets those octets.
 */
import { concat } from '#bytes';
import type { Queryable } from '#store/query/queryable';

export interface ClaimedRecipient {
  readonly recipientId: number;
  readonly forwardPath: string;
  readonly domain: string;
  readonly reversePath: string | null;
  readonly orcpt: string | null;
  readonly notify: string | null;
  readonly attempts: number;
  readonly delayNotified: boolean;
  /** An operator let it go: the hold that applies to all mail does not stop it again. */
  readonly released: boolean;
}

export interface ClaimedMessage {
  readonly id: string;
  readonly parentId: string | null;
  readonly sessionId: string | null;
  readonly tenantId: string;
  readonly accountId: string | null;
  readonly blobId: string;
  readonly sha256: Uint8Array;
  readonly blobSize: number;
  readonly prefix: Uint8Array;
  readonly hidden: readonly number[];
  readonly size: number;
  readonly reversePath: string | null;
  readonly ret: 'FULL' | 'HDRS' | null;
  readonly envid: string | null;
  readonly smtputf8: boolean;
  readonly eightBit: boolean;
  readonly notifyAuthor: boolean;
  /** RFC 8689: what the author asks of TLS. */
  readonly tlsRequired: 'yes' | 'no' | null;
  /** Of bulk mail, in lower case. */
  readonly listId: string | null;
  /** Calendar milliseconds. */
  readonly arrivedAt: number;
  readonly expiresAt: number;
  readonly recipients: readonly ClaimedRecipient[];
}

/** Which recipients a claim took, as two arrays side by side; null for none. */
export interface TakenRow {
  readonly messageIds: readonly string[] | null;
  readonly recipientIds: readonly number[] | null;
}

/** Messages with those of their recipients that are named. */
export async function claimedMessages(
  db: Queryable,
  { messageIds, recipientIds }: TakenRow,
): Promise<ClaimedMessage[]> {
  if (messageIds === null) return [];
  const { rows } = await db.query({
    name: 'claimed_messages',
    text: CLAIMED_MESSAGES,
    values: [messageIds, recipientIds],
  });
  return messagesOf(rows as ClaimedRow[]);
}

/** A recipient; in the row of a message's first one stands the message too, elsewhere null in place of its columns. */
export type ClaimedRow = ClaimedRecipient &
  Omit<ClaimedMessage, 'tenantId' | 'recipients'> & {
    readonly tenantId: string | null;
    /** Where it differs from the message's. */
    readonly ownReversePath: string | null;
    /** Fields of its copy alone. */
    readonly ownPrefix: Uint8Array | null;
  };

export function messagesOf(rows: readonly ClaimedRow[]): ClaimedMessage[] {
  const messages: Open[] = [];
  let shared: Open | undefined;
  for (const row of rows) {
    if (row.tenantId !== null) shared = messageOf(row, row.tenantId);
    if (shared?.id !== row.id) continue;
    const message = row.ownPrefix === null ? shared : ownCopy(shared, row.ownPrefix);
    message.recipients.push(recipientOf(row, shared.reversePath));
    if (message.recipients.length === 1) messages.push(message);
  }
  return messages;
}

type Open = ClaimedMessage & { readonly recipients: ClaimedRecipient[] };

function ownCopy(message: Open, prefix: Uint8Array): Open {
  return {
    ...message,
    prefix: concat([prefix, message.prefix]),
    size: message.size + prefix.length,
    recipients: [],
  };
}

function messageOf(row: ClaimedRow, tenantId: string): Open {
  return {
    id: row.id,
    parentId: row.parentId,
    sessionId: row.sessionId,
    tenantId,
    accountId: row.accountId,
    blobId: row.blobId,
    sha256: row.sha256,
    blobSize: row.blobSize,
    prefix: row.prefix,
    hidden: row.hidden,
    size: row.size,
    reversePath: row.reversePath,
    ret: row.ret,
    envid: row.envid,
    smtputf8: row.smtputf8,
    eightBit: row.eightBit,
    notifyAuthor: row.notifyAuthor,
    tlsRequired: row.tlsRequired,
    listId: row.listId,
    arrivedAt: row.arrivedAt,
    expiresAt: row.expiresAt,
    recipients: [],
  };
}

function recipientOf(row: ClaimedRow, reversePath: string | null): ClaimedRecipient {
  return {
    recipientId: row.recipientId,
    forwardPath: row.forwardPath,
    domain: row.domain,
    reversePath: row.ownReversePath ?? reversePath,
    orcpt: row.orcpt,
    notify: row.notify,
    attempts: row.attempts,
    delayNotified: row.delayNotified,
    released: row.released,
  };
}

/**
 * Recipients in the order of their messages ({@link ClaimedRow}), from rows (message_id, recipient_id, turn): the message with the first turn goes
 * first, of equal ones that with the fewest attempts.
 */
export function messagesFrom(taken: string): string {
  return `
  select r.message_id as id, r.recipient_id as "recipientId", r.forward_path as "forwardPath", r.domain,
    r.reverse_path as "ownReversePath", r.prefix as "ownPrefix", r.orcpt, r.notify, r.attempts, r.delay_notified as "delayNotified", r.released,
    m.parent_id as "parentId", m.session_id as "sessionId", m.tenant_id::text as "tenantId", m.account_id::text as "accountId",
    m.blob_id::text as "blobId", b.sha256, b.size::float8 as "blobSize", m.prefix, m.hidden, m.size::float8 as size,
    m.reverse_path as "reversePath", m.ret, m.envid, m.smtputf8, m.eight_bit as "eightBit", m.notify_author as "notifyAuthor",
    m.tls_required as "tlsRequired", m.list_id as "listId",
    extract(epoch from m.arrived_at)::float8 * 1000 as "arrivedAt", extract(epoch from m.expires_at)::float8 * 1000 as "expiresAt"
  from (
    select q.*, row_number() over (partition by message_id order by recipient_id) as place,
      min(turn) over (partition by message_id) as turn, min(attempts) over (partition by message_id) as tries
    from ${taken} join queue_recipients q using (message_id, recipient_id)) r
    left join queue_messages m on r.place = 1 and m.id = r.message_id
    left join blobs b on b.id = m.blob_id
  order by r.turn, r.tries, r.message_id, r.place`;
}

const CLAIMED_MESSAGES = messagesFrom(
  'unnest($1::text[], $2::integer[]) with ordinality as c(message_id, recipient_id, turn)',
);
