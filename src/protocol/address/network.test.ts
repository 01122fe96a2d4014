import assert from 'node:assert/strict';
import { BlockList } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseIp } from './ip-address.ts';
import { networkAround, parseNetworks, readNetwork } from './network.ts';

test('a network is read in its one form, whatever bits of a host stand in it', () => {
  assert.equal(readNetwork('192.0.2.77/24')?.text, '192.0.2.0/24');
  assert.equal(readNetwork('192.0.2.77/31')?.text, '192.0.2.76/31');
  assert.equal(readNetwork('192.0.2.77/32')?.text, '192.0.2.77');
  assert.equal(readNetwork(' 10.0.0.1 ')?.text, '10.0.0.1');
  assert.equal(readNetwork('0.0.0.0/0')?.text, '0.0.0.0/0');
  assert.equal(readNetwork('2001:DB8:0:0:1::9/48')?.text, '2001:db8::/48');
  assert.equal(readNetwork('2001:db8::1')?.text, '2001:db8::1');
});

const NONE = [
  '',
  'localhost',
  '192.0.2.0/33',
  '192.0.2.0/-1',
  '::/129',
  '1.2.3.4/8/8',
  '::/',
  'fe80::1%eth0',
  '01.2.3.4',
];

test('what is no network is named', () => {
  for (const text of NONE) {
    assert.equal(readNetwork(text), undefined, text);
    assert.deepEqual(parseNetworks(['::1', text]), { kind: 'not-a-network', text });
  }
});

test('a set of networks has the addresses in them, and nothing that is no address', () => {
  const read = parseNetworks(['192.0.2.0/24', '2001:db8::/32', '198.51.100.7']);
  assert.ok(read.kind === 'networks');
  for (const inside of ['192.0.2.255', '2001:db8:ffff::1', '198.51.100.7'])
    assert.equal(read.networks.has(inside), true, inside);
  for (const outside of ['192.0.3.0', '2001:db9::1', '198.51.100.8', '::1', '', 'unknown'])
    assert.equal(read.networks.has(outside), false, outside);
});

test('who is in a network is as the list of Node.js has it', () => {
  const octet = fc.nat(255);
  const ipv4 = fc.tuple(octet, octet, octet, octet).map((octets) => octets.join('.'));
  const ipv6 = fc
    .array(fc.nat(0xffff), { minLength: 8, maxLength: 8 })
    .map((groups) => groups.map((group) => group.toString(16)).join(':'));
  const near = (addresses: fc.Arbitrary<string>, most: number) =>
    fc.record({ one: addresses, other: addresses, bits: fc.nat(most), flip: fc.nat(most - 1) });
  fc.assert(
    fc.property(fc.oneof(near(ipv4, 32), near(ipv6, 128)), ({ one, other, bits, flip }) => {
      const family = one.includes(':') ? 'ipv6' : 'ipv4';
      const list = new BlockList();
      list.addSubnet(one, bits, family);
      const read = parseNetworks([`${one}/${bits}`]);
      assert.ok(read.kind === 'networks');
      // an address at random is rarely near
      const groups = parseIp(one)!.groups.map((group, at) =>
        at === flip >> 4 ? group ^ (1 << (15 - (flip & 15))) : group,
      );
      const family4or6 = family === 'ipv4' ? 4 : 6;
      const beside = networkAround({ family: family4or6, groups }, groups.length * 16).text;
      for (const address of [one, other, beside])
        assert.equal(read.networks.has(address), list.check(address, family), address);
    }),
  );
});
