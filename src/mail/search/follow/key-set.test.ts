import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { KeySet } from './key-set.ts';

test('holds each key once, in the order they came, whatever was in it before', () => {
  const set = new KeySet();
  const key = fc.oneof(fc.nat(50), fc.integer({ min: 0, max: 2 ** 32 - 1 }));
  fc.assert(
    fc.property(fc.array(key, { maxLength: 200 }), (keys) => {
      set.clear();
      for (const each of keys) set.add(each);
      assert.deepEqual([...set.keys], [...new Set(keys)]);
    }),
  );
});

test('grows as far as it must, and is small again afterwards', () => {
  const set = new KeySet();
  const keys = Array.from({ length: 300_000 }, (_, i) => Math.imul(i, 0x10001) >>> 0);
  for (const key of [...keys, ...keys]) set.add(key);
  assert.deepEqual([...set.keys], [...new Set(keys)]);
  set.clear();
  set.add(7);
  set.add(7);
  assert.deepEqual([...set.keys], [7]);
});
