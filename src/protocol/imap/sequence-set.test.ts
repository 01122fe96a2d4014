import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { findNumbers, findUids, formatSet, parseSequenceSet } from './sequence-set.ts';

/** What a set finds, one number after the other: the definition, expanded. */
function expanded(text: string, uids: readonly number[]): number[] {
  const star = uids.at(-1) ?? 0;
  const value = (part: string): number => (part === '*' ? star : Number(part));
  const found = new Set<number>();
  for (const part of text.split(',')) {
    const [a, b = a] = part.split(':');
    const [low, high] = [value(a!), value(b!)].sort((x, y) => x - y);
    for (const uid of uids) if (uid >= low! && uid <= high!) found.add(uid);
  }
  return [...found].sort((x, y) => x - y);
}

function found(text: string, uids: readonly number[]): number[] {
  const array = Uint32Array.from(uids);
  const set = parseSequenceSet(text)!;
  return findUids(set, array, array.length).flatMap(({ start, end }) =>
    Array.from(array.subarray(start, end)),
  );
}

const number = fc.oneof(fc.integer({ min: 1, max: 30 }).map(String), fc.constant('*'));
const range = fc.oneof(
  number,
  fc.tuple(number, number).map(([a, b]) => `${a}:${b}`),
);
const setText = fc.array(range, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(','));

describe('sets of numbers', () => {
  it('find the UIDs that they name, each once and in order', () => {
    fc.assert(
      fc.property(setText, fc.uniqueArray(fc.integer({ min: 1, max: 30 })), (text, some) => {
        const uids = some.sort((a, b) => a - b);
        assert.deepEqual(found(text, uids), uids.length === 0 ? [] : expanded(text, uids));
      }),
    );
  });

  it('reach the last message by a star, however high the other end', () => {
    assert.deepEqual(found('500:*', [3, 7]), [7]);
    assert.deepEqual(found('*', []), []);
    assert.deepEqual(found('1:*,4294967295', [3, 7]), [3, 7]);
  });

  it('tell message numbers that nobody has', () => {
    const set = (text: string) => findNumbers(parseSequenceSet(text)!, 5);
    assert.deepEqual(set('2:3'), { ranges: [{ start: 1, end: 3 }], beyond: false });
    assert.deepEqual(set('*'), { ranges: [{ start: 4, end: 5 }], beyond: false });
    assert.deepEqual(set('4:9'), { ranges: [{ start: 3, end: 5 }], beyond: true });
    assert.equal(findNumbers(parseSequenceSet('*')!, 0).beyond, true);
  });

  it('are written as short as they can be', () => {
    assert.equal(formatSet([]), '');
    assert.equal(formatSet([1, 2, 3, 5, 7, 8]), '1:3,5,7:8');
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 50 }), { minLength: 1 }), (some) => {
        const numbers = some.sort((a, b) => a - b);
        assert.deepEqual(found(formatSet(numbers), numbers), numbers);
      }),
    );
  });

  for (const text of ['', '0', '1,', ':1', '1:', '1:2:3', '4294967296', '1 2', 'a', '**', '01'])
    it(`${JSON.stringify(text)} is none`, () => assert.equal(parseSequenceSet(text), undefined));
});
