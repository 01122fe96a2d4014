import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Bans } from './bans.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = 1_750_000_000_000;

function ban(network: string) {
  return { network, reason: 'failed-login', scope: 'all' as const };
}

test('a ban ends by itself, the next of the same address is longer, up to a day', () => {
  const bans = new Bans();
  const lengths: number[] = [];
  let now = NOW;
  for (let i = 0; i < 7; i++) {
    const { until } = bans.impose(ban('192.0.2.1'), now);
    assert.equal(bans.find('192.0.2.1', until! - 1)?.network, '192.0.2.1');
    assert.equal(bans.find('192.0.2.1', until!), undefined);
    assert.equal(bans.find('192.0.2.2', now), undefined);
    lengths.push((until! - now) / MINUTE);
    now = until! + HOUR;
  }
  assert.deepEqual(lengths, [10, 40, 160, 640, 1440, 1440, 1440]);
  bans.forget(now + 8 * 24 * HOUR);
  assert.equal(bans.impose(ban('192.0.2.1'), now).times, 1);
});

test('an IPv6 address is kept out with its /64, its /48, or by any network that was banned by hand', () => {
  const bans = new Bans();
  bans.impose(ban('2001:db8:1:2::/64'), NOW);
  assert.ok(bans.find('2001:db8:1:2:ffff::9', NOW));
  assert.equal(bans.find('2001:db8:1:3::9', NOW), undefined);
  bans.impose(ban('2001:db8:2::/48'), NOW);
  assert.ok(bans.find('2001:db8:2:77::9', NOW));
  bans.imposeByHand(ban('198.51.100.64/27'), null, NOW);
  assert.ok(bans.find('198.51.100.70', NOW + 1000 * HOUR));
  assert.equal(bans.find('198.51.100.96', NOW), undefined);
  assert.equal(bans.lift('198.51.100.64/27', NOW + 1), true);
  assert.equal(bans.find('198.51.100.70', NOW + 1), undefined);
  assert.equal(bans.lift('198.51.100.64/27', NOW + 2), false);
});

test('a lifted ban is told to others, and the next is a first one', () => {
  const bans = new Bans();
  bans.impose(ban('192.0.2.1'), NOW);
  bans.impose(ban('192.0.2.1'), NOW);
  bans.lift('192.0.2.1', NOW + 5);
  const [change, ...rest] = bans.takeChanges(9);
  assert.deepEqual(rest, []);
  const other = new Bans();
  other.learn({ ...change!, until: null });
  assert.ok(other.find('192.0.2.1', NOW));
  other.learn(change!);
  assert.equal(other.find('192.0.2.1', NOW + 6), undefined);
  assert.equal(other.impose(ban('192.0.2.1'), NOW + 7).times, 1);
});

test('bans are bounded, and what was banned by hand stays', () => {
  const bans = new Bans();
  bans.imposeByHand(ban('198.51.100.1'), null, NOW);
  for (let i = 0; i < 60_000; i++)
    bans.impose(ban(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`), NOW);
  assert.equal(bans.count(NOW), 50_000);
  assert.ok(bans.find('198.51.100.1', NOW));
  assert.ok(bans.find('10.0.234.95', NOW), 'the newest');
});
