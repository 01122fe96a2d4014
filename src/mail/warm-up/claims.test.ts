/** What claims get under a plan, on a real database. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { silentLog } from '#log';
import type { Store } from '#store/database/open';
import { claim, claimMore, releaseLease, releasePlanned, type Claim } from '#store/queue/claim';
import { reconcileDestinations } from '#store/queue/destinations';
import { planRoom } from '#store/queue/pace';
import { changePlan } from '#store/warm-up/change-plan';
import { listPlans, planDays, readPlan } from '#store/warm-up/plans';
import { declareSource } from '#store/warm-up/sources';
import { ManualClock } from '../../../test/support/time/manual-clock.ts';
import { HOUR, openOutbound, type Outbound } from '../../../test/support/smtp/outbound.ts';
import { begun, WarmUpKeeper } from './keeper.ts';
import { NO_REPLIES } from './plan.ts';
import { roomIn } from './room.ts';

const SITE = 'other.test';
const KEY = { site: SITE, source: '' };
const NEUTRAL = { kind: 'neutral' } as const;
const TERMS = { first: 40, growth: 2, target: 1000 };

async function open(
  clock: ManualClock,
  waiting: Partial<Record<'bulk' | 'transactional', number>>,
  first = TERMS.first,
): Promise<Outbound> {
  await using opened = new AsyncDisposableStack();
  const outbound = opened.use(await openOutbound(clock));
  await changePlan(outbound.store.pool, KEY, clock.now(), () =>
    begun(KEY, { ...TERMS, first }, clock.now(), 'operator'),
  );
  for (const [stream, count = 0] of Object.entries(waiting)) {
    await queue(outbound, stream as 'bulk', count);
  }
  opened.move();
  return outbound;
}

async function queue(outbound: Outbound, stream: 'bulk' | 'transactional', count: number) {
  if (count > 0) {
    const to = Array.from({ length: count }, (_, i) => ({ address: `r${i}@${SITE}`, stream }));
    await outbound.enqueue({ to });
  }
  await reconcileDestinations(outbound.store.pool, outbound.store.clock.now());
}

function keeperOf({ pool, clock }: Store): WarmUpKeeper {
  return new WarmUpKeeper({ pool, clock, log: silentLog, happened: () => {}, woken: () => {} });
}

let tokens = 0;

function claimOne({ pool, clock }: Store, sources: readonly string[] = ['']) {
  return claim(pool, {
    token: `token-${tokens++}`,
    node: 'node',
    now: clock.now(),
    limit: 100,
    sources: { '': sources },
  });
}

/** Claims until nothing is given any more, each ended as a success; how many of each stream. */
async function drain(store: Store, sources?: readonly string[]): Promise<Record<string, number>> {
  const got: Record<string, number> = {};
  for (let turns = 0; turns < 100; turns++) {
    const one = await claimOne(store, sources);
    if (!one) return got;
    if (one.count === 0) continue;
    got[one.stream] = (got[one.stream] ?? 0) + one.count;
    await deliver(store, one);
  }
  throw new Error('claims never end');
}

async function deliver(store: Store, one: Claim): Promise<void> {
  await store.pool.query('delete from queue_claims where lease = $1', [one.token]);
  const heard = { ...NO_REPLIES, taken: one.count, delivered: one.count };
  if (one.planned)
    await releasePlanned(store.pool, one.token, { kind: 'accepts' }, heard, store.clock.now());
  else await releaseLease(store.pool, one.token, { kind: 'accepts' }, store.clock.now());
}

async function pacedUntil({ pool }: Store): Promise<unknown> {
  const { rows } = await pool.query('select paced_until, ready_at from queue_destinations');
  return rows;
}

test('an hour gets its part of the day, and what is over it waits for the next and is not lost', async () => {
  const clock = new ManualClock();
  await using outbound = await open(clock, { transactional: 100 });
  const { store } = outbound;
  assert.deepEqual(await drain(store), { transactional: 5 });
  const next = new Date(clock.now() + HOUR);
  assert.deepEqual(await pacedUntil(store), [{ paced_until: next, ready_at: next }]);
  let all = 5;
  for (let hour = 1; hour < 15; hour++) {
    clock.advance(HOUR);
    all += (await drain(store))['transactional'] ?? 0;
  }
  assert.equal(all, 40);
  const { rows } = await store.pool.query('select count(*)::integer as left from queue_claims');
  assert.deepEqual(rows, [{ left: 60 }]);
});

