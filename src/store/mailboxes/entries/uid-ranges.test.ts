import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { concatUids, gapsOf, piecesOf, rangesOf, type UidRange } from './uid-ranges.ts';

const uidSet = fc
  .uniqueArray(fc.integer({ min: 1, max: 60 }))
  .map((list) => Uint32Array.from(list).toSorted());

function members(ranges: readonly UidRange[]): number[] {
  return ranges.flatMap(({ from, to }) =>
    Array.from({ length: to - from + 1 }, (_, i) => from + i),
  );
}

test('ranges hold what the UIDs were, and do not touch', () => {
  fc.assert(
    fc.property(uidSet, (uids) => {
      const ranges = rangesOf(uids);
      assert.deepEqual(members(ranges), [...uids]);
      for (const [i, { from }] of ranges.entries()) {
        if (i > 0) assert.ok(from > ranges[i - 1]!.to + 1);
      }
    }),
  );
});

test('the gaps of a range are what is not there', () => {
  fc.assert(
    fc.property(uidSet, fc.nat(60), fc.nat(60), (uids, from, length) => {
      const range = { from: from + 1, to: from + length };
      const gaps = members(gapsOf({ uids, count: uids.length }, range));
      assert.deepEqual(
        gaps,
        members([range]).filter((uid) => !uids.includes(uid)),
      );
    }),
  );
});

test('pieces put together are the whole', () => {
  const uids = Uint32Array.from({ length: 25_000 }, (_, i) => i * 2 + 1);
  const pieces = [...piecesOf(uids)];
  assert.equal(pieces.length, 3);
  assert.deepEqual(concatUids(pieces), uids);
  assert.deepEqual([...piecesOf(new Uint32Array(0))], []);
});
