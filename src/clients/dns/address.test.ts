import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressFamily, canonicalAddress, isUnusableAddress } from './address.ts';

test('an address tells its family, a name has none', () => {
  assert.equal(addressFamily('192.0.2.1'), 4);
  assert.equal(addressFamily('2001:db8::1'), 6);
  for (const text of ['', 'localhost', '192.0.2', '[::1]', '192.0.2.1:25']) {
    assert.equal(addressFamily(text), undefined, text);
  }
});

test('what no host can have is unusable', () => {
  for (const address of ['0.0.0.0', '0.1.2.3', '224.0.0.1', '239.9.9.9', '255.255.255.255']) {
    assert.equal(isUnusableAddress(address, 4), true, address);
  }
  for (const address of ['::', 'ff02::1', '::ffff:127.0.0.1', '::ffff:c000:201']) {
    assert.equal(isUnusableAddress(address, 6), true, address);
  }
});

test('an IPv4 address that no translator may pass on is unusable in its prefix (RFC 6052 §3.1)', () => {
  for (const inner of ['127.0.0.1', '10.0.0.1', '192.168.1.1', '224.0.0.1', '0.0.0.0'])
    assert.equal(isUnusableAddress(`64:ff9b::${inner}`, 6), true, inner);
  assert.equal(isUnusableAddress('64:ff9b::192.0.2.1', 6), false);
});

test('what a host may have, on a local network too, is usable', () => {
  for (const address of ['192.0.2.1', '127.0.0.1', '10.0.0.1', '223.255.255.255']) {
    assert.equal(isUnusableAddress(address, 4), false, address);
  }
  for (const address of ['::1', '2001:db8::1', 'fd00::1', '::ffff']) {
    assert.equal(isUnusableAddress(address, 6), false, address);
  }
});

test('an address has one text', () => {
  assert.equal(canonicalAddress('2001:0DB8:0:0::0007'), '2001:db8::7');
  assert.equal(canonicalAddress('2001:db8::7'), '2001:db8::7');
  assert.equal(canonicalAddress('192.0.2.7'), '192.0.2.7');
  assert.equal(canonicalAddress('mx.test'), 'mx.test');
});
