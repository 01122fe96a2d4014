import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { concat, fromLatin1, latin1 } from '#bytes';
import { type Canonicalization, canonicalizeBody } from './canonicalize-body.ts';

function canonical(kind: Canonicalization, chunks: readonly string[]): string {
  const parts: Uint8Array[] = [];
  const body = canonicalizeBody(kind, (bytes) => parts.push(bytes.slice()));
  for (const chunk of chunks) body.push(fromLatin1(chunk));
  body.end();
  return parts.length === 0 ? '' : latin1(concat(parts));
}

/** RFC 6376 §3.4.4 in the plainest way, for comparison. */
function relaxedBySearch(body: string): string {
  const text = body.endsWith('\r\n') || body === '' ? body : `${body}\r\n`;
  const reduced = text.replaceAll(/[ \t]+/g, ' ').replaceAll(' \r\n', '\r\n');
  const trimmed = reduced.replace(/(?:\r\n)+$/, '');
  return trimmed === '' ? '' : `${trimmed}\r\n`;
}

function simpleBySearch(body: string): string {
  return `${body.replace(/(?:\r\n)+$/, '')}\r\n`;
}

/** Bodies of what matters alone, so that every combination is met, in chunks of any size. */
const chunks = fc.array(
  fc.string({ unit: fc.constantFrom(' ', '\t', '\r', '\n', '\r\n', 'a', '\xe9'), maxLength: 8 }),
  { maxLength: 6 },
);

describe('body canonicalization', () => {
  test('the example of RFC 6376 §3.4.5', () => {
    const body = ' C \r\nD \t E\r\n\r\n\r\n';
    assert.equal(canonical('relaxed', [body]), ' C\r\nD E\r\n');
    assert.equal(canonical('simple', [body]), ' C \r\nD \t E\r\n');
  });

  test('an empty body is one line in simple and nothing in relaxed', () => {
    for (const body of [[], [''], ['\r\n'], ['\r', '\n\r\n']]) {
      assert.equal(canonical('simple', body), '\r\n');
      assert.equal(canonical('relaxed', body), '');
    }
    assert.equal(canonical('relaxed', [' \t\r\n', '  \r\n']), '');
  });

  test('a last line without a line end gets one', () => {
    assert.equal(canonical('simple', ['a']), 'a\r\n');
    assert.equal(canonical('relaxed', ['a']), 'a\r\n');
    assert.equal(canonical('relaxed', ['a \t']), 'a\r\n');
  });

  test('a bare CR or LF is content', () => {
    assert.equal(canonical('relaxed', ['a \rb \nc\r\n\n']), 'a \rb \nc\r\n\n\r\n');
    assert.equal(canonical('relaxed', ['a \r', 'b']), 'a \rb\r\n');
    assert.equal(canonical('simple', ['a\r']), 'a\r\r\n');
  });

  test('relaxed does what the text of the RFC says, wherever chunks end', () => {
    fc.assert(
      fc.property(chunks, (parts) => {
        assert.equal(canonical('relaxed', parts), relaxedBySearch(parts.join('')));
      }),
      { numRuns: 1000 },
    );
  });

  test('simple does what the text of the RFC says, wherever chunks end', () => {
    fc.assert(
      fc.property(chunks, (parts) => {
        assert.equal(canonical('simple', parts), simpleBySearch(parts.join('')));
      }),
      { numRuns: 1000 },
    );
  });

  test('what is canonical stays as it is', () => {
    for (const kind of ['simple', 'relaxed'] as const) {
      fc.assert(
        fc.property(chunks, (parts) => {
          const once = canonical(kind, parts);
          assert.equal(canonical(kind, [once]), once);
        }),
      );
    }
  });

  test('a million empty lines before content are handed on in small pieces', () => {
    let largest = 0;
    let octets = 0;
    const body = canonicalizeBody('relaxed', (bytes) => {
      largest = Math.max(largest, bytes.length);
      octets += bytes.length;
    });
    const empty = fromLatin1('\r\n'.repeat(1000));
    for (let i = 0; i < 1000; i++) body.push(empty);
    body.push(fromLatin1('end'));
    body.end();
    assert.equal(octets, 2_000_000 + 5);
    assert.ok(largest <= 4096);
  });
});
