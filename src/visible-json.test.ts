import assert from 'node:assert/strict';
import { test } from 'node:test';
import { visibleJson } from './visible-json.ts';

test('what steers a terminal, turns its text around or is not to be seen is escaped, and nothing else', () => {
  const value = {
    'na\x9bme':
      'a\x1b\x7f\x85\x9b2J\u00ad\u061c\u180e\u200b\u200f\u2028\u202e\u2060\u2069\ufeff\u{e0041}',
    ja: '飛脚 é 👍',
  };
  const shown = visibleJson(JSON.stringify(value));
  assert.equal(
    shown,
    String.raw`{"na\u009bme":"a\u001b\u007f\u0085\u009b2J\u00ad\u061c\u180e\u200b\u200f\u2028\u202e\u2060\u2069\ufeff\udb40\udc41","ja":"飛脚 é 👍"}`,
  );
  assert.deepEqual(JSON.parse(shown), value);
});
