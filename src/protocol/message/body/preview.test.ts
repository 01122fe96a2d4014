import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { utf8 } from '#bytes';
import { computedFor } from '../../../../test/support/time/cpu-time.ts';
import { parseStructure } from './parse-structure.ts';
import { previewText } from './preview.ts';

const preview = (...lines: string[]) => {
  const message = utf8(lines.join('\r\n'));
  return previewText(message, parseStructure(message).part);
};
const text = (type: string, ...lines: string[]) =>
  preview(`Content-Type: ${type}; charset=utf-8`, '', ...lines);

test('the preview is the text on one line', () => {
  assert.equal(text('text/plain', '', ' Hello,', '', '\tworld. ', ''), 'Hello, world.');
});

test('of HTML it is what a person reads first', () => {
  assert.equal(
    text(
      'text/html',
      '<html><head><title>t</title><style>p {}</style></head>',
      '<body><p>Caf&eacute;</p><p>now</p>',
    ),
    'Café now',
  );
  assert.equal(text('text/html', `Sale${'&zwnj;&nbsp;'.repeat(50)}now`), 'Sale now');
});

test('quoted lines are passed over, unless there are no others', () => {
  assert.equal(text('text/plain', '> old', 'new', '>> older'), 'new');
  assert.equal(text('text/plain', '> old', '', '>> older'), '> old >> older');
});

test('the first text that has something counts, no attachment does', () => {
  const parts = (first: string, second: string) =>
    preview('Content-Type: multipart/mixed; boundary=b', '', '--b', first, '--b', second, '--b--');
  assert.equal(parts('\r\none', '\r\ntwo'), 'one');
  assert.equal(parts('\r\n  ', 'Content-Type: text/html\r\n\r\n<b>two</b>'), 'two');
  assert.equal(parts('Content-Disposition: attachment\r\n\r\none', '\r\ntwo'), 'two');
  assert.equal(
    parts(
      'Content-Type: image/gif\r\n\r\nGIF',
      'Content-Type: message/rfc822\r\n\r\nA: 1\r\n\r\ntwo',
    ),
    'two',
  );
  assert.equal(parts('Content-Type: image/gif\r\n\r\nGIF', 'Content-Type: a/b\r\n\r\nx'), '');
  assert.equal(preview(''), '');
});

test('the preview has 200 characters, whole ones', () => {
  assert.equal(text('text/plain', 'x'.repeat(300)).length, 200);
  assert.equal(text('text/plain', '𠮷'.repeat(300)), '𠮷'.repeat(200));
});

test('hostile texts take linear time', () => {
  const start = computedFor();
  for (const piece of ['\u200b', ' \u200b', '>\r\n', '\n', '<', '&', '\u0301'])
    for (const type of ['text/plain', 'text/html']) text(type, piece.repeat(1_000_000));
  assert.ok(computedFor() - start < 5_000);
});

test('whatever the text, its preview is one short line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (body) => {
      const shown = text('text/plain', body);
      assert.ok(Array.from(shown).length <= 200);
      assert.ok(shown.isWellFormed());
      assert.doesNotMatch(shown, /[\x00-\x1f\x7f]|^\s|\s$/);
    }),
  );
});
