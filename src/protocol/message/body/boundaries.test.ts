import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { utf8 } from '#bytes';
import { Boundaries } from './boundaries.ts';

const open = (...boundaries: string[]) => {
  const set = new Boundaries();
  for (const [level, boundary] of boundaries.entries()) set.enter(boundary, level);
  return (line: string) => {
    const found = set.match(utf8(line), 0);
    return found && (found.close ? `close ${found.level}` : `open ${found.level}`);
  };
};

test('a line delimits where it starts with the boundary', () => {
  const match = open('abc');
  assert.equal(match('--abc'), 'open 0');
  assert.equal(match('--abc  \r\n'), 'open 0');
  assert.equal(match('--abcd'), 'open 0');
  assert.equal(match('--abc--'), 'close 0');
  assert.equal(match('--abc-- x'), 'close 0');
  assert.equal(match('--abc-'), 'open 0');
  for (const line of ['--ab', '--', '-abc', 'abc', '', '--ABC', ' --abc'])
    assert.equal(match(line), undefined);
});

test('the longest boundary counts, of equal ones the innermost', () => {
  assert.equal(open('a', 'ab', 'a')('--ab'), 'open 1');
  assert.equal(open('ab', 'a')('--abc'), 'open 0');
  assert.equal(open('a', 'a')('--a'), 'open 1');
  assert.equal(open('a', 'a--')('--a--'), 'open 1');
  assert.equal(open('a', 'a--')('--a----'), 'close 1');
});

test('a trie finds what comparing with each finds', () => {
  const boundary = fc.stringMatching(/^[ab-]{1,4}$/);
  const line = fc.stringMatching(/^--[ab-]{0,6}$/);
  fc.assert(
    fc.property(fc.array(boundary, { maxLength: 6 }), fc.nat(6), line, (all, leave, text) => {
      const set = new Boundaries();
      for (const [level, each] of all.entries()) set.enter(each, level);
      const stay = all.slice(0, Math.max(0, all.length - leave));
      for (const each of all.slice(stay.length).toReversed()) set.leave(each);
      let best: { level: number; length: number } | undefined;
      for (const [level, each] of stay.entries())
        if (text.startsWith(each, 2) && each.length >= (best?.length ?? 0))
          best = { level, length: each.length };
      assert.deepEqual(
        set.match(utf8(text), 0),
        best && { level: best.level, close: text.startsWith('--', 2 + best.length) },
      );
    }),
    { numRuns: 2_000 },
  );
});
