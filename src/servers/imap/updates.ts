/** Tells a session what changed in its mailbox since it was last told (RFC 9051 §7.5, RFC 7162 §3.2.10). */
import type { MessageSet } from '#protocol/imap/command';
import { formatSet } from '#protocol/imap/sequence-set';
import { vanishedSince } from '#store/mailboxes/view/vanished';
import { BYES } from './responses/replies.ts';
import { flagsAt, flagsLines } from './selected/flags-text.ts';
import { uidRangesOf } from './selected/sets.ts';
import { updatesOf, type Updates } from './selected/told.ts';
import type { SessionState } from './session-state.ts';

export interface Telling {
  /** Whether message numbers may move now. */
  readonly expunges: boolean;
  /** Whether changed flags are told now. */
  readonly flags?: boolean;
}

/** Says all there is to say. */
export function tellUpdates(state: SessionState, telling: Telling): void {
  const { selected } = state;
  if (selected === undefined) return;
  if (selected.view.removed) return state.end(BYES.mailboxGone);
  const { expunges, flags = true } = telling;
  const { told, now } = selected;
  if (told.uids === now.uids && told.count === now.count && told.modseq >= now.modseq) return;
  const updates = updatesOf(told, now, { expunges, flags, own: selected.own });
  selected.tell(updates.next, flags);
  sayGone(state, updates.gone);
  if (updates.exists !== undefined) {
    state.out.text(`* ${updates.exists} EXISTS\r\n`);
    sayRecent(state, told.uids[told.count - 1] ?? 0);
    const wanted = state.notifying?.selected?.fetch ?? [];
    if (wanted.length > 0) selected.unfetched ??= (told.uids[told.count - 1] ?? 0) + 1;
  }
  sayKeywords(state);
  const parts = { uid: state.notifying !== undefined, flags: true };
  for (const { sequence, place } of updates.changed)
    state.out.text(fetchLine(state, sequence, place, parts));
}

/**
 * RFC 7162 §3.2: whoever heard the modseq of a change before what went earlier would never hear of that after a lost connection. Said at
 * the end of each command until all is told, and once then.
 */
export function sayComplete({ enabled, selected, out }: SessionState): void {
  if (!enabled.qresync || selected === undefined) return;
  const { keepsGone, heldBack, complete } = selected;
  if (!keepsGone && !heldBack) return;
  selected.heldBack = keepsGone;
  const text = keepsGone ? 'What went since is told later' : 'All is told';
  out.text(`* OK [HIGHESTMODSEQ ${complete}] ${text}\r\n`);
}

/** RFC 3501 §7.3.2. @param from the UID up to which the client knew of messages */
function sayRecent({ selected, enabled, out }: SessionState, from: number): void {
  if (enabled.rev2) return;
  const { told, readOnly } = selected!;
  const to = told.uids[told.count - 1]!;
  selected!.tellRecent(from, to);
  if (!readOnly) selected!.unnoted = to;
  out.text(`* ${selected!.recent.count(told)} RECENT\r\n`);
}

/** New keywords come before the first message that has them. */
export function sayKeywords({ selected, out }: SessionState): void {
  const keywords = selected!.view.keywordsInUse();
  if (keywords.length === selected!.keywordsTold) return;
  selected!.keywordsTold = keywords.length;
  out.text(flagsLines(keywords, selected!.readOnly));
}

function sayGone({ out, enabled }: SessionState, gone: Updates['gone']): void {
  if (gone.length === 0) return;
  if (enabled.qresync || enabled.uidOnly) {
    out.text(`* VANISHED ${formatSet(gone.map(({ uid }) => uid))}\r\n`);
    return;
  }
  // each one moves those behind it
  for (const [before, { sequence }] of gone.entries())
    out.text(`* ${sequence - before} EXPUNGE\r\n`);
}

export interface LineParts {
  /** The answer to a UID command names the UID (RFC 9051 §6.4.9). */
  readonly uid: boolean;
  readonly flags: boolean;
}

/** What FETCH tells of a message unasked, or in answer to STORE. */
export function fetchLine(
  { enabled, selected }: SessionState,
  sequence: number,
  place: number,
  { uid, flags }: LineParts,
): string {
  const { now } = selected!;
  const parts: string[] = [];
  // RFC 7162 §3.2.4
  if ((uid || enabled.qresync) && !enabled.uidOnly) parts.push(`UID ${now.uids[place]!}`);
  if (flags) parts.push(`FLAGS ${flagsAt(now, place, selected!.recent)}`);
  if (enabled.condstore) parts.push(`MODSEQ (${now.modseqs[place]!})`);
  return enabled.uidOnly
    ? `* ${now.uids[place]!} UIDFETCH (${parts.join(' ')})\r\n`
    : `* ${sequence} FETCH (${parts.join(' ')})\r\n`;
}

/**
 * What left the mailbox after a modseq (RFC 7162 §3.2.10.1).
 * @param known the UIDs that the client asks about; undefined for all
 */
export async function sayVanished(
  { services, selected, saved, out }: SessionState,
  modseq: number,
  known: MessageSet | undefined,
): Promise<void> {
  const asked = known && uidRangesOf(known, saved);
  const ranges = await vanishedSince(services.mail, selected!.view, modseq, asked);
  if (ranges.length === 0) return;
  const text = ranges.map(({ from, to }) => (from === to ? `${from}` : `${from}:${to}`)).join();
  out.text(`* VANISHED (EARLIER) ${text}\r\n`);
}
