/**
 * Messages and recipients into the queue, in the transaction that accepts them. Destinations are woken after the commit
 * (`destinations.ts`), so that accepting mail never waits for a row that the whole site shares.
 */
import type { RowsStatement, StatementResult } from '#store/batch';
import type { MessageView } from '#store/emails';

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
      columns: MESSAGE_COLUMNS,
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
      columns: RECIPIENT_COLUMNS,
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

const MESSAGE_COLUMNS = [
  'text',
  'text',
  'text',
  'bigint',
  'bigint',
  'bytea',
  'bytea',
  'text',
  'bigint',
  'text',
  'text',
  'text',
  'boolean',
  'boolean',
  'boolean',
  'text',
  'text',
  'timestamptz',
  'timestamptz',
] as const;

const ENQUEUE_MESSAGES = `
  insert into queue_messages (id, parent_id, session_id, tenant_id, account_id, blob_id, prefix, hidden, size, reverse_path, ret,
    envid, smtputf8, eight_bit, notify_author, tls_required, list_id, arrived_at, expires_at)
  select m.id, parent_id, session_id, tenant_id, account_id, b.id, prefix, hidden::integer[], m.size, reverse_path, ret,
    envid, smtputf8, eight_bit, notify_author, tls_required, list_id, arrived_at, expires_at
  from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bytea[], $7::bytea[], $8::text[], $9::bigint[],
      $10::text[], $11::text[], $12::text[], $13::boolean[], $14::boolean[], $15::boolean[], $16::text[],
      $17::text[], $18::timestamptz[], $19::timestamptz[])
      as m(id, parent_id, session_id, tenant_id, account_id, sha256, prefix, hidden, size, reverse_path, ret, envid, smtputf8,
        eight_bit, notify_author, tls_required, list_id, arrived_at, expires_at)
    left join blobs b on b.sha256 = m.sha256`;

const RECIPIENT_COLUMNS = [
  'text',
  'integer',
  'bigint',
  'text',
  'bigint',
  'timestamptz',
  'text',
  'text',
  'text',
  'text',
  'text',
  'text',
  'smallint',
  'text',
  'timestamptz',
  'text',
  'bytea',
] as const;

/** A domain whose MX set is known starts at that site; any other at a site of its own name, until it is routed. */
const ENQUEUE_RECIPIENTS = `
  with recipient as materialized (
    select r.*, case when r.domain = '' then '${LOCAL_SITE}' else coalesce(s.site, r.domain) end as site
    from unnest($1::text[], $2::integer[], $3::bigint[], $4::text[], $5::bigint[], $6::timestamptz[], $7::text[], $8::text[],
        $9::text[], $10::text[], $11::text[], $12::text[], $13::smallint[], $14::text[], $15::timestamptz[], $16::text[], $17::bytea[])
        with ordinality
        as r(message_id, id, tenant_id, session_id, account_id, at, forward_path, domain, reverse_path, orcpt, notify, stream,
          priority, source_pool, next_at, parent_id, prefix, row)
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
