/** Alerts over a real database: every event counts once, whoever writes and whoever reads meanwhile; every change is told once. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { event, type Event } from '#events';
import { silentLog } from '#log';
import { alertsOf, alertsThatAreOn, countAlertsOn } from '#store/alerts/history';
import { changeRule } from '#store/alerts/rules';
import { Directory } from '#store/directory/directory';
import { writeEvents } from '#store/events/events';
import { appendEvents } from '#store/events/events';
import { inTransaction } from '#store/query/transaction';
import { logReaches } from '../../../test/support/database/log-horizon.ts';
import { ManualClock } from '../../../test/support/time/manual-clock.ts';
import {
  addTestAccounts,
  openTestStore,
  type TestStore,
} from '../../../test/support/store/store.ts';
import { MOST_RULES } from './in-force.ts';
import { readCondition } from './read-condition.ts';
import type { AlertRule } from './rule.ts';
import { alertLetter } from './send.ts';
import { AlertWatch } from './watch.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const { signal } = new AbortController();
let clock: ManualClock;
let t: TestStore;
let directory: Directory;
let happened: Event[];

before(async () => {
  clock = new ManualClock();
  t = await openTestStore(clock);
  directory = new Directory(t.store.pool, t.store.notices);
  await addTestAccounts(t.store, 'example.test', ['alice']);
});

after(async () => {
  directory.close();
  await t[Symbol.asyncDispose]();
});

beforeEach(async () => {
  happened = [];
  await t.store.pool.query(
    'truncate alerts, alert_rules, alert_counts, alert_position, events, queue_messages cascade',
  );
  clock.advance(HOUR);
});

function watchOf(to = '', language: 'en' | 'ja' = 'en'): AlertWatch {
  const { store } = t;
  const sending = {
    store,
    directory,
    clock,
    to,
    language,
    hostname: 'mail.example.test',
    queueLifetime: HOUR,
  };
  return new AlertWatch({
    store,
    clock,
    log: silentLog,
    letter: (changes) => alertLetter(sending, changes),
    happened: (events) => void happened.push(...events),
  });
}

async function makeRule(name: string, when: string, more: Partial<AlertRule> = {}): Promise<void> {
  const read = readCondition(when, 1);
  if (read.kind === 'failed') throw new Error(read.problem);
  const rule: AlertRule = {
    name,
    when: read.when,
    over: 15 * MINUTE,
    per: 'all',
    severity: 'warning',
    runbook: '',
    text: '',
    ...more,
  };
  const change = { name, rule, paused: false, at: clock.now(), endedBy: 'change' } as const;
  assert.ok(await changeRule(t.store.pool, change, MOST_RULES));
}

let messages = 0;

function deferred(site = 'mx.there.test', at = clock.now()): Event {
  const public_ = { site, stage: 'RCPT', code: 451, status: '4.7.1', host: site, attempt: 1 };
  return event(
    'attempt.deferred',
    at,
    { messageId: `m${String(++messages).padStart(12, '0')}` },
    {
      public: { ...public_, nextAt: new Date(at).toISOString() },
      personal: { forwardPath: 'ann@there.test', reply: '451 later' },
    },
  );
}

const write = (...events: Event[]): Promise<unknown> =>
  t.store.writer.run({ accounts: [], order: '', bytes: 0, statements: [writeEvents(events)] });

async function letters(): Promise<string[]> {
  const { rows } = await t.store.pool.query<{ data: Buffer; to: string }>(
    `select c.data, r.forward_path as to from queue_messages m join blob_chunks c on c.blob_id = m.blob_id
       join queue_recipients r on r.message_id = m.id order by m.id`,
  );
  return rows.map(({ data, to }) => `${to}\n${data.toString()}`);
}

/** Time passes, and the round after it sees all that was written before. */
async function pass(watch: AlertWatch, milliseconds: number): Promise<void> {
  await logReaches(t.store.pool);
  clock.advance(milliseconds);
  await watch.round(signal);
  clock.advance(20_000);
  await watch.round(signal);
}

