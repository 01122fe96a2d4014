import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { containsFolded, foldText } from './fold.ts';

for (const [one, other] of [
  ['Hello', 'hELLO'],
  ['ÄÖÜ', 'äöü'],
  ['e\u0301', 'É'],
  ['Ångström', 'A\u030angstro\u0308m'],
  ['ΟΔΟΣ', 'οδος'],
  ['οδος', 'οδοσ'],
  ['µ', 'Μ'],
  ['ſ', 'S'],
  ['\u212a', 'k'],
  ['İstanbul', 'ISTANBUL'],
  ['ırmak', 'IRMAK'],
  ['ПРИВЕТ', 'привет'],
  ['Ａ', 'ａ'],
  ['𐐀', '𐐨'],
  ['ǅ', 'Ǆ'],
] as const)
  test(`${one} folds as ${other}`, () => {
    assert.equal(foldText(one), foldText(other));
  });

test('what is another letter stays another', () => {
  for (const [one, other] of [
    ['ß', 'ss'],
    ['é', 'e'],
    ['Ａ', 'A'],
    ['ア', 'ｱ'],
    ['カ', 'ガ'],
    ['あ', 'ア'],
  ] as const)
    assert.notEqual(foldText(one), foldText(other));
});

test('a needle is found as the beginning of a word whose last letter it would change', () => {
  assert.ok(containsFolded('ΟΔΟΣΗΜΑ', foldText('οδος')));
  assert.ok(containsFolded('日本語のテキスト', foldText('本')));
  assert.ok(!containsFolded('abc', foldText('d')));
});

test('every letter folds as its capital and its small letter do, where those are one letter each', () => {
  for (let code = 0; code < 0x20000; code++) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    // U+0345 is a mark under a letter, not a letter.
    if (code === 0x345) continue;
    const letter = String.fromCodePoint(code);
    const small = letter.toLowerCase();
    const capital = letter.toUpperCase();
    if (Array.from(small).length === 1)
      assert.equal(foldText(small), foldText(letter), code.toString(16));
    // ß and the like: whose capital has no other small letter than another capital's.
    if (Array.from(capital).length === 1)
      assert.equal(foldText(capital), foldText(letter), code.toString(16));
  }
});

test('folding what is folded changes nothing', () => {
  const text = fc.string({
    unit: fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
      fc.constantFrom(
        'i',
        'İ',
        '\u0307',
        '\u0323',
        '\u0301',
        'J',
        '\u030c',
        'Σ',
        '\u0345',
        'α',
        'ſ',
      ),
    ),
  });
  fc.assert(
    fc.property(text, (each) => {
      assert.equal(foldText(foldText(each)), foldText(each));
    }),
    { numRuns: 5_000 },
  );
});
