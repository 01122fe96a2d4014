import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { fromLatin1, latin1, utf8 } from '#bytes';
import type { Part } from '#protocol/message/structure';
import { parseStructure, STRUCTURE_LIMITS } from './parse-structure.ts';

type Shape = string | readonly [string, ...Shape[]];

/** Types with the bodies of leaves, to be compared at a glance. */
function shape(bytes: Uint8Array, part: Part): Shape {
  const type = `${part.type}/${part.subtype}`;
  if (part.children) return [type, ...part.children.map((child) => shape(bytes, child))];
  if (part.message) return [type, shape(bytes, part.message.part)];
  return `${type}: ${latin1(bytes.subarray(part.bodyStart, part.bodyEnd))}`;
}

const lines = (...text: string[]) => fromLatin1(text.join('\r\n'));
const shapeOf = (bytes: Uint8Array) => shape(bytes, parseStructure(bytes).part);

test('offsets are exact, and the line end before a delimiter is no part of the body', () => {
  const bytes = lines(
    'Content-Type: multipart/mixed; boundary=b',
    '',
    'preamble',
    '--b',
    'Content-Type: text/html',
    '',
    'one',
    '',
    '--b--',
    'epilogue',
  );
  const { part } = parseStructure(bytes);
  const child = part.children![0]!;
  const text = latin1(bytes);
  assert.equal(part.headerStart, 0);
  assert.equal(part.bodyStart, text.indexOf('preamble'));
  assert.equal(part.bodyEnd, bytes.length);
  assert.equal(part.lines, 7);
  assert.equal(child.headerStart, text.indexOf('Content-Type: text/html'));
  assert.equal(child.bodyStart, text.indexOf('one'));
  assert.equal(child.bodyEnd, child.bodyStart + 'one\r\n'.length);
  assert.equal(child.lines, 1);
});

test('a message without MIME is one text', () => {
  assert.equal(shapeOf(lines('Subject: x', '', 'a', '')), 'text/plain: a\r\n');
  assert.equal(shapeOf(utf8('')), 'text/plain: ');
  assert.equal(shapeOf(lines('no header at all')), 'text/plain: no header at all');
});

test('multiparts and messages nest', () => {
  const bytes = lines(
    'Content-Type: multipart/mixed; boundary=a',
    '',
    '--a',
    'Content-Type: multipart/alternative; boundary="ab"',
    '',
    '--ab',
    '',
    'plain',
    '--ab',
    'Content-Type: text/html',
    '',
    'html',
    '--ab--',
    '--a',
    'Content-Type: message/rfc822',
    '',
    'Subject: inner',
    'Content-Type: multipart/mixed; boundary=c',
    '',
    '--c',
    '',
    'deep',
    '--a--',
  );
  assert.deepEqual(shapeOf(bytes), [
    'multipart/mixed',
    ['multipart/alternative', 'text/plain: plain', 'text/html: html'],
    ['message/rfc822', ['multipart/mixed', 'text/plain: deep']],
  ]);
  const { message } = parseStructure(bytes).part.children![1]!;
  assert.equal(message!.envelope.subject, 'inner');
});

test('lines may end with LF alone', () => {
  const bytes = fromLatin1(
    'Content-Type: multipart/mixed; boundary=b\n\n--b\n\na\n\n--b\n\nc\n--b--\n',
  );
  assert.deepEqual(shapeOf(bytes), ['multipart/mixed', 'text/plain: a\n', 'text/plain: c']);
});

test('the parts of a digest are messages', () => {
  const bytes = lines(
    'Content-Type: multipart/digest; boundary=b',
    '',
    '--b',
    '',
    'Subject: 1',
    '',
    'one',
    '--b',
    'Content-Type: text/plain',
    '',
    'two',
    '--b--',
  );
  assert.deepEqual(shapeOf(bytes), [
    'multipart/digest',
    ['message/rfc822', 'text/plain: one'],
    'text/plain: two',
  ]);
});

test('a header ends at a delimiter; such a part is empty', () => {
  const bytes = lines(
    'Content-Type: multipart/mixed; boundary=b',
    '--b',
    'A: 1',
    '--b',
    '--b',
    '',
    '--b--',
  );
  const { part } = parseStructure(bytes);
  assert.deepEqual(shapeOf(bytes), [
    'multipart/mixed',
    'text/plain: ',
    'text/plain: ',
    'text/plain: ',
  ]);
  for (const child of part.children!) assert.equal(child.lines, 0);
});

test('a delimiter ends every part inside its multipart', () => {
  const bytes = lines(
    'Content-Type: multipart/mixed; boundary=1',
    '',
    '--1',
    'Content-Type: multipart/mixed; boundary=2',
    '',
    '--2',
    'Content-Type: message/rfc822',
    '',
    'Subject: s',
    '',
    'x',
    '--1',
    '',
    'y',
    '--2',
    'z',
  );
  assert.deepEqual(shapeOf(bytes), [
    'multipart/mixed',
    ['multipart/mixed', ['message/rfc822', 'text/plain: x']],
    'text/plain: y\r\n--2\r\nz',
  ]);
});

test('after its closing delimiter a boundary delimits nothing', () => {
  const bytes = lines(
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    '',
    'a',
    '--b--',
    '--b',
    '',
    'c',
  );
  assert.deepEqual(shapeOf(bytes), ['multipart/mixed', 'text/plain: a']);
});

