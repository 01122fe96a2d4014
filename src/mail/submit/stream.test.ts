import assert from 'node:assert/strict';
import { test } from 'node:test';
import { utf8 } from '#bytes';
import { splitHeader } from '#protocol/message/header/fields';
import { streamOf } from './stream.ts';

function streamWith(...fields: readonly string[]): readonly [string, string | undefined] {
  const head = utf8([...fields, 'Subject: x', '', ''].join('\r\n'));
  const { stream, listId } = streamOf({ head, header: splitHeader(head) });
  return [stream, listId];
}

test('what a person writes is transactional', () => {
  assert.deepEqual(streamWith(), ['transactional', undefined]);
  assert.deepEqual(streamWith('Precedence: first-class'), ['transactional', undefined]);
});

test('what goes to many is bulk by what it has', () => {
  for (const field of [
    'List-Unsubscribe: <mailto:leave@example.test>',
    'Precedence: bulk',
    'Precedence: LIST',
  ])
    assert.deepEqual(streamWith(field), ['bulk', undefined], field);
  assert.deepEqual(streamWith('List-Id: Weekly news <News.example.org>'), [
    'bulk',
    'news.example.org',
  ]);
});

test('its author has the last word', () => {
  assert.deepEqual(streamWith('Hikyaku-Stream: Bulk'), ['bulk', undefined]);
  assert.deepEqual(
    streamWith('Hikyaku-Stream: transactional', 'List-Unsubscribe: <mailto:leave@example.test>'),
    ['transactional', undefined],
  );
  assert.deepEqual(streamWith('Hikyaku-Stream: other', 'Precedence: bulk'), ['bulk', undefined]);
});

test('a List-Id that is none, or could be taken for all bulk mail, names no list', () => {
  for (const id of ['<bulk>', '<>', 'x y.z', `<${'a.'.repeat(200)}b>`, '<a..b>'])
    assert.deepEqual(streamWith(`List-Id: ${id}`, 'Precedence: bulk'), ['bulk', undefined], id);
});
