import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { silentLog } from '#log';
import type { Event } from '#events';
import { newDkimKeys } from '#mail/accounts/administer';
import { Directory } from '#store/directory/directory';
import { listDkimKeys } from '#store/directory/dkim-keys';
import { abortRotation, beginRotation } from '#store/directory/dkim-rotation';
import { insertDomain } from '#store/directory/domains';
import { ensureTenant } from '#store/directory/tenants';
import { declaredZone, type DeclaredZone } from '../../../test/support/dns/declared-zone.ts';
import { ManualClock } from '../../../test/support/time/manual-clock.ts';
import { openTestStore } from '../../../test/support/store/store.ts';
import { KEEP_RETIRED, keepRetiredFor } from './decide.ts';
import { lookAfterKeys, type KeeperOptions } from './keep.ts';
import { unusedDkimKeys } from './make.ts';
import { plannedKey } from './planned-key.ts';

const DOMAIN = 'example.org';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

async function world(t: TestContext, settings: Partial<KeeperOptions['settings']> = {}) {
  const clock = new ManualClock();
  const { store, ...opened } = await openTestStore(clock);
  t.after(() => opened[Symbol.asyncDispose]());
  const tenantId = await ensureTenant(store.pool, 'default', clock.now());
  const keys = await newDkimKeys(clock.now());
  await insertDomain(store.pool, { name: DOMAIN, tenantId, keys, now: clock.now() });
  const zone = declaredZone({ [DOMAIN]: { A: '192.0.2.1' } });
  const events: Event[] = [];
  const options: KeeperOptions = {
    pool: store.pool,
    notices: store.notices,
    clock,
    log: silentLog,
    resolver: zone,
    settings: { rotateEvery: 0, keepRetired: KEEP_RETIRED, ...settings },
    happened: (told) => events.push(...told),
  };
  const look = () => lookAfterKeys(options, new AbortController().signal);
  return {
    store,
    clock,
    zone,
    events,
    look,
    /** One look after the other, ten minutes apart. */
    looks: async (count: number) => {
      for (let i = 0; i < count; i++) {
        clock.advance(10 * MINUTE);
        await look();
      }
    },
    begin: async () => {
      const taken = new Set((await listDkimKeys(store.pool, DOMAIN)).map((key) => key.selector));
      const fresh = await unusedDkimKeys(taken, clock.now());
      return beginRotation(store.pool, DOMAIN, fresh!, 'hand', clock.now());
    },
    states: async () => {
      const listed = await listDkimKeys(store.pool, DOMAIN);
      return Object.fromEntries(listed.map(({ selector, state }) => [selector, state]));
    },
    publish: (wanted = (_selector: string) => true) => publish(store.pool, zone, wanted),
  };
}

async function publish(
  pool: KeeperOptions['pool'],
  zone: DeclaredZone,
  wanted: (selector: string) => boolean,
): Promise<void> {
  for (const key of await listDkimKeys(pool, DOMAIN)) {
    if (!wanted(key.selector)) continue;
    zone.declare(`${key.selector}._domainkey.${DOMAIN}`, { TXT: plannedKey(key).record });
  }
}

const OLD_SIGNS = {
  r202611: 'active',
  e202611: 'active',
  r202611b: 'pending',
  e202611b: 'pending',
};
const NEW_SIGNS = {
  r202611: 'retired',
  e202611: 'retired',
  r202611b: 'active',
  e202611b: 'active',
};

test('new keys sign after an hour in which every look saw them, and the old records stay seven days', async (t) => {
  const { begin, publish, looks, states, store, clock, look, events } = await world(t);
  assert.equal((await begin()).kind, 'begun');
  await looks(20);
  assert.deepEqual(await states(), OLD_SIGNS);

  await publish();
  await looks(6);
  assert.deepEqual(await states(), OLD_SIGNS);
  await looks(1);
  assert.deepEqual(await states(), NEW_SIGNS);
  const directory = new Directory(store.pool, store.notices);
  t.after(() => directory.close());
  const signing = await directory.signingKeys(DOMAIN);
  assert.deepEqual(
    signing.map(({ selector, algorithm }) => [selector, algorithm]),
    [
      ['r202611b', 'rsa-sha256'],
      ['e202611b', 'ed25519-sha256'],
    ],
  );

  clock.advance(7 * DAY - MINUTE);
  await look();
  assert.deepEqual(await states(), NEW_SIGNS);
  await looks(1);
  assert.deepEqual(await states(), { ...NEW_SIGNS, r202611: 'revoked', e202611: 'revoked' });
  assert.deepEqual(
    events.map(({ type, public: fields }) => [type, fields]),
    [
      [
        'dkim.switched',
        {
          domain: DOMAIN,
          selectors: ['e202611b', 'r202611b'],
          former: ['e202611', 'r202611'],
        },
      ],
      ['dkim.revoked', { domain: DOMAIN, selectors: ['e202611', 'r202611'] }],
    ],
  );
  const { rows } = await store.pool.query(
    "select type from events where type like 'dkim.%' order by id",
  );
  assert.deepEqual(
    rows.map(({ type }) => type),
    ['dkim.begun', 'dkim.switched', 'dkim.revoked'],
  );
});

