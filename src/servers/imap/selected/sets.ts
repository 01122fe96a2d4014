/** Which messages a command means: sets of message numbers and UIDs as places in what the client was told (RFC 9051 §9, RFC 5182). */
import { STAR, type MessageSet } from '#protocol/imap/command';
import { findNumbers, findUids, type IndexRange } from '#protocol/imap/sequence-set';
import { rangesOf, type UidRange } from '#store/mailboxes/entries/uid-ranges';
import { sequenceOf, type Messages } from './told.ts';

/** RFC 9051 §9: a number above the number of messages; BAD. */
type NoSuchNumber = { readonly kind: 'no-such-number' };
export type Resolved = { readonly kind: 'places'; readonly places: Uint32Array } | NoSuchNumber;
export type ResolvedRanges =
  | { readonly kind: 'ranges'; readonly ranges: readonly IndexRange[] }
  | NoSuchNumber;

/**
 * Places, rising. UIDs that no message has are passed over.
 * @param saved what `$` stands for: UIDs, rising
 */
export function resolve(
  messages: Messages,
  set: MessageSet,
  uid: boolean,
  saved: Uint32Array | undefined,
): Resolved {
  const resolved = resolveRanges(messages, set, uid, saved);
  return resolved.kind === 'ranges'
    ? { kind: 'places', places: placesOf(resolved.ranges) }
    : resolved;
}

/** The one message that a number or UID means, by its UID; 0 where there is none. */
export function uidMeant(messages: Messages, message: number, uid: boolean): number {
  if (uid) return sequenceOf(messages, message) === 0 ? 0 : message;
  return message > messages.count ? 0 : messages.uids[message - 1]!;
}

/** The same as ranges of places. */
export function resolveRanges(
  { uids, count }: Messages,
  set: MessageSet,
  uid: boolean,
  saved: Uint32Array | undefined,
): ResolvedRanges {
  if (set.kind === 'saved' || uid) {
    const asked = set.kind === 'saved' ? savedSet(saved) : set;
    return { kind: 'ranges', ranges: findUids(asked, uids, count) };
  }
  const { ranges, beyond } = findNumbers(set, count);
  return beyond ? { kind: 'no-such-number' } : { kind: 'ranges', ranges };
}

function placesOf(ranges: readonly IndexRange[]): Uint32Array {
  const places = new Uint32Array(ranges.reduce((sum, { start, end }) => sum + end - start, 0));
  let at = 0;
  for (const { start, end } of ranges)
    for (let place = start; place < end; place++) places[at++] = place;
  return places;
}

function savedSet(saved: Uint32Array = NONE): { kind: 'ranges'; ranges: UidRange[] } {
  return { kind: 'ranges', ranges: rangesOf(saved) };
}

const NONE = new Uint32Array(0);

/** UIDs as the store asks with them, rising; `*` is the highest that can be. */
export function uidRangesOf(set: MessageSet, saved: Uint32Array | undefined): UidRange[] {
  const { ranges } = set.kind === 'saved' ? savedSet(saved) : set;
  return ranges
    .map(({ from, to }) => ({ from: bounded(Math.min(from, to)), to: bounded(Math.max(from, to)) }))
    .toSorted((a, b) => a.from - b.from);
}

function bounded(uid: number): number {
  return uid === STAR ? 0xffff_ffff : uid;
}
