/**
 * Messages and recipients into the queue, in the transaction that accepts them. Destinations are woken after the commit
 * (`destinations.ts`), so that accepting mail never waits for a row that the whole site shares.
 */
import type { MessageView } from '../emails.ts';
import { jsonText } from '../json.ts';
import type { Statement } from '../writer.ts';

export type Stream = 'transactional' | 'bulk' | 'dsn' | 'forward';

/** The site of mailboxes here; no host name equals it, since it has no dot. */
export const LOCAL_SITE = 'local';

export interface QueueMessage {
  readonly id: string;
  readonly parentId: string | undefined;
  readonly sessionId: string | undefined;
  readonly tenantId: string;
  /** Whose submission it is; undefined for forwards and notices. */
  readonly accountId: string | undefined;
  readonly sha256: Uint8Array;
  readonly view: MessageView;
  /** Null is the null reverse-path. */
  readonly reversePath: string | null;
  readonly ret: 'FULL' | 'HDRS' | undefined;
  readonly envid: string | undefined;
  readonly smtputf8: boolean;
  readonly eightBit: boolean;
  /** False where the reverse-path may be forged: its owner never hears of this message. */
  readonly notifyAuthor: boolean;
  /** Calendar milliseconds. */
  readonly arrivedAt: number;
  readonly expiresAt: number;
  readonly recipients: readonly QueueRecipient[];
}

export interface QueueRecipient {
  /** 1, 2, … within the message. */
  readonly id: number;
  readonly forwardPath: string;
  /** A-labels; '' for a mailbox here. */
  readonly domain: string;
  /** As sent to this recipient, where it differs from the message's. */
  readonly reversePath: string | null | undefined;
  readonly orcpt: string | undefined;
  /** As RFC 3461 writes it: NEVER, or SUCCESS,FAILURE,DELAY. */
  readonly notify: string | undefined;
  readonly stream: Stream;
  readonly priority: number;
  readonly sourcePool: string;
  /** Calendar milliseconds of the first attempt. */
  readonly nextAt: number;
}

/** The statements that put a message into the queue; its blob was stored by an earlier one of the transaction. */
export function enqueue(message: QueueMessage): Statement[] {
  const { view } = message;
  return [
    {
      name: 'enqueue_message',
      text: ENQUEUE_MESSAGE,
      values: [
        message.id,
        message.parentId ?? null,
        message.sessionId ?? null,
        message.tenantId,
        message.accountId ?? null,
        message.sha256,
        view.prefix,
        view.hidden,
        view.size,
        message.reversePath,
        message.ret ?? null,
        message.envid ?? null,
        message.smtputf8,
        message.eightBit,
        message.notifyAuthor,
        new Date(message.arrivedAt),
        new Date(message.expiresAt),
      ],
    },
    {
      name: 'enqueue_recipients',
      text: ENQUEUE_RECIPIENTS,
      values: [
        message.id,
        message.tenantId,
        message.sessionId ?? null,
        message.accountId ?? null,
        new Date(message.arrivedAt),
        jsonText(message.recipients.map(recipientRow)),
      ],
    },
  ];
}

const ENQUEUE_MESSAGE = `
  insert into queue_messages (id, parent_id, session_id, tenant_id, account_id, blob_id, prefix, hidden, size, reverse_path, ret,
    envid, smtputf8, eight_bit, notify_author, arrived_at, expires_at)
  select $1, $2, $3, $4, $5, (select id from blobs where sha256 = $6), $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17`;

/** A domain whose MX set is known starts at that site; any other at a site of its own name, until it is routed. */
const ENQUEUE_RECIPIENTS = `
  with recipient as (
    select r.*, case when r.domain = '' then '${LOCAL_SITE}' else coalesce(s.site, r.domain) end as site
    from jsonb_to_recordset($6) as r(id integer, forward_path text, domain text, reverse_path text, orcpt text, notify text,
      stream text, priority smallint, source_pool text, next_at timestamptz)
    left join domain_sites s on s.domain = r.domain),
  queued as (
    insert into queue_recipients (message_id, recipient_id, tenant_id, forward_path, domain, reverse_path, orcpt, notify, stream,
      priority, source_pool)
    select $1, id, $2, forward_path, domain, reverse_path, orcpt, notify, stream, priority, source_pool from recipient),
  claim as (
    insert into queue_claims (message_id, recipient_id, site, stream, source_pool, next_at)
    select $1, id, site, stream, source_pool, next_at from recipient),
  event as (
    insert into events (xid, id, at, type, session_id, message_id, recipient_id, account_id, tenant_id, fields, personal)
    select pg_current_xact_id(), nextval('event_ids'), $5, 'recipient.queued', $3, $1, id, $4, $2,
      jsonb_build_object('site', site, 'stream', stream, 'nextAt', next_at), jsonb_build_object('forwardPath', forward_path)
    from recipient order by id)
  select distinct site, stream, source_pool as "sourcePool" from recipient`;

function recipientRow(recipient: QueueRecipient): Record<string, unknown> {
  return {
    id: recipient.id,
    forward_path: recipient.forwardPath,
    domain: recipient.domain,
    reverse_path: recipient.reversePath,
    orcpt: recipient.orcpt,
    notify: recipient.notify,
    stream: recipient.stream,
    priority: recipient.priority,
    source_pool: recipient.sourcePool,
    next_at: new Date(recipient.nextAt).toISOString(),
  };
}

/** Where a message's recipients went: the destinations to wake after the commit. */
export interface DestinationKey {
  readonly site: string;
  readonly stream: string;
  readonly sourcePool: string;
}
