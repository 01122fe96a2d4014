/**
 * Messages and recipients into the queue, in the transaction that accepts them. Destinations are woken after the commit
 * (`destinations.ts`), so that accepting mail never waits for a row that the whole site shares.
 */
import type { MessageView } from '#store/emails/emails';
import { givenRows, numberedRows, typesOf, type Columns } from '#store/query/given-rows';
import type { RowsStatement, StatementResult } from '#store/writer/batch';

export const STREAMS = ['transactional', 'bulk', 'dsn', 'forward'] as const;
export type Stream = (typeof STREAMS)[number];

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
  /** RFC 8689: `yes` by REQUIRETLS, `no` by the field TLS-Required; where nothing is said, left out. */
  readonly tlsRequired?: 'yes' | 'no' | undefined;
  /** Of bulk mail: RFC 2919, in lower case. */
  readonly listId?: string | undefined;
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
  /** Fields of this recipient's copy alone, before those of the message. */
  readonly prefix?: Uint8Array | undefined;
}

/** The statements that put a message into the queue; its blob was stored by an earlier one of the transaction. */
export function enqueue(message: QueueMessage): RowsStatement[] {
  const { view } = message;
  return [
    {
      name: 'enqueue_messages',
      text: ENQUEUE_MESSAGES,
      columns: MESSAGE_TYPES,
      rows: [
        [
          message.id,
          message.parentId,
          message.sessionId,
          message.tenantId,
          message.accountId,
          message.sha256,
          view.prefix,
          `{${view.hidden.join()}}`,
          view.size,
          message.reversePath,
          message.ret,
          message.envid,
          message.smtputf8,
          message.eightBit,
          message.notifyAuthor,
          message.tlsRequired,
          message.listId,
          message.arrivedAt,
          message.expiresAt,
        ],
      ],
    },
    {
      name: 'enqueue_recipients',
      text: ENQUEUE_RECIPIENTS,
      columns: RECIPIENT_TYPES,
      rows: message.recipients.map((recipient) => [
        message.id,
        recipient.id,
        message.tenantId,
        message.sessionId,
        message.accountId,
        message.arrivedAt,
        recipient.forwardPath,
        recipient.domain,
        recipient.reversePath,
        recipient.orcpt,
        recipient.notify,
        recipient.stream,
        recipient.priority,
        recipient.sourcePool,
        recipient.nextAt,
        message.parentId,
        recipient.prefix,
      ]),
    },
  ];
}

const MESSAGE_COLUMNS = {
  id: 'text',
  parent_id: 'text',
  session_id: 'text',
  tenant_id: 'bigint',
  account_id: 'bigint',
  sha256: 'bytea',
  prefix: 'bytea',
  hidden: 'text',
  size: 'bigint',
  reverse_path: 'text',
  ret: 'text',
  envid: 'text',
  smtputf8: 'boolean',
  eight_bit: 'boolean',
  notify_author: 'boolean',
  tls_required: 'text',
  list_id: 'text',
  arrived_at: 'timestamptz',
  expires_at: 'timestamptz',
} as const satisfies Columns;
const MESSAGE_TYPES = typesOf(MESSAGE_COLUMNS);

const ENQUEUE_MESSAGES = `
  insert into queue_messages (id, parent_id, session_id, tenant_id, account_id, blob_id, prefix, hidden, size, reverse_path, ret,
    envid, smtputf8, eight_bit, notify_author, tls_required, list_id, arrived_at, expires_at)
  select m.id, parent_id, session_id, tenant_id, account_id, b.id, prefix, hidden::integer[], m.size, reverse_path, ret,
    envid, smtputf8, eight_bit, notify_author, tls_required, list_id, arrived_at, expires_at
  from ${givenRows(MESSAGE_COLUMNS)} as m
    left join blobs b on b.sha256 = m.sha256`;

const RECIPIENT_COLUMNS = {
  message_id: 'text',
  id: 'integer',
  tenant_id: 'bigint',
  session_id: 'text',
  account_id: 'bigint',
  at: 'timestamptz',
  forward_path: 'text',
  domain: 'text',
  reverse_path: 'text',
  orcpt: 'text',
  notify: 'text',
  stream: 'text',
  priority: 'smallint',
  source_pool: 'text',
  next_at: 'timestamptz',
  parent_id: 'text',
  prefix: 'bytea',
} as const satisfies Columns;
const RECIPIENT_TYPES = typesOf(RECIPIENT_COLUMNS);

/** A domain whose MX set is known starts at that site; any other at a site of its own name, until it is routed. */
const ENQUEUE_RECIPIENTS = `
  with recipient as materialized (
    select r.*, case when r.domain = '' then '${LOCAL_SITE}' else coalesce(s.site, r.domain) end as site
    from ${numberedRows(RECIPIENT_COLUMNS)} as r
      left join domain_sites s on s.domain = r.domain),
  queued as (
    insert into queue_recipients (message_id, recipient_id, tenant_id, forward_path, domain, reverse_path, orcpt, notify, stream,
      priority, source_pool, prefix)
    select message_id, id, tenant_id, forward_path, domain, reverse_path, orcpt, notify, stream, priority, source_pool, prefix
    from recipient),
  claim as (
    insert into queue_claims (message_id, recipient_id, site, stream, source_pool, next_at)
    select message_id, id, site, stream, source_pool, next_at from recipient),
  event as (
    insert into events (xid, id, at, type, session_id, message_id, recipient_id, account_id, tenant_id, parent_id, fields,
      personal)
    select pg_current_xact_id(), nextval('event_ids'), at, 'recipient.queued', session_id, message_id, id, account_id, tenant_id,
      parent_id,
      jsonb_build_object('site', site, 'stream', stream, 'nextAt', next_at), jsonb_build_object('forwardPath', forward_path)
    from recipient)
  select min(row) as row, site, stream, source_pool as "sourcePool" from recipient
  group by message_id, site, stream, source_pool`;

/** Where a message's recipients went: the destinations to wake after the commit. */
export interface DestinationKey {
  readonly site: string;
  readonly stream: string;
  readonly sourcePool: string;
}

/** Of the results of a job: what its statements of `enqueue` answered. */
export function destinationsOf(results: readonly StatementResult[]): DestinationKey[] {
  return results.flatMap(({ rows }) =>
    rows.filter((row) => 'sourcePool' in row),
  ) as unknown as DestinationKey[];
}
