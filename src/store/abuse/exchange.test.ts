import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  addTestAccounts,
  openTestStore,
  type TestStore,
} from '../../../test/support/store/store.ts';
import { eraseRemoved, markRemoved } from '#store/directory/accounts';
import {
  exchangeRound,
  forgetAbuse,
  READ_ROWS,
  type BanRow,
  type NewCount,
  type Round,
} from './exchange.ts';
import { isOwnersPlace, standingOf } from './known-places.ts';

const NOW = 1_750_000_000_000;
const NOBODY = new Map<string, number>();

let test1: TestStore;

before(async () => {
  test1 = await openTestStore();
});
after(() => test1[Symbol.asyncDispose]());

function round(number: number, given: Partial<Round> = {}): Round {
  return { number, counts: [], bans: [], places: [], ...given };
}

function count(key: string, amount: number, slot = 7): NewCount {
  return { counter: 0, key, slot, amount, endsAt: NOW + 60_000 };
}

function ban(network: string, times: number, until: number | null = NOW + 60_000): BanRow {
  return { network, reason: 'failed-login', scope: 'all', byHand: false, since: NOW, until, times };
}

async function clean(): Promise<void> {
  await test1.store.pool.query('truncate abuse_counts, abuse_nodes, bans, known_places');
}

test('a node hears the sum of what all others counted, and of nothing twice', async () => {
  await clean();
  const { pool } = test1.store;
  await exchangeRound(pool, 'a', round(1, { counts: [count('x', 2), count('y', 1)] }), NOBODY, NOW);
  const first = await exchangeRound(pool, 'b', round(1, { counts: [count('x', 5)] }), NOBODY, NOW);
  assert.deepEqual(
    first.counts.toSorted((a, b) => (a.key < b.key ? -1 : 1)),
    [
      { counter: 0, key: 'x', slot: 7, amount: 2 },
      { counter: 0, key: 'y', slot: 7, amount: 1 },
    ],
  );
  assert.equal(first.nodes, 2);
  const nothing = await exchangeRound(pool, 'b', round(2), first.seen, NOW);
  assert.deepEqual(nothing.counts, []);
  await exchangeRound(pool, 'a', round(2, { counts: [count('x', 3)] }), NOBODY, NOW);
  const third = await exchangeRound(pool, 'c', round(1), NOBODY, NOW);
  assert.equal(third.counts.find(({ key }) => key === 'x')?.amount, 10);
  const news = await exchangeRound(pool, 'b', round(3), nothing.seen, NOW);
  assert.deepEqual(news.counts, [{ counter: 0, key: 'x', slot: 7, amount: 5 }]);
});

test('a round that is sent again, since its answer was lost, counts once', async () => {
  await clean();
  const { pool } = test1.store;
  const lost = round(1, { counts: [count('x', 2)] });
  await exchangeRound(pool, 'a', lost, NOBODY, NOW);
  await exchangeRound(pool, 'a', lost, NOBODY, NOW);
  const { counts } = await exchangeRound(pool, 'b', round(1), NOBODY, NOW);
  assert.deepEqual(counts, [{ counter: 0, key: 'x', slot: 7, amount: 2 }]);
});

test('who comes late reads in portions and misses nothing', async () => {
  await clean();
  const { pool } = test1.store;
  const rounds = 12;
  const each = 900;
  for (let number = 1; number <= rounds; number++) {
    const counts = Array.from({ length: each }, (_, i) => count(`${number} ${i}`, 1));
    await exchangeRound(pool, 'a', round(number, { counts }), NOBODY, NOW);
  }
  assert.ok(rounds * each > 2 * READ_ROWS);
  const heard = new Set<string>();
  let seen: ReadonlyMap<string, number> = NOBODY;
  for (let number = 1; number <= 4; number++) {
    const news = await exchangeRound(pool, 'b', round(number), seen, NOW);
    ({ seen } = news);
    assert.ok(news.counts.length <= READ_ROWS);
    for (const { key } of news.counts) heard.add(key);
  }
  assert.equal(heard.size, rounds * each);
  assert.equal(seen.get('a'), rounds);
});

