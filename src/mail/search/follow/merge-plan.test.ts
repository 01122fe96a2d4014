import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { planMerge } from './merge-plan.ts';

/** Adds segments one after another and merges whatever is due; counts how many emails were written. */
function grow(arrivals: readonly number[]): { sizes: number[]; written: number } {
  let sizes: number[] = [];
  let written = 0;
  for (const size of arrivals) {
    sizes.push(size);
    written += size;
    for (let places = planMerge(sizes); places; places = planMerge(sizes)) {
      const merged = places.reduce((sum, place) => sum + sizes[place]!, 0);
      sizes = [...sizes.filter((_, place) => !(places ?? []).includes(place)), merged];
      written += merged;
    }
  }
  return { sizes, written };
}

test('an account has few segments however its mail came, and an email is written anew a few times', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(1, 1, 1, 2, 30, 512, 4096), { maxLength: 3000 }),
      (arrivals) => {
        const total = arrivals.reduce((sum, size) => sum + size, 0);
        const { sizes, written } = grow(arrivals);
        assert.equal(
          sizes.reduce((sum, size) => sum + size, 0),
          total,
        );
        assert.ok(
          sizes.length <= 4 * 7 + 15 + total / 65_536,
          `${sizes.length} segments of ${total}`,
        );
        assert.ok(written <= 6 * total);
      },
    ),
    { numRuns: 30 },
  );
});

test('50,000 emails that came together are written once', () => {
  const arrivals = Array.from({ length: 12 }, () => 4096);
  assert.deepEqual(grow(arrivals), { sizes: arrivals, written: 12 * 4096 });
});

test('the largest segments stay as they are', () => {
  assert.equal(planMerge(Array.from({ length: 100 }, () => 70_000)), undefined);
});
