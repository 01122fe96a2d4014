import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { silentLog } from '#log';
import { ManualClock } from '../../../test/support/time/manual-clock.ts';
import { openTestStore, type TestStore } from '../../../test/support/smtp/own-server.ts';
import { RULES } from './rules.ts';
import { startBlockList } from './start.ts';

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;

let at: TestStore;
before(async () => {
  at = await openTestStore();
});
after(() => at[Symbol.asyncDispose]());

let hosts = 0;
const newAddress = (): string => `127.20.25.${++hosts}`;
const nameOf = (address: string): string =>
  `${address.split('.').toReversed().join('.')}.dnsbl.test`;

const start = (clock: ManualClock) =>
  startBlockList({ pool: at.store.pool, clock, log: silentLog });

test('one message to a spam trap lists an address; the DNS says so with the reason', async () => {
  const list = await start(new ManualClock());
  const address = newAddress();
  assert.equal(list.answer(nameOf(address), 'A'), undefined);
  await list.report(address, 'spam-trap', 'trap@bigmail.test');
  assert.deepEqual(list.answer(nameOf(address), 'A'), ['127.0.0.2']);
  assert.match(list.answer(nameOf(address), 'TXT')![0]!, /dnsbl-spam-trap\?ip=127\.20\.25/);
  assert.deepEqual(list.answer(nameOf(address), 'MX'), []);
});

test('complaints list when there are more within a day than the rule allows, spread over days never', async () => {
  const clock = new ManualClock();
  const list = await start(clock);
  const [slow, fast] = [newAddress(), newAddress()];
  const { most } = RULES.complaint;
  for (let n = 0; n < 2 * most; n++) {
    await list.report(slow, 'complaint', `${n}`);
    clock.advance(DAY / most + 1);
  }
  for (let n = 0; n < most; n++) await list.report(fast, 'complaint', `${n}`);
  assert.equal(list.isListed(fast), false);
  await list.report(fast, 'complaint', 'one more');
  assert.equal(list.isListed(fast), true);
  assert.equal(list.isListed(slow), false);
});

test('who asks to be taken off too early is refused; after a quiet day it goes, and comes back for longer', async () => {
  const clock = new ManualClock();
  const list = await start(clock);
  const address = newAddress();
  await list.report(address, 'spam-trap', 'first');
  clock.advance(23 * HOUR);
  const early = await list.remove(address);
  assert.equal(early.kind, 'too-early');
  assert.equal(early.kind === 'too-early' && early.until - clock.now(), HOUR);
  clock.advance(HOUR);
  assert.equal((await list.remove(address)).kind, 'removed');
  assert.equal(list.isListed(address), false);
  assert.equal((await list.remove(address)).kind, 'not-listed');

  await list.report(address, 'spam-trap', 'again');
  assert.equal(list.isListed(address), true);
  clock.advance(DAY);
  assert.equal((await list.remove(address)).kind, 'too-early');
  clock.advance(DAY);
  assert.equal((await list.remove(address)).kind, 'removed');
});

test('a listing ends by itself after quiet days', async () => {
  const clock = new ManualClock();
  const list = await start(clock);
  const address = newAddress();
  for (let n = 0; n <= RULES.spoof.most; n++) await list.report(address, 'spoof', 'as bank.test');
  clock.advance(7 * DAY - 1);
  assert.equal(list.isListed(address), true);
  clock.advance(1);
  assert.equal(list.isListed(address), false);
});

test('what is listed stays so over a restart', async () => {
  const clock = new ManualClock();
  const address = newAddress();
  await (await start(clock)).report(address, 'spam-trap', 'x');
  const again = await start(clock);
  assert.equal(again.isListed(address), true);
  assert.equal(again.view(address)[0]!.offences.length, 1);
  assert.equal((await again.remove(address)).kind, 'too-early');
});

test('the test entries of RFC 5782, and who may not ask', async () => {
  const clock = new ManualClock();
  const list = await start(clock);
  assert.deepEqual(list.answer('2.0.0.127.dnsbl.test', 'A'), ['127.0.0.2']);
  assert.equal(list.answer('1.0.0.127.dnsbl.test', 'A'), undefined);
  assert.equal(list.answer('0.0.127.dnsbl.test', 'A'), undefined);
  assert.equal(list.answer('02.0.0.127.dnsbl.test', 'A'), undefined);
  list.refuse('public-resolver');
  assert.deepEqual(list.answer('2.0.0.127.dnsbl.test', 'A'), ['127.255.255.254']);
  list.refuse('typing-error');
  assert.deepEqual(list.answer('2.0.0.127.dnsbl.test', 'A'), ['127.255.255.252']);
  list.refuse(undefined);
  for (let n = 0; n < 10_000; n++) list.answer('9.9.9.127.dnsbl.test', 'A');
  assert.deepEqual(list.answer('9.9.9.127.dnsbl.test', 'A'), ['127.255.255.255']);
  clock.advance(DAY);
  assert.equal(list.answer('9.9.9.127.dnsbl.test', 'A'), undefined);
});

test('an address that is pardoned was never there, for another start of the list too', async () => {
  const clock = new ManualClock();
  const list = await start(clock);
  const address = newAddress();
  await list.report(address, 'spam-trap', 'first');
  const [view] = list.view(address);
  assert.deepEqual([view!.listedAt, view!.removedAt], [clock.now(), null]);
  await list.pardon(address);
  assert.equal(list.isListed(address), false);
  assert.deepEqual(list.view(address), []);
  assert.deepEqual((await start(clock)).view(address), []);
});
