/** A warm-up of ten days over real sockets: two workers, one plan, and a site that knows a quota of its own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reconcileDestinations } from '#store/queue/destinations';
import { changePlan } from '#store/warm-up/change-plan';
import { planDays, readPlan, type PlanDay } from '#store/warm-up/plans';
import { declareSource } from '#store/warm-up/sources';
import { ManualClock } from '../../../test/support/time/manual-clock.ts';
import { DAY, openOutbound, type Outbound } from '../../../test/support/smtp/outbound.ts';
import { startSmtpPeer, type SmtpTestPeer } from '../../../test/support/smtp/scripted-peer.ts';
import { begun } from './keeper.ts';

const ZONE = {
  'big.test': { MX: '10 mx.big.test' },
  'mx.big.test': { A: '192.0.2.1' },
};
const KEY = { site: 'mx.big.test', source: '' };
const START = Date.UTC(2026, 10, 24);
const TERMS = { first: 20, growth: 2, target: 1000 };

/** A site that takes so many messages a day (UTC), and what it saw: by day, messages taken and told to be too many. */
async function openSite(clock: ManualClock, quota: (day: number) => number, tooMany: string) {
  const days: { taken: number; refused: number }[] = [];
  const today = () => {
    const day = Math.floor((clock.now() - START) / DAY);
    while (days.length <= day) days.push({ taken: 0, refused: 0 });
    return { seen: days[day]!, most: quota(day) };
  };
  const peer = await startSmtpPeer({
    answers: {
      MAIL: () => {
        const { seen, most } = today();
        if (seen.taken < most) return undefined;
        seen.refused += 1;
        return { raw: `${tooMany}\r\n`, hangUp: true };
      },
      'END-OF-DATA': () => {
        today().seen.taken += 1;
        return undefined;
      },
    },
  });
  return { peer, days };
}

async function openSender(clock: ManualClock, peer: SmtpTestPeer): Promise<Outbound> {
  const week = {
    firstRetry: 60_000,
    longestGap: 4 * 3_600_000,
    lifetime: 90 * DAY,
    delayNotice: 90 * DAY,
  };
  const outbound = await openOutbound(clock, ZONE, { schedule: week });
  outbound.ports.set('192.0.2.1', peer.port);
  return outbound;
}

/** A message for each recipient, many in a commit. */
async function queue(outbound: Outbound, stream: 'bulk' | 'transactional', count: number) {
  const expiresAt = outbound.store.clock.now() + 90 * DAY;
  await Promise.all(
    Array.from({ length: count }, (_, i) =>
      outbound.enqueue({ to: [{ address: `${stream}${i}@big.test`, stream }], expiresAt }),
    ),
  );
  await reconcileDestinations(outbound.store.pool, outbound.store.clock.now());
}

/** Lets the workers do what they can, hour by hour, to a time; what is due then is done too. */
async function runUntil(clock: ManualClock, outbound: Outbound, end: number): Promise<void> {
  const { pool, notices } = outbound.store;
  for (;;) {
    await outbound.rest();
    if (clock.now() >= end) return;
    const { rows } = await pool.query<{ next: Date | null }>(
      `select min(ready_at) as next from queue_destinations where ready_at < 'infinity'`,
    );
    const next = rows[0]!.next?.getTime() ?? end;
    clock.advance(Math.max(1, Math.min(next, end) - clock.now()));
    // whatever they wait for, none of them rests before it has looked again
    notices.say('queue');
  }
}

function shareOf(days: readonly PlanDay[]): number {
  const sum = (pick: (day: PlanDay) => number) => days.reduce((all, day) => all + pick(day), 0);
  return sum(({ deferred }) => deferred) / sum(({ taken }) => taken);
}

