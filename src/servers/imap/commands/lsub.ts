/** LSUB (RFC 3501 §6.3.9): what is subscribed, and with `%` what something subscribed lies below. */
import { listMatcher } from '#protocol/imap/list-pattern';
import { DELIMITER } from '#protocol/imap/mailbox-name';
import type { CommandOf } from '#protocol/imap/command';
import { nameOf, wireName } from '#servers/imap/responses/mailbox-path';
import { ok, type Reply } from '#servers/imap/responses/reply';
import type { SessionState } from '#servers/imap/session-state';
import { listMailboxes } from '#store/mailboxes/tree/tree';

export async function lsub(
  state: SessionState,
  { reference, pattern }: CommandOf<'LSUB'>,
): Promise<Reply> {
  const { services, login, enabled, out } = state;
  const { mailboxes, absentSubscriptions } = await listMailboxes(
    services.mail.pool,
    login!.accountId,
  );
  const matches = listMatcher(reference + pattern);
  const said = new Set<string>();
  const say = (name: string, attributes: string): void => {
    if (said.has(name)) return;
    said.add(name);
    out.text(`* LSUB (${attributes}) "/" ${wireName(enabled, name)}\r\n`);
  };
  const names = [
    ...mailboxes.filter(({ subscribed }) => subscribed).map(({ path }) => nameOf(path)),
    ...absentSubscriptions.map((path) => nameOf(path)),
  ];
  for (const name of names) if (matches(name)) say(name, '');
  if (!pattern.endsWith('%')) return LISTED;
  for (const name of names) {
    let end = name.lastIndexOf(DELIMITER);
    for (; end > 0; end = name.lastIndexOf(DELIMITER, end - 1))
      if (matches(name.slice(0, end))) say(name.slice(0, end), '\\Noselect');
  }
  return LISTED;
}

const LISTED = ok('Listed');
