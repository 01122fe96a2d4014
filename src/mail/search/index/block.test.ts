import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BlockWriter, entriesOf, type Block } from './block.ts';
import { LIST_STEP } from './grams.ts';
import { readPosting } from './postings.ts';

const SIZE = 100;

function blocksOf(entries: ReadonlyMap<number, readonly number[]>): Block[] {
  const writer = new BlockWriter(SIZE);
  const blocks: Block[] = [];
  for (const [key, emails] of entries) {
    const full = writer.add(key, Uint32Array.from(emails), emails.length);
    if (full) blocks.push(full);
  }
  return [...blocks, writer.end()];
}

function read(blocks: readonly Block[], low?: number, high?: number): [number, number[]][] {
  const numbers = Int32Array.from({ length: SIZE }, (_, i) => i);
  return blocks.flatMap((block) =>
    [...entriesOf(block, low, high)].map((entry): [number, number[]] => {
      const emails = new Uint32Array(SIZE);
      return [entry.key, [...emails.subarray(0, readPosting(entry, numbers, emails, 0))]];
    }),
  );
}

const entries = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 0, max: 12 * LIST_STEP - 1 }), fc.nat(SIZE - 1)), {
    selector: ([key]) => key,
    maxLength: 50,
  })
  .map(
    (list) => new Map(list.toSorted((a, b) => a[0] - b[0]).map(([key, email]) => [key, [email]])),
  );

test('entries are read as they were written, and those of a range of keys', () => {
  fc.assert(
    fc.property(entries, fc.nat(60), fc.nat(60), (map, from, to) => {
      const blocks = blocksOf(map);
      assert.deepEqual(read(blocks), [...map]);
      const keys = [...map.keys()];
      const low = keys[from] ?? 0;
      const high = keys[to] ?? 12 * LIST_STEP;
      assert.deepEqual(
        read(blocks, low, high),
        [...map].filter(([key]) => key >= low && key <= high),
      );
    }),
  );
});

test('the first block has the keys from 0, each other one from its own first key on', () => {
  const emails = Array.from({ length: SIZE / 2 }, (_, i) => i * 2);
  const map = new Map(Array.from({ length: 5000 }, (_, i) => [1000 + i * 3, emails]));
  const blocks = blocksOf(map);
  assert.ok(blocks.length > 3);
  assert.equal(blocks[0]!.firstKey, 0);
  for (const block of blocks.slice(1)) assert.equal(read([block])[0]![0], block.firstKey);
  assert.deepEqual(read(blocks), [...map]);
});
