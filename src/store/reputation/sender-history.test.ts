import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { openTestStore, type TestStore } from '../../../test/support/store/store.ts';
import {
  countSenders,
  forgetSender,
  listSenders,
  numberOfSenders,
  sendersAmong,
  sweepSenders,
  type NewCounts,
  type SenderCounts,
} from './sender-history.ts';

const NOW = Date.UTC(2026, 10, 24, 12);
const DAY = 86_400_000;
const HALF_LIFE = 14 * DAY;
const NOTHING: SenderCounts = {
  accepted: 0,
  junked: 0,
  refused: 0,
  unknown: 0,
  spam: 0,
  toJunk: 0,
  fromJunk: 0,
};

let one: TestStore;

before(async () => {
  one = await openTestStore();
});
after(() => one[Symbol.asyncDispose]());
beforeEach(async () => {
  await one.store.pool.query('delete from sender_history');
});

function domain(name: string, counts: Partial<SenderCounts>, isNew = true): NewCounts {
  return { kind: 'domain', name, counts: { ...NOTHING, ...counts }, isNew };
}

const count = (now: number, ...counted: NewCounts[]) =>
  countSenders(one.store.pool, counted, now, HALF_LIFE);

test('counts are added to what is left of those before', async () => {
  await count(NOW, domain('a.example', { accepted: 4, toJunk: 1 }));
  await count(NOW + HALF_LIFE, domain('a.example', { accepted: 1, unknown: 3 }));
  const [row] = await sendersAmong(one.store.pool, [{ kind: 'domain', name: 'a.example' }]);
  assert.deepEqual(row, {
    kind: 'domain',
    name: 'a.example',
    counts: { ...NOTHING, accepted: 3, toJunk: 0.5, unknown: 3 },
    firstSeen: NOW,
    countedAt: NOW + HALF_LIFE,
  });
});

test('a node whose clock is behind adds its counts, and sets no time back', async () => {
  await count(NOW, domain('a.example', { accepted: 4 }));
  await count(NOW - DAY, domain('a.example', { accepted: 1 }));
  const [row] = await listSenders(one.store.pool, 10);
  assert.deepEqual([row!.counts.accepted, row!.countedAt], [5, NOW]);
});

test('what was counted an age ago has nothing left, and is no error', async () => {
  await count(NOW, domain('a.example', { accepted: 1e9 }));
  await count(NOW + 10_000 * HALF_LIFE, domain('a.example', { accepted: 1 }));
  const [row] = await listSenders(one.store.pool, 10);
  assert.equal(row!.counts.accepted, 1);
});

test('who may not become a row is counted only where there is one', async () => {
  await count(NOW, domain('a.example', { accepted: 1 }));
  await count(
    NOW,
    domain('a.example', { accepted: 1 }, false),
    domain('b.example', { accepted: 1 }, false),
  );
  const rows = await listSenders(one.store.pool, 10);
  assert.deepEqual(
    rows.map(({ name, counts }) => [name, counts.accepted]),
    [['a.example', 2]],
  );
});

test('a network and a domain of the same name are two senders', async () => {
  await count(NOW, domain('192.0.2.1', { accepted: 1 }), {
    ...domain('192.0.2.1', { junked: 1 }),
    kind: 'network',
  });
  assert.equal(await numberOfSenders(one.store.pool), 2);
  assert.equal(await forgetSender(one.store.pool, { kind: 'network', name: '192.0.2.1' }), true);
  assert.equal(await forgetSender(one.store.pool, { kind: 'network', name: '192.0.2.1' }), false);
  assert.equal(await numberOfSenders(one.store.pool), 1);
});

test('sweeping removes who was silent for long, then those of whom least is left', async () => {
  await count(NOW - 100 * DAY, domain('silent.example', { accepted: 1e6 }));
  await count(NOW - HALF_LIFE, domain('faded.example', { accepted: 3 }));
  await count(
    NOW,
    domain('fresh.example', { accepted: 2 }),
    domain('strong.example', { junked: 9 }),
  );
  const retention = { before: NOW - 90 * DAY, most: 2, now: NOW, halfLife: HALF_LIFE };
  assert.equal(await sweepSenders(one.store.pool, retention), 2);
  const rows = await listSenders(one.store.pool, 10);
  assert.deepEqual(rows.map(({ name }) => name).sort(), ['fresh.example', 'strong.example']);
  assert.equal(await sweepSenders(one.store.pool, retention), 0);
});

test('two nodes that count the same senders at once wait for each other, never in a circle', async () => {
  const many = Array.from({ length: 200 }, (_, at) => domain(`d${at}.example`, { accepted: 1 }));
  await Promise.all(
    Array.from({ length: 8 }, (_, at) => count(NOW, ...(at % 2 ? many : many.toReversed()))),
  );
  const rows = await listSenders(one.store.pool, 1000);
  assert.equal(rows.length, 200);
  assert.ok(rows.every(({ counts }) => counts.accepted === 8));
});
