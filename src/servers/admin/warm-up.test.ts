/** Warm-up plans as operators see them: begun, shown, paused, ended; and what they hold back, in queue and story. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Event } from '#events';
import { claim, releasePlanned } from '#store/queue/claim';
import { reconcileDestinations } from '#store/queue/destinations';
import { ManualClock } from '../../../test/support/time/manual-clock.ts';
import { openOutbound, type Outbound } from '../../../test/support/smtp/outbound.ts';
import type { RowsCall, ValueCall } from './call.ts';
import { queueCalls } from './calls/queue.ts';
import { warmUpCalls } from './calls/warm-up.ts';
import type { AdminContext } from './context.ts';
import { traceMessage } from './trace-message.ts';

interface Desk extends AsyncDisposable {
  readonly outbound: Outbound;
  readonly clock: ManualClock;
  readonly events: Event[];
  ask<Input, Value>(call: ValueCall<Input, Value>, input: Input): Promise<unknown>;
  rows<Input, Row>(call: RowsCall<Input, Row>, input: Input): Promise<unknown[]>;
  /** What a claim gets; it is ended with so many delivered. */
  send(): Promise<number>;
}

async function open(sources: readonly string[] = ['']): Promise<Desk> {
  const clock = new ManualClock(Date.UTC(2026, 10, 24, 9));
  const outbound = await openOutbound(clock);
  const { store } = outbound;
  const events: Event[] = [];
  const context = {
    store,
    clock,
    directory: outbound.directory,
    warmUp: {
      sources,
      siteOf: (domain: string) =>
        Promise.resolve(domain === 'nowhere.test' ? undefined : `mx.${domain}`),
      happened: (more: readonly Event[]) => void events.push(...more),
    },
  } as unknown as AdminContext;
  const { signal } = new AbortController();
  let tokens = 0;
  return {
    outbound,
    clock,
    events,
    ask: (call, input) => call.run(context, call.input.parse(input), signal),
    async rows(call, input) {
      const found = await call.run(context, call.input.parse(input), signal);
      const rows: unknown[] = [];
      for await (const row of found as AsyncIterable<unknown>) rows.push(row);
      return rows;
    },
    async send() {
      const token = `token-${tokens++}`;
      const request = { token, node: 'n', now: clock.now(), limit: 100, sources: {} };
      const one = await claim(store.pool, request);
      if (!one || one.count === 0) return 0;
      const { count: taken } = one;
      await store.pool.query('delete from queue_claims where lease = $1', [token]);
      const heard = { taken, delivered: taken, deferred: 0, slowed: 0, refused: 0, bounced: 0 };
      await releasePlanned(store.pool, token, { kind: 'accepts' }, heard, store.clock.now());
      return taken;
    },
    [Symbol.asyncDispose]: () => outbound[Symbol.asyncDispose](),
  };
}

/** Recipients of one message at the site `mx.big.test`. */
async function queueMail({ outbound }: Desk, recipients: number): Promise<string> {
  const { pool } = outbound.store;
  await pool.query(
    `insert into domain_sites (domain, site, seen_at) values ('big.test', 'mx.big.test', $1) on conflict do nothing`,
    [new Date(outbound.store.clock.now())],
  );
  const to = Array.from({ length: recipients }, (_, i) => `r${i}@big.test`);
  const { id } = await outbound.enqueue({ to });
  await reconcileDestinations(pool, outbound.store.clock.now());
  return id;
}

const { 'warm-up/start': start, 'warm-up/list': list, 'warm-up/show': show } = warmUpCalls;
const { 'warm-up/pause': pause, 'warm-up/stop': stop } = warmUpCalls;

test('a plan is begun for the site of a domain, and shown with what was sent', async () => {
  await using desk = await open();
  assert.deepEqual(await desk.ask(start, { site: 'big.test', first: 16 }), {
    source: '',
    site: 'mx.big.test',
    sites: ['mx.big.test'],
  });
  await queueMail(desk, 10);
  assert.equal(await desk.send(), 2);
  const [row] = (await desk.rows(list, {})) as [Record<string, unknown>];
  const { site, state, day, planned, hour, taken, dayEndsAt, target } = row;
  assert.deepEqual(
    { site, state, day, planned, hour, taken, dayEndsAt, target },
    {
      site: 'mx.big.test',
      state: 'active',
      day: 1,
      planned: 16,
      hour: 2,
      taken: 2,
      dayEndsAt: '2026-11-25T00:00:00.000Z',
      target: 5000,
    },
  );
  const shown = (await desk.ask(show, { site: 'big.test' })) as { days: { steps: unknown }[] };
  assert.deepEqual(
    shown.days.map(({ steps }) => steps),
    [[{ key: 'begun', size: 16, target: 5000 }]],
  );
  assert.deepEqual(
    desk.events.map(({ type }) => type),
    ['warm-up.begun'],
  );
  assert.partialDeepStrictEqual(await desk.ask(start, { site: 'big.test' }), {
    reason: 'under-way',
  });
});

