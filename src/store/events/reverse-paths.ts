/** The reverse-path that a message had when it came: for bounces whose address only names the message. */
import type pg from 'pg';

/** Undefined: the message is not known, or what names people has been erased; null: it was the null reverse-path. */
export async function reversePathOf(
  pool: pg.Pool,
  messageId: string,
): Promise<string | null | undefined> {
  const { rows } = await pool.query<{ reversePath: string | null }>({
    name: 'reverse_path_of',
    text: `select personal ->> 'reversePath' as "reversePath" from events
           where message_id = $1 and type in ('message.received', 'message.submitted') order by id limit 1`,
    values: [messageId],
  });
  const found = rows[0]?.reversePath ?? undefined;
  return found === '' ? null : found;
}
