import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entriesOf } from '#mail/search/index/block';
import { LIST_STEP } from '#mail/search/index/grams';
import { unpackNumbers } from '#mail/search/index/packed-numbers';
import { readPosting } from '#mail/search/index/postings';
import { Pace } from './pace.ts';
import { SegmentBatch } from './segment-batch.ts';
import type { EmailGrams } from './sorted-run.ts';

const EMAILS = 1300;

/** Grams that many emails have, some have and one has; every hundredth email has none. */
function gramsOf(email: number): EmailGrams {
  const narrow = [
    3,
    5 + (email % 7),
    2 ** 32 - 1 - email,
    Math.imul(email % 400, 0x9e37_79b1) >>> 0,
  ];
  return [
    Uint32Array.from(new Set(narrow)),
    Uint32Array.of(email % 2),
    Uint32Array.of(1_000_000 + Math.floor(email / 2)),
    new Uint32Array(0),
  ];
}

test('a batch of several runs is one segment: each gram once, with all emails that have it', async () => {
  const pace = new Pace(() => performance.now());
  const batch = new SegmentBatch(pace, new AbortController().signal);
  const expected = new Map<number, number[]>();
  for (let email = 0; email < EMAILS; email++) {
    const grams = email % 100 === 50 ? undefined : gramsOf(email);
    await batch.add(10_000 + email * 3, grams);
    for (const [list, keys] of (grams ?? []).entries())
      for (const gram of keys) {
        const key = list * LIST_STEP + gram;
        expected.set(key, [...(expected.get(key) ?? []), email]);
      }
  }
  const numbers = Int32Array.from({ length: EMAILS }, (_, i) => i);
  const emails = new Uint32Array(EMAILS);
  const found = new Map<number, number[]>();
  for (const block of await batch.blocks())
    for (const entry of entriesOf(block)) {
      assert.ok(!found.has(entry.key));
      found.set(entry.key, [...emails.subarray(0, readPosting(entry, numbers, emails, 0))]);
    }
  assert.deepEqual(
    [...found],
    [...expected].toSorted((a, b) => a[0] - b[0]),
  );
  assert.equal(batch.head.emails, EMAILS);
  assert.deepEqual(
    [...unpackNumbers(batch.head.emailIds)],
    Array.from({ length: EMAILS }, (_, i) => 10_000 + i * 3),
  );
  assert.deepEqual(
    [...unpackNumbers(batch.head.partial)],
    Array.from({ length: 13 }, (_, i) => i * 100 + 50),
  );
});