test('bans are told to others, the last word counts, and a new process hears those of nodes that are gone', async () => {
  await clean();
  const { pool } = test1.store;
  await exchangeRound(
    pool,
    'a',
    round(1, { bans: [ban('192.0.2.1', 1), ban('192.0.2.2', 1)] }),
    NOBODY,
    NOW,
  );
  const first = await exchangeRound(pool, 'b', round(1), NOBODY, NOW);
  assert.deepEqual(first.bans.map(({ network }) => network).sort(), ['192.0.2.1', '192.0.2.2']);
  assert.deepEqual(
    first.bans.find(({ network }) => network === '192.0.2.1'),
    ban('192.0.2.1', 1),
  );
  await exchangeRound(pool, 'b', round(2, { bans: [ban('192.0.2.1', 0, NOW)] }), first.seen, NOW);
  const lifted = await exchangeRound(pool, 'a', round(2), NOBODY, NOW);
  assert.deepEqual(lifted.bans, [ban('192.0.2.1', 0, NOW)]);
  // what is not logged is gone after a crash of the database
  await pool.query('truncate abuse_counts, abuse_nodes');
  const late = await exchangeRound(pool, 'c', round(1), NOBODY, NOW);
  assert.equal(late.bans.length, 2);
  assert.deepEqual((await exchangeRound(pool, 'c', round(2), late.seen, NOW)).bans, []);
});

test('a place is known by its address, or by its network, and for its login alone', async () => {
  await clean();
  const { pool } = test1.store;
  const [accountId] = await addTestAccounts(test1.store, 'places.test', ['alice']);
  const hash = (text: string) => Buffer.from(text.padEnd(16));
  const place = { login: hash('alice'), address: hash('home'), network: hash('isp') };
  await exchangeRound(
    pool,
    'a',
    round(1, { places: [{ ...place, accountId: accountId! }] }),
    NOBODY,
    NOW,
  );
  assert.equal(await standingOf(pool, place), 'address');
  assert.equal(await standingOf(pool, { ...place, address: hash('other') }), 'network');
  assert.equal(await standingOf(pool, { ...place, login: hash('bob') }), 'stranger');
  assert.equal(await isOwnersPlace(pool, 'address', hash('home')), true);
  assert.equal(await isOwnersPlace(pool, 'network', hash('isp')), true);
  assert.equal(await isOwnersPlace(pool, 'address', hash('isp')), false);
  // an account that was erased meanwhile does not hold up the round
  const gone = { ...place, login: hash('gone'), accountId: '999999' };
  await exchangeRound(pool, 'a', round(2, { places: [gone] }), NOBODY, NOW);
  await markRemoved(pool, 'alice@places.test', NOW);
  assert.deepEqual(await eraseRemoved(pool, NOW + 1), ['alice@places.test']);
  assert.equal(await standingOf(pool, place), 'stranger');
});

test('what has ended is forgotten', async () => {
  await clean();
  const { pool } = test1.store;
  const bans = [ban('192.0.2.1', 1, NOW + 5), ban('192.0.2.2', 1, null)];
  await exchangeRound(pool, 'a', round(1, { counts: [count('x', 2)], bans }), NOBODY, NOW);
  const times = { now: NOW + 60_001, bansBefore: NOW + 6, placesBefore: NOW };
  await forgetAbuse(pool, times);
  await forgetAbuse(pool, { ...times, now: NOW + 25 * 60 * 60 * 1000 });
  const { rows } = await pool.query<{ counts: string; nodes: string; bans: string }>(
    'select (select count(*) from abuse_counts) as counts, (select count(*) from abuse_nodes) as nodes, (select count(*) from bans) as bans',
  );
  assert.deepEqual(rows[0], { counts: '0', nodes: '1', bans: '1' });
});
