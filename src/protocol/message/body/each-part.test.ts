import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromLatin1 } from '#bytes';
import { eachPart } from './each-part.ts';
import { parseStructure } from './parse-structure.ts';

const { part } = parseStructure(
  fromLatin1(
    'Content-Type: multipart/a; boundary=b\n\n--b\nContent-Type: message/rfc822\n\nContent-Type: x/c\n\n--b\nContent-Type: x/d\n\n--b--\n',
  ),
);

test('parts come in the order they stand in', () => {
  assert.deepEqual(
    [...eachPart(part)].map(({ subtype }) => subtype),
    ['a', 'rfc822', 'c', 'd'],
  );
});

test('a part can be passed over, with what is in it', () => {
  assert.deepEqual(
    [...eachPart(part, ({ type }) => type !== 'message')].map(({ subtype }) => subtype),
    ['a', 'd'],
  );
});