test('over ten days a plan comes to the quota of a site, with two workers, and less than 5 % is put off', async () => {
  const clock = new ManualClock(START);
  const quota = 60;
  const { peer, days: seen } = await openSite(
    clock,
    () => quota,
    '421 4.7.28 an unusual rate of mail from your IP address',
  );
  await using _peer = peer;
  await using outbound = await openSender(clock, peer);
  const { store } = outbound;
  await changePlan(store.pool, KEY, clock.now(), () => begun(KEY, TERMS, clock.now(), 'operator'));
  await queue(outbound, 'bulk', 900);
  for (let i = 0; i < 2; i++) outbound.start();
  for (let day = 0; day < 10; day++) {
    clock.advance(START + day * DAY - clock.now());
    await queue(outbound, 'transactional', 3);
    // the next day begins with the first look at it
    await runUntil(clock, outbound, START + (day + 1) * DAY - 1);
  }
  const days = await planDays(store.pool, KEY);
  assert.equal(days.length, 10);
  for (const { planned, taken } of days) assert.ok(taken <= planned, `${taken} of ${planned}`);
  // what the site saw is what the plan knows of
  assert.deepEqual(
    days.map(({ delivered }) => delivered),
    seen.slice(0, 10).map(({ taken }) => taken),
  );
  assert.ok(shareOf(days) < 0.05, `${shareOf(days)}`);
  for (const { delivered, planned } of days.slice(4)) {
    assert.ok(delivered >= quota * 0.6, `${delivered} of ${quota}`);
    assert.ok(planned <= quota * 1.5, `planned ${planned}`);
  }
  // nobody waited for a newsletter: what is not bulk went on its day
  const { rows } = await store.pool.query(
    `select count(*)::integer as left from queue_claims where stream = 'transactional'`,
  );
  assert.deepEqual(rows, [{ left: 0 }]);
  // nothing was lost, and nothing was given up
  const delivered = outbound.events.filter(({ type }) => type === 'attempt.delivered').length;
  const { rows: waiting } = await store.pool.query<{ count: number }>(
    'select count(*)::integer from queue_claims',
  );
  assert.equal(delivered + waiting[0]!.count, 930);
  assert.equal(outbound.events.filter(({ type }) => type === 'attempt.failed').length, 0);
  assert.ok(outbound.events.some(({ type }) => type === 'warm-up.rested'));
});

test('a site that takes more by and by is followed until the plan is done, and then nothing is held back', async () => {
  const clock = new ManualClock(START);
  const { peer, days: seen } = await openSite(clock, (day) => 40 * 2 ** day, '421 4.7.28 too much');
  await using _peer = peer;
  await using outbound = await openSender(clock, peer);
  const { store } = outbound;
  await declareSource(store.pool, '', { first: 20, growth: 2, target: 100 }, clock.now());
  await queue(outbound, 'bulk', 600);
  outbound.start();
  await runUntil(clock, outbound, START + 6 * DAY);
  const known = await readPlan(store.pool, KEY);
  assert.deepEqual([known?.plan.state, known?.plan.day, known?.pace], ['finished', 4, undefined]);
  assert.deepEqual(
    (await planDays(store.pool, KEY)).map(({ planned, judged }) => [planned, judged]),
    [
      [20, 'grown'],
      [40, 'grown'],
      [80, 'grown'],
      [100, 'finished'],
    ],
  );
  assert.equal(
    seen.reduce((sum, { taken }) => sum + taken, 0),
    600,
  );
});

test('a site that blocks us stops the plan: mail waits instead of being refused one by one', async () => {
  const clock = new ManualClock(START);
  await using peer = await startSmtpPeer({
    answers: { MAIL: '550 5.7.1 your network is on our block list (S3140)' },
  });
  await using outbound = await openSender(clock, peer);
  const { store } = outbound;
  await changePlan(store.pool, KEY, clock.now(), () => begun(KEY, TERMS, clock.now(), 'operator'));
  await queue(outbound, 'bulk', 200);
  outbound.start();
  await runUntil(clock, outbound, START + 2 * DAY);
  const failed = outbound.events.filter(({ type }) => type === 'attempt.failed').length;
  assert.ok(failed >= 2 && failed <= 6, String(failed));
  const known = await readPlan(store.pool, KEY);
  assert.deepEqual([known?.plan.state, known?.pace?.day], ['stopped', 0]);
  assert.equal(outbound.events.filter(({ type }) => type === 'warm-up.halted').length, 1);
});