test('an alert is told once when it goes on, and once when it is over', async () => {
  await makeRule('slow', 'count of attempt.deferred >= 3', {
    per: 'site',
    runbook: '/srv/runbooks/slow.md',
  });
  const watch = watchOf();
  await watch.round(signal);
  await write(deferred(), deferred(), deferred('mx.other.test'));
  await pass(watch, MINUTE);
  assert.deepEqual(await alertsThatAreOn(t.store.pool), []);
  await write(deferred());
  await pass(watch, MINUTE);
  const [on, ...others] = await alertsThatAreOn(t.store.pool);
  assert.deepEqual(others, []);
  assert.deepEqual([on!.rule, on!.subject, on!.counted], ['slow', 'mx.there.test', 3]);
  assert.deepEqual(await countAlertsOn(t.store.pool), [{ rule: 'slow', on: 1 }]);
  const [letter, ...more] = await letters();
  assert.deepEqual(more, []);
  assert.match(letter!, /^postmaster@example\.test\n/);
  assert.match(letter!, /\r\nSubject: Alert \(warning\): slow, site mx\.there\.test\r\n/);
  assert.match(letter!, /\r\n {4}hikyaku message trace m\d{12}\r\n/);
  assert.match(letter!, /\r\n {2}What to do: \/srv\/runbooks\/slow\.md\r\n/);
  assert.doesNotMatch(letter!, /ann@there/);

  // it goes on, worse, and nobody is written to again
  await write(...Array.from({ length: 5 }, () => deferred()));
  await pass(watch, MINUTE);
  assert.equal((await letters()).length, 1);
  for (let i = 0; i < 25; i++) await pass(watch, MINUTE);
  assert.deepEqual(await alertsThatAreOn(t.store.pool), []);
  const [ended] = await alertsOf(t.store.pool, 'slow', 10);
  assert.equal(ended!.endedBy, 'calm');
  assert.equal(ended!.worstCounted, 8);
  assert.equal((await letters()).length, 2);
  assert.match((await letters())[1]!, /\r\nSubject: Alert is over: slow, site mx\.there\.test\r\n/);
  const told = happened.filter(({ type }) => type.startsWith('alert.'));
  assert.deepEqual(
    told.map(({ type }) => type),
    ['alert.fired', 'alert.resolved'],
  );
  const { rows } = await t.store.pool.query(
    `select type, fields->>'subject' as subject from events where type like 'alert.%' order by id`,
  );
  assert.deepEqual(rows, [
    { type: 'alert.fired', subject: 'mx.there.test' },
    { type: 'alert.resolved', subject: 'mx.there.test' },
  ]);
  assert.equal(
    (await t.store.pool.query(`select from alert_counts where rule = 'slow'`)).rowCount,
    0,
  );
});

test('the letter is in the language of the server and goes to whom the settings name', async () => {
  await makeRule('slow', 'share of attempt.deferred in attempt.deferred >= 50%');
  const watch = watchOf('ops@elsewhere.test', 'ja');
  await watch.round(signal);
  await write(deferred());
  await pass(watch, MINUTE);
  const [letter] = await letters();
  assert.match(letter!, /^ops@elsewhere\.test\n/);
  assert.match(letter!, /\r\nSubject: =\?utf-8\?/i);
  assert.match(letter!, /15 分に 1 件中 1 件（100%）。/);
  assert.match(letter!, /hikyaku message find --since 2026-/);
});

test('many writers and several nodes: no event is missed, none counts twice', async () => {
  await makeRule('all', 'count of attempt.deferred >= 1000000', { over: HOUR });
  const watches = [watchOf(), watchOf(), watchOf()];
  await watches[0]!.round(signal);
  let written = 0;
  const isDone = { value: false };
  const writers = Array.from({ length: 6 }, async (_, i) => {
    for (let k = 0; k < 40; k++) {
      // transactions that stay open while later ones commit
      await inTransaction(t.store.pool, async (client) => {
        await appendEvents(client, [deferred(`mx${i}.test`), deferred(`mx${i}.test`)]);
        if (k % 3 === i % 3) await client.query('select pg_sleep(0.005)');
        await appendEvents(client, [deferred(`mx${i}.test`)]);
      });
      written += 3;
    }
  });
  const readers = watches.map(async (watch) => {
    while (!isDone.value) await watch.round(signal);
  });
  await Promise.all(writers);
  isDone.value = true;
  await Promise.all(readers);
  await logReaches(t.store.pool);
  // each of them dies, and a new one goes on
  await watchOf().round(signal);
  const { rows } = await t.store.pool.query<{ sum: string }>(
    `select sum(counted) from alert_counts where rule = 'all'`,
  );
  assert.equal(written, 720);
  assert.equal(Number(rows[0]!.sum), written);
});

