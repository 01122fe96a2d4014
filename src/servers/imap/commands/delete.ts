/** DELETE (RFC 9051 §6.3.5). */
import type { CommandOf } from '#protocol/imap/command';
import { pathOf } from '#servers/imap/responses/mailbox-path';
import { deleteReplies, REPLIES } from '#servers/imap/responses/replies';
import type { Reply } from '#servers/imap/responses/reply';
import type { SessionState } from '#servers/imap/session-state';
import { removeMailbox } from '#store/mailboxes/tree/remove';
import { findMailbox } from '#store/mailboxes/tree/tree';

export async function deleteMailbox(
  state: SessionState,
  command: CommandOf<'DELETE'>,
): Promise<Reply> {
  const { mail } = state.services;
  const { accountId } = state.login!;
  const mailbox = await findMailbox(mail.pool, accountId, pathOf(command.mailbox));
  if (mailbox === undefined) return REPLIES.noSuchMailbox;
  const removed = await removeMailbox(mail, accountId, mailbox.id);
  if (removed.kind === 'removed') state.notifying?.watch?.own.noteMailbox(mailbox.path);
  // who deletes the mailbox that it has selected knows that it is gone
  if (removed.kind === 'removed' && state.selected?.view.mailboxId === mailbox.id) state.unselect();
  return deleteReplies[removed.kind];
}
