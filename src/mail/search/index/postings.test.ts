import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Octets } from './octets.ts';
import { addToBitmap, readPosting, writePosting, type Posting } from './postings.ts';

/** A segment and those of its emails that have a gram: none, few, half, nearly all, all. */
const having = fc
  .tuple(fc.integer({ min: 1, max: 700 }), fc.constantFrom(0, 1, 5, 50, 95, 99, 100))
  .chain(([size, percent]) =>
    fc
      .array(fc.nat(99), { minLength: size, maxLength: size })
      .map((lots) => ({ size, emails: [...lots.keys()].filter((i) => lots[i]! < percent) })),
  );

function written(emails: readonly number[], size: number): Posting {
  const out = new Octets();
  const form = writePosting(out, Uint32Array.from(emails), emails.length, size);
  return { form, octets: out.take() };
}

test('a posting is read as it was written, also into other numbers and a bitmap', () => {
  fc.assert(
    fc.property(having, fc.nat(3), ({ size, emails }, dropEach) => {
      const posting = written(emails, size);
      // every so many emails are gone, the others move up behind 1,000 others
      let next = 1000;
      const numbers = Int32Array.from({ length: size }, (_, i) =>
        dropEach > 0 && i % (dropEach + 1) === 0 ? -1 : next++,
      );
      const into = new Uint32Array(size + 1);
      const end = readPosting(posting, numbers, into, 1);
      assert.deepEqual(
        [...into.subarray(1, end)],
        emails.map((email) => numbers[email]!).filter((number) => number >= 0),
      );
      const bitmap = new Uint8Array((size + 7) >>> 3);
      addToBitmap(posting, bitmap, size);
      const set = Array.from({ length: size }, (_, i) => i).filter(
        (i) => (bitmap[i >>> 3]! >>> (i & 7)) & 1,
      );
      assert.deepEqual(set, emails);
    }),
    { numRuns: 500 },
  );
});

test('no posting takes more than a bit for each email and some octets', () => {
  fc.assert(
    fc.property(having, ({ size, emails }) => {
      assert.ok(written(emails, size).octets.length <= size / 8 + 8);
    }),
  );
});

test('what all emails have takes no octet, and what one has takes few', () => {
  const all = Array.from({ length: 1000 }, (_, i) => i);
  assert.equal(written(all, 1000).octets.length, 0);
  assert.equal(written([999], 1000).octets.length, 2);
});
