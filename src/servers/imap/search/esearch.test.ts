import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SearchReturn } from '#protocol/imap/command';
import { esearchLine, savedUids, searchLine, type Answer } from './esearch.ts';

const NOTHING: SearchReturn = {
  min: false,
  max: false,
  all: false,
  count: false,
  save: false,
  partial: undefined,
};

function answer(numbers: readonly number[], changes: Partial<Answer> = {}): Answer {
  return {
    tag: 'a1',
    uid: false,
    numbers: Uint32Array.from(numbers),
    modseqAt: undefined,
    ...changes,
  };
}

test('SEARCH and SORT tell numbers in their order, or nothing', () => {
  assert.equal(searchLine('SEARCH', answer([2, 84, 882])), '* SEARCH 2 84 882\r\n');
  assert.equal(searchLine('SORT', answer([5, 3, 4])), '* SORT 5 3 4\r\n');
  assert.equal(searchLine('SEARCH', answer([])), '* SEARCH\r\n');
});

test('a search about modseqs tells the highest of what was found', () => {
  const modseqAt = (index: number) => [20, 917, 3][index]!;
  assert.equal(
    searchLine('SEARCH', answer([2, 5, 6], { modseqAt })),
    '* SEARCH 2 5 6 (MODSEQ 917)\r\n',
  );
  assert.equal(searchLine('SEARCH', answer([], { modseqAt })), '* SEARCH\r\n');
});

test('ESEARCH tells what was asked for, and only COUNT of nothing', () => {
  const all = { ...NOTHING, min: true, max: true, all: true, count: true };
  assert.equal(
    esearchLine(answer([2, 3, 4, 9]), all),
    '* ESEARCH (TAG "a1") MIN 2 MAX 9 ALL 2:4,9 COUNT 4\r\n',
  );
  assert.equal(esearchLine(answer([]), all), '* ESEARCH (TAG "a1") COUNT 0\r\n');
  assert.equal(
    esearchLine(answer([7], { uid: true }), { ...NOTHING, all: true }),
    '* ESEARCH (TAG "a1") UID ALL 7\r\n',
  );
  assert.equal(
    esearchLine(answer([], { uid: true }), { ...NOTHING, all: true }),
    '* ESEARCH (TAG "a1") UID\r\n',
  );
});

test('who only saves is told nothing', () => {
  assert.equal(esearchLine(answer([1, 2]), { ...NOTHING, save: true }), undefined);
});

test('the set of a sorted answer keeps its order', () => {
  assert.equal(
    esearchLine(answer([4, 3, 1, 2]), { ...NOTHING, all: true, min: true, max: true }),
    '* ESEARCH (TAG "a1") MIN 4 MAX 2 ALL 4,3,1:2\r\n',
  );
});

test('PARTIAL counts from either side, and says NIL where nothing is', () => {
  const five = answer([10, 11, 12, 20, 30]);
  const partial = (from: number, to: number) =>
    esearchLine(five, { ...NOTHING, partial: { from, to } });
  assert.equal(partial(2, 4), '* ESEARCH (TAG "a1") PARTIAL (2:4 11:12,20)\r\n');
  assert.equal(partial(4, 100), '* ESEARCH (TAG "a1") PARTIAL (4:100 20,30)\r\n');
  assert.equal(partial(6, 6), '* ESEARCH (TAG "a1") PARTIAL (6:6 NIL)\r\n');
  assert.equal(partial(-1, -2), '* ESEARCH (TAG "a1") PARTIAL (-1:-2 20,30)\r\n');
  assert.equal(partial(-4, -100), '* ESEARCH (TAG "a1") PARTIAL (-4:-100 10:11)\r\n');
  assert.equal(partial(-6, -7), '* ESEARCH (TAG "a1") PARTIAL (-6:-7 NIL)\r\n');
});

test('the modseq of an answer is that of the messages it names', () => {
  const modseqAt = (index: number) => [5, 9, 7][index]!;
  const of = (asked: Partial<SearchReturn>) =>
    /MODSEQ (\d+)/.exec(
      esearchLine(answer([1, 2, 3], { modseqAt }), { ...NOTHING, ...asked })!,
    )?.[1];
  assert.equal(of({ min: true }), '5');
  assert.equal(of({ max: true }), '7');
  assert.equal(of({ min: true, max: true }), '7');
  assert.equal(of({ min: true, all: true }), '9');
  assert.equal(of({ count: true }), '9');
  assert.equal(of({ partial: { from: 3, to: 9 } }), '7');
  assert.equal(of({ partial: { from: 8, to: 9 } }), undefined);
});

test('what is saved is what the answer names', () => {
  const uids = Uint32Array.from([3, 5, 8, 13]);
  const saved = (asked: Partial<SearchReturn>) => [
    ...savedUids(uids, { ...NOTHING, save: true, ...asked }),
  ];
  assert.deepEqual(saved({}), [3, 5, 8, 13]);
  assert.deepEqual(saved({ count: true, min: true }), [3, 5, 8, 13]);
  assert.deepEqual(saved({ min: true }), [3]);
  assert.deepEqual(saved({ min: true, max: true }), [3, 13]);
  assert.deepEqual(saved({ max: true, partial: { from: 1, to: 2 } }), [3, 5, 13]);
  assert.deepEqual([...savedUids(new Uint32Array(0), { ...NOTHING, min: true })], []);
  const order = Uint32Array.from([13, 3, 8]);
  assert.deepEqual([...savedUids(order, NOTHING)], [3, 8, 13]);
});