test('paused, nothing goes; started again it goes on; ended, everything goes', async () => {
  await using desk = await open();
  await desk.ask(start, { site: 'big.test', first: 16 });
  await queueMail(desk, 10);
  assert.equal(await desk.send(), 2);
  assert.deepEqual(await desk.ask(pause, {}), { plans: [{ site: 'mx.big.test', source: '' }] });
  for (let i = 0; i < 3; i++) assert.equal(await desk.send(), 0);
  await desk.ask(start, { site: 'big.test' });
  assert.equal(await desk.send(), 2);
  assert.deepEqual(await desk.ask(stop, { site: 'big.test' }), {
    plans: [{ site: 'mx.big.test', source: '' }],
  });
  assert.equal(await desk.send(), 6);
  assert.deepEqual(
    desk.events.map(({ type }) => type),
    ['warm-up.begun', 'warm-up.halted', 'warm-up.resumed', 'warm-up.ended'],
  );
  assert.partialDeepStrictEqual(await desk.ask(pause, { site: 'other.test' }), {
    reason: 'no-plan',
  });
});

test('a source is new everywhere until that is ended', async () => {
  await using desk = await open();
  assert.deepEqual(await desk.ask(start, { first: 16 }), { source: '', site: null, sites: [] });
  const { rows } = await desk.outbound.store.pool.query('select source from warm_up_sources');
  assert.deepEqual(rows, [{ source: '' }]);
  await desk.ask(stop, {});
  const { rows: left } = await desk.outbound.store.pool.query('select source from warm_up_sources');
  assert.deepEqual(left, []);
});

test('what cannot be meant is refused with what to do', async () => {
  await using desk = await open(['192.0.2.1', '192.0.2.2']);
  for (const [input, reason] of [
    [{}, 'which-source'],
    [{ source: 'default' }, 'not-a-source'],
    [{ source: '192.0.2.1', site: 'nowhere.test' }, 'no-site'],
    [{ source: '192.0.2.1', first: 100, target: 10 }, 'first-beyond-target'],
  ] as const) {
    assert.partialDeepStrictEqual(await desk.ask(start, input), { kind: 'refused', reason });
  }
  assert.partialDeepStrictEqual(await desk.ask(start, { source: '192.0.2.2' }), { site: null });
});

test('queue and story say what a plan holds back and until when', async () => {
  await using desk = await open();
  await desk.ask(start, { site: 'big.test', first: 8 });
  const id = await queueMail(desk, 3);
  assert.equal(await desk.send(), 1);
  assert.equal(await desk.send(), 0);
  const until = '2026-11-24T10:00:00.000Z';
  const queued = (await desk.rows(queueCalls['queue/list'], {})) as {
    heldBack: unknown;
    asOf: string;
  }[];
  assert.equal(queued[0]!.asOf, new Date(desk.clock.now()).toISOString());
  assert.deepEqual(
    queued.map(({ heldBack }) => heldBack),
    [
      { by: 'warm-up', until },
      { by: 'warm-up', until },
    ],
  );
  const told = async (language: 'en' | 'ja') =>
    (await traceMessage(desk.outbound.store, id, { language, timeZone: 'UTC' }))!.standing.at(-1)!
      .text;
  assert.equal(
    await told('en'),
    'r2@big.test: waiting in the queue, held back by the warm-up plan until 2026-11-24 10:00:00',
  );
  assert.equal(
    await told('ja'),
    'r2@big.test：キューで待機中（ウォームアップの計画により 2026-11-24 10:00:00 まで待機）',
  );
  await desk.ask(pause, {});
  assert.equal(await desk.send(), 0);
  assert.match(await told('en'), /held back by the warm-up plan until it is started again$/);
  desk.clock.advance(86_400_000);
  await desk.ask(stop, {});
  assert.match(await told('en'), /next attempt at/);
});
