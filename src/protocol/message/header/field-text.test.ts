import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromLatin1 } from '#bytes';
import { fieldText, octetsAsText } from './field-text.ts';
import { splitHeader } from './fields.ts';

test('a field is text: unfolded, decoded, raw octets as what they look like', () => {
  const bytes = fromLatin1(
    'A: =?utf-8?B?w6k=?=\r\n =?utf-8?Q?=C3=A9?= x\r\nB: \xc3\xa9\r\nC: \x1b$B$3$s\x1b(B\r\nD: a\0b\r\n\r\n',
  );
  const texts = splitHeader(bytes).fields.map((field) => fieldText(bytes, field));
  assert.deepEqual(texts, ['éé x', 'é', 'こん', 'a b']);
});

test('a value that is apart is read alike', () => {
  assert.equal(octetsAsText('=?iso-8859-1?Q?=E9?='), 'é');
  assert.equal(octetsAsText('\xe9'), 'é');
});
