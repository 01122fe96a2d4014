/** Whatever the owner of the app writes, a letter gets one more field or none. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { splitHeader } from '#protocol/message/header/fields';
import { readField } from './fields.ts';
import { newsletterLetter } from './letters.ts';

test('A field is a name and a line of ASCII; what the app writes itself is not taken', () => {
  assert.equal(
    readField('List-Id: Lanterns <l.example.test>'),
    'List-Id: Lanterns <l.example.test>',
  );
  assert.equal(readField('Precedence :bulk'), 'Precedence: bulk');
  for (const bad of [
    'List-Id',
    'List-Id:',
    'From: eve@example.test',
    ': x',
    'A b: c',
    'X: 提灯',
    'X: a\r\nBcc: b@c.test',
  ])
    assert.equal(readField(bad), undefined, bad);
});

test('A field of any text adds one field to the letter, or is not taken', () => {
  const given = { messageId: 'a@app.test', date: 0, subject: 'x', text: 'y' };
  const count = (fields: readonly string[]): number =>
    splitHeader(newsletterLetter({ ...given, fields }, 'a@example.test', 'b@example.test')).fields
      .length;
  const none = count([]);
  const typed = fc.tuple(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }));
  fc.assert(
    fc.property(typed, ([name, value]) => {
      const line = readField(`X${name}: ${value}`);
      if (line !== undefined) assert.equal(count([line]), none + 1);
    }),
  );
});
