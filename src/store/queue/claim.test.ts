import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PoolClient } from 'pg';
import type { Store } from '#store/database/open';
import { ManualClock } from '../../../test/support/time/manual-clock.ts';
import { MINUTE, openOutbound, type Outbound } from '../../../test/support/smtp/outbound.ts';
import { holdQueued, releaseQueued, retryQueued } from './admin.ts';
import {
  claim,
  claimMore,
  expiredLeases,
  releaseLease,
  renewLease,
  type Claim,
  type SiteMood,
} from './claim.ts';
import { nextReadyAt, reconcileDestinations, wakeDestinations } from './destinations.ts';

const SITE = 'other.test';
const ACCEPTS: SiteMood = { kind: 'accepts' };
const DEFERS: SiteMood = { kind: 'defers', pause: undefined };

function pausing(clock: ManualClock, milliseconds: number): SiteMood {
  const heardAt = clock.now();
  return { kind: 'defers', pause: { heardAt, until: heardAt + milliseconds } };
}

/** A site with recipients enough for every claim of a test. */
async function openSite(clock: ManualClock, recipients = 200): Promise<Outbound> {
  const outbound = await openOutbound(clock);
  const to = Array.from({ length: recipients }, (_, i) => `r${i}@${SITE}`);
  await outbound.enqueue({ to });
  await reconcileDestinations(outbound.store.pool, clock.now());
  return outbound;
}

let tokens = 0;

function claimOne(store: Store, sources: readonly string[] = []): Promise<Claim | undefined> {
  return claim(store.pool, {
    token: `token-${tokens++}`,
    node: 'node',
    now: store.clock.now(),
    limit: 1,
    sources: sources.length === 0 ? {} : { '': sources },
  });
}

/** Claims until nothing more is given: how many attempts may run at once now. Gives all of them back as they were. */
async function room(store: Store, sources: readonly string[] = []): Promise<number> {
  const taken: string[] = [];
  const take = (): Promise<Claim | undefined> => claimOne(store, sources);
  for (let got = await take(); got?.count === 1; got = await take()) taken.push(got.token);
  for (const token of taken)
    await releaseLease(store.pool, token, { kind: 'neutral' }, store.clock.now());
  return taken.length;
}

/** One lease from claim to end. */
async function lease(
  store: Store,
  mood: SiteMood,
  sources: readonly string[] = [],
): Promise<Claim> {
  const got = await claimOne(store, sources);
  assert.equal(got?.count, 1);
  await releaseLease(store.pool, got.token, mood, store.clock.now());
  return got;
}

async function limitOf({ pool }: Store): Promise<unknown> {
  const { rows } = await pool.query('select running, cap, successes, failures from site_limits');
  return rows;
}

test('a new site gets four attempts at once; a fifth has to wait for one to end', async () => {
  await using outbound = await openSite(new ManualClock());
  const { store } = outbound;
  const held: Claim[] = [];
  for (let i = 0; i < 4; i++) held.push((await claimOne(store))!);
  assert.equal(await claimOne(store), undefined);
  await releaseLease(store.pool, held[0]!.token, { kind: 'neutral' }, store.clock.now());
  assert.equal((await claimOne(store))?.count, 1);
  assert.equal(await claimOne(store), undefined);
});

test('every second lease that went well adds one at once, up to twenty', async () => {
  await using outbound = await openSite(new ManualClock());
  const { store } = outbound;
  for (const expected of [4, 5, 5, 6, 6, 7]) {
    await lease(store, ACCEPTS);
    assert.equal(await room(store), expected);
  }
  for (let i = 0; i < 40; i++) await lease(store, ACCEPTS);
  assert.equal(await room(store), 20);
});

test('a deferral halves them, never below one, and takes what was half earned', async () => {
  await using outbound = await openSite(new ManualClock());
  const { store } = outbound;
  for (let i = 0; i < 9; i++) await lease(store, ACCEPTS);
  assert.deepEqual(await limitOf(store), [{ running: 0, cap: 8, successes: 1, failures: 0 }]);
  await lease(store, DEFERS);
  assert.deepEqual(await limitOf(store), [{ running: 0, cap: 4, successes: 0, failures: 1 }]);
  for (const expected of [2, 1, 1]) {
    await lease(store, DEFERS);
    assert.equal(await room(store), expected);
  }
  // and it comes back as it went
  await lease(store, ACCEPTS);
  assert.equal(await room(store), 1);
  await lease(store, ACCEPTS);
  assert.equal(await room(store), 2);
});

test('a lease that says nothing of the site changes nothing', async () => {
  await using outbound = await openSite(new ManualClock());
  const { store } = outbound;
  await lease(store, ACCEPTS);
  const before = await limitOf(store);
  for (let i = 0; i < 3; i++) await lease(store, { kind: 'neutral' });
  assert.deepEqual(await limitOf(store), before);
});

test('failures in a row are counted for the next claim, and forgotten after a success', async () => {
  await using outbound = await openSite(new ManualClock());
  const { store } = outbound;
  const failures: number[] = [];
  for (const mood of [DEFERS, DEFERS, { kind: 'neutral' }, ACCEPTS, DEFERS] as const) {
    failures.push((await lease(store, mood)).failures);
  }
  assert.deepEqual(failures, [0, 1, 2, 2, 0]);
});

