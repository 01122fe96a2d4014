/** A job of one statement that answers one row, under the lock of its account, and the notice that something changed. */
import type { ValuesStatement } from '#store/batch';
import type { MailStore } from './mail-store.ts';

export type Answer = Readonly<Record<string, unknown>>;

/** @param bytes about how much the statement carries and changes, so that the writer can weigh it */
export async function runStatement(
  { writer }: Pick<MailStore, 'writer'>,
  accountId: string,
  statement: ValuesStatement,
  bytes = 256,
): Promise<Answer | undefined> {
  const [result] = await writer.run({
    accounts: [accountId],
    order: '',
    bytes,
    statements: [statement],
  });
  return result!.rows[0];
}

/** After the commit: sessions of this process and of others look what changed. */
export function sayChanged({ notices }: Pick<MailStore, 'notices'>, accountId: string): void {
  notices.say(`account:${accountId}`);
}
