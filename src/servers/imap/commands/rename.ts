/** RENAME (RFC 9051 §6.3.6). */
import type { CommandOf } from '#protocol/imap/command';
import { spellingLine } from '#servers/imap/responses/list-line';
import { pathOf } from '#servers/imap/responses/mailbox-path';
import { REPLIES, renameReplies } from '#servers/imap/responses/replies';
import type { Reply } from '#servers/imap/responses/reply';
import type { SessionState } from '#servers/imap/session-state';
import { renameMailbox } from '#store/mailboxes/tree/rename';
import { findMailbox } from '#store/mailboxes/tree/tree';

export async function rename(
  state: SessionState,
  { from, to }: CommandOf<'RENAME'>,
): Promise<Reply> {
  const { mail } = state.services;
  const { accountId } = state.login!;
  const mailbox = await findMailbox(mail.pool, accountId, pathOf(from));
  if (mailbox === undefined) return REPLIES.noSuchMailbox;
  const renamed = await renameMailbox(mail, accountId, mailbox.id, pathOf(to));
  if (renamed.kind === 'renamed') {
    state.notifying?.watch?.own.noteMailbox(mailbox.path);
    state.notifying?.watch?.own.noteMailbox(pathOf(to));
    state.out.text(spellingLine(state.enabled, to));
  }
  return renameReplies[renamed.kind];
}
