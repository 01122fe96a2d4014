/**
 * The lines of FETCH FLAGS and UID FETCH FLAGS, which clients ask of whole mailboxes at each start: what is said of equal flags is made
 * once, and a run of messages with equal flags is found and put together by the engine, since a process that has just begun runs a loop
 * slowly: 5,000 messages took three milliseconds of loops, where they take half of one later on.
 * Called by say-flags.ts.
 */
import type { FetchItem } from '#protocol/imap/command';
import type { IndexRange } from '#protocol/imap/sequence-set';
import { flagsText } from '#servers/imap/selected/flags-text';
import type { Recent } from '#servers/imap/selected/recent';
import type { ViewState } from '#store/mailboxes/view/view';

/** Lines that are put together at once. */
const LINES = 1000;
/** From so many on the engine is faster, whose help costs something each time. */
const RUN = 8;
/** Beside the bits of flags that are stored. */
const RECENT = 128;

/** Whether these items are FLAGS alone, or UID and FLAGS. */
export function areFlagLines(items: readonly FetchItem[]): boolean {
  const names = items.map(({ item }) => item).join(' ');
  return names === 'FLAGS' || names === 'UID FLAGS';
}

/** @param verb FETCH, with message numbers, or UIDFETCH, with UIDs (RFC 9586) */
export function* flagLines(
  state: ViewState,
  ranges: readonly IndexRange[],
  verb: 'FETCH' | 'UIDFETCH',
  withUid: boolean,
  recent: Recent,
): Generator<string> {
  const { uids } = state;
  const ends = new Map<number, string>();
  const start = ` ${verb} (${withUid ? 'UID ' : ''}`;
  const endOf = (place: number, isRecent: boolean): string => {
    const set = state.keywords[place]! * 256 + state.flags[place]! + (isRecent ? RECENT : 0);
    let end = ends.get(set);
    if (end === undefined) {
      end = `${withUid ? ' ' : start}FLAGS ${flagsText(state, place, isRecent)})\r\n`;
      ends.set(set, end);
    }
    return end;
  };
  const numbers = (at: number, next: number): Uint32Array =>
    verb === 'FETCH' ? numbersOf(at, next) : uids.subarray(at, next);
  let lines = '';
  let count = 0;
  for (const range of ranges)
    for (let from = range.start; from < range.end;) {
      const until = Math.min(from + LINES, range.end);
      const alike = until - from >= RUN && areAlike(state, recent, from, until);
      for (let at = from; at < until;) {
        const isRecent = recent.has(uids[at]!);
        const end = endOf(at, isRecent);
        const next = alike ? until : endOfRun(state, recent, at, until, isRecent);
        if (!withUid && next - at >= RUN) lines += `* ${numbers(at, next).join(`${end}* `)}${end}`;
        else
          for (let place = at; place < next; place++) {
            const uid = uids[place]!;
            const number = verb === 'FETCH' ? place + 1 : uid;
            lines += withUid ? `* ${number}${start}${uid}${end}` : `* ${number}${end}`;
          }
        at = next;
      }
      count += until - from;
      from = until;
      if (count < LINES) continue;
      yield lines;
      lines = '';
      count = 0;
    }
  yield lines;
}

/** Whether all messages from one place to another have the same flags; false where it takes a loop to know. */
function areAlike(state: ViewState, recent: Recent, from: number, until: number): boolean {
  const { uids, flags, keywords } = state;
  if (!areEqual(flags, from, until) || !areEqual(keywords, from, until)) return false;
  return recent.ofAll(uids[from]!, uids[until - 1]!) !== undefined;
}

/** The place behind the last of the messages from `at` on that have what the first one has. */
function endOfRun(
  { uids, flags, keywords }: ViewState,
  recent: Recent,
  at: number,
  until: number,
  isRecent: boolean,
): number {
  const [some, words] = [flags[at]!, keywords[at]!];
  let next = at + 1;
  for (; next < until; next++)
    if (
      flags[next] !== some ||
      keywords[next] !== words ||
      (uids[next]! >= recent.first && recent.has(uids[next]!)) !== isRecent
    )
      break;
  return next;
}

/** Whether a part of a column has one value throughout: each then equals the one before. */
function areEqual(column: Uint8Array | Uint32Array, from: number, until: number): boolean {
  return octetsOf(column, from, until - 1).equals(octetsOf(column, from + 1, until));
}

function octetsOf(column: Uint8Array | Uint32Array, from: number, until: number): Buffer {
  const { buffer, byteOffset, BYTES_PER_ELEMENT: width } = column;
  return Buffer.from(buffer, byteOffset + from * width, (until - from) * width);
}

/** 1, 2, 3, …, as far as the longest mailbox that was asked about. */
let counted = new Uint32Array(0);

/** The message numbers of places. */
function numbersOf(from: number, until: number): Uint32Array {
  if (until > counted.length) {
    counted = new Uint32Array(Math.max(until, counted.length * 2));
    for (let i = 0; i < counted.length; i++) counted[i] = i + 1;
  }
  return counted.subarray(from, until);
}
