import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPrivateAddress, protectedAddresses } from './protected.ts';

test('loopback, private, link-local and carrier addresses are private, their neighbours are not', () => {
  for (const address of [
    '127.0.0.1',
    '127.255.255.254',
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.1.1',
    '100.64.0.1',
    '100.127.255.255',
    '::1',
    'fe80::1',
    'fd00::1',
    'fc00::1',
  ])
    assert.equal(isPrivateAddress(address), true, address);
  for (const address of [
    '126.255.255.255',
    '11.0.0.1',
    '172.32.0.1',
    '172.15.255.255',
    '192.169.0.1',
    '100.63.255.255',
    '100.128.0.0',
    '192.0.2.1',
    '::2',
    '2001:db8::1',
    'fec0::1',
  ])
    assert.equal(isPrivateAddress(address), false, address);
});

test('a private IPv4 address is private however IPv6 writes it', () => {
  for (const inner of ['10.1.2.3', '127.0.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1'])
    for (const prefix of ['::ffff:', '::ffff:0:', '::', '64:ff9b::', '64:ff9b:1::'])
      assert.equal(isPrivateAddress(`${prefix}${inner}`), true, `${prefix}${inner}`);
  assert.equal(isPrivateAddress('2002:a01:203::1'), true);
  for (const outer of [
    '::ffff:192.0.2.1',
    '64:ff9b::192.0.2.1',
    '2002:c000:201::1',
    '64:ff9c::a00:1',
  ])
    assert.equal(isPrivateAddress(outer), false, outer);
});

test('gateways, trusted networks and own addresses are protected', () => {
  const isProtected = protectedAddresses({
    trusted: [{ has: (address) => address.startsWith('198.51.100.') }],
    gateways: ['203.0.113.1'],
    isOwnAddress: (address) => address === '192.0.2.1',
  });
  for (const address of ['198.51.100.9', '203.0.113.1', '192.0.2.1', '10.1.2.3'])
    assert.equal(isProtected(address), true, address);
  for (const address of ['198.51.101.9', '203.0.113.2', '192.0.2.2'])
    assert.equal(isProtected(address), false, address);
});
