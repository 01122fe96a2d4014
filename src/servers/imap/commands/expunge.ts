/** EXPUNGE (RFC 9051 §6.4.3) and UID EXPUNGE (RFC 4315). What went is told like any other change. */
import type { CommandOf } from '#protocol/imap/command';
import { InProgress } from '#servers/imap/in-progress';
import { REPLIES } from '#servers/imap/responses/replies';
import { ok, type Reply } from '#servers/imap/responses/reply';
import { resolve } from '#servers/imap/selected/sets';
import type { SessionState } from '#servers/imap/session-state';
import { expunge as expungeMessages } from '#store/mailboxes/change/expunge';

export async function expunge(
  state: SessionState,
  { set }: CommandOf<'EXPUNGE'>,
  tag: string,
): Promise<Reply> {
  const { readOnly, told, view } = state.selected!;
  const { services, login, enabled, saved } = state;
  if (readOnly) return REPLIES.readOnly;
  const found = set && resolve(told, set, true, saved);
  const uids =
    found?.kind === 'places' ? found.places.map((place) => told.uids[place]!) : undefined;
  const expunged = await new InProgress(state, tag).during(
    expungeMessages(services.mail, login!.accountId, view.mailboxId, { uids, onlyDeleted: true }),
  );
  if (expunged.kind === 'no-such-mailbox') return REPLIES.noSuchMailbox;
  state.notifying?.watch?.own.noteSteps(expunged.steps);
  // RFC 7162 §3.2.7
  return enabled.qresync && expunged.uids.length > 0
    ? ok('Expunged', `HIGHESTMODSEQ ${expunged.modseq}`)
    : EXPUNGED;
}

const EXPUNGED = ok('Expunged');
