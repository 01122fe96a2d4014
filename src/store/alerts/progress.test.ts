import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { event } from '#events';
import { appendEvents } from '#store/events/events';
import { inTransaction } from '#store/query/transaction';
import { logReaches } from '../../../test/support/database/log-horizon.ts';
import { openTestStore, type TestStore } from '../../../test/support/store/store.ts';
import { readLog } from './log-reader.ts';
import { aloneForAlerts, alertProgress, moveProgress, wasOvertaken } from './progress.ts';
import { changeRule } from './rules.ts';

const NOW = Date.UTC(2026, 10, 24, 9);
let t: TestStore;

before(async () => {
  t = await openTestStore();
});
after(() => t[Symbol.asyncDispose]());
beforeEach(() => t.store.pool.query('truncate alert_position, alert_rules, events'));

const move = (...statements: ReturnType<typeof moveProgress>[]) =>
  t.store.writer.run({ accounts: [], order: '', bytes: 0, statements });

async function failure(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}

test('who read the same place first moves it; the other one fails whole', async () => {
  const { pool } = t.store;
  const progress = await alertProgress(pool, NOW);
  const to = { place: { xid: progress.place.xid, id: '7' }, lookedTo: NOW + 1000 };
  await move(moveProgress(progress, to));
  assert.ok(wasOvertaken(await failure(move(moveProgress(progress, to)))));
  const now = await alertProgress(pool, NOW);
  assert.deepEqual([now.place.id, now.lookedTo], ['7', NOW + 1000]);
});

test('a change of the rules meanwhile fails it too', async () => {
  const { pool } = t.store;
  const progress = await alertProgress(pool, NOW);
  const change = { name: 'x', rule: null, paused: true, at: NOW, endedBy: 'pause' } as const;
  assert.equal(await changeRule(pool, change, 1), true);
  assert.equal(await changeRule(pool, { ...change, name: 'y' }, 1), false);
  const to = { place: progress.place, lookedTo: NOW };
  assert.ok(wasOvertaken(await failure(move(moveProgress(progress, to)))));
});

test('one node looks after alerts at a time, and another one when it is gone', async () => {
  const { pool } = t.store;
  await aloneForAlerts(pool, async () => {
    assert.equal(await aloneForAlerts(pool, () => Promise.reject(new Error('two at once'))), false);
  });
  const broken = await failure(aloneForAlerts(pool, () => Promise.reject(new Error('broken'))));
  assert.equal((broken as Error).message, 'broken');
  assert.equal(await aloneForAlerts(pool, () => Promise.resolve()), true);
});

test('transactions follow each other as numbers, page by page', async () => {
  const { pool } = t.store;
  await pool.query(
    `insert into events (xid, id, at, type, fields)
     select x::text::xid8, 100 - x, $1, 'queue.held', jsonb_build_object('by', x::text) from unnest('{8, 9, 10, 11, 100}'::int[]) x`,
    [new Date(NOW)],
  );
  const found: unknown[] = [];
  for (let from = { xid: '0', id: '0' }, more = true; more;) {
    const page = await readLog(pool, from, { types: ['queue.held'], limit: 2 });
    found.push(...page.events.map(({ public: { by } }) => by));
    ({ more, upTo: from } = page);
  }
  assert.deepEqual(found, ['8', '9', '10', '11', '100']);
});

test('the log is read page by page, in its order, and nothing of what may still be preceded', async () => {
  const { pool } = t.store;
  const held = (by: string) => event('queue.held', NOW, {}, { public: { by }, personal: {} });
  const read = async (limit: number, from = { xid: '0', id: '0' }) => {
    const found: string[] = [];
    for (let page = await readLog(pool, from, { types: ['queue.held'], limit }); ;) {
      found.push(...page.events.map(({ public: { by } }) => by as string));
      if (!page.more) return { found, upTo: page.upTo };
      page = await readLog(pool, page.upTo, { types: ['queue.held'], limit });
    }
  };
  await inTransaction(pool, (client) => appendEvents(client, [held('1'), held('2')]));
  await logReaches(pool);
  const open = await pool.connect();
  await open.query('begin');
  await appendEvents(open, [held('3')]);
  await inTransaction(pool, (client) => appendEvents(client, [held('4')]));
  const first = await read(1);
  assert.deepEqual(first.found, ['1', '2']);
  await open.query('commit');
  open.release();
  await logReaches(pool);
  const second = await read(10, first.upTo);
  assert.deepEqual(second.found, ['3', '4']);
  assert.deepEqual((await read(10, second.upTo)).found, []);
});
