/** The statement that appends messages; its blob was stored by an earlier statement of the same transaction. */
import type { MessageSummary } from '#protocol/message/summary';
import type { NewBlob } from '#store/emails/blobs';
import { NEW_EMAILS, threadKeys, threadNames, WRITE_NEW_EMAILS } from '#store/emails/new-emails';
import { numberedRows, typesOf, type Columns } from '#store/query/given-rows';
import { jsonText } from '#store/query/json';
import type { RowsStatement } from '#store/writer/batch';

export interface NewMessage {
  /** From `BlobUpload.finish`. */
  readonly blob: NewBlob;
  readonly summary: MessageSummary;
  /** Bits as `FLAG` of store/emails/emails.ts. */
  readonly flags: number;
  readonly keywords: readonly string[];
  /** Calendar milliseconds; undefined is now. */
  readonly internalDate: number | undefined;
}

export interface AppendedRow {
  /** False where there is no such mailbox; nothing was stored then. */
  readonly found: boolean;
  readonly uidvalidity: string | null;
  /** Null where nothing was stored. */
  readonly uid: string | null;
  readonly emailId: string | null;
  readonly modseq: string | null;
  /** The mailbox's modseq before it. */
  readonly previous: string | null;
}

export interface Append {
  readonly accountId: string;
  readonly mailboxId: string;
  readonly messageId: string;
  readonly message: NewMessage;
  readonly keywords: readonly string[];
  /** Nothing is stored unless this one is there. */
  readonly replaced: { readonly mailboxId: string; readonly uid: number } | undefined;
  /** Calendar milliseconds. */
  readonly now: number;
}

export function appendStatement(append: Append): RowsStatement {
  const { accountId, message, replaced, now } = append;
  const keys = threadKeys(message.summary);
  return {
    name: 'append_emails',
    text: APPEND_EMAILS,
    columns: TYPES,
    rows: [
      [
        accountId,
        append.mailboxId,
        append.messageId,
        message.blob.sha256,
        message.blob.size,
        message.internalDate ?? now,
        now,
        message.flags,
        append.keywords.join(' '),
        jsonText(message.summary),
        `{${keys.join()}}`,
        replaced?.mailboxId,
        replaced?.uid,
      ],
    ],
    apart: threadNames(accountId, keys),
  };
}

const COLUMNS = {
  account_id: 'bigint',
  mailbox_id: 'bigint',
  message_id: 'text',
  sha256: 'bytea',
  size: 'bigint',
  received_at: 'timestamptz',
  saved_at: 'timestamptz',
  flags: 'integer',
  keyword_text: 'text',
  summary: 'jsonb',
  keys: 'text',
  replaced_mailbox: 'bigint',
  replaced_uid: 'bigint',
} as const satisfies Columns;
const TYPES = typesOf(COLUMNS);

const APPEND_EMAILS = `
  with asked as materialized (
    select d.*, m.id as found, m.uidvalidity, m.modseq as mailbox_modseq
    from ${numberedRows(COLUMNS)} as d
      left join mailboxes m on m.id = d.mailbox_id and m.account_id = d.account_id),
  new as materialized (
    select d.*, b.id as blob_id, ''::bytea as prefix, '{}' as hidden, null as reverse_path, null as forward_path,
      string_to_array(d.keyword_text, ' ') as keywords, ${NEW_EMAILS}
    from asked d
      join accounts a on a.id = d.account_id
      join mailboxes m on m.id = d.found
      left join blobs b on b.sha256 = d.sha256
    where d.replaced_uid is null or exists (
      select from mailboxes r join mailbox_entries n on n.mailbox_id = r.id
      where r.id = d.replaced_mailbox and r.account_id = d.account_id and n.uid = d.replaced_uid)),
  ${WRITE_NEW_EMAILS}
  select a.row, a.found is not null as found, a.uidvalidity, n.uid, n.email_id as "emailId", n.modseq,
    lag(n.modseq, 1, a.mailbox_modseq) over (partition by n.mailbox_id order by a.row) as previous
  from asked a left join new n on n.row = a.row`;
