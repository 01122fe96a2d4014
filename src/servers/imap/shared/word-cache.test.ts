import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WordCache } from './word-cache.ts';

const MEGABYTE = 1024 * 1024;

test('what was said is known for the same items alone', () => {
  const cache = new WordCache();
  cache.of('ENVELOPE');
  cache.keep('ENVELOPE', 7, 'said');
  assert.equal(cache.of('ENVELOPE').get(7), 'said');
  assert.equal(cache.of('BODY').get(7), undefined);
  cache.clear();
  assert.equal(cache.of('ENVELOPE').get(7), undefined);
});

test('items that were asked for longest ago go first, and nothing goes beyond the bound', () => {
  const cache = new WordCache();
  const text = 'x'.repeat(MEGABYTE);
  cache.of('old');
  for (let id = 0; id < 40; id++) cache.keep('old', id, text);
  cache.of('new');
  for (let id = 0; id < 100; id++) cache.keep('new', id, text);
  assert.equal(cache.of('old').size, 0);
  assert.equal(cache.of('new').size, 47);
});
