import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseNetworks, plainAddress } from './client-address.ts';
import { ConnectionCounts } from './connection-limits.ts';

test('an address has one form: IPv4 as such, IPv6 without its zone', () => {
  assert.equal(plainAddress('::ffff:192.0.2.1'), '192.0.2.1');
  assert.equal(plainAddress('::FFFF:192.0.2.1'), '192.0.2.1');
  assert.equal(plainAddress('fe80::1%eth0'), 'fe80::1');
  assert.equal(plainAddress('2001:db8::1'), '2001:db8::1');
});

test('networks are CIDR or single addresses', () => {
  const read = parseNetworks(['192.0.2.0/24', '2001:db8::/32', '198.51.100.7']);
  assert.ok(read.kind === 'networks');
  for (const inside of ['192.0.2.255', '2001:db8:ffff::1', '198.51.100.7'])
    assert.equal(read.networks.has(inside), true, inside);
  for (const outside of ['192.0.3.0', '2001:db9::1', '198.51.100.8', '::1'])
    assert.equal(read.networks.has(outside), false, outside);
});

test('what is no network is named', () => {
  for (const text of [
    '',
    'localhost',
    '192.0.2.0/33',
    '192.0.2.0/-1',
    '::/129',
    '1.2.3.4/8/8',
    '::/',
  ])
    assert.deepEqual(parseNetworks(['::1', text]), { kind: 'not-a-network', text });
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
