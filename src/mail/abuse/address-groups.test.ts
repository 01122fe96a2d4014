import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressGroup, networkGroup } from './address-groups.ts';

test('an IPv6 address counts with its /64, an IPv4 address alone', () => {
  assert.equal(addressGroup('192.0.2.1'), '192.0.2.1');
  assert.equal(addressGroup('2001:db8::1'), '2001:db8::/64');
  assert.equal(addressGroup('2001:db8:0:0:ffff::1'), '2001:db8::/64');
  assert.equal(addressGroup('2001:0DB8:0:1::1'), '2001:db8:0:1::/64');
  assert.equal(addressGroup('1:2:3:4:5:6:7:8'), '1:2:3:4::/64');
  assert.equal(addressGroup('::1'), '::/64');
  assert.equal(addressGroup('1::'), '1::/64');
});

test('a network is the /24 of IPv4 and the /48 of IPv6', () => {
  assert.equal(networkGroup('192.0.2.200'), '192.0.2.0/24');
  assert.equal(networkGroup('2001:db8:1:2:3::4'), '2001:db8:1::/48');
  assert.equal(networkGroup('2001:db8:1:ffff::'), '2001:db8:1::/48');
});

test('IPv4 addresses that a translator writes as IPv6 count as they would alone', () => {
  assert.equal(addressGroup('64:ff9b::192.0.2.1'), '64:ff9b::c000:201');
  assert.notEqual(addressGroup('64:ff9b::192.0.2.1'), addressGroup('64:ff9b::198.51.100.1'));
  assert.equal(networkGroup('64:ff9b::192.0.2.200'), '64:ff9b::c000:200/120');
});
