/**
 * Reads what the server holds at the end of a chaos run, straight from its database: every message of every mailbox
 * by the hash of its body, the failure notices, and whether the counts that are kept beside the data agree with it.
 */
import { createHash } from 'node:crypto';
import { zstdDecompressSync } from 'node:zlib';
import { Client, type ClientConfig } from 'pg';
import { withoutRanges } from '#store/emails/emails';
import { bodyHash, ID_FIELD } from './letter.ts';
import type { MailboxCopy, Notice } from './judge.ts';

export interface Held {
  readonly copies: readonly MailboxCopy[];
  readonly notices: readonly Notice[];
  /** Stored bytes that do not have the hash under which they are stored. */
  readonly damaged: readonly string[];
}

interface Row {
  readonly id: string;
  readonly address: string;
  readonly null_sender: boolean;
  readonly prefix: Buffer;
  readonly hidden: number[];
  readonly sha256: Buffer;
  readonly packed: boolean[];
  readonly chunks: Buffer[];
}

const PAGE = 200;

/** Every message in every mailbox. */
export async function readMailboxes(connection: ClientConfig): Promise<Held> {
  const copies: MailboxCopy[] = [];
  const notices: Notice[] = [];
  const damaged: string[] = [];
  await withClient(connection, async (client) => {
    for (let last = '0'; ;) {
      const { rows } = await client.query<Row>(MAILBOX_PAGE, [last, PAGE]);
      if (rows.length === 0) return;
      last = rows.at(-1)!.id;
      for (const row of rows) {
        const blob = Buffer.concat(
          row.chunks.map((data, i) => (row.packed[i] ? zstdDecompressSync(data) : data)),
        );
        if (!createHash('sha256').update(blob).digest().equals(row.sha256)) {
          damaged.push(`the blob of email ${row.id}`);
        }
        const view = Buffer.concat([row.prefix, ...withoutRanges(blob, 0, row.hidden)]);
        if (row.null_sender) notices.push(noticeOf(view.toString('latin1')));
        else copies.push({ address: row.address, sha256: bodyHash(view) });
      }
    }
  });
  return { copies, notices, damaged };
}

const MAILBOX_PAGE = `
  select e.id, a.name as address, e.reverse_path is null as null_sender, e.prefix, e.hidden, b.sha256,
    (select array_agg(zstd order by seq) from blob_chunks c where c.blob_id = b.id) as packed,
    (select array_agg(data order by seq) from blob_chunks c where c.blob_id = b.id) as chunks
  from mailbox_entries n
    join emails e on e.id = n.email_id
    join accounts a on a.id = e.account_id
    join blobs b on b.id = e.blob_id
  where e.id > $1
  order by e.id limit $2`;

/** RFC 3464: which recipients failed; the returned header tells which message. */
function noticeOf(text: string): Notice {
  const id = new RegExp(`^${ID_FIELD}: (\\S+)`, 'm').exec(text)?.[1] ?? 'an unknown message';
  const recipients = text
    .split('\r\n\r\n')
    .filter((group) => /^Action: failed/im.test(group))
    .map(
      (group) => /^Final-Recipient: rfc822; ?(\S+)/im.exec(group)?.[1] ?? 'an unknown recipient',
    );
  return { id, recipients };
}

/** How many recipients wait in the queue. */
export async function queued(connection: ClientConfig): Promise<number> {
  return withClient(connection, async (client) => {
    const { rows } = await client.query<{ n: number }>(
      'select count(*)::integer as n from queue_recipients',
    );
    return rows[0]!.n;
  });
}

/** What is still claimed, with its destination, for the message that something is stuck. */
export async function stuck(connection: ClientConfig): Promise<string[]> {
  return withClient(connection, async (client) => {
    const { rows } = await client.query<{ line: string }>(`
      select format('%s × %s: next %s, lease %s, held %s, destination ready %s, running %s of %s, last said %s', count(*), c.site,
        min(next_at), min(c.lease), min(c.held), min(d.ready_at), min(d.running), min(d.cap), min(r.last_reply)) as line
      from queue_claims c
        left join queue_destinations d using (site, stream, source_pool)
        left join queue_recipients r using (message_id, recipient_id)
      group by c.site, c.stream, c.source_pool`);
    return rows.map(({ line }) => line);
  });
}

/** Each line is a count that does not agree with what it counts, once nothing is under way. */
export async function inconsistencies(connection: ClientConfig): Promise<string[]> {
  return withClient(connection, async (client) => {
    const { rows } = await client.query<{ what: string }>(INCONSISTENCIES);
    return rows.map(({ what }) => what);
  });
}

const INCONSISTENCIES = `
  with held as (
    select n.mailbox_id, count(*) as messages, count(*) filter (where n.flags & 1 = 0) as unseen, sum(e.size) as bytes,
      max(n.uid) as last_uid, max(n.modseq) as modseq, count(distinct n.uid) as uids
    from mailbox_entries n join emails e on e.id = n.email_id group by n.mailbox_id),
  counted as (
    select m.*, a.name as account, a.modseq as account_modseq, coalesce(h.messages, 0) as has, coalesce(h.unseen, 0) as has_unseen,
      coalesce(h.bytes, 0) as has_bytes, coalesce(h.last_uid, 0) as last_uid, coalesce(h.modseq, 0) as last_modseq
    from mailboxes m join accounts a on a.id = m.account_id left join held h on h.mailbox_id = m.id)
  select format('%s/%s counts %s messages and has %s', account, name, messages, has) as what from counted where messages <> has
  union all select format('%s/%s counts %s unseen and has %s', account, name, unseen, has_unseen) from counted
    where unseen <> has_unseen
  union all select format('%s/%s counts %s octets and has %s', account, name, bytes, has_bytes) from counted where bytes <> has_bytes
  union all select format('%s/%s gave out UID %s and would give %s next', account, name, last_uid, next_uid) from counted
    where next_uid <= last_uid
  union all select format('%s/%s is at modseq %s and holds %s', account, name, account_modseq, last_modseq) from counted
    where account_modseq < last_modseq
  union all select format('%s counts %s octets and has %s', a.name, a.used_bytes, coalesce(sum(e.size), 0))
    from accounts a left join emails e on e.account_id = a.id group by a.id having a.used_bytes <> coalesce(sum(e.size), 0)
  union all select format('%s emails and %s events that tell of them', (select count(*) from emails), count(*))
    from events where type = 'recipient.stored' having count(*) <> (select count(*) from emails)
  union all select format('%s claims of no recipient', count(*)) from queue_claims having count(*) > 0
  union all select format('%s messages in the queue without recipients', count(*)) from queue_messages having count(*) > 0
  union all select format('%s leases of nothing', count(*)) from queue_leases having count(*) > 0
  union all select format('%s has %s attempts running, though nothing is queued', site, running) from queue_destinations
    where running <> 0
  union all select format('%s from %s has %s attempts running, though nothing is queued', site, source, running) from site_limits
    where running <> 0
  union all select format('%s submitted recipients are said to be queued', count(*)) from submission_recipients
    where delivered = 'queued' having count(*) > 0`;

async function withClient<T>(
  connection: ClientConfig,
  use: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new Client(connection);
  client.on('error', () => {});
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
