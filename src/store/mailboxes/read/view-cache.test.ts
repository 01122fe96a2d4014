import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SmallView } from './octets.ts';
import { budgetOf, ViewCache } from './view-cache.ts';

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

test('what was read longest ago goes first, and nothing goes beyond the bound', () => {
  const cache = new ViewCache(2 * 1024 * KILOBYTE);
  const known = (upTo: number): number[] =>
    Array.from({ length: upTo }, (_, id) => id).filter((id) => cache.get('1', id) !== undefined);
  for (let id = 0; id < 60; id++) cache.keep('1', id, viewOf(50 * KILOBYTE));
  assert.deepEqual(known(60), [...Array(60).keys()].slice(20));
});

test('a message is a copy that later ones do not change, and a large one is not kept', () => {
  const cache = new ViewCache(32 * 1024 * KILOBYTE);
  const shared = new Uint8Array(60 * KILOBYTE).fill(65);
  cache.keep('1', 1, { kind: 'whole', bytes: shared.subarray(0, 10) });
  const { bytes } = cache.get('1', 1)!;
  shared.fill(66);
  for (let id = 2; id < 2000; id++)
    cache.keep('1', id, { kind: 'whole', bytes: shared.subarray(id % 7) });
  assert.equal(Buffer.from(bytes).toString(), 'A'.repeat(10));
  assert.equal(cache.get('1', 1), undefined);
  cache.keep('1', 3000, viewOf(65 * KILOBYTE));
  assert.equal(cache.get('1', 3000), undefined);
});

test('how much is kept goes by the memory that there is', () => {
  const gigabyte = 1024 ** 3;
  const megabytes = (memory: number, constrained = 0) => budgetOf(memory, constrained) / 1024 ** 2;
  assert.equal(megabytes(gigabyte), 32);
  assert.equal(megabytes(8 * gigabyte), 128);
  assert.equal(megabytes(64 * gigabyte), 256);
  assert.equal(megabytes(64 * gigabyte, 4 * gigabyte), 64);
  assert.equal(megabytes(8 * gigabyte, 2 ** 63), 128);
});