test('a multipart without parts has one, what stands before its end', () => {
  const head = 'Content-Type: multipart/mixed; boundary=b';
  const only = (text: string) => ['multipart/mixed', `text/plain: ${text}`];
  assert.deepEqual(shapeOf(lines(head, '', 'text', '')), only('text\r\n'));
  assert.deepEqual(shapeOf(lines(head, '', 'text', '--b--', 'more')), only('text'));
  assert.deepEqual(shapeOf(lines(head, '', 'text', '--b')), only('text'));
  assert.deepEqual(shapeOf(lines(head, '')), only(''));
  for (const type of ['multipart/mixed', 'multipart/mixed; boundary=""'])
    assert.deepEqual(shapeOf(lines(`Content-Type: ${type}`, '', '--', 'x')), only('--\r\nx'));
});

test('a delimiter that ends the message starts no part', () => {
  const bytes = lines('Content-Type: multipart/mixed; boundary=b', '', '--b', '', 'a', '--b', '');
  assert.deepEqual(shapeOf(bytes), ['multipart/mixed', 'text/plain: a']);
});

test('a boundary in segments or percent-encoded is read', () => {
  for (const parameter of ['boundary*0=b; boundary*1=" c"', "boundary*=us-ascii''b%20c"])
    assert.deepEqual(
      shapeOf(lines(`Content-Type: multipart/x; ${parameter}`, '', '--b c', '', 'a')),
      ['multipart/x', 'text/plain: a'],
    );
});

test('an encoded message is opaque, one that is only labelled oddly is not', () => {
  const message = (encoding: string) =>
    shapeOf(
      lines(
        'Content-Type: message/rfc822',
        `Content-Transfer-Encoding: ${encoding}`,
        '',
        'A: 1',
        '',
        'x',
      ),
    );
  for (const encoding of ['base64', 'quoted-printable'])
    assert.equal(message(encoding), 'message/rfc822: A: 1\r\n\r\nx');
  for (const encoding of ['7bit', '8bit', 'binary', 'odd'])
    assert.deepEqual(message(encoding), ['message/rfc822', 'text/plain: x']);
});

test('beyond so many parts the rest is one opaque part', () => {
  const bytes = lines(
    'Content-Type: multipart/mixed; boundary=b',
    '',
    ...Array<string>(5).fill('--b\r\n\r\na'),
  );
  assert.deepEqual(shape(bytes, parseStructure(bytes, { parts: 3, depth: 9 }).part), [
    'multipart/mixed',
    'text/plain: a',
    'text/plain: a',
    'application/octet-stream: \r\na\r\n--b\r\n\r\na\r\n--b\r\n\r\na',
  ]);
});

test('beyond so deep a part is opaque', () => {
  const multipart = lines(
    'Content-Type: multipart/x; boundary=a',
    '',
    '--a',
    'Content-Type: multipart/y; boundary=b',
    '',
    '--b',
    '',
    't',
  );
  assert.deepEqual(shape(multipart, parseStructure(multipart, { parts: 9, depth: 1 }).part), [
    'multipart/x',
    ['multipart/y', 'application/octet-stream: --b\r\n\r\nt'],
  ]);
  const message = lines(
    'Content-Type: message/rfc822',
    '',
    'Content-Type: message/rfc822',
    '',
    'A: 1',
    '',
    't',
  );
  assert.deepEqual(shape(message, parseStructure(message, { parts: 9, depth: 2 }).part), [
    'message/rfc822',
    'message/rfc822: A: 1\r\n\r\nt',
  ]);
});

/** Every part lies in the body of what holds it, after its elder siblings, and lines are what they are. */
function assertNested(bytes: Uint8Array, part: Part, from: number, to: number): void {
  assert.ok(from <= part.headerStart && part.headerStart <= part.bodyStart);
  assert.ok(part.bodyStart <= part.bodyEnd && part.bodyEnd <= to);
  const body = bytes.subarray(part.bodyStart, part.bodyEnd);
  assert.equal(part.lines, body.filter((octet) => octet === 0x0a).length);
  assert.equal(part.children !== undefined, part.type === 'multipart');
  assert.notEqual(part.children?.length, 0);
  let at = part.bodyStart;
  for (const child of part.children ?? []) {
    assertNested(bytes, child, at, part.bodyEnd);
    at = child.bodyEnd;
  }
  if (part.message) assertNested(bytes, part.message.part, part.bodyStart, part.bodyEnd);
}

test('whatever the octets, parts nest and lines are counted', () => {
  const piece = fc.constantFrom(
    'Content-Type: multipart/mixed; boundary=a\r\n',
    'Content-Type: multipart/digest; boundary=ab\r\n',
    'Content-Type: message/rfc822\r\n',
    'Content-Type: multipart/x\r\n',
    'Subject: x\r\n',
    '\r\n',
    '\n',
    '\r',
    '--a\r\n',
    '--ab\n',
    '--ab--\r\n',
    '--a--\r\n',
    '--a',
    'text',
    ' ',
    'From x\r\n',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), fc.nat(6), (pieces, parts) => {
      const bytes = fromLatin1(pieces.join(''));
      const limits = parts === 0 ? STRUCTURE_LIMITS : { parts, depth: 3 };
      const { part } = parseStructure(bytes, limits);
      assertNested(bytes, part, 0, bytes.length);
      assert.equal(part.headerStart, 0);
      assert.equal(part.bodyEnd, bytes.length);
    }),
    { numRuns: 3_000 },
  );
});
