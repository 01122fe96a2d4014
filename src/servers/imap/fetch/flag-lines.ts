/**
 * The lines of FETCH FLAGS and UID FETCH FLAGS, which clients ask of whole mailboxes at each start: what is said of equal flags is made
 * once, and a run of messages with equal flags is put together by the engine, since a process that has just begun runs a loop slowly.
 * Called by say-flags.ts.
 */
import type { FetchItem } from '#protocol/imap/command';
import { flagsText } from '#servers/imap/flags-text';
import type { Recent } from '#servers/imap/recent';
import type { ViewState } from '#store/mailboxes/view';

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

/** Messages by their places in the view, and how each is called. */
export interface NumberedPlaces {
  readonly places: Uint32Array;
  /** Message numbers, or UIDs for UIDFETCH (RFC 9586). */
  readonly numbers: Uint32Array;
}

/** @param verb FETCH, with message numbers, or UIDFETCH, with UIDs (RFC 9586) */
export function* flagLines(
  state: ViewState,
  { places, numbers }: NumberedPlaces,
  verb: 'FETCH' | 'UIDFETCH',
  withUid: boolean,
  recent: Recent,
): Generator<string> {
  const { uids, flags, keywords } = state;
  const { first } = recent;
  const ends = new Map<number, string>();
  const start = ` ${verb} (${withUid ? 'UID ' : ''}`;
  for (let from = 0; from < places.length; from += LINES) {
    const until = Math.min(from + LINES, places.length);
    let lines = '';
    for (let at = from; at < until;) {
      const place = places[at]!;
      const some = flags[place]!;
      const words = keywords[place]!;
      const isRecent = uids[place]! >= first && recent.has(uids[place]!);
      let next = at + 1;
      for (; next < until; next++) {
        const other = places[next]!;
        if (flags[other] !== some || keywords[other] !== words) break;
        if ((uids[other]! >= first && recent.has(uids[other]!)) !== isRecent) break;
      }
      const set = words * 256 + some + (isRecent ? RECENT : 0);
      let end = ends.get(set);
      if (end === undefined) {
        end = `${withUid ? ' ' : start}FLAGS ${flagsText(state, place, isRecent)})\r\n`;
        ends.set(set, end);
      }
      if (!withUid && next - at >= RUN)
        lines += `* ${numbers.subarray(at, next).join(`${end}* `)}${end}`;
      else
        for (; at < next; at++)
          lines += withUid
            ? `* ${numbers[at]!}${start}${uids[places[at]!]!}${end}`
            : `* ${numbers[at]!}${end}`;
      at = next;
    }
    yield lines;
  }
}
