import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { concat, fromLatin1, utf8 } from '#bytes';
import { splitEnhancedCode } from './enhanced-code.ts';
import { formatReply, type Reply } from './reply.ts';
import { ReplyParser, type ParsedReply } from './reply-parser.ts';

const texts = fc.string({ unit: fc.constantFrom(...'ab 0123.-/é飛'.split('')), maxLength: 60 });

const replies: fc.Arbitrary<Reply> = fc
  .record({
    code: fc.integer({ min: 200, max: 599 }),
    status: fc.option(fc.tuple(fc.nat(999), fc.nat(999)), { nil: undefined }),
    lines: fc.array(texts, { minLength: 1, maxLength: 6 }),
  })
  .map(({ code, status, lines }) => {
    const digit = Math.floor(code / 100);
    return status === undefined || digit === 3
      ? { code, lines }
      : { code, enhanced: `${digit}.${status[0]}.${status[1]}`, lines };
  })
  .filter(
    ({ enhanced, lines }: Reply) =>
      enhanced !== undefined || splitEnhancedCode(lines[0]!) === undefined,
  );

function parseInChunks(wire: Uint8Array, cuts: readonly number[]): ParsedReply[] {
  const parser = new ReplyParser();
  const found: ParsedReply[] = [];
  let start = 0;
  for (const cut of [
    ...cuts.map((c) => c % (wire.length + 1)).sort((a, b) => a - b),
    wire.length,
  ]) {
    found.push(...parser.push(wire.slice(start, cut)));
    start = cut;
  }
  return found;
}

test('what is formatted is read back, however the stream is cut', () => {
  fc.assert(
    fc.property(
      fc.array(replies, { maxLength: 5 }),
      fc.array(fc.nat(2000), { maxLength: 12 }),
      (list, cuts) => {
        const wire = concat([utf8(''), ...list.map((reply) => utf8(formatReply(reply)))]);
        const found = parseInChunks(wire, cuts);
        assert.deepEqual(
          found.map((item) => (item.kind === 'reply' ? item.reply : item)),
          list,
        );
      },
    ),
  );
});

test('cuts never change what is read from arbitrary octets', () => {
  const octets = fc
    .array(fc.constantFrom(...utf8('245- \r\n.x\0')), { maxLength: 200 })
    .map((list) => Uint8Array.from(list));
  fc.assert(
    fc.property(octets, fc.array(fc.nat(200), { maxLength: 12 }), (wire, cuts) => {
      assert.deepEqual(parseInChunks(wire, cuts), parseInChunks(wire, []));
    }),
  );
});

function parseAll(text: string): ParsedReply[] {
  return new ReplyParser().push(fromLatin1(text));
}

function errorOf(text: string): string | undefined {
  const last = parseAll(text).at(-1);
  return last?.kind === 'error' ? last.reason : undefined;
}

test('a bare LF ends a line, and a code may stand alone', () => {
  const found = parseAll('250-one\n250 two\n220\r\n');
  assert.deepEqual(
    found.map((item) => item.kind === 'reply' && item.reply),
    [
      { code: 250, lines: ['one', 'two'] },
      { code: 220, lines: [''] },
    ],
  );
});

test('the status of the first line is taken; a line with another, or none, keeps its text', () => {
  const [found] = parseAll('550-5.7.1 one\r\n550-two\r\n550 5.7.2 three\r\n');
  assert.ok(found?.kind === 'reply');
  assert.deepEqual(found.reply, {
    code: 550,
    enhanced: '5.7.1',
    lines: ['one', 'two', '5.7.2 three'],
  });
  assert.deepEqual(found.raw, ['550-5.7.1 one', '550-two', '550 5.7.2 three']);
});

test('a status of another class than the code is left in the text', () => {
  const [found] = parseAll('550 2.0.0 what\r\n');
  assert.ok(found?.kind === 'reply');
  assert.deepEqual(found.reply, { code: 550, lines: ['2.0.0 what'] });
});

test('text that is not UTF-8 is read as ISO-8859-1, control characters are made harmless', () => {
  const [found] = parseAll('550 caf\xe9 \x1b[31mred\rx\r\n');
  assert.ok(found?.kind === 'reply');
  assert.deepEqual(found.reply.lines, ['café ?[31mred?x']);
});

test('what is no reply ends the parse for good', () => {
  for (const text of [
    'hello\r\n',
    '25 x\r\n',
    '2500 x\r\n',
    '250_x\r\n',
    '150 x\r\n',
    '650 x\r\n',
    '\r\n',
    ' 250 x\r\n',
  ]) {
    assert.equal(errorOf(text), 'no-reply-code', JSON.stringify(text));
  }
  assert.equal(errorOf('250-a\r\n251 b\r\n'), 'codes-differ');
  const parser = new ReplyParser();
  parser.push(utf8('garbage\r\n'));
  assert.deepEqual(parser.push(utf8('250 ok\r\n')), []);
});

test('a line or a reply without end is cut off at its limit', () => {
  const parser = new ReplyParser({ lineOctets: 100, lines: 3 });
  assert.deepEqual(
    parser.push(utf8('250 ' + 'x'.repeat(96) + '\r\n')).map((r) => r.kind),
    ['reply'],
  );
  assert.equal(parser.push(utf8('250 ' + 'x'.repeat(98)))[0]?.kind, 'error');
  const lines = new ReplyParser({ lineOctets: 100, lines: 3 });
  const found = lines.push(utf8('250-x\r\n'.repeat(10)));
  assert.deepEqual(
    found.map((r) => r.kind === 'error' && r.reason),
    ['too-many-lines'],
  );
});

test('part of a reply shows as partial until it is complete', () => {
  const parser = new ReplyParser();
  assert.equal(parser.partial, false);
  parser.push(utf8('250-a\r\n'));
  assert.equal(parser.partial, true);
  parser.push(utf8('250 b\r\n'));
  assert.equal(parser.partial, false);
  parser.push(utf8('2'));
  assert.equal(parser.partial, true);
});
