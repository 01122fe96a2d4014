import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { concat, fromLatin1 } from '#bytes';
import { type BodyHashRequest, startBodyHashes } from './body-hash.ts';
import { canonicalizeBody } from './canonicalize-body.ts';

const canonicalization = fc.constantFrom('simple' as const, 'relaxed' as const);
const request: fc.Arbitrary<BodyHashRequest> = fc
  .tuple(canonicalization, fc.option(fc.nat(60)))
  .map(([kind, limit]) =>
    limit === null ? { canonicalization: kind } : { canonicalization: kind, limit },
  );
/** Of what canonicalization changes. */
const piece = fc
  .array(fc.constantFrom(' ', '\t', '\r', '\n', '\r\n', 'a', 'bc'), { maxLength: 12 })
  .map((parts) => fromLatin1(parts.join('')));

test('every hash is that of the canonical octets up to its limit, however the body is cut', () => {
  fc.assert(
    fc.property(fc.array(request, { maxLength: 8 }), fc.array(piece), (requests, pieces) => {
      const hasher = startBodyHashes(requests);
      for (const each of pieces) hasher.push(each);
      hasher.end();
      for (const wanted of requests) {
        const body = canonical(wanted, concat([...pieces, new Uint8Array(0)]));
        const covered = body.subarray(0, wanted.limit ?? body.length);
        assert.deepEqual(hasher.of(wanted), {
          digest: createHash('sha256').update(covered).digest(),
          octets: body.length,
          covered: covered.length,
        });
      }
    }),
    { numRuns: 500 },
  );
});

function canonical(wanted: BodyHashRequest, body: Uint8Array): Buffer {
  const parts: Uint8Array[] = [];
  const canonicalizer = canonicalizeBody(wanted.canonicalization, (bytes) => {
    parts.push(bytes.slice());
  });
  canonicalizer.push(body);
  canonicalizer.end();
  return Buffer.concat(parts);
}

test('a hash that was not asked for, or asked for too early, is a bug of the caller', () => {
  const hasher = startBodyHashes([{ canonicalization: 'simple' }]);
  assert.throws(() => hasher.of({ canonicalization: 'simple' }), /not ended/);
  hasher.end();
  assert.throws(() => hasher.of({ canonicalization: 'simple', limit: 1 }), /not asked for/);
  assert.equal(hasher.of({ canonicalization: 'simple' }).octets, 2);
});
