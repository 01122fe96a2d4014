/** What was said on the wire for a message, kept for its story and for a shorter time than its events. */
import type { DialogueEntry } from '#protocol/smtp/dialogue';
import type { Queryable } from './blobs.ts';
import { jsonText } from './json.ts';
import type { RowsStatement } from './batch.ts';

/**
 * Keeps a dialogue with the transaction it stands in.
 * @param attemptId of the attempt, or the session that handed the message in
 */
export function writeDialogue(
  messageId: string,
  attemptId: string,
  now: number,
  entries: readonly DialogueEntry[],
): RowsStatement {
  return writeDialogues([{ messageId, attemptId, entries }], now);
}

/** Keeps the dialogues of attempts for several messages with the transaction it stands in. */
export function writeDialogues(
  dialogues: readonly {
    readonly messageId: string;
    readonly attemptId: string;
    readonly entries: readonly DialogueEntry[];
  }[],
  now: number,
): RowsStatement {
  return {
    name: 'write_dialogues',
    text: `insert into dialogues (message_id, attempt_id, at, entries)
           select * from unnest($1::text[], $2::text[], $3::timestamptz[], $4::json[])`,
    columns: ['text', 'text', 'timestamptz', 'json'],
    rows: dialogues.map(({ messageId, attemptId, entries }) => [
      messageId,
      attemptId,
      now,
      jsonText(entries),
    ]),
  };
}

export interface Dialogue {
  readonly attemptId: string;
  /** Calendar milliseconds. */
  readonly at: number;
  readonly entries: readonly DialogueEntry[];
}

/** The dialogues of a message in the order they were kept. */
export async function dialoguesOfMessage(db: Queryable, messageId: string): Promise<Dialogue[]> {
  const { rows } = await db.query({
    text: 'select attempt_id, at, entries from dialogues where message_id = $1 order by at, attempt_id',
    values: [messageId],
  });
  return (rows as { attempt_id: string; at: Date; entries: DialogueEntry[] }[]).map((row) => ({
    attemptId: row.attempt_id,
    at: row.at.getTime(),
    entries: row.entries,
  }));
}
