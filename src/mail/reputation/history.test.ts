import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { silentLog } from '#log';
import type { Pool } from '#store/database/open';
import { listSenders, type Sender } from '#store/reputation/sender-history';
import { ManualClock } from '../../../test/support/time/manual-clock.ts';
import { openTestStore, type TestStore } from '../../../test/support/store/store.ts';
import { SenderHistory } from './history.ts';
import { HOLDS, MOST_NEW, MOST_PENDING } from './limits.ts';
import { GOOD_AFTER, HALF_LIFE } from './score.ts';

const FROM = '192.0.2.1';

let at: TestStore;
let clock: ManualClock;

before(async () => {
  at = await openTestStore();
});
after(() => at[Symbol.asyncDispose]());
beforeEach(async () => {
  clock = new ManualClock();
  await at.store.pool.query('delete from sender_history');
});

function history(pool: Pool = at.store.pool): SenderHistory {
  const isProtected = (address: string) => address === '10.0.0.1';
  return new SenderHistory({ pool, clock, log: silentLog, isProtected });
}

/** Counts the questions to the database. */
function counting(): { pool: Pool; asked: number[] } {
  const asked: number[] = [];
  const query = (config: { name?: string; values: unknown[][] }) => {
    if (config.name === 'senders_among') asked.push(config.values[0]!.length);
    return (at.store.pool.query as (config: object) => Promise<unknown>)(config);
  };
  return { pool: { query } as unknown as Pool, asked };
}

const domain = (name: string): Sender => ({ kind: 'domain', name });

test('who was never seen is unknown, and what is counted is known here at once', async () => {
  await using here = history();
  assert.deepEqual(await here.of(domain('a.example')), {
    sender: domain('a.example'),
    counts: undefined,
    score: 0,
    standing: 'unknown',
  });
  for (let i = 0; i < 40; i++) here.count(domain('a.example'), { junked: 1 }, FROM);
  const known = here.of(domain('a.example'));
  assert.ok(!(known instanceof Promise));
  assert.equal(known.standing, 'bad');
});

test('another node knows it once it is written, and who was good for a day is good', async () => {
  {
    await using here = history();
    for (let i = 0; i < 30; i++) here.count(domain('a.example'), { accepted: 1 }, FROM);
  }
  clock.advance(GOOD_AFTER - 1);
  await using there = history();
  assert.equal((await there.of(domain('a.example'))).standing, 'unknown');
  clock.advance(1);
  assert.equal((await there.of(domain('a.example'))).standing, 'good');
  clock.advance(HALF_LIFE * 3);
  assert.equal((await there.of(domain('a.example'))).standing, 'unknown');
});

test('many questions become one, and an answer holds for a while', async () => {
  const { pool, asked } = counting();
  await using here = history(pool);
  await Promise.all(['a', 'b', 'a', 'c'].map(async (name) => here.of(domain(`${name}.example`))));
  assert.deepEqual(asked, [3]);
  assert.ok(!(here.of(domain('a.example')) instanceof Promise));
  clock.advance(HOLDS);
  await here.of(domain('a.example'));
  assert.deepEqual(asked, [3, 1]);
});

test('what was counted and not yet written is in an answer that comes from the database', async () => {
  await using here = history();
  here.count(domain('a.example'), { accepted: 2 }, FROM);
  assert.equal((await here.of(domain('a.example'))).counts?.accepted, 2);
  await here.flush();
  clock.advance(HOLDS);
  assert.ok((await here.of(domain('a.example'))).counts!.accepted > 1.99);
});

test('without a database everybody is a stranger, nobody waits, and what was counted is lost', async () => {
  const broken = { query: () => Promise.reject(new Error('gone')) } as unknown as Pool;
  await using here = history(broken);
  assert.equal((await here.of(domain('a.example'))).standing, 'unknown');
  here.count(domain('a.example'), { accepted: 2 }, FROM);
  await here.flush();
});

test('one client brings only so many new names, and those that are known go on', async () => {
  await using here = history();
  here.count(domain('known.example'), { accepted: 1 }, '198.51.100.1');
  await here.flush();
  for (let i = 0; i < MOST_NEW * 2; i++) here.count(domain(`d${i}.example`), { accepted: 1 }, FROM);
  here.count(domain('known.example'), { accepted: 1 }, FROM);
  await here.flush();
  const rows = await listSenders(at.store.pool, MOST_NEW * 3);
  assert.equal(rows.length, MOST_NEW + 1);
  assert.equal(rows.find(({ name }) => name === 'known.example')?.counts.accepted, 2);
});

test('a flood of senders is bounded in memory', async () => {
  let written = 0;
  const query = ({ name, values }: { name: string; values: unknown[][] }) => {
    if (name === 'count_senders') written += values[0]!.length;
    return Promise.resolve({ rows: [{ number: 0 }], rowCount: 0 });
  };
  await using here = history({ query } as unknown as Pool);
  for (let i = 0; i < MOST_PENDING * 2; i++)
    here.count(domain(`d${i}.example`), { accepted: 1 }, `192.0.2.${i % 256}`);
  await here.flush();
  assert.equal(written, MOST_PENDING);
});

test('a signature counts once', async () => {
  await using here = history();
  assert.equal(here.isRepeated('s a.example abc'), false);
  assert.equal(here.isRepeated('s a.example abc'), true);
  assert.equal(here.isRepeated('s a.example abd'), false);
});

test('a network is one customer: an address of IPv4, a /64 of IPv6; none stands for everybody', async () => {
  await using here = history();
  assert.deepEqual(here.networkOf('192.0.2.77'), { kind: 'network', name: '192.0.2.77' });
  assert.deepEqual(here.networkOf('2001:db8::7'), { kind: 'network', name: '2001:db8::/64' });
  assert.equal(here.networkOf('10.0.0.1'), undefined);
  assert.equal(here.networkOf('nobody'), undefined);
});

test('what is forgotten is forgotten', async () => {
  await using here = history();
  for (let i = 0; i < 40; i++) here.count(domain('a.example'), { junked: 1 }, FROM);
  assert.equal(await here.forget(domain('a.example')), true);
  assert.equal((await here.of(domain('a.example'))).counts, undefined);
  assert.equal(await here.forget(domain('a.example')), false);
});