test('a site that asked for a pause is left alone until then, however often one asks', async () => {
  const clock = new ManualClock();
  await using outbound = await openSite(clock);
  const { store } = outbound;
  await lease(store, pausing(clock, MINUTE));
  for (let i = 0; i < 3; i++) assert.notEqual((await claimOne(store))?.count, 1);
  clock.advance(MINUTE - 1);
  assert.notEqual((await claimOne(store))?.count, 1);
  clock.advance(1);
  assert.equal((await claimOne(store))?.count, 1);
});

test('a pause that was heard before somebody asked for the site again is not made after it', async () => {
  const clock = new ManualClock();
  await using outbound = await openSite(clock);
  const { store } = outbound;
  const [first, second] = [(await claimOne(store))!, (await claimOne(store))!];
  const heard = pausing(clock, MINUTE);
  clock.advance(10);
  await retryQueued(store.pool, { kind: 'all' }, clock.now(), 'test');
  clock.advance(10);
  await releaseLease(store.pool, first.token, heard, clock.now());
  assert.equal((await claimOne(store))?.count, 1);
  // what is heard later counts
  await releaseLease(store.pool, second.token, pausing(clock, MINUTE), clock.now());
  assert.notEqual((await claimOne(store))?.count, 1);
});

test('an end of the pause that is nearer does not shorten one that was asked for', async () => {
  const clock = new ManualClock();
  await using outbound = await openSite(clock);
  const { store } = outbound;
  const [first, second] = [await claimOne(store), await claimOne(store)];
  await releaseLease(store.pool, first!.token, pausing(clock, 10 * MINUTE), clock.now());
  await releaseLease(store.pool, second!.token, pausing(clock, MINUTE), clock.now());
  clock.advance(5 * MINUTE);
  assert.notEqual((await claimOne(store))?.count, 1);
  clock.advance(5 * MINUTE);
  assert.equal((await claimOne(store))?.count, 1);
});

test('of two sources the less busy is taken, of equal ones the first named, and never one that is blocked', async () => {
  const clock = new ManualClock();
  await using outbound = await openSite(clock);
  const { store } = outbound;
  const one = await claimOne(store, ['192.0.2.9', '192.0.2.1']);
  const other = await claimOne(store, ['192.0.2.9', '192.0.2.1']);
  assert.deepEqual([one!.source, other!.source], ['192.0.2.9', '192.0.2.1']);
  await releaseLease(store.pool, one!.token, pausing(clock, MINUTE), clock.now());
  await releaseLease(store.pool, other!.token, ACCEPTS, store.clock.now());
  for (let i = 0; i < 3; i++) {
    assert.equal((await lease(store, ACCEPTS, ['192.0.2.9', '192.0.2.1'])).source, '192.0.2.1');
  }
});

test('a destination has as many attempts at once as its sources have together, whichever ended last', async () => {
  await using outbound = await openSite(new ManualClock());
  const { store } = outbound;
  const sources = ['192.0.2.1', '192.0.2.2'];
  assert.equal(await room(store, sources), 8);
  const first = (await claimOne(store, sources))!;
  const second = (await claimOne(store, sources))!;
  assert.notEqual(first.source, second.source);
  await releaseLease(store.pool, second.token, { kind: 'neutral' }, store.clock.now());
  await releaseLease(store.pool, first.token, DEFERS, store.clock.now());
  const { rows } = await store.pool.query('select cap from queue_destinations');
  assert.deepEqual(rows, [{ cap: 6 }]);
  assert.equal(await room(store, sources), 6);
});

async function enqueueAt(
  outbound: Outbound,
  domain: string,
  count: number,
  stream: 'bulk' | 'transactional' = 'transactional',
): Promise<void> {
  const to = Array.from({ length: count }, (_, i) => ({ address: `r${i}@${domain}`, stream }));
  const { destinations } = await outbound.enqueue({ to });
  const { pool, clock } = outbound.store;
  await wakeDestinations(pool, destinations, clock.now());
}

test('a destination that was served goes to the end of the line, however old its mail is', async () => {
  const clock = new ManualClock();
  await using outbound = await openOutbound(clock);
  const { store } = outbound;
  await enqueueAt(outbound, 'old.test', 20);
  clock.advance(MINUTE);
  await enqueueAt(outbound, 'new.test', 20);
  const served: string[] = [];
  for (let i = 0; i < 6; i++) {
    clock.advance(1000);
    served.push((await lease(store, ACCEPTS)).site);
    // what was missed is found again, and takes nobody's place
    await reconcileDestinations(store.pool, clock.now());
  }
  const turns = ['old.test', 'new.test'];
  assert.deepEqual(served, [...turns, ...turns, ...turns]);
});

