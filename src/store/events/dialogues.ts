/** What was said on the wire for a message, kept for its story and for a shorter time than its events. */
import type { DialogueEntry } from '#protocol/smtp/dialogue';
import { givenRows, typesOf, type Columns } from '#store/query/given-rows';
import { jsonText } from '#store/query/json';
import type { Queryable } from '#store/query/queryable';
import type { RowsStatement } from '#store/writer/batch';

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

const COLUMNS = {
  message_id: 'text',
  attempt_id: 'text',
  at: 'timestamptz',
  entries: 'json',
} as const satisfies Columns;
const TYPES = typesOf(COLUMNS);

const WRITE_DIALOGUES = `
  insert into dialogues (message_id, attempt_id, at, entries) select * from ${givenRows(COLUMNS)} as d`;

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
    text: WRITE_DIALOGUES,
    columns: TYPES,
    rows: dialogues.map(({ messageId, attemptId, entries }) => [
      messageId,
      attemptId,
      now,
      jsonText(entries.map(packed)),
    ]),
  };
}

/** What was said is kept as `12>250 ok` when sent, `12<QUIT` when received: half of the octets of the entry that it stands for. */
type Packed = string | DialogueEntry;

function packed(entry: DialogueEntry): Packed {
  if (entry.kind === 'sent') return `${entry.at}>${entry.line}`;
  if (entry.kind === 'received') return `${entry.at}<${entry.line}`;
  return entry;
}

function unpacked(entry: Packed): DialogueEntry {
  if (typeof entry !== 'string') return entry;
  const mark = entry.search(/[<>]/);
  return {
    at: Number(entry.slice(0, mark)),
    kind: entry[mark] === '>' ? 'sent' : 'received',
    line: entry.slice(mark + 1),
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
  return (rows as { attempt_id: string; at: Date; entries: Packed[] }[]).map((row) => ({
    attemptId: row.attempt_id,
    at: row.at.getTime(),
    entries: row.entries.map(unpacked),
  }));
}
