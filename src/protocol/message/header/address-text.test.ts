import assert from 'node:assert/strict';
import { test } from 'node:test';
import { utf8 } from '#bytes';
import { computedFor } from '../../../../test/support/time/cpu-time.ts';
import { parseStructure } from '#protocol/message/body/parse-structure';
import { headerText } from '#protocol/message/body/part-text';
import { hiddenAddresses } from './address-text.ts';
import { splitHeader } from './fields.ts';

function hidden(value: string): string[] {
  const bytes = utf8(`From: ${value}\r\n\r\n`);
  return hiddenAddresses(bytes, splitHeader(bytes).fields[0]!);
}

test('addresses with comments or white space within them are told as they are meant', () => {
  assert.deepEqual(hidden('<user-from (comment)@ (comment) domain.org>'), ['user-from@domain.org']);
  assert.deepEqual(hidden('ann @ x.test, bob@x .test'), ['ann@x.test', 'bob@x.test']);
  assert.deepEqual(hidden('é (x)@x.test'), ['é@x.test']);
});

test('addresses that can be read in the field are not told again', () => {
  assert.deepEqual(hidden('Ann <ann@x.test>, "Baker, Ben" <ben@x.test>, group: c@x.test;'), []);
  assert.deepEqual(hidden(''), []);
});

test('the text of a header has both the field and the addresses hidden in it', () => {
  const message = utf8('From: <ann (c)@x.test>\r\nSubject: a (b) @ c\r\n\r\n');
  const texts = headerText(message, parseStructure(message).part, { left: 1000, cut: false });
  assert.deepEqual(Array.from(texts), [
    'From: <ann (c)@x.test>',
    'ann@x.test',
    'Subject: a (b) @ c',
  ]);
});

test('a field of nothing but commas and comments is read in linear time', () => {
  const start = computedFor();
  for (const unit of ['(', '(),', ' @', 'a (', '<', '\\']) hidden(unit.repeat(100_000));
  assert.ok(computedFor() - start < 2000);
});
