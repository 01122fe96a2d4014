import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { parseAddressLiteral } from './address-literal.ts';

const domainOf = (text: string) => {
  const literal = parseAddressLiteral(text);
  return literal.kind === 'literal' ? literal.domain : undefined;
};

test('every spelling of an address has one domain', () => {
  assert.equal(domainOf('[192.0.2.1]'), '[192.0.2.1]');
  assert.equal(domainOf('[192.000.002.001]'), '[192.0.2.1]');
  assert.equal(domainOf('[ipv6:2001:DB8:0:0:0:0:0:1]'), '[IPv6:2001:db8::1]');
  assert.equal(domainOf('[IPv6:::]'), '[IPv6:::]');
  assert.equal(domainOf('[IPv6:::1]'), '[IPv6:::1]');
  assert.equal(domainOf('[IPv6:1::]'), '[IPv6:1::]');
  assert.equal(domainOf('[IPv6:1:0:0:2:0:0:0:3]'), '[IPv6:1:0:0:2::3]');
  assert.equal(domainOf('[IPv6:1:2:3:4:5:6:0:8]'), '[IPv6:1:2:3:4:5:6:0:8]');
  assert.equal(domainOf('[IPv6:::ffff:192.0.2.1]'), '[IPv6:::ffff:c000:201]');
});

for (const text of [
  '',
  '[]',
  '192.0.2.1',
  '[192.0.2]',
  '[192.0.2.256]',
  '[192.0.2.1.1]',
  '[IPv6:]',
  '[IPv6:1:2:3:4:5:6:7]',
  '[IPv6:1:2:3:4:5:6::8]',
  '[IPv6:1::2::3]',
  '[IPv6::1:2]',
  '[IPv6:1:2:]',
  '[IPv6:12345::]',
  '[IPv6:192.0.2.1::]',
  '[IPv6:1:2:3:4:5:6:7:192.0.2.1]',
  '[192.0.2.1',
  `[IPv6:${'0:'.repeat(1000)}1]`,
])
  test(`not an address literal: ${text.slice(0, 40)}`, () => {
    assert.deepEqual(parseAddressLiteral(text), { kind: 'error', reason: 'bad-address-literal' });
  });

test('a tag that is not registered is told apart', () => {
  assert.deepEqual(parseAddressLiteral('[x400:c=jp]'), {
    kind: 'error',
    reason: 'unknown-literal-tag',
  });
});

test('a literal in its one spelling stays itself', () => {
  const group = fc.oneof(fc.constant(0), fc.nat(0xffff));
  fc.assert(
    fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
      const full = `[IPv6:${groups.map((value) => value.toString(16).padStart(4, '0')).join(':')}]`;
      const domain = domainOf(full);
      assert.ok(domain !== undefined);
      assert.equal(domainOf(domain), domain);
    }),
  );
});
