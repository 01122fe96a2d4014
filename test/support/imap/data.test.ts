import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nameOf, parseResponse, plain, type ImapDatum } from './data.ts';

function data(line: string): ImapDatum {
  const response = parseResponse(Buffer.from(line));
  assert.equal(response.kind, 'data');
  return response;
}

describe('a response of data', () => {
  test('is atoms, strings, NIL and lists', () => {
    const { values } = data('* LIST (\\Noselect (a NIL)) "/" "a \\"b\\" \\\\c"');
    assert.deepEqual(values.map(plain), ['LIST', ['\\Noselect', ['a', null]], '/', 'a "b" \\c']);
  });

  test('keeps literals whole, with line breaks and brackets in them', () => {
    const { values } = data('* 1 FETCH (BODY[] {9}\r\na)\r\n"b]\\( BINARY[1] ~{2}\r\n\r\n)');
    assert.deepEqual(values.map(plain), [
      '1',
      'FETCH',
      ['BODY[]', 'a)\r\n"b]\\(', 'BINARY[1]', '\r\n'],
    ]);
  });

  test('has sections as one word', () => {
    const { values } = data('* 1 FETCH (BODY[1.HEADER.FIELDS (A "B]")]<0> NIL UID 3)');
    const items = ['BODY[1.HEADER.FIELDS (A "B]")]<0>', null, 'UID', '3'];
    assert.deepEqual(values.map(plain), ['1', 'FETCH', items]);
  });

  test('is called by its name, not by its number', () => {
    assert.equal(nameOf(data('* 3 exists')), 'EXISTS');
    assert.equal(nameOf(data('* SEARCH 3')), 'SEARCH');
  });
});

describe('a response of status', () => {
  test('has its code and its text', () => {
    const response = parseResponse(Buffer.from('* OK [PERMANENTFLAGS (\\Seen \\*)] [ok] 読'));
    assert.ok(response.kind === 'status');
    assert.equal(response.text, '[ok] 読');
    assert.deepEqual(response.code.map(plain), ['PERMANENTFLAGS', ['\\Seen', '\\*']]);
  });

  test('may have a tag', () => {
    const response = parseResponse(Buffer.from('t1 NO [TRYCREATE] no such mailbox'));
    assert.ok(response.kind === 'status');
    assert.equal(response.tag, 't1');
    assert.equal(response.status, 'NO');
  });
});

for (const line of [
  '* 1 FETCH (UID 3',
  '* LIST () "/" "a',
  '* 1 FETCH (BODY[TEXT x',
  'hello',
  't1 LIST a',
])
  test(`${line} is not a response`, () => assert.throws(() => parseResponse(Buffer.from(line))));
