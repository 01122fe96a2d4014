import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { computedFor } from '../../../test/support/time/cpu-time.ts';
import { listMatcher } from './list-pattern.ts';

describe('patterns of LIST', () => {
  const cases: [string, string, boolean][] = [
    ['*', 'a/b/c', true],
    ['%', 'a/b', false],
    ['%', 'a', true],
    ['%/%', 'a/b', true],
    ['a/%', 'a/b/c', false],
    ['a*c', 'a/b/c', true],
    ['a*c', 'a/b/d', false],
    ['inbox', 'INBOX', true],
    ['', '', true],
    ['日*', '日本語', true],
    ['%😀%', 'a😀b', true],
    ['*%*a', 'bca', true],
    ['*aab', 'aaaab', true],
    ['%a/%', 'b/a/c', false],
    ['%/%/a', 'a/a/a', true],
    ['in%', 'INBOX', true],
    ['%box/a', 'INBOX/a', true],
    ['%', '', true],
    ['a%a', 'a', false],
    ['ab*bc', 'abc', false],
    ['u\u0308%', '\u00fcber', true],
  ];
  for (const [pattern, name, found] of cases) {
    it(`${JSON.stringify(pattern)} ${found ? 'matches' : 'does not match'} ${name}`, () =>
      assert.equal(listMatcher(pattern)(name), found));
  }

  it('costs a name its length, however it repeats itself', () => {
    const name = `${'a'.repeat(8000)}b`;
    const began = computedFor();
    assert.equal(listMatcher(`${'*a'.repeat(60)}c*b`)(name), false);
    for (let i = 0; i < 100; i++) assert.equal(listMatcher(`*${'a'.repeat(4000)}c*b`)(name), false);
    assert(computedFor() - began < 1000);
  });

  it('finds what a regular expression finds', () => {
    const text = fc.stringMatching(/^[ab/]{0,8}$/);
    fc.assert(
      fc.property(fc.stringMatching(/^[ab/*%]{0,8}$/), text, (pattern, name) => {
        const source = pattern.replaceAll('*', '.*').replaceAll('%', '[^/]*');
        assert.equal(listMatcher(pattern)(name), new RegExp(`^${source}$`).test(name));
      }),
      { numRuns: 5000 },
    );
  });
});
