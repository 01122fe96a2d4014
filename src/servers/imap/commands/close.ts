/** CLOSE (RFC 9051 §6.4.1), which expunges what is marked without a word, and UNSELECT (§6.4.2), which does not. */
import type { CommandOf } from '#protocol/imap/command';
import { InProgress } from '#servers/imap/in-progress';
import { ok, type Reply } from '#servers/imap/responses/reply';
import type { SessionState } from '#servers/imap/session-state';
import { FLAG } from '#store/emails/emails';
import { expunge } from '#store/mailboxes/change/expunge';

export async function close(
  state: SessionState,
  _: CommandOf<'CLOSE'>,
  tag: string,
): Promise<Reply> {
  const { readOnly, view, now } = state.selected!;
  const { services, login } = state;
  const marked = now.flags.subarray(0, now.count).some((flags) => (flags & FLAG.deleted) !== 0);
  if (!readOnly && marked) {
    const expunged = await new InProgress(state, tag).during(
      expunge(services.mail, login!.accountId, view.mailboxId, { onlyDeleted: true }),
    );
    if (expunged.kind === 'expunged') state.notifying?.watch?.own.noteSteps(expunged.steps);
  }
  return unselect(state);
}

export function unselect(state: SessionState): Reply {
  state.unselect();
  return CLOSED;
}

const CLOSED = ok('Closed');
