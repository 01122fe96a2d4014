import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { fromLatin1, latin1 } from '#bytes';
import { parseStructure } from './parse-structure.ts';
import { findPart, partialRange, type Section, sectionOctets } from './section.ts';

/** The example of RFC 9051 §6.4.5.1, with what each part number names in its body. */
const MESSAGE = fromLatin1(
  [
    'Subject: root',
    'Content-Type: multipart/mixed; boundary=a',
    '',
    '--a',
    'Content-Type: text/plain',
    '',
    'is 1',
    '--a',
    'Content-Type: application/octet-stream',
    '',
    'is 2',
    '--a',
    'Content-Type: message/rfc822',
    '',
    'Subject: of 3',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    '',
    'is 3.1',
    '--b',
    'Content-Type: application/octet-stream',
    '',
    'is 3.2',
    '--b--',
    '--a',
    'Content-Type: multipart/mixed; boundary=c',
    '',
    '--c',
    'Content-Type: image/gif',
    '',
    'is 4.1',
    '--c',
    'X-Mime: of 4.2',
    'Content-Type: message/rfc822',
    '',
    'Subject: of 4.2',
    'To: x',
    'Content-Type: multipart/mixed; boundary=d',
    '',
    '--d',
    '',
    'is 4.2.1',
    '--d',
    'Content-Type: multipart/alternative; boundary=e',
    '',
    '--e',
    '',
    'is 4.2.2.1',
    '--e',
    'Content-Type: text/richtext',
    '',
    'is 4.2.2.2',
    '--e--',
    '--d--',
    '--c--',
    '--a--',
    '',
  ].join('\r\n'),
);

function section(message: Uint8Array, spec: Section): string | undefined {
  const found = sectionOctets(parseStructure(message).part, spec);
  if (found.kind === 'missing') return undefined;
  const octets = message.subarray(found.start, found.end);
  return latin1(found.kind === 'fields' ? found.select(octets) : octets);
}

const path = (text: string) => text.split('.').map(Number);

for (const number of ['1', '2', '3.1', '3.2', '4.1', '4.2.1', '4.2.2.1', '4.2.2.2'])
  test(`BODY[${number}]`, () => {
    assert.equal(section(MESSAGE, { path: path(number) }), `is ${number}`);
  });

for (const number of ['0', '5', '1.1', '1.2', '2.1', '3.3', '3.1.1', '4.3', '4.1.1', '4.2.2.3'])
  test(`there is no BODY[${number}]`, () => {
    assert.equal(section(MESSAGE, { path: path(number) }), undefined);
  });

test('BODY[], BODY[HEADER] and BODY[TEXT] are the message, its header and its body', () => {
  const text = latin1(MESSAGE);
  const body = text.indexOf('--a');
  assert.equal(section(MESSAGE, { path: [] }), text);
  assert.equal(section(MESSAGE, { path: [], kind: 'HEADER' }), text.slice(0, body));
  assert.equal(section(MESSAGE, { path: [], kind: 'TEXT' }), text.slice(body));
  assert.equal(section(MESSAGE, { path: [], kind: 'MIME' }), undefined);
});

test('HEADER and TEXT of a message part are those of the message in it, MIME is its own', () => {
  assert.match(section(MESSAGE, { path: [3], kind: 'HEADER' })!, /^Subject: of 3\r\n[^]*\r\n\r\n$/);
  assert.match(section(MESSAGE, { path: [3], kind: 'TEXT' })!, /^--b\r\n[^]*--b--$/);
  assert.equal(
    section(MESSAGE, { path: [4, 2], kind: 'MIME' }),
    'X-Mime: of 4.2\r\nContent-Type: message/rfc822\r\n\r\n',
  );
  for (const kind of ['HEADER', 'TEXT', 'HEADER.FIELDS'] as const)
    for (const number of ['1', '4', '4.2.2'])
      assert.equal(section(MESSAGE, { path: path(number), kind }), undefined);
});

