import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sortInPieces } from './sort-in-pieces.ts';

test('pieces put together are what one stable sort makes, and others are let in often', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 6000 }),
      fc.integer({ min: 1, max: 500 }),
      async (length, values) => {
        const items = Array.from({ length }, (_, i) => ({ i, value: (i * 7919) % values }));
        const compare = (a: { value: number }, b: { value: number }) => a.value - b.value;
        let pauses = 0;
        const sorted = await sortInPieces(items, compare, () => {
          pauses++;
          return undefined;
        });
        assert.deepEqual(sorted, items.toSorted(compare));
        assert.ok(pauses >= length / 1024);
      },
    ),
    { numRuns: 40 },
  );
});
