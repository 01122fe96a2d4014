import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Published, nextRound } from './publication.ts';

test('whoever asks at a time sees the last value that was to be seen by then, however the changes came', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(40), { maxLength: 20 }),
      fc.constantFrom(10, 60),
      (waits, period) => {
        const published = new Published(0);
        const all: { from: number; value: number }[] = [];
        let now = 0;
        for (const [index, wait] of waits.entries()) {
          now += wait;
          const from = nextRound(now, period);
          published.set(index + 1, from, now);
          all.push({ from, value: index + 1 });
          assert.equal(published.newest, index + 1);
          for (const later of [0, 1, period, 2 * period]) {
            const expected = all.findLast((one) => one.from <= now + later)?.value ?? 0;
            assert.equal(published.at(now + later), expected);
          }
        }
      },
    ),
  );
});

test('a round comes strictly after now, and by one period at the latest', () => {
  fc.assert(
    fc.property(fc.nat(10_000), fc.integer({ min: 1, max: 500 }), (now, period) => {
      const next = nextRound(now, period);
      assert.ok(next > now && next <= now + period && next % period === 0);
    }),
  );
});