test('a transaction that commits late is counted late, not left out', async () => {
  await makeRule('slow', 'count of attempt.deferred >= 2');
  const watch = watchOf();
  await watch.round(signal);
  const client = await t.store.pool.connect();
  await client.query('begin');
  await appendEvents(client, [deferred()]);
  await write(deferred());
  await watch.round(signal);
  assert.equal(
    (await t.store.pool.query(`select from alert_counts where rule = 'slow'`)).rowCount,
    0,
  );
  await client.query('commit');
  client.release();
  await pass(watch, MINUTE);
  const [on] = await alertsThatAreOn(t.store.pool);
  assert.equal(on?.counted, 2);
});

test('a node that takes over knows what was counted and what is on', async () => {
  await makeRule('slow', 'count of attempt.deferred >= 3');
  const first = watchOf();
  await first.round(signal);
  await write(deferred(), deferred());
  await pass(first, MINUTE);
  await write(deferred());
  await pass(watchOf(), MINUTE);
  assert.equal((await alertsThatAreOn(t.store.pool)).length, 1);
  for (let i = 0; i < 25; i++) await pass(watchOf(), MINUTE);
  assert.equal((await alertsThatAreOn(t.store.pool)).length, 0);
  assert.equal((await letters()).length, 2);
  // the first one, which was away, tells nothing again
  await pass(first, MINUTE);
  assert.equal((await letters()).length, 2);
});

test('after a long time away alerts go on and off as they would have', async () => {
  await makeRule('slow', 'count of attempt.deferred >= 1');
  const watch = watchOf();
  await watch.round(signal);
  const start = clock.now();
  for (const hours of [1, 2, 3]) {
    clock.advance(HOUR);
    await write(deferred('mx.there.test', start + hours * HOUR));
  }
  await pass(watch, HOUR);
  const known = await alertsOf(t.store.pool, 'slow', 10);
  assert.deepEqual(
    known.map(({ endedBy, counted }) => [endedBy, counted]),
    [
      ['calm', 1],
      ['calm', 1],
      ['calm', 1],
    ],
  );
  assert.equal((await letters()).length, 1);
});

test('a rule that was changed begins anew, and what was before it does not count', async () => {
  await makeRule('slow', 'count of attempt.deferred >= 2');
  const watch = watchOf();
  await watch.round(signal);
  await write(deferred(), deferred());
  await pass(watch, MINUTE);
  assert.equal((await alertsThatAreOn(t.store.pool)).length, 1);
  await makeRule('slow', 'count of attempt.deferred >= 3');
  assert.equal((await alertsThatAreOn(t.store.pool)).length, 0);
  assert.equal((await alertsOf(t.store.pool, 'slow', 1))[0]!.endedBy, 'change');
  await write(deferred(), deferred());
  await pass(watch, MINUTE);
  assert.equal((await alertsThatAreOn(t.store.pool)).length, 0);
  await write(deferred());
  await pass(watch, MINUTE);
  assert.equal((await alertsThatAreOn(t.store.pool)).length, 1);
});

test('a log that was restored from elsewhere is read from where it is', async () => {
  await makeRule('slow', 'count of attempt.deferred >= 1');
  const watch = watchOf();
  await watch.round(signal);
  await write(deferred());
  await watch.round(signal);
  await t.store.pool.query(`update alert_position set xid = '9999999999'::xid8`);
  await pass(watch, MINUTE);
  assert.equal((await alertsThatAreOn(t.store.pool)).length, 0);
  await write(deferred());
  await pass(watch, MINUTE);
  assert.equal((await alertsThatAreOn(t.store.pool)).length, 1);
});

test('more letters than lines are one letter', async () => {
  await makeRule('each', 'count of attempt.deferred >= 1', { per: 'site' });
  const watch = watchOf();
  await watch.round(signal);
  await write(...Array.from({ length: 50 }, (_, i) => deferred(`mx${i}.test`)));
  await pass(watch, MINUTE);
  const [letter, ...others] = await letters();
  assert.deepEqual(others, []);
  assert.match(letter!, /Subject: Alert \(warning\): each, site mx0\.test \(and 49 more\)/);
  assert.match(letter!, /And 30 more: hikyaku alert list/);
});
