/** STATUS (RFC 9051 §6.3.11). */
import type { CommandOf } from '#protocol/imap/command';
import { pathOf } from '#servers/imap/responses/mailbox-path';
import { REPLIES } from '#servers/imap/responses/replies';
import { ok, type Reply } from '#servers/imap/responses/reply';
import type { SessionState } from '#servers/imap/session-state';
import { statusLine } from '#servers/imap/status-text';
import { findMailbox } from '#store/mailboxes/tree/tree';

export async function status(
  state: SessionState,
  { mailbox: name, items }: CommandOf<'STATUS'>,
): Promise<Reply> {
  const { services, login, out } = state;
  const mailbox = await findMailbox(services.mail.pool, login!.accountId, pathOf(name));
  if (mailbox === undefined) return REPLIES.noSuchMailbox;
  // RFC 7162 §3.1
  if (items.includes('HIGHESTMODSEQ')) state.useModseqs();
  out.text(await statusLine(state, mailbox, items));
  return DONE;
}

const DONE = ok('Status told');