test('bulk mail leaves a part of the day and of the hour for other mail, which goes first', async () => {
  const clock = new ManualClock(Date.UTC(2026, 10, 24));
  await using outbound = await open(clock, { bulk: 100 });
  const { store } = outbound;
  assert.deepEqual(await drain(store), { bulk: 4 });
  await queue(outbound, 'transactional', 3);
  assert.deepEqual(await drain(store), { transactional: 1 });
  clock.advance(HOUR);
  const { bulk, transactional } = await drain(store);
  assert.deepEqual({ bulk, transactional }, { bulk: 3, transactional: 2 });
  let all = 0;
  for (let hour = 2; hour < 24; hour++) {
    clock.advance(HOUR);
    all += (await drain(store))['bulk'] ?? 0;
  }
  assert.equal(all + 7, 32);
  await queue(outbound, 'transactional', 10);
  assert.deepEqual(await drain(store), { transactional: 5 });
});

test('claims at once share one plan, whatever their streams', async () => {
  for (let round = 0; round < 5; round++) {
    const clock = new ManualClock();
    await using outbound = await open(clock, { bulk: 100, transactional: 100 });
    const { store } = outbound;
    const claims = await Promise.all(Array.from({ length: 8 }, () => claimOne(store)));
    const taken = claims.reduce((sum, one) => sum + (one?.count ?? 0), 0);
    assert.ok(taken <= 5, String(taken));
    const { rows } = await store.pool.query('select hour_taken, day_taken from site_limits');
    assert.deepEqual(rows, [{ hour_taken: taken, day_taken: taken }]);
  }
});

test('what a lease did not use goes back; one that nobody ended keeps its part', async () => {
  const clock = new ManualClock();
  await using outbound = await open(clock, { transactional: 100 });
  const { store } = outbound;
  const first = (await claimOne(store))!;
  assert.deepEqual([first.count, first.planned], [5, true]);
  const heard = { ...NO_REPLIES, taken: 2, delivered: 1, deferred: 1, slowed: 1 };
  const day = await releasePlanned(store.pool, first.token, NEUTRAL, heard, clock.now());
  assert.deepEqual([day?.taken, day?.delivered, day?.slowed, day?.rests], [2, 1, 1, 0]);
  const second = (await claimOne(store))!;
  assert.equal(second.count, 3);
  await releaseLease(store.pool, second.token, NEUTRAL, store.clock.now());
  assert.deepEqual(await drain(store), {});
  assert.equal((await readPlan(store.pool, KEY))!.pace!.taken, 5);
});

test('under a plan a lease takes no more than it was given', async () => {
  const clock = new ManualClock();
  await using outbound = await open(clock, { transactional: 100 });
  const { store } = outbound;
  const first = (await claimOne(store))!;
  assert.deepEqual(await claimMore(store.pool, first.token, clock.now(), 100), {
    messages: [],
    count: 0,
  });
});

test('a day that is over lets nothing go until it was judged, and the next one is larger for a good one', async () => {
  const clock = new ManualClock(Date.UTC(2026, 10, 24));
  await using outbound = await open(clock, { transactional: 200 });
  const { store } = outbound;
  for (let hour = 0; hour < 24; hour++) {
    await drain(store);
    clock.advance(HOUR);
  }
  const over = (await claimOne(store))!;
  assert.deepEqual([over.count, over.planDue], [0, ['']]);
  await Promise.all([keeperOf(store).seeTo(SITE, ['']), keeperOf(store).seeTo(SITE, [''])]);
  const { plan, today, pace } = (await readPlan(store.pool, KEY))!;
  assert.deepEqual([plan.day, plan.size, today?.planned, pace?.taken], [2, 80, 80, 0]);
  assert.deepEqual(await drain(store), { transactional: 10 });
  const [one, two] = await planDays(store.pool, KEY);
  assert.deepEqual([one!.judged, one!.taken, one!.delivered], ['grown', 40, 40]);
  assert.deepEqual(
    one!.steps.map(({ key }) => key),
    ['begun', 'day', 'grown'],
  );
  assert.deepEqual([two!.day, two!.taken, two!.endedAt], [2, 10, undefined]);
});

test('what readers complain of that the site took counts in the day in which they do', async () => {
  const clock = new ManualClock(Date.UTC(2026, 10, 24));
  await using outbound = await open(clock, { transactional: 200 });
  const { pool } = outbound.store;
  const complain = (recipient: number, site: string) =>
    pool.query(
      `insert into complaints (tenant_id, message_id, recipient_id, feedback_type, stream, site, address, reporter, agent, matched_by,
         received_at)
       select id, 'm', $1, 'abuse', 'bulk', $2, 'a@other.test', '', '', 'received', $3 from tenants limit 1`,
      [recipient, site, new Date(clock.now())],
    );
  await complain(1, 'elsewhere.test');
  for (let hour = 0; hour < 24; hour++) {
    await drain(outbound.store);
    if (hour === 5) await complain(2, SITE);
    clock.advance(HOUR);
  }
  await keeperOf(outbound.store).seeTo(SITE, ['']);
  await complain(3, SITE);
  const days = await planDays(pool, KEY);
  assert.deepEqual(
    days.map(({ complaints, judged, planned }) => [complaints, judged, planned]),
    [
      [1, 'held', 40],
      [1, undefined, 40],
    ],
  );
});