test('personal mail goes before bulk mail that waits for longer, and bulk mail leaves it one attempt of a site', async () => {
  const clock = new ManualClock();
  await using outbound = await openOutbound(clock);
  const { store } = outbound;
  await enqueueAt(outbound, SITE, 20, 'bulk');
  assert.equal(await room(store), 3);
  clock.advance(MINUTE);
  await enqueueAt(outbound, SITE, 2);
  const streams: string[] = [];
  while (streams.length < 3) {
    const got = (await claimOne(store))!;
    if (got.count > 0) streams.push(got.stream);
  }
  assert.deepEqual(streams, ['transactional', 'transactional', 'bulk']);
});

test('what is held, or due later, is taken by no worker that is at the site already', async () => {
  const clock = new ManualClock();
  await using outbound = await openOutbound(clock);
  const { pool } = outbound.store;
  await outbound.enqueue({ to: [`first@${SITE}`] });
  await reconcileDestinations(pool, clock.now());
  const under = (await claimOne(outbound.store))!;
  const { id } = await outbound.enqueue({ to: [`held@${SITE}`] });
  await outbound.enqueue({ to: [{ address: `later@${SITE}`, nextAt: clock.now() + MINUTE }] });
  await holdQueued(pool, { kind: 'message', id }, clock.now(), 'me');
  const more = () => claimMore(pool, under.token, clock.now(), 5);
  assert.equal((await more())!.count, 0);
  await releaseQueued(pool, { kind: 'message', id }, clock.now(), 'me');
  const { count, messages } = (await more())!;
  assert.equal(count, 1);
  assert.equal(messages[0]!.id, id);
});

test('bulk mail under way takes no more while other mail waits for its site', async () => {
  const clock = new ManualClock();
  await using outbound = await openOutbound(clock);
  const { store } = outbound;
  await enqueueAt(outbound, SITE, 20, 'bulk');
  const bulk = (await claimOne(store))!;
  assert.equal((await claimMore(store.pool, bulk.token, clock.now(), 5))!.count, 5);
  await enqueueAt(outbound, SITE, 1);
  assert.equal((await claimMore(store.pool, bulk.token, clock.now(), 5))!.count, 0);
  // somebody has it by now
  assert.equal((await claimOne(store))!.stream, 'transactional');
  assert.equal((await claimOne(store))!.count, 0);
  assert.equal((await claimMore(store.pool, bulk.token, clock.now(), 5))!.count, 5);
});

test('with no room for bulk mail only other mail is taken, and waited for', async () => {
  const clock = new ManualClock();
  await using outbound = await openOutbound(clock);
  const { store } = outbound;
  await enqueueAt(outbound, SITE, 3, 'bulk');
  const request = { token: 'x', node: 'node', now: clock.now(), limit: 1, sources: {} };
  assert.equal(await claim(store.pool, { ...request, bulk: false }), undefined);
  assert.equal(await nextReadyAt(store.pool, false), undefined);
  assert.equal(await nextReadyAt(store.pool), clock.now());
});

test('a lease past its time is renewed by nobody and takes no more; it is found, given back, and what it held is due', async () => {
  const clock = new ManualClock();
  await using outbound = await openSite(clock, 2);
  const { store } = outbound;
  const { pool } = store;
  const got = (await claimOne(store))!;
  assert.equal(await renewLease(pool, got.token), true);
  assert.deepEqual(await expiredLeases(pool), []);
  await pool.query('update queue_leases set until = $1', [new Date(0)]);
  assert.equal(await renewLease(pool, got.token), false);
  assert.equal(await claimMore(pool, got.token, clock.now(), 10), undefined);
  assert.deepEqual(await expiredLeases(pool), [got.token]);
  assert.equal(await releaseLease(pool, got.token, { kind: 'neutral' }, clock.now()), true);
  assert.equal(await releaseLease(pool, got.token, { kind: 'neutral' }, clock.now()), false);
  const request = { token: 'next', node: 'node', now: clock.now(), limit: 10, sources: {} };
  assert.equal((await claim(pool, request))?.count, 2);
});

test('a destination that one claim has is passed over by others, and so is a recipient that somebody changes', async () => {
  const clock = new ManualClock();
  await using outbound = await openSite(clock, 3);
  const { pool } = outbound.store;
  const request = { node: 'node', now: clock.now(), limit: 10, sources: {} };
  await using client = await begun(pool);
  assert.equal((await claim(client.db, { ...request, token: 'one' }))?.count, 3);
  assert.equal(await soon(claim(pool, { ...request, token: 'two' })), undefined);
  await client.db.query('rollback');
  await client.db.query('begin');
  await client.db.query('select from queue_claims where recipient_id = 2 for update');
  assert.equal((await soon(claim(pool, { ...request, token: 'three' })))?.count, 2);
});

async function begun(pool: Store['pool']): Promise<AsyncDisposable & { readonly db: PoolClient }> {
  const db = await pool.connect();
  await db.query('begin');
  return {
    db,
    async [Symbol.asyncDispose]() {
      await db.query('rollback');
      db.release();
    },
  };
}

/** What waits for a lock is a failure, and no test that hangs. */
function soon<T>(work: Promise<T>): Promise<T> {
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error('it waits for a lock')), 20_000).unref();
  });
  return Promise.race([work, late]);
}
