import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SmallView } from './octets.ts';
import { ViewCache } from './view-cache.ts';

const KILOBYTE = 1024;

function viewOf(octets: number): SmallView {
  return { kind: 'whole', bytes: new Uint8Array(octets) };
}

test('a message is known to the account that it was read for, and to no other', () => {
  const cache = new ViewCache();
  const view = viewOf(10);
  cache.keep('1', 7, view);
  assert.deepEqual(new Uint8Array(cache.get('1', 7)!.bytes), view.bytes);
  assert.equal(cache.get('2', 7), undefined);
  cache.clear();
  assert.equal(cache.get('1', 7), undefined);
});

test('what was asked for longest ago goes first, and nothing goes beyond the bound', () => {
  const cache = new ViewCache(100 * KILOBYTE);
  for (let id = 1; id <= 9; id++) cache.keep('1', id, viewOf(10 * KILOBYTE));
  cache.get('1', 1);
  cache.keep('1', 10, viewOf(10 * KILOBYTE));
  const known = Array.from({ length: 10 }, (_, i) => i + 1).filter((id) => cache.get('1', id));
  assert.deepEqual(known, [1, 3, 4, 5, 6, 7, 8, 9, 10]);
});

test('a small message keeps no more memory than its own, and a large one is not kept', () => {
  const cache = new ViewCache(100 * KILOBYTE);
  const shared = new Uint8Array(60 * KILOBYTE).fill(65);
  cache.keep('1', 1, { kind: 'whole', bytes: shared.subarray(0, 10) });
  const { bytes } = cache.get('1', 1)!;
  assert.equal(Buffer.from(bytes).toString(), 'A'.repeat(10));
  assert.equal(bytes.buffer.byteLength, 10);
  cache.keep('1', 3, viewOf(65 * KILOBYTE));
  assert.equal(cache.get('1', 3), undefined);
});
