/**
 * FETCH (RFC 9051 §6.4.5; RFC 7162 §3.1.4 and §3.2.6; RFC 9394 §3.4): which messages are asked for, \Seen where the items set it; the
 * answers are fetch/run.ts.
 */
import type { CommandOf, FetchItem, Partial } from '#protocol/imap/command';
import { lowerBound } from '#protocol/imap/sequence-set';
import { setsSeen } from '#servers/imap/fetch/items';
import type { Target } from '#servers/imap/fetch/plan';
import { FetchRun } from '#servers/imap/fetch/run';
import { asksFlagsAlone, sayFlags } from '#servers/imap/fetch/say-flags';
import { REPLIES } from '#servers/imap/responses/replies';
import { ok, type Reply } from '#servers/imap/responses/reply';
import type { SelectedMailbox } from '#servers/imap/selected/selected-mailbox';
import { resolve, resolveRanges } from '#servers/imap/selected/sets';
import type { SessionState } from '#servers/imap/session-state';
import { sayVanished } from '#servers/imap/updates';
import { FLAG } from '#store/emails/emails';
import { setFlags } from '#store/mailboxes/change/flags';

export async function fetch(state: SessionState, command: CommandOf<'FETCH'>): Promise<Reply> {
  const selected = state.selected!;
  const { mail, clock } = state.services;
  mail.lastRead.at = clock.monotonic();
  if (command.changedSince !== undefined || command.items.some(({ item }) => item === 'MODSEQ'))
    state.useModseqs();
  if (await sayFlagsAlone(state, selected, command)) return DONE;
  const found = targetsOf(state, selected, command);
  if (found.kind === 'refused') return found.reply;
  if (command.vanished) await sayVanished(state, command.changedSince!, command.set);
  const seen = await markSeen(state, selected, command.items, found.targets);
  if (seen === 'gone') return REPLIES.noSuchMailbox;
  const targets = placesNow(selected, found);
  const run = new FetchRun(state, selected, command, seen);
  await run.all(targets);
  if (run.unknownEncoding) return REPLIES.unknownEncoding;
  const left = targets.length < found.targets.length && !command.uid;
  return found.gone || left || run.purged ? REPLIES.someExpunged : DONE;
}

const DONE = ok('Fetched');

/** Where flags alone are asked for, and all messages stand where the client was told. */
async function sayFlagsAlone(
  state: SessionState,
  selected: SelectedMailbox,
  command: CommandOf<'FETCH'>,
): Promise<boolean> {
  const { set, uid, changedSince, partial } = command;
  const { told, now } = selected;
  if (told.uids !== now.uids || changedSince !== undefined || partial !== undefined) return false;
  const alone = asksFlagsAlone(command, state);
  if (alone === undefined) return false;
  const resolved = resolveRanges(told, set, uid, state.saved);
  if (resolved.kind === 'no-such-number') return false;
  await sayFlags(state, selected, resolved.ranges, alone.withUid);
  return true;
}

/** What NOTIFY tells of messages that came in (RFC 5465 §5.2). */
export async function fetchArrivals(
  state: SessionState,
  items: readonly FetchItem[],
): Promise<undefined> {
  const selected = state.selected!;
  const { told, now } = selected;
  const { from, except } = selected.takeUnfetched();
  const targets: Target[] = [];
  for (let i = lowerBound(told.uids, told.count, from); i < told.count; i++) {
    const place = now.placeOf(told.uids[i]!);
    if (place >= 0 && !except.has(told.uids[i]!)) targets.push({ place, sequence: i + 1 });
  }
  const asked = { items, uid: false, changedSince: undefined };
  await new FetchRun(state, selected, asked, NONE).all(targets);
}

interface Found {
  readonly kind: 'targets';
  readonly targets: readonly Target[];
  /** The UIDs that the places are of. */
  readonly uids: Uint32Array;
  readonly gone: boolean;
}

type Targets = Found | { readonly kind: 'refused'; readonly reply: Reply };

function targetsOf(
  { saved }: SessionState,
  { told, now }: SelectedMailbox,
  { set, uid, changedSince, partial }: CommandOf<'FETCH'>,
): Targets {
  const resolved = resolve(told, set, uid, saved);
  if (resolved.kind === 'no-such-number') return { kind: 'refused', reply: REPLIES.noSuchNumber };
  const targets: Target[] = [];
  let gone = false;
  const same = told.uids === now.uids;
  for (const toldPlace of resolved.places) {
    const place = same ? toldPlace : now.placeOf(told.uids[toldPlace]!);
    if (place < 0) gone = true;
    else if (changedSince === undefined || now.modseqAt(place) > changedSince)
      targets.push({ place, sequence: toldPlace + 1 });
  }
  return { kind: 'targets', targets: part(targets, partial), uids: now.uids, gone: gone && !uid };
}

/** While something was awaited messages may have left, and others have moved up to their places. */
function placesNow({ now }: SelectedMailbox, { targets, uids }: Found): readonly Target[] {
  if (now.uids === uids) return targets;
  return targets
    .map(({ place, sequence }) => ({ place: now.placeOf(uids[place]!), sequence }))
    .filter(({ place }) => place >= 0);
}

/** RFC 9394 §3.1: from one place to another, counted from the end where negative. */
function part(targets: Target[], partial: Partial | undefined): Target[] {
  if (partial === undefined) return targets;
  const { from, to } = partial;
  if (from > 0) return targets.slice(Math.min(from, to) - 1, Math.max(from, to));
  const end = targets.length + Math.max(from, to) + 1;
  return targets.slice(Math.max(0, targets.length + Math.min(from, to)), Math.max(0, end));
}

/** Sets \Seen where the items say so; the places of the messages that had it not, or that the mailbox is gone. */
async function markSeen(
  { services, login }: SessionState,
  selected: SelectedMailbox,
  items: readonly FetchItem[],
  targets: readonly Target[],
): Promise<ReadonlySet<number> | 'gone'> {
  if (selected.readOnly || !items.some((item) => setsSeen(item))) return NONE;
  const { now } = selected;
  const unseen = targets.filter(({ place }) => (now.flags[place]! & FLAG.seen) === 0);
  if (unseen.length === 0) return NONE;
  const uids = Uint32Array.from(unseen, ({ place }) => now.uids[place]!);
  const { mailboxId } = selected.view;
  const stored = await setFlags(services.mail, login!.accountId, mailboxId, {
    uids,
    op: 'add',
    flags: FLAG.seen,
    keywords: [],
  });
  if (stored.kind !== 'stored') return 'gone';
  // the responses tell it
  for (const modseq of stored.modseqs) selected.noteOwn(modseq);
  return new Set(unseen.map(({ sequence }) => sequence));
}

const NONE: ReadonlySet<number> = new Set();
