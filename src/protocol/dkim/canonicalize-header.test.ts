import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { EMPTY, fromLatin1, latin1 } from '#bytes';
import { splitHeader } from '#protocol/message/header/fields';
import type { Canonicalization } from './canonicalize-body.ts';
import { canonicalizeFields, chooseFields, headerToSign } from './canonicalize-header.ts';

function canonical(kind: Canonicalization, header: string): string {
  const bytes = fromLatin1(header);
  return latin1(canonicalizeFields(kind, bytes, splitHeader(bytes).fields));
}

function chosen(header: string, names: readonly string[]): string[] {
  const bytes = fromLatin1(header);
  return chooseFields(splitHeader(bytes).fields, names).map(({ start, end }) =>
    latin1(bytes.subarray(start, end)).trimEnd(),
  );
}

describe('header canonicalization', () => {
  test('the example of RFC 6376 §3.4.5', () => {
    const header = 'A: X\r\nB : Y\t\r\n\tZ  \r\n';
    assert.equal(canonical('relaxed', header), 'a:X\r\nb:Y Z\r\n');
    assert.equal(canonical('simple', header), header);
  });

  test('relaxed keeps octets above ASCII, a non-breaking space among them', () => {
    assert.equal(
      canonical('relaxed', 'Subject: \xa0\xc3\xa9\xa0 \r\n'),
      'subject:\xa0\xc3\xa9\xa0\r\n',
    );
  });

  test('relaxed leaves nothing of an empty or blank value', () => {
    assert.equal(canonical('relaxed', 'A:\r\nB: \t \r\nC:\r\n \r\n\t\r\n'), 'a:\r\nb:\r\nc:\r\n');
  });

  test('relaxed does not depend on how white space is written', () => {
    const gap = fc.constantFrom(' ', '\t', '  ', '\r\n ', ' \r\n\t', '\t \t');
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('a', 'B:', '\xfc'), gap)), (words) => {
        const folded = words.map(([word, space]) => word + space).join('');
        const plain = words.map(([word]) => word).join(' ');
        assert.equal(canonical('relaxed', `X-Name:${folded}\r\n`), `x-name:${plain}\r\n`);
      }),
    );
  });

  test('a field of which the line end is missing or LF alone gets CRLF', () => {
    assert.equal(canonical('simple', 'A: b'), 'A: b\r\n');
    assert.equal(canonical('simple', 'A: b\nC: d\n'), 'A: b\r\nC: d\r\n');
    assert.equal(canonical('relaxed', 'A: b\n c\nC: d\n'), 'a:b c\r\nc:d\r\n');
  });

  test('the field of the signature itself ends without CRLF', () => {
    const own = fromLatin1('DKIM-Signature: v=1; b=\r\n');
    const fields = fromLatin1('from:a\r\n');
    assert.equal(latin1(headerToSign('relaxed', fields, own)), 'from:a\r\ndkim-signature:v=1; b=');
    assert.equal(latin1(headerToSign('simple', EMPTY, own)), 'DKIM-Signature: v=1; b=');
  });
});

describe('the choice of fields', () => {
  const header = 'A: 1\r\nB: 2\r\na: 3\r\nA: 4\r\n';

  test('takes instances from the bottom up, whatever the case of the name', () => {
    assert.deepEqual(chosen(header, ['a', 'A']), ['A: 4', 'a: 3']);
  });

  test('a mention without an instance takes nothing', () => {
    assert.deepEqual(chosen(header, ['b', 'b', 'c', 'a']), ['B: 2', 'A: 4']);
  });
});
