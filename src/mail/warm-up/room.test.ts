import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { KEPT } from '#store/queue/pace';
import { DAY, dayEnd, HOUR, hourEnd, hourOf, roomIn } from './room.ts';

/** Claims of a day, in any order. */
const claims = fc.array(
  fc.record({ isBulk: fc.boolean(), wanted: fc.nat(200), waiting: fc.nat(50) }),
  { maxLength: 60 },
);

test('however claims come, they never take more than the plan', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 500 }), claims, (most, asked) => {
      let taken = 0;
      let bulk = 0;
      for (const { isBulk, wanted, waiting } of asked) {
        const got = Math.min(wanted, roomIn({ most, taken, bulk }, isBulk, waiting));
        assert.ok(got >= 0);
        taken += got;
        if (isBulk) bulk += got;
        assert.ok(taken <= most);
      }
    }),
  );
});

test('bulk mail never takes what is kept for other mail, nor what other mail waits for', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 500 }), claims, (most, asked) => {
      let taken = 0;
      let bulk = 0;
      for (const { isBulk, wanted, waiting } of asked) {
        const left = most - taken;
        const got = Math.min(wanted, roomIn({ most, taken, bulk }, isBulk, waiting));
        taken += got;
        if (!isBulk) continue;
        bulk += got;
        assert.ok(bulk <= most - Math.floor(most / KEPT) || got === 0);
        if (got > 0) assert.ok(left - got >= waiting);
      }
      // whoever comes last with other mail finds its part, unless other mail took it
      const others = taken - bulk;
      const room = roomIn({ most, taken, bulk }, false, 0);
      assert.ok(room + others >= Math.floor(most / KEPT));
    }),
  );
});

test('an hour has an eighth of the day, and at least one', () => {
  assert.deepEqual([1, 7, 8, 50, 5000].map(hourOf), [1, 1, 1, 7, 625]);
});

test('days end at midnight UTC, hours with the hour', () => {
  const at = Date.UTC(2026, 10, 24, 23, 59, 59, 999);
  assert.equal(dayEnd(at), Date.UTC(2026, 10, 25));
  assert.equal(hourEnd(at), Date.UTC(2026, 10, 25));
  assert.equal(dayEnd(Date.UTC(2026, 10, 25)), Date.UTC(2026, 10, 25) + DAY);
  assert.equal(hourEnd(Date.UTC(2026, 10, 25)), Date.UTC(2026, 10, 25) + HOUR);
});
