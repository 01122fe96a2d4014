import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { computedFor } from '../../../test/support/time/cpu-time.ts';
import { formatTagList, parseTagList } from './tag-list.ts';

function pairs(text: string): (readonly [string, string])[] | string {
  const list = parseTagList(text);
  return list.kind === 'error'
    ? list.problem
    : Array.from(list.tags.values(), ({ name, value }) => [name, value] as const);
}

const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,5}$/);
const value = fc.stringMatching(/^(?:[\x21-\x3a\x3c-\x7e\x80-\xff](?: ?[\x21-\x3a\x3c-\x7e])*)?$/);

describe('tag-lists', () => {
  test('white space around names and values is dropped, inside values kept', () => {
    assert.deepEqual(pairs(' a = 1\r\n\t2 ;\r\n b=\t;'), [
      ['a', '1\r\n\t2'],
      ['b', ''],
    ]);
  });

  test('an equals sign may stand in a value', () => {
    assert.deepEqual(pairs('b=YQ=='), [['b', 'YQ==']]);
  });

  test('what is malformed makes the whole list invalid', () => {
    assert.equal(pairs(''), 'empty-tag');
    assert.equal(pairs(';a=1'), 'empty-tag');
    assert.equal(pairs('a=1;;b=2'), 'empty-tag');
    assert.equal(pairs('a'), 'bad-name');
    assert.equal(pairs('a b=1'), 'bad-name');
    assert.equal(pairs('1a=1'), 'bad-name');
    assert.equal(pairs('=1'), 'bad-name');
    assert.equal(pairs('a=\0'), 'bad-value');
    assert.equal(pairs('a=1; A=2; a=3'), 'duplicate');
  });

  test('offsets hold the value with the white space around it', () => {
    const text = 'a=1; b= \r\n x ; c=2';
    const list = parseTagList(text);
    assert.ok(list.kind === 'tags');
    const { start, end } = list.tags.get('b')!;
    assert.equal(text.slice(0, start) + text.slice(end), 'a=1; b=; c=2');
  });

  test('parse(format(tags)) = tags', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(name, value), { selector: ([key]) => key, minLength: 1 }),
        (tags) => {
          assert.deepEqual(pairs(formatTagList(tags)), tags);
        },
      ),
    );
  });

  test('any text is read without a throw, in linear time', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseTagList(text)));
    for (const hostile of [
      ' '.repeat(2e5),
      'a='.repeat(1e5),
      `a=${' \t'.repeat(1e5)}b`,
      ';'.repeat(2e5),
    ]) {
      const before = computedFor();
      parseTagList(hostile);
      assert.ok(computedFor() - before < 500);
    }
  });
});
