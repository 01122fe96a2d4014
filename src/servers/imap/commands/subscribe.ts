/** SUBSCRIBE and UNSUBSCRIBE (RFC 9051 §6.3.7, §6.3.8). */
import type { CommandOf } from '#protocol/imap/command';
import { pathOf } from '#servers/imap/responses/mailbox-path';
import { subscribeReplies } from '#servers/imap/responses/replies';
import type { Reply } from '#servers/imap/responses/reply';
import type { SessionState } from '#servers/imap/session-state';
import { subscribe as subscribeMailbox } from '#store/mailboxes/tree/subscribe';

export async function subscribe(
  state: SessionState,
  { verb, mailbox }: CommandOf<'SUBSCRIBE' | 'UNSUBSCRIBE'>,
): Promise<Reply> {
  const { services, login } = state;
  const path = pathOf(mailbox);
  const subscribed = verb === 'SUBSCRIBE';
  const done = await subscribeMailbox(services.mail, login!.accountId, path, subscribed);
  state.notifying?.watch?.own.noteMailbox(path);
  return subscribeReplies[done.kind];
}
