/** STORE (RFC 9051 §6.4.6; RFC 7162 §3.1.3). */
import { formatSet } from '#protocol/imap/sequence-set';
import type { CommandOf } from '#protocol/imap/command';
import { InProgress } from '#servers/imap/in-progress';
import { REPLIES, storeFlagsReplies } from '#servers/imap/responses/replies';
import { ok, type Reply } from '#servers/imap/responses/reply';
import type { SelectedMailbox } from '#servers/imap/selected/selected-mailbox';
import { resolve } from '#servers/imap/selected/sets';
import { sequenceOf } from '#servers/imap/selected/told';
import type { SessionState } from '#servers/imap/session-state';
import { fetchLine, sayKeywords, type LineParts } from '#servers/imap/updates';
import { setFlags, type FlagsStored } from '#store/mailboxes/change/flags';

/** Lines that are said before the client's reading is looked at. */
const AT_ONCE = 1000;

const OPS = { add: 'add', remove: 'remove', replace: 'set' } as const;

export async function store(
  state: SessionState,
  command: CommandOf<'STORE'>,
  tag: string,
): Promise<Reply> {
  const selected = state.selected!;
  const { services, login } = state;
  if (selected.readOnly) return REPLIES.readOnly;
  if (command.unchangedSince !== undefined) state.useModseqs();
  const { told, view } = selected;
  const found = resolve(told, command.set, command.uid, state.saved);
  if (found.kind === 'no-such-number') return REPLIES.noSuchNumber;
  const uids = found.places.map((place) => told.uids[place]!);
  const progress = new InProgress(state, tag);
  progress.note(0, uids.length);
  const storing = setFlags(services.mail, login!.accountId, view.mailboxId, {
    uids,
    op: OPS[command.mode],
    flags: command.flags.bits,
    keywords: view.spellings(command.flags.keywords),
    unchangedSince: command.unchangedSince,
    done: (messages) => progress.note(messages, uids.length),
  });
  const stored = await progress.during(storing);
  if (stored.kind !== 'stored') return storeFlagsReplies[stored.kind];
  for (const modseq of stored.modseqs) selected.noteOwn(modseq);
  state.notifying?.watch?.own.noteSteps(stored.steps);
  await sayStored(state, selected, command, uids, stored);
  if (stored.modified.length > 0) return modified(selected, command.uid, stored.modified);
  const gone = uids.some((uid) => selected.now.placeOf(uid) < 0);
  return gone && !command.uid ? REPLIES.someExpunged : STORED;
}

const STORED = ok('Stored');

/** The flags of all that were named; with .SILENT only the modseqs of what changed (RFC 7162 §3.1.3). */
async function sayStored(
  state: SessionState,
  selected: SelectedMailbox,
  { silent, uid }: CommandOf<'STORE'>,
  uids: Uint32Array,
  { changed }: Extract<FlagsStored, { kind: 'stored' }>,
): Promise<void> {
  sayKeywords(state);
  const { condstore } = state.enabled;
  if (silent && !condstore) return;
  const { now, told } = selected;
  const parts: LineParts = { uid, flags: !silent };
  for (const [i, one] of (silent ? changed : uids).entries()) {
    const place = now.placeOf(one);
    if (place >= 0) state.out.text(fetchLine(state, sequenceOf(told, one), place, parts));
    if (i % AT_ONCE === AT_ONCE - 1) await state.link.room();
  }
}

/** RFC 7162 §3.1.3: what UNCHANGEDSINCE kept as it was. */
function modified({ told }: SelectedMailbox, uid: boolean, uids: Uint32Array): Reply {
  const numbers = uid ? uids : uids.map((one) => sequenceOf(told, one));
  return ok('Stored, but for those that changed meanwhile', `MODIFIED ${formatSet(numbers)}`);
}
