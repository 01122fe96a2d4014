import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { blobRanges } from './view-ranges.ts';

test('the ranges of the blob hold exactly the octets of the view that were asked for', () => {
  const cuts = fc
    .uniqueArray(fc.nat(40), { maxLength: 6 })
    .map((list) => list.toSorted((a, b) => a - b))
    .map((list) => (list.length % 2 === 0 ? list : list.slice(1)));
  fc.assert(
    fc.property(fc.nat(40), cuts, fc.nat(45), fc.nat(45), (size, hidden, start, length) => {
      const blob = Array.from({ length: size }, (_, i) => i);
      const visible = blob.filter(
        (i) => !hidden.some((from, k) => k % 2 === 0 && i >= from && i < hidden[k + 1]!),
      );
      const ranges = blobRanges(size, hidden, start, start + length);
      assert.deepEqual(
        ranges.flatMap(({ from, to }) => blob.slice(from, to)),
        visible.slice(start, start + length),
      );
    }),
  );
});
