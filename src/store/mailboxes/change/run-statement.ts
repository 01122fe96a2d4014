/** A job of one statement that answers one row, under the lock of its account, and the notice that something changed. */
import type { MailStore } from '#store/mailboxes/mail-store';
import type { ValuesStatement } from '#store/writer/batch';

export type Answer = Readonly<Record<string, unknown>>;

/** A statement that changes more rows than this has a writer of its own. */
const MANY_ROWS = 500;

/** @param rows about how many it changes */
export async function runStatement(
  { writer, bulkWriter }: Pick<MailStore, 'writer' | 'bulkWriter'>,
  accountId: string,
  statement: ValuesStatement,
  rows = 1,
): Promise<Answer | undefined> {
  const [result] = await (rows > MANY_ROWS ? bulkWriter : writer).run({
    accounts: [accountId],
    order: '',
    bytes: 256,
    statements: [statement],
  });
  return result!.rows[0];
}

/** After the commit, and after the change was put into the open views here: others look what changed. */
export function sayChanged(
  { views, notices }: Pick<MailStore, 'views' | 'notices'>,
  accountId: string,
): void {
  views.knowing(() => notices.say(`account:${accountId}`));
}
