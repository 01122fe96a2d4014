import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Config } from '#config';
import { event, type Event } from '#events';
import { silentLog } from '#log';
import { alertsOf, alertsThatAreOn } from '#store/alerts/history';
import { Directory } from '#store/directory/directory';
import { writeEvents } from '#store/events/events';
import { logReaches } from '../../../test/support/database/log-horizon.ts';
import { ManualClock } from '../../../test/support/time/manual-clock.ts';
import { addTestAccounts, openTestStore } from '../../../test/support/store/store.ts';
import { startAlerts } from './alerts.ts';

const DAY = 86_400_000;

test('rounds find what happened, write to postmaster, and forget what is long over', async () => {
  const clock = new ManualClock();
  await using t = await openTestStore(clock);
  const { store } = t;
  await addTestAccounts(store, 'example.test', ['alice']);
  await using stack = new AsyncDisposableStack();
  const directory = stack.adopt(new Directory(store.pool, store.notices), (one) => one.close());
  const happened: Event[] = [];
  let woken = 0;
  const config = {
    hostname: 'mail.example.test',
    lang: 'en',
    'alerts.mail': true,
    'alerts.to': '',
    'queue.lifetime': DAY,
    'retention.events': 90 * DAY,
  } as Config;
  startAlerts(
    {
      config,
      store,
      directory,
      clock,
      log: silentLog,
      queued(destinations, events) {
        woken += destinations.length;
        happened.push(...events);
      },
    },
    stack,
  );
  const rounds = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) await clock.toNextSleeper();
  };
  await rounds(2);
  const lost = event(
    'scanner.lost',
    clock.now(),
    {},
    {
      public: { use: 'check', cause: 'refused' },
      personal: { text: 'ECONNREFUSED' },
    },
  );
  await store.writer.run({ accounts: [], order: '', bytes: 0, statements: [writeEvents([lost])] });
  await logReaches(store.pool);
  await rounds(8);
  const [on, ...others] = await alertsThatAreOn(store.pool);
  assert.equal(on?.rule, 'scanner-lost');
  assert.deepEqual(others, []);
  assert.equal(woken, 1);
  assert.deepEqual(
    happened.map(({ type }) => type),
    ['alert.fired', 'message.unsigned'],
  );
  clock.advance(DAY);
  await rounds(3);
  assert.equal((await alertsOf(store.pool, 'scanner-lost', 5))[0]?.endedBy, 'calm');
  clock.advance(92 * DAY);
  await rounds(3);
  assert.deepEqual(await alertsOf(store.pool, 'scanner-lost', 5), []);
});
