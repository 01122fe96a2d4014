import assert from 'node:assert/strict';
import { isIPv4, isIPv6, SocketAddress, BlockList } from 'node:net';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  carriedIpv4,
  dottedIp,
  formatIp,
  isInNetwork,
  parseIp,
  reverseDomain,
  unmapped,
} from './ip-address.ts';

const digits = fc.stringMatching(/^[0-9]{0,4}$/);
const groups = fc.stringMatching(/^[0-9a-fA-F]{0,5}$/);
/** Mostly addresses, and what nearly is one. */
const text = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.array(digits, { maxLength: 5 }).map((parts) => parts.join('.')),
  fc.array(groups, { maxLength: 9 }).map((parts) => parts.join(':')),
  fc
    .tuple(fc.array(groups, { maxLength: 7 }), fc.ipV4())
    .map(([parts, v4]) => [...parts, v4].join(':')),
);

test('what is an address is what Node takes for one, and it has one text', () => {
  const property = fc.property(text, (given) => {
    const address = parseIp(given);
    assert.equal(address !== undefined, isIPv4(given) || isIPv6(given), given);
    if (address === undefined) return;
    const family = isIPv4(given) ? 'ipv4' : 'ipv6';
    const known = new SocketAddress({ address: given, family });
    assert.deepEqual(parseIp(formatIp(address)), address);
    // Node writes some addresses with an embedded IPv4 address
    if (!known.address.includes('.')) assert.equal(formatIp(address), known.address);
  });
  fc.assert(property, { numRuns: 3000 });
});

test('a network holds what a BlockList of Node says that it holds', () => {
  const near = fc.tuple(fc.ipV6(), fc.ipV6(), fc.nat({ max: 128 }));
  const property = fc.property(near, ([one, other, bits]) => {
    const list = new BlockList();
    list.addSubnet(one, bits, 'ipv6');
    for (const client of [one, other])
      assert.equal(
        isInNetwork(parseIp(client)!, parseIp(one)!, bits),
        list.check(client, 'ipv6'),
        `${client} in ${one}/${bits}`,
      );
  });
  fc.assert(property, { numRuns: 1000 });
  assert.ok(isInNetwork(parseIp('192.0.2.130')!, parseIp('192.0.2.129')!, 30));
  assert.ok(!isInNetwork(parseIp('192.0.2.132')!, parseIp('192.0.2.129')!, 30));
  assert.ok(!isInNetwork(parseIp('192.0.2.1')!, parseIp('2001:db8::')!, 0));
});

test('an IPv4-mapped IPv6 address is the IPv4 address that it holds, in each spelling', () => {
  for (const spelling of ['::ffff:192.0.2.1', '::FFFF:c000:201', '0:0:0:0:0:ffff:192.0.2.1'])
    assert.equal(formatIp(unmapped(parseIp(spelling)!)), '192.0.2.1');
  for (const other of ['::192.0.2.1', '::fffe:192.0.2.1', '1::ffff:192.0.2.1'])
    assert.equal(unmapped(parseIp(other)!).family, 6);
});

test('an IPv6 address tells the IPv4 address that it stands for', () => {
  for (const [written, inner] of [
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::ffff:0:192.0.2.1', '192.0.2.1'],
    ['::192.0.2.1', '192.0.2.1'],
    ['64:ff9b::192.0.2.1', '192.0.2.1'],
    ['64:ff9b:1:2:3:4:192.0.2.1', '192.0.2.1'],
    ['2002:c000:201:5::9', '192.0.2.1'],
  ] as const)
    assert.equal(formatIp(carriedIpv4(parseIp(written)!)!), inner, written);
  for (const other of [
    '192.0.2.1',
    '::',
    '::1',
    '::ffff',
    '2001:db8::192.0.2.1',
    '64:ff9b:2::1',
    '65::1',
  ])
    assert.equal(carriedIpv4(parseIp(other)!), undefined, other);
});

test('macros and PTR look-ups have the address in their own forms', () => {
  const v6 = parseIp('2001:db8::cb01')!;
  assert.equal(
    dottedIp(v6),
    '2.0.0.1.0.D.B.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.C.B.0.1',
    'the example of RFC 7208 §7.4',
  );
  assert.equal(reverseDomain(v6), `1.0.b.c.${'0.'.repeat(20)}8.b.d.0.1.0.0.2.ip6.arpa`);
  assert.equal(dottedIp(parseIp('192.0.2.3')!), '192.0.2.3');
  assert.equal(reverseDomain(parseIp('192.0.2.3')!), '3.2.0.192.in-addr.arpa');
});
