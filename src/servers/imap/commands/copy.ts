/** COPY and MOVE (RFC 9051 §6.4.7, §6.4.8). */
import { formatSet } from '#protocol/imap/sequence-set';
import type { CommandOf } from '#protocol/imap/command';
import { InProgress } from '#servers/imap/in-progress';
import { pathOf } from '#servers/imap/responses/mailbox-path';
import { REPLIES } from '#servers/imap/responses/replies';
import { ok, untaggedLine, type Reply } from '#servers/imap/responses/reply';
import { resolve } from '#servers/imap/selected/sets';
import type { SessionState } from '#servers/imap/session-state';
import { copyMessages, moveMessages, type Copied } from '#store/mailboxes/change/copy';
import { findMailbox } from '#store/mailboxes/tree/tree';

export async function copy(
  state: SessionState,
  command: CommandOf<'COPY' | 'MOVE'>,
  tag: string,
): Promise<Reply> {
  const { readOnly, told, now, view } = state.selected!;
  const { accountId } = state.login!;
  const { mail } = state.services;
  const moves = command.verb === 'MOVE';
  if (moves && readOnly) return REPLIES.readOnly;
  const found = resolve(told, command.set, command.uid, state.saved);
  if (found.kind === 'no-such-number') return REPLIES.noSuchNumber;
  const uids = found.places.map((place) => told.uids[place]!);
  // RFC 2180 §4.4.1: all that a client named by their numbers, or none
  if (!command.uid && told.uids !== now.uids && uids.some((uid) => now.placeOf(uid) < 0))
    return REPLIES.someExpunged;
  const to = await findMailbox(mail.pool, accountId, pathOf(command.mailbox));
  if (to === undefined) return REPLIES.tryCreate;
  const progress = new InProgress(state, tag);
  // a copy is one statement: it is there or it is not
  if (moves) progress.note(0, uids.length);
  const request = { from: view.mailboxId, uids, to: to.id };
  const copied = await progress.during(
    moves
      ? moveMessages(mail, accountId, {
          ...request,
          done: (messages) => progress.note(messages, uids.length),
        })
      : copyMessages(mail, accountId, request),
  );
  if (copied.kind === 'no-such-mailbox')
    return copied.which === 'to' ? REPLIES.tryCreate : REPLIES.noSuchMailbox;
  if (copied.kind === 'too-many-copies') return REPLIES.tooManyCopies;
  state.noteBrought(to.id, copied.destination);
  state.notifying?.watch?.own.noteSteps(copied.steps);
  return moves ? moved(state, copied) : ok('Copied', copyUid(copied));
}

/** The code comes in an untagged response, before the messages are told to be gone. */
function moved({ out, enabled }: SessionState, copied: Done): Reply {
  const code = copyUid(copied);
  if (code === undefined) return MOVED;
  out.text(untaggedLine(ok('The new messages', code)));
  return enabled.qresync ? ok('Moved', `HIGHESTMODSEQ ${copied.modseq}`) : MOVED;
}

const MOVED = ok('Moved');

type Done = Extract<Copied, { kind: 'copied' }>;

function copyUid({ uidValidity, source, destination }: Done): string | undefined {
  return source.length === 0
    ? undefined
    : `COPYUID ${uidValidity} ${formatSet(source)} ${formatSet(destination)}`;
}