test('fields are chosen by name in any case, as they are written, with the empty line', () => {
  const fields = (kind: 'HEADER.FIELDS' | 'HEADER.FIELDS.NOT', ...names: string[]) =>
    section(MESSAGE, { path: [4, 2], kind, fields: names });
  assert.equal(fields('HEADER.FIELDS', 'TO', 'subject'), 'Subject: of 4.2\r\nTo: x\r\n\r\n');
  assert.equal(fields('HEADER.FIELDS', 'absent'), '\r\n');
  assert.equal(fields('HEADER.FIELDS.NOT', 'content-TYPE'), 'Subject: of 4.2\r\nTo: x\r\n\r\n');
  const folded = fromLatin1('A: 1\n 2\nB: 3\n\nbody');
  const wanted = { path: [], kind: 'HEADER.FIELDS', fields: ['a'] } as const;
  assert.equal(section(folded, wanted), 'A: 1\n 2\n\n');
});

test('the empty line is left out only where there is none and no body', () => {
  const wanted = { path: [], kind: 'HEADER.FIELDS', fields: ['a'] } as const;
  assert.equal(section(fromLatin1('A: 1\r\nB: 2\r\n'), wanted), 'A: 1\r\n');
  assert.equal(section(fromLatin1('A: 1\r\nno field'), wanted), 'A: 1\r\n\r\n');
  assert.equal(section(fromLatin1('From x\r\nA: 1\r\n\r\n'), wanted), 'A: 1\r\n\r\n');
});

test('a message that is no multipart has its body as part 1, and its header as that of part 1', () => {
  const message = fromLatin1('Subject: x\r\n\r\nbody');
  assert.equal(section(message, { path: [1] }), 'body');
  assert.equal(section(message, { path: [1], kind: 'MIME' }), 'Subject: x\r\n\r\n');
  for (const number of ['2', '1.1'])
    assert.equal(section(message, { path: path(number) }), undefined);
});

test('a message that is a message has the one in it as part 1', () => {
  const inner = 'Subject: in\r\n\r\nbody';
  const message = fromLatin1(`Subject: out\r\nContent-Type: message/rfc822\r\n\r\n${inner}`);
  assert.equal(section(message, { path: [1] }), inner);
  assert.equal(section(message, { path: [1], kind: 'HEADER' }), 'Subject: in\r\n\r\n');
  assert.equal(section(message, { path: [1], kind: 'TEXT' }), 'body');
  assert.equal(section(message, { path: [1, 1] }), 'body');
  assert.equal(section(message, { path: [1, 1], kind: 'MIME' }), 'Subject: in\r\n\r\n');
  assert.equal(section(message, { path: [1, 1, 1] }), undefined);
  assert.equal(section(message, { path: [], kind: 'HEADER' })!.includes('out'), true);
});

test('a number leads to the very part of the tree', () => {
  const { part } = parseStructure(MESSAGE);
  assert.equal(findPart(part, [4, 2]), part.children![3]!.children![1]);
  assert.equal(findPart(part, []), undefined);
});

test('a partial range is the part of it that there is', () => {
  fc.assert(
    fc.property(fc.nat(20), fc.nat(20), fc.nat(50), fc.nat(50), (start, size, offset, length) => {
      const text = 'abcdefghijklmnopqrstuvwxyzabcdefghijklmnop'.slice(0, start + size);
      const range = partialRange({ start, end: start + size }, { offset, length });
      assert.equal(
        text.slice(range.start, range.end),
        text.slice(start).slice(offset, offset + length),
      );
      assert.ok(start <= range.start && range.start <= range.end && range.end <= start + size);
    }),
  );
  assert.deepEqual(
    partialRange({ start: 1, end: 5 }, { offset: 2 ** 32 - 1, length: 2 ** 32 - 1 }),
    {
      start: 5,
      end: 5,
    },
  );
});
