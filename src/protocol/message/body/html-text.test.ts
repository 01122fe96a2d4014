import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { computedFor } from '../../../../test/support/time/cpu-time.ts';
import { htmlText } from './html-text.ts';

for (const [html, expected] of [
  ['plain', 'plain'],
  ['<b>a</b><i class="x">b</i>', 'ab'],
  ['<p>a</p><p>b</p>', '\na\n\nb\n'],
  ['a<br/>b<BR>c', 'a\nb\nc'],
  ['a<!-- <b>x</b> -->b', 'ab'],
  ['<!DOCTYPE html><?xml?>a', 'a'],
  ['<style>p { a > b }</style>a<SCRIPT x>if (a<b) c</Script >b<title>t</title>', 'ab'],
  ['<style>a', ''],
  ['a<!-- b', 'a'],
  ['a<b', 'a'],
  ['1 < 2 <3', '1 < 2 <3'],
  ['&lt;b&gt; &amp;amp; &quot;&nbsp;', '<b> &amp; "\u00a0'],
  ['&#26085;&#x672c;', '日本'],
  ['&#0;&#xD800;&#x110000;&#9999999;', '\uFFFD\uFFFD\uFFFD\uFFFD'],
  ['&nothing; &constructor; & &;', '&nothing; &constructor; & &;'],
  ['&eacute', 'é'],
] as const)
  test(`HTML ${JSON.stringify(html)}`, () => {
    assert.equal(htmlText(html), expected);
  });

test('hostile HTML takes linear time', () => {
  const start = computedFor();
  for (const piece of [
    '<',
    '<a',
    '<!--',
    '<style>',
    '<style',
    '</',
    '&',
    '&#',
    '<!',
    '<!-->',
    '<script></script',
  ])
    htmlText(piece.repeat(2_000_000 / piece.length));
  assert.ok(computedFor() - start < 5_000);
});

test('no HTML throws', () => {
  const html = fc.array(
    fc.constantFrom('<', '>', '!--', '--', 'style', '/', '&', '#', 'x41', ';', ' ', 'p'),
  );
  fc.assert(
    fc.property(html, (pieces) => assert.equal(typeof htmlText(pieces.join('')), 'string')),
  );
});
