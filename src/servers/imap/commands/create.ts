/** CREATE (RFC 9051 §6.3.4; RFC 6154 §3; RFC 8474 §4.1). */
import type { CommandOf } from '#protocol/imap/command';
import { spellingLine } from '#servers/imap/responses/list-line';
import { pathOf } from '#servers/imap/responses/mailbox-path';
import { objectId } from '#servers/imap/responses/object-id';
import { createReplies, REPLIES } from '#servers/imap/responses/replies';
import { ok, type Reply } from '#servers/imap/responses/reply';
import { roleOf } from '#servers/imap/responses/special-use';
import type { SessionState } from '#servers/imap/session-state';
import { createMailbox } from '#store/mailboxes/tree/create';

export async function create(
  state: SessionState,
  { mailbox, use }: CommandOf<'CREATE'>,
): Promise<Reply> {
  const { services, login } = state;
  const roles = use.map((attribute) => roleOf(attribute));
  const [role] = roles;
  // a mailbox has one use at most here
  if (roles.length > 1 || (roles.length === 1 && role === undefined)) return REPLIES.badUse;
  const path = pathOf(mailbox);
  const created = await createMailbox(services.mail, login!.accountId, { path, role });
  if (created.kind !== 'created') return createReplies[created.kind];
  state.notifying?.watch?.own.noteMailbox(path);
  state.out.text(spellingLine(state.enabled, mailbox));
  return ok('Created', `MAILBOXID (${objectId('mailbox', created.mailboxId)})`);
}
