import assert from 'node:assert/strict';
import type { NetworkInterfaceInfo } from 'node:os';
import { test } from 'node:test';
import type { Event } from '#events';
import { ManualClock } from '../../../../test/support/time/manual-clock.ts';
import { openOutbound } from '../../../../test/support/smtp/outbound.ts';
import { ownAddresses } from './own-addresses.ts';

function machine(...addresses: readonly string[]) {
  return () => ({ eth0: addresses.map((address) => ({ address }) as NetworkInterfaceInfo) });
}

const TABLE: readonly {
  listen: string;
  own: readonly string[];
  foreign: readonly string[];
}[] = [
  {
    listen: '::',
    own: [
      '192.0.2.7',
      '2001:db8::7',
      '2001:0DB8:0:0::0007',
      '127.0.0.2',
      '::1',
      '198.51.100.9',
      '64:ff9b::192.0.2.7',
    ],
    foreign: ['192.0.2.8', '2001:db8::8', '64:ff9b::192.0.2.8'],
  },
  {
    listen: '0.0.0.0',
    own: ['192.0.2.7', '127.0.0.1', '198.51.100.9'],
    foreign: ['2001:db8::7', '::1', '192.0.2.8'],
  },
  {
    listen: '2001:DB8::7',
    own: ['2001:db8:0::7', '198.51.100.9'],
    foreign: ['192.0.2.7', '127.0.0.1', '::1'],
  },
  { listen: '192.0.2.7', own: ['192.0.2.7'], foreign: ['2001:db8::7', '127.0.0.1'] },
];

for (const { listen, own, foreign } of TABLE) {
  test(`where it listens on ${listen}, those are its addresses`, () => {
    const isOwn = ownAddresses({
      listen,
      sources: ['198.51.100.9'],
      interfaces: machine('192.0.2.7', '2001:db8::7', '::1'),
      monotonic: () => 0,
    });
    for (const address of own) assert.ok(isOwn(address), address);
    for (const address of foreign) assert.ok(!isOwn(address), address);
  });
}

test('an address that the machine gets is its own a second later, and the system is not asked more often', async () => {
  const clock = new ManualClock();
  const addresses: string[] = [];
  let asked = 0;
  const interfaces = () => {
    asked++;
    return machine(...addresses)();
  };
  const isOwn = ownAddresses({
    listen: '::',
    sources: [],
    interfaces,
    monotonic: () => clock.monotonic(),
  });
  assert.ok(!isOwn('192.0.2.7'));
  addresses.push('192.0.2.7');
  clock.advance(999);
  assert.ok(!isOwn('192.0.2.7'));
  assert.equal(asked, 1);
  clock.advance(1);
  assert.ok(isOwn('192.0.2.7'));
});

test('an exchange under another name at an address of ours is a loop and is never dialled', async () => {
  const zone = {
    'loop.test': { MX: '10 other-name.test' },
    'other-name.test': { A: '192.0.2.7' },
    'backup.test': { MX: ['10 first.test', '20 other-name.test'] },
    'first.test': { A: '192.0.2.9' },
  };
  const isOwnAddress = ownAddresses({
    listen: '::',
    sources: [],
    interfaces: machine('192.0.2.7'),
    monotonic: () => 0,
  });
  await using outbound = await openOutbound(new ManualClock(), zone, { isOwnAddress });
  outbound.start();
  const id = await outbound.send({ to: ['a@loop.test', 'b@backup.test'] });
  await outbound.until('attempt.failed', 1, id);
  await outbound.until('attempt.deferred', 1, id);
  const failed = outbound.events.find(
    (one): one is Event<'attempt.failed'> => one.type === 'attempt.failed',
  );
  assert.equal(failed?.public.status, '5.4.6');
  assert.deepEqual(outbound.dialled, ['192.0.2.9']);
});
