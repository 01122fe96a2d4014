/** Mailboxes and stories as scripts read them: by the command line with `--json`. */
import { eventually, type RunningServer } from './running-server.ts';

/** What tests read of a line of `mail list --json`. */
export interface ListedMail {
  readonly id: string;
  /** Ours, as `message trace` takes it. */
  readonly messageId: string;
  readonly subject: string;
  readonly size: number;
  readonly mailbox: string;
}

export function listMail(server: RunningServer, address: string): Promise<ListedMail[]> {
  return server.json<ListedMail>('mail', 'list', address);
}

/** The message with this subject, once it is there. */
export function findMail(
  server: RunningServer,
  address: string,
  subject: string | RegExp,
): Promise<ListedMail> {
  return eventually(`"${subject}" is in the mailbox of ${address}`, async () => {
    const all = await listMail(server, address);
    return all.find((mail) =>
      typeof subject === 'string' ? mail.subject === subject : subject.test(mail.subject),
    );
  });
}

/** The types of the events of a message, in their order. */
export async function eventTypes(server: RunningServer, messageId: string): Promise<string[]> {
  const lines = await server.json<{ messageId: string; type?: string }>(
    'message',
    'trace',
    messageId,
  );
  return lines.flatMap(({ messageId: id, type }) => (id === messageId ? (type ?? []) : []));
}
