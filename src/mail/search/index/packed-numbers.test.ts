import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { packNumbers, unpackNumbers } from './packed-numbers.ts';

test('numbers are unpacked as they were packed, in any order and of any size that ids have', () => {
  const number = fc.oneof(fc.nat(300), fc.integer({ min: 0, max: 2 ** 51 }));
  fc.assert(
    fc.property(fc.array(number), (numbers) => {
      assert.deepEqual([...unpackNumbers(packNumbers(numbers))], numbers);
    }),
  );
});

test('ids that follow each other take an octet each', () => {
  const ids = Array.from({ length: 1000 }, (_, i) => 5_000_000_000 + i);
  assert.ok(packNumbers(ids).length < 1010);
});

test('octets that end within a number are refused', () => {
  assert.throws(() => unpackNumbers(Uint8Array.of(0x80)));
});
