import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { flagsText } from '#servers/imap/flags-text';
import { Recent } from '#servers/imap/recent';
import type { ViewState } from '#store/mailboxes/view';
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

test('each message is told with its number and its flags, however long runs of equal ones are', () => {
  fc.assert(
    fc.property(
      messages,
      fc.boolean(),
      fc.integer({ min: 1, max: 4 }),
      fc.nat(4000),
      (all, withUid, every, recentFrom) => {
        const state = stateOf(all);
        const recent = new Recent();
        recent.add(recentFrom, recentFrom + 40);
        const places = Uint32Array.from(all.keys()).filter((place) => place % every === 0);
        const numbers = places.map((place) => place + 1);
        const lines = [...flagLines(state, { places, numbers }, 'FETCH', withUid, recent)].join('');
        const expected = Array.from(places, (place) => {
          const uid = state.uids[place]!;
          const flags = flagsText(state, place, recent.has(uid));
          return `* ${place + 1} FETCH (${withUid ? `UID ${uid} ` : ''}FLAGS ${flags})\r\n`;
        });
        assert.equal(lines, expected.join(''));
      },
    ),
    { numRuns: 60 },
  );
});
