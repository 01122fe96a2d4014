import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addGrams, gramsOfNeedle, listsOf, LISTS, LIST_STEP, PLACES, type Place } from './grams.ts';

/** Few letters of each kind, so that needles occur; U+05FE and U+05FF lie at the border of narrow. */
const text = fc
  .array(
    fc.constantFrom('a', 'b', 'é', 'я', '\u05fe', '\u05ff', 'あ', '漢', '😀', '\ud83d', '\0'),
    {
      maxLength: 12,
    },
  )
  .map((units) => units.join(''));

function keysOf(of: string, place: Place): Set<number> {
  const { narrow, wide } = listsOf(place);
  const keys = new Set<number>();
  addGrams(
    of,
    { add: (gram) => keys.add(narrow * LIST_STEP + gram) },
    { add: (gram) => keys.add(wide * LIST_STEP + gram) },
  );
  return keys;
}

function hasAll(of: string, needle: string): boolean {
  const keys = [...keysOf(of, 'body')];
  return gramsOfNeedle(needle, 'body').all.every((ranges) =>
    ranges.some(({ low, high }) => keys.some((key) => key >= low && key <= high)),
  );
}

test('a text with a needle in it has all grams of the needle', () => {
  fc.assert(
    fc.property(text, text, text, (before, needle, after) => {
      fc.pre(needle !== '');
      assert.ok(hasAll(before + needle + after, needle));
    }),
    { numRuns: 2000 },
  );
});

test('a needle that is told exactly is in a text that has its grams, and in no other', () => {
  fc.assert(
    fc.property(text, text, (haystack, needle) => {
      fc.pre(needle !== '' && gramsOfNeedle(needle, 'body').exact);
      assert.equal(hasAll(haystack, needle), haystack.includes(needle));
    }),
    { numRuns: 5000 },
  );
});

test('one and two units of any script are told exactly, and three of a script with few letters', () => {
  for (const needle of ['a', '漢', 'ab', 'a漢', '漢a', '漢字', '😀', 'abc', 'яяя'])
    assert.ok(gramsOfNeedle(needle, 'header').exact, needle);
  for (const needle of ['abcd', '漢字は', 'ab漢', '\0', 'a\0'])
    assert.ok(!gramsOfNeedle(needle, 'header').exact, needle);
});

test('grams are whole numbers that fit their list, and no two places have one in common', () => {
  const extreme = '\u05fe\u05fe\uffff\uffff\u05fe\u05fe漢\0\0';
  const all = PLACES.flatMap((place) => Array.from(keysOf(extreme, place)));
  assert.equal(new Set(all).size, all.length);
  for (const key of all) {
    assert.ok(Number.isSafeInteger(key) && key % LIST_STEP > 0);
    assert.ok(Math.floor(key / LIST_STEP) < LISTS);
  }
});

test('of a needle of any length only some grams are asked for', () => {
  for (const length of [20, 1000, 100_000]) {
    const needle = Array.from({ length }, (_, i) => String.fromCharCode(97 + (i % 26))).join('');
    const { all } = gramsOfNeedle(needle, 'body');
    assert.ok(all.length > 5 && all.length <= 10);
    assert.ok(hasAll(`<${needle}>`, needle));
  }
});
