import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readAhead } from './read-ahead.ts';

test('every id is answered once and in order, however short the answers are', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(40),
      fc.integer({ min: 1, max: 10 }),
      fc.integer({ min: 1, max: 10 }),
      async (count, atOnce, most) => {
        const ids = Array.from({ length: count }, (_, i) => i * 3);
        const ask = async (some: readonly number[]) => {
          assert.ok(some.length > 0 && some.length <= atOnce);
          return some.slice(0, most).map(String);
        };
        const heard: string[] = [];
        for await (const { at, answers } of readAhead(ids, atOnce, ask)) {
          assert.equal(at, heard.length);
          heard.push(...answers);
        }
        assert.deepEqual(heard, ids.map(String));
      },
    ),
  );
});

test('the next question is asked before the answer to the one before is worked on, and no further one', async () => {
  const asked: number[] = [];
  const ask = async (some: readonly number[]) => {
    asked.push(some[0]!);
    return some;
  };
  for await (const { at } of readAhead([0, 1, 2, 3, 4, 5], 2, ask))
    assert.deepEqual(asked, [0, 2, 4].slice(0, at / 2 + 2));
});

test('whoever stops early leaves no failure unheard; whoever goes on hears it', async () => {
  const failing = async (some: readonly number[]) => {
    if (some[0] !== 0) throw new Error('lost');
    return some;
  };
  for await (const { at } of readAhead([0, 1, 2], 1, failing)) {
    assert.equal(at, 0);
    break;
  }
  const all = async () => {
    for await (const _ of readAhead([0, 1, 2], 1, failing));
  };
  await assert.rejects(all(), /lost/);
});
