import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { concat, latin1, utf8 } from '#bytes';
import { netstring, readNetstring } from './netstring.ts';

const text = fc.string({
  unit: fc.integer({ min: 0x20, max: 0x7e }).map((at) => String.fromCharCode(at)),
});

test('what was written is read, and what follows is kept', () => {
  fc.assert(
    fc.property(text, text, (said, after) => {
      const read = readNetstring(concat([netstring(said), utf8(after)]));
      assert.ok(read.kind === 'read');
      assert.equal(read.text, said);
      assert.equal(latin1(read.rest), after);
    }),
  );
});

test('a part of one waits for the rest', () => {
  const whole = netstring('ways hello@hanako.test');
  for (let length = 0; length < whole.length; length++)
    assert.equal(readNetstring(whole.subarray(0, length)).kind, 'more');
});

test('what can never become one is refused at once', () => {
  for (const bad of ['x', '01:a,', '99999', '5000:', '3:abcd', ':,'])
    assert.equal(readNetstring(utf8(bad)).kind, 'bad', bad);
});