test('a record that is not seen once begins the hour again, a resolver that fails does not', async (t) => {
  const { begin, publish, looks, states, zone } = await world(t);
  await begin();
  await publish();
  await looks(4);
  zone.withdraw(`r202611b._domainkey.${DOMAIN}`);
  await looks(1);
  await publish();
  await looks(3);
  zone.declare(`r202611b._domainkey.${DOMAIN}`, { fault: 'servfail' });
  await looks(3);
  assert.deepEqual(await states(), OLD_SIGNS);
  await publish();
  await looks(1);
  assert.deepEqual(await states(), NEW_SIGNS);
});

test('one key of two, or another key under the selector, is not enough', async (t) => {
  const { begin, publish, looks, states, zone } = await world(t);
  await begin();
  await publish((selector) => selector !== 'e202611b');
  await looks(20);
  assert.deepEqual(await states(), OLD_SIGNS);
  const [other] = await newDkimKeys(0);
  const record = plannedKey({ ...other!, privateKey: Buffer.from(other!.privateKey) } as never);
  zone.declare(`e202611b._domainkey.${DOMAIN}`, { TXT: record.record });
  await looks(20);
  assert.deepEqual(await states(), OLD_SIGNS);
});

test('a rotation that is given up leaves the old keys signing, and its selectors are never used again', async (t) => {
  const { begin, looks, publish, states, store, clock } = await world(t);
  await begin();
  assert.deepEqual((await begin()).kind, 'under-way');
  const moved = await abortRotation(store.pool, DOMAIN, clock.now());
  assert.deepEqual(moved.selectors, ['e202611b', 'r202611b']);
  await publish();
  await looks(20);
  assert.deepEqual(await states(), { ...OLD_SIGNS, r202611b: 'revoked', e202611b: 'revoked' });
  const again = await begin();
  assert.equal(again.kind, 'begun');
  assert.equal((await states())['r202611c'], 'pending');
  assert.deepEqual((await abortRotation(store.pool, 'nowhere.test', clock.now())).selectors, []);
});

test('the schedule begins a rotation after a year, and not again in the month after it was given up', async (t) => {
  const { look, clock, states, store } = await world(t, { rotateEvery: 365 * DAY });
  clock.advance(364 * DAY);
  await look();
  assert.equal(Object.keys(await states()).length, 2);
  clock.advance(DAY);
  await look();
  assert.deepEqual(await states(), {
    r202611: 'active',
    e202611: 'active',
    r202711: 'pending',
    e202711: 'pending',
  });
  await abortRotation(store.pool, DOMAIN, clock.now());
  clock.advance(29 * DAY);
  await look();
  assert.equal(Object.keys(await states()).length, 4);
  clock.advance(DAY);
  await look();
  assert.equal((await states())['r202712'], 'pending');
});

test('of many nodes one looks, and what one began another finishes', async (t) => {
  const { begin, publish, zone, look, looks, clock, states, events } = await world(t);
  await begin();
  await publish();
  await Promise.all([look(), look(), look()]);
  assert.deepEqual(zone.asked().sort(), [
    `TXT e202611b._domainkey.${DOMAIN}`,
    `TXT r202611b._domainkey.${DOMAIN}`,
  ]);
  // stopped for days meanwhile
  clock.advance(3 * DAY);
  await looks(1);
  assert.deepEqual(await states(), NEW_SIGNS);
  assert.equal(events.length, 1);
});

test('a retired key stays for longer than mail waits in the queue', () => {
  assert.equal(keepRetiredFor(5 * DAY), 7 * DAY);
  assert.equal(keepRetiredFor(10 * DAY), 12 * DAY);
});