test('what a lease holds while the day turns counts in the new day', async () => {
  const clock = new ManualClock(Date.UTC(2026, 10, 24, 23, 59));
  await using outbound = await open(clock, { transactional: 200 });
  const { store } = outbound;
  const held = (await claimOne(store))!;
  clock.advance(2 * 60_000);
  await claimOne(store);
  await keeperOf(store).seeTo(SITE, ['']);
  assert.equal((await readPlan(store.pool, KEY))!.pace!.taken, held.count);
  await deliver(store, held);
  // little of the first day was used: the second is no larger
  assert.deepEqual(await drain(store), {});
  assert.equal((await readPlan(store.pool, KEY))!.plan.size, 40);
});

test('a source that is new begins a plan with the first mail to a site; sites it knows, mailboxes here and relays have none', async () => {
  const clock = new ManualClock();
  await using outbound = await openOutbound(clock);
  const { store } = outbound;
  await queue(outbound, 'transactional', 30);
  await declareSource(store.pool, '192.0.2.1', TERMS, clock.now());
  const due = (await claimOne(store, ['192.0.2.1']))!;
  assert.deepEqual([due.count, due.planDue], [0, ['192.0.2.1']]);
  await keeperOf(store).seeTo(SITE, ['192.0.2.1']);
  assert.deepEqual(await drain(store, ['192.0.2.1']), { transactional: 5 });
  const [known] = await listPlans(store.pool, { limit: 10 });
  assert.deepEqual(
    [known?.site, known?.source, known?.plan.size, known?.plan.byHand],
    [SITE, '192.0.2.1', 40, false],
  );
  // the older source is none of its business
  await store.pool.query(`update queue_destinations set ready_at = $1`, [new Date(clock.now())]);
  assert.deepEqual(await drain(store, ['192.0.2.2']), { transactional: 25 });
  for (const site of ['local', 'relay:mail.example.test:25']) {
    await outbound.enqueue({ to: [`a@${SITE}`] });
    await store.pool.query('update queue_claims set site = $1', [site]);
    await reconcileDestinations(store.pool, store.clock.now());
    const taken = (await claimOne(store, ['192.0.2.1']))!;
    assert.deepEqual([taken.site, taken.count, taken.planned], [site, 1, false]);
    await deliver(store, taken);
  }
});

test('a new source beside an old one: mail goes by the old one while the plan of the other has no room', async () => {
  const clock = new ManualClock();
  await using outbound = await openOutbound(clock);
  const { store } = outbound;
  await queue(outbound, 'transactional', 30);
  const key = { site: SITE, source: '192.0.2.1' };
  await changePlan(store.pool, key, clock.now(), () =>
    begun(key, { ...TERMS, first: 8 }, clock.now(), 'operator'),
  );
  const first = (await claimOne(store, ['192.0.2.1', '192.0.2.2']))!;
  assert.deepEqual([first.source, first.count], ['192.0.2.1', 1]);
  await deliver(store, first);
  const second = (await claimOne(store, ['192.0.2.1', '192.0.2.2']))!;
  assert.deepEqual([second.source, second.count, second.planned], ['192.0.2.2', 29, false]);
});

test('the claim counts room as the pure function does', async () => {
  const clock = new ManualClock();
  await using outbound = await open(clock, {});
  const { pool } = outbound.store;
  const window = fc
    .record({ most: fc.nat(200), taken: fc.nat(200), bulk: fc.nat(200) })
    .filter(({ most, taken, bulk }) => taken <= most && bulk <= taken);
  await fc.assert(
    fc.asyncProperty(
      window,
      window,
      fc.boolean(),
      fc.nat(100),
      async (day, hour, isBulk, waiting) => {
        await pool.query(
          `update site_limits set plan_day = $1, day_taken = $2, day_bulk = $3, plan_hour = $4, hour_taken = $5, hour_bulk = $6`,
          [day.most, day.taken, day.bulk, hour.most, hour.taken, hour.bulk],
        );
        const terms = { isBulk: '$1::boolean', now: '$2::timestamptz', waiting: '$3::integer' };
        const { rows } = await pool.query<{ room: number }>(
          `select ${planRoom(terms)} as room from site_limits l`,
          [isBulk, new Date(clock.now()), waiting],
        );
        const expected = Math.min(roomIn(day, isBulk, waiting), roomIn(hour, isBulk, waiting));
        assert.equal(rows[0]!.room, expected);
      },
    ),
    { numRuns: 200 },
  );
});
