import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainAddress } from './client-address.ts';
import { ConnectionCounts } from './connection-limits.ts';

test('an address has one form: IPv4 as such, IPv6 without its zone', () => {
  assert.equal(plainAddress('::ffff:192.0.2.1'), '192.0.2.1');
  assert.equal(plainAddress('::FFFF:192.0.2.1'), '192.0.2.1');
  assert.equal(plainAddress('fe80::1%eth0'), 'fe80::1');
  assert.equal(plainAddress('2001:db8::1'), '2001:db8::1');
});

test('connections are counted in all and by address, and given back once', () => {
  const counts = new ConnectionCounts({ total: 3, perAddress: 2 });
  const first = counts.admit('2001:db8::1');
  assert.equal(counts.admit('2001:db8::2').kind, 'admitted');
  assert.equal(counts.admit('2001:db8::3').kind, 'too-many-from-address');
  assert.equal(counts.admit('192.0.2.1').kind, 'admitted');
  assert.equal(counts.admit('192.0.2.2').kind, 'too-many');
  assert.ok(first.kind === 'admitted');
  first.release();
  first.release();
  assert.equal(counts.total, 2);
  assert.equal(counts.admit('2001:db8::3').kind, 'admitted');
  assert.equal(counts.admit('2001:db8::4').kind, 'too-many');
});
