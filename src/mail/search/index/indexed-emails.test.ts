import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { indexedEmails, placesAmong } from './indexed-emails.ts';
import { packNumbers } from './packed-numbers.ts';

test('each id is found where it stands, whatever the order of either side', () => {
  const ids = fc.uniqueArray(fc.nat(60), { maxLength: 30 });
  const wanted = fc.array(fc.nat(60), { maxLength: 40 });
  const inOrder = (array: number[]) => fc.boolean().map((sort) => (sort ? rising(array) : array));
  fc.assert(
    fc.property(ids.chain(inOrder), wanted.chain(inOrder), (all, some) => {
      const places = placesAmong(Float64Array.from(all), Float64Array.from(some));
      assert.deepEqual(
        [...places],
        some.map((id) => all.indexOf(id)),
      );
    }),
  );
});

function rising(numbers: readonly number[]): number[] {
  return numbers.toSorted((a, b) => a - b);
}

test('a merged segment, whose number is the highest, comes before later emails', () => {
  const segment = (id: string, emailIds: readonly number[], partial: readonly number[]) => ({
    id,
    emails: emailIds.length,
    emailIds: packNumbers(emailIds),
    partial: packNumbers(partial),
  });
  const found = indexedEmails([segment('7', [30, 40], [1]), segment('9', [5, 10, 20], [0])]);
  assert.deepEqual(found.segments, [
    { id: '9', emails: 3, start: 0 },
    { id: '7', emails: 2, start: 3 },
  ]);
  assert.deepEqual([...found.ids], [5, 10, 20, 30, 40]);
  assert.deepEqual([...found.partial], [1, 0, 0, 0, 1]);
});
