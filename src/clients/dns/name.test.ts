import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { normaliseName, reverseName } from './name.ts';

test('names are compared in lower case and without a final dot', () => {
  assert.equal(normaliseName('MX1.Example.TEST.'), 'mx1.example.test');
  assert.equal(normaliseName('_dmarc.example.test'), '_dmarc.example.test');
  assert.equal(normaliseName('.'), '.');
});

test('what cannot be a domain name is refused', () => {
  for (const name of ['', '..', 'a..b', '.a', 'a b', 'bücher.test', 'a\\.b', 'a\0b', 'a.b..']) {
    assert.equal(normaliseName(name), undefined, name);
  }
});

test('a label may have 63 characters and a name 253', () => {
  const label = 'a'.repeat(63);
  assert.equal(normaliseName(`${label}.test`), `${label}.test`);
  assert.equal(normaliseName(`${label}a.test`), undefined);
  const name = [label, label, label, 'a'.repeat(61)].join('.');
  assert.equal(name.length, 253);
  assert.equal(normaliseName(`${name}.`), name);
  assert.equal(normaliseName(`${name}a`), undefined);
});

test('the reverse name of an address is under in-addr.arpa or ip6.arpa', () => {
  assert.equal(reverseName('192.0.2.1'), '1.2.0.192.in-addr.arpa');
  // RFC 3596 §2.5
  assert.equal(
    reverseName('4321:0:1:2:3:4:567:89ab'),
    'b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa',
  );
  assert.equal(reverseName('::1'), `1.${'0.'.repeat(31)}ip6.arpa`);
  assert.equal(reverseName('::'), `${'0.'.repeat(32)}ip6.arpa`);
  assert.equal(reverseName('::ffff:192.0.2.1'), '1.2.0.192.in-addr.arpa');
  assert.equal(reverseName('::ffff:c000:201'), '1.2.0.192.in-addr.arpa');
  assert.equal(reverseName('64:ff9b::192.0.2.33')?.slice(0, 16), '1.2.2.0.0.0.0.c.');
  for (const text of ['', 'example.test', '192.0.2', 'fe80::1%eth0', '[::1]']) {
    assert.equal(reverseName(text), undefined, text);
  }
});

test('every IPv6 address gives 32 digits under ip6.arpa, or its IPv4 address', () => {
  fc.assert(
    fc.property(fc.ipV6(), (address) => {
      assert.match(
        reverseName(address) ?? '',
        /^(?:(?:[0-9a-f]\.){32}ip6|(?:\d{1,3}\.){4}in-addr)\.arpa$/,
      );
    }),
    { numRuns: 200 },
  );
});
