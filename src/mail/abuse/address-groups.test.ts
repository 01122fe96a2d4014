import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressGroup, networkGroup, readNetwork } from './address-groups.ts';

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

test('a network is read in its one form, whatever bits of a host stand in it', () => {
  assert.equal(readNetwork('192.0.2.77/24')?.text, '192.0.2.0/24');
  assert.equal(readNetwork('192.0.2.77/31')?.text, '192.0.2.76/31');
  assert.equal(readNetwork('192.0.2.77/32')?.text, '192.0.2.77');
  assert.equal(readNetwork(' 10.0.0.1 ')?.text, '10.0.0.1');
  assert.equal(readNetwork('0.0.0.0/0')?.text, '0.0.0.0/0');
  assert.equal(readNetwork('2001:DB8:0:0:1::9/48')?.text, '2001:db8::/48');
  assert.equal(readNetwork('2001:db8::1')?.text, '2001:db8::1');
  for (const text of [
    '',
    'localhost',
    '192.0.2.0/33',
    '::/129',
    '1.2.3.4/8/8',
    '::/',
    '1.2.3.4/-1',
  ])
    assert.equal(readNetwork(text), undefined, text);
});
