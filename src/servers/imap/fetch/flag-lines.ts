/**
 * The lines of FETCH FLAGS and UID FETCH FLAGS, which clients ask of whole mailboxes at each start: what is said of equal flags is made
 * once, and the loop does as little as can be, since a process that has just begun runs it slowly. Called by run.ts.
 */
import type { FetchItem } from '#protocol/imap/command';
import { flagsText } from '#servers/imap/flags-text';
import type { Recent } from '#servers/imap/recent';
import type { ViewState } from '#store/mailboxes/view';
import type { Target } from './run.ts';

/** Lines that are put together at once. */
const LINES = 1000;
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
  targets: readonly Target[],
  verb: 'FETCH' | 'UIDFETCH',
  withUid: boolean,
  recent: Recent,
): Generator<string> {
  const { uids, flags, keywords } = state;
  const { first } = recent;
  const ends = new Map<number, string>();
  const start = ` ${verb} (${withUid ? 'UID ' : ''}`;
  for (let from = 0; from < targets.length; from += LINES) {
    const until = Math.min(from + LINES, targets.length);
    let lines = '';
    for (let i = from; i < until; i++) {
      const { place, sequence } = targets[i]!;
      const isRecent = uids[place]! >= first && recent.has(uids[place]!);
      const set = keywords[place]! * 256 + flags[place]! + (isRecent ? RECENT : 0);
      let end = ends.get(set);
      if (end === undefined) {
        end = `${withUid ? ' ' : start}FLAGS ${flagsText(state, place, isRecent)})\r\n`;
        ends.set(set, end);
      }
      const number = verb === 'FETCH' ? sequence : uids[place]!;
      lines += withUid ? `* ${number}${start}${uids[place]!}${end}` : `* ${number}${end}`;
    }
    yield lines;
  }
}
