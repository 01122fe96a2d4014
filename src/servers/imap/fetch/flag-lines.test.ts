import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { IndexRange } from '#protocol/imap/sequence-set';
import { flagsText } from '#servers/imap/selected/flags-text';
import { Recent } from '#servers/imap/selected/recent';
import type { ViewState } from '#store/mailboxes/view/view';
import { flagLines } from './flag-lines.ts';

const WORDS = [[], ['Work'], ['Work', 'late']];

/** What of the state is looked at. */
function stateOf(messages: readonly { flags: number; words: number }[]): ViewState {
  const state = {
    uids: Uint32Array.from(messages, (_, i) => 10 + i * 3),
    flags: Uint8Array.from(messages, ({ flags }) => flags),
    keywords: Uint32Array.from(messages, ({ words }) => words),
    keywordsAt: (place: number) => WORDS[messages[place]!.words]!,
  };
  return state as unknown as ViewState;
}

const alike = fc
  .record({
    flags: fc.constantFrom(0, 1, 9),
    words: fc.integer({ min: 0, max: 2 }),
    count: fc.integer({ min: 1, max: 1100 }),
  })
  .map(({ count, ...message }) => Array.from({ length: count }, () => message));
const messages = fc.array(alike, { minLength: 1, maxLength: 6 }).map((runs) => runs.flat());

/** All places but one in so many. */
function rangesOf(count: number, every: number): IndexRange[] {
  const ranges: IndexRange[] = [];
  for (let start = 0; start < count; start += every)
    ranges.push({ start, end: Math.min(count, start + every - 1) });
  return ranges;
}

test('each message is told with its number and its flags, however long runs of equal ones are', () => {
  fc.assert(
    fc.property(
      messages,
      fc.boolean(),
      fc.constantFrom('FETCH' as const, 'UIDFETCH' as const),
      fc.constantFrom(2, 5, 40, 1500, Infinity),
      fc.nat(4000),
      (all, withUid, verb, every, recentFrom) => {
        const state = stateOf(all);
        const recent = new Recent();
        recent.add(recentFrom, recentFrom + 40);
        recent.add(recentFrom + 50, recentFrom + 3500);
        const ranges = rangesOf(all.length, every);
        const places = ranges.flatMap(({ start, end }) => [...all.keys()].slice(start, end));
        const lines = [...flagLines(state, ranges, verb, withUid, recent)].join('');
        const expected = Array.from(places, (place) => {
          const uid = state.uids[place]!;
          const flags = flagsText(state, place, recent.has(uid));
          return `* ${verb === 'FETCH' ? place + 1 : uid} ${verb} (${withUid ? `UID ${uid} ` : ''}FLAGS ${flags})\r\n`;
        });
        assert.equal(lines, expected.join(''));
      },
    ),
    { numRuns: 60 },
  );
});
