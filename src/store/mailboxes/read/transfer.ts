/** A mailbox walked through from its first message, for export, and to know at import what it has already. */
import type { Queryable } from '#store/query/queryable';

export interface TransferredEntry {
  readonly uid: number;
  readonly emailId: string;
  readonly flags: number;
  readonly keywords: readonly string[];
  readonly receivedAt: Date;
  /** Octets of the message as read. */
  readonly size: number;
  /** Of the message as read; undefined where that is not a blob as it lies. */
  readonly sha256: Uint8Array | undefined;
}

const PAGE = 1000;

interface Row {
  readonly uid: string;
  readonly emailId: string;
  readonly flags: number;
  readonly keywords: string[];
  readonly receivedAt: Date;
  readonly size: string;
  readonly sha256: Buffer | null;
}

/** By rising UID, page by page: what is expunged or arrives meanwhile may or may not be there. */
export async function* walkMailbox(
  db: Queryable,
  mailboxId: string,
): AsyncGenerator<TransferredEntry> {
  for (let after = 0; ;) {
    const { rows } = await db.query({
      name: 'walk_mailbox',
      text: `select n.uid, n.email_id as "emailId", n.flags, n.keywords, e.received_at as "receivedAt", e.size,
               case when e.prefix = '' and e.hidden = '{}' then b.sha256 end as sha256
             from mailbox_entries n join emails e on e.id = n.email_id join blobs b on b.id = e.blob_id
             where n.mailbox_id = $1 and n.uid > $2 order by n.uid limit $3`,
      values: [mailboxId, after, PAGE],
    });
    for (const row of rows as Row[]) {
      yield {
        ...row,
        uid: Number(row.uid),
        size: Number(row.size),
        sha256: row.sha256 ?? undefined,
      };
    }
    if (rows.length < PAGE) return;
    after = Number((rows.at(-1) as Row).uid);
  }
}
