import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeRdata, formatRdata } from '#lab/dns/wire/rdata';
import { TYPE } from '#lab/dns/wire/record-types';
import type { RRset } from '#lab/dns/zone/zone';
import { valueWords } from '#lab/dns/zone/words';
import { dsOf, keyTag, makeKey, publicKey, signingKey } from './key.ts';
import { canonicalSet, checkSignature, signSet } from './signature.ts';

function rdata(type: number, text: string): Uint8Array {
  const words = valueWords(text);
  assert.ok(!('flaw' in words));
  return encodeRdata(type, words, '') as Uint8Array;
}

const NOW = Date.UTC(2026, 10, 24) / 1_000;
const validity = { inception: NOW - 3_600, expiration: NOW + 3_600 };
const key = signingKey(makeKey());
const set: RRset = {
  name: 'www.example.test',
  type: TYPE.A,
  ttl: 300,
  rdatas: [Uint8Array.of(127, 20, 25, 2), Uint8Array.of(127, 20, 25, 1)],
};
const check = (one: RRset, signature: Uint8Array, zone = 'example.test', now = NOW) =>
  checkSignature(one, signature, zone, [key.dnskey], now);

// RFC 6605 §6.1.
const RFC_KEY = rdata(
  TYPE.DNSKEY,
  '257 3 13 GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==',
);
const RFC_SIGNATURE = rdata(
  TYPE.RRSIG,
  'A 13 3 3600 20100909100439 20100812100439 55648 example.net. qx6wLYqmh+l9oCKTN6qIc+bw6ya+KJ8oMz0YP107epXAyGmt+3SNruPFKG7tZoLBLlUzGGus7ZwmwWep666VCw==',
);

test('key tag and DS of the key in RFC 6605 §6.1 are those of the RFC', () => {
  assert.equal(keyTag(RFC_KEY), 55_648);
  assert.equal(
    formatRdata(TYPE.DS, dsOf('example.net', RFC_KEY)),
    '55648 13 2 b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d17',
  );
});

test('the signature in RFC 6605 §6.1 is good while it holds', () => {
  const signed = {
    name: 'www.example.net',
    type: TYPE.A,
    ttl: 3_600,
    rdatas: [Uint8Array.of(192, 0, 2, 1)],
  };
  const at = (time: number) =>
    checkSignature(signed, RFC_SIGNATURE, 'example.net', [RFC_KEY], time / 1_000);
  assert.equal(at(Date.UTC(2010, 7, 20)), 'good');
  assert.equal(at(Date.UTC(2010, 6, 20)), 'not-yet');
  assert.equal(at(Date.UTC(2010, 9, 20)), 'expired');
});

test('what was signed is good, in whatever order its records come and however much of the TTL is left', () => {
  const signature = signSet(set, 'example.test', key, validity);
  assert.equal(check(set, signature), 'good');
  assert.equal(check({ ...set, ttl: 12, rdatas: set.rdatas.toReversed() }, signature), 'good');
});

test('a wildcard’s signature is good for the names that it answers for', () => {
  const signature = signSet({ ...set, name: '*.example.test' }, 'example.test', key, validity);
  assert.equal(check({ ...set, name: 'a.b.example.test' }, signature), 'good');
  assert.equal(check({ ...set, name: '*.example.test' }, signature), 'good');
  assert.equal(check({ ...set, name: 'a.other.test' }, signature), 'wrong');
});

test('a change of any octet of data or signature is seen', () => {
  const signature = signSet(set, 'example.test', key, validity);
  fc.assert(
    fc.property(fc.nat(signature.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
      const broken = Uint8Array.from(signature);
      broken[at]! ^= by;
      assert.notEqual(check(set, broken), 'good');
    }),
  );
  for (let octet = 0; octet < 4; octet++) {
    const other = Uint8Array.from(set.rdatas[0]!);
    other[octet]! ^= 1;
    assert.equal(check({ ...set, rdatas: [other, set.rdatas[1]!] }, signature), 'wrong');
  }
});

test('a signature counts for its zone, its type and its key alone', () => {
  const signature = signSet(set, 'example.test', key, validity);
  assert.equal(check(set, signature, 'test'), 'wrong');
  assert.equal(check({ ...set, type: TYPE.TXT }, signature), 'wrong');
  const other = signingKey(makeKey()).dnskey;
  assert.equal(checkSignature(set, signature, 'example.test', [other], NOW), 'no-key');
});

test('the order of records is that of their octets, and none counts twice', () => {
  const octets = fc.uint8Array({ minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(fc.array(octets, { minLength: 1, maxLength: 6 }), (rdatas) => {
      const shuffled = [...rdatas.toReversed(), rdatas[0]!];
      assert.deepEqual(
        canonicalSet({ ...set, rdatas }, 'a.test', 1),
        canonicalSet({ ...set, rdatas: shuffled }, 'a.test', 1),
      );
    }),
  );
});

test('octets that are no key of a zone are no key', () => {
  for (const [at, octet] of [
    [0, 0],
    [1, 0],
    [2, 4],
    [3, 8],
    [10, 255],
  ] as const) {
    const broken = Uint8Array.from(key.dnskey);
    broken[at] = octet === broken[at] ? octet ^ 1 : octet;
    if (at !== 0)
      assert.equal(
        publicKey(at === 1 ? Uint8Array.from([0, 0, ...broken.subarray(2)]) : broken),
        undefined,
        String(at),
      );
  }
  assert.equal(publicKey(key.dnskey.subarray(0, 40)), undefined);
});
