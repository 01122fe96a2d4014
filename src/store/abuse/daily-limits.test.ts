import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { silentLog } from '#log';
import { openStore, type Store } from '#store/database/open';
import type { Job } from '#store/writer/writer';
import {
  addTestAccounts,
  openTestStore,
  type TestStore,
} from '../../../test/support/store/store.ts';
import {
  accountDay,
  countSubmission,
  endOfDay,
  endOfPace,
  forgetDays,
  hasNewRecipient,
  passedLimit,
  setAccountLimits,
  type SendingLimits,
} from './daily-limits.ts';

const NOW = Date.UTC(2026, 10, 24, 12);
const HOUR = 60 * 60 * 1000;

let one: TestStore;
let two: Store;
let accounts: string[];

before(async () => {
  one = await openTestStore();
  const opened = await openStore({
    connection: one.database.connection,
    clock: one.store.clock,
    log: silentLog,
    allowUnsafe: ['fsync', 'full_page_writes', 'synchronous_commit'],
  });
  assert.ok(opened.kind === 'open');
  two = opened.store;
  accounts = await addTestAccounts(one.store, 'example.test', [
    'a',
    'b',
    'c',
    'd',
    'e',
    'f',
    'g',
    'h',
  ]);
});
after(async () => {
  await two[Symbol.asyncDispose]();
  await one[Symbol.asyncDispose]();
});

const UNLIMITED: SendingLimits = {
  messages: 0,
  newRecipients: 0,
  messagesAMinute: 0,
  messagesAnHour: 0,
};

let jobs = 0;

function job(
  accountId: string,
  recipients: readonly string[],
  limits: Partial<SendingLimits> = {},
  now = NOW,
): Job {
  const all = { ...UNLIMITED, ...limits };
  return {
    accounts: [],
    order: String(++jobs),
    bytes: 100,
    statements: [countSubmission({ accountId, recipients, limits: all, now })],
  };
}

/** What became of a job: taken, or the limit that it passed. */
function outcome(store: Store, given: Job): Promise<string> {
  return store.writer.run(given).then(
    () => 'taken',
    (error: unknown) => passedLimit(error) ?? String(error),
  );
}

test('two nodes that submit at once take as many messages as the limit, not one more', async () => {
  const [account] = accounts;
  const outcomes = await Promise.all(
    Array.from({ length: 60 }, (_, i) =>
      outcome(i % 2 === 0 ? one.store : two, job(account!, [`r${i}@x.test`], { messages: 25 })),
    ),
  );
  assert.equal(outcomes.filter((one) => one === 'taken').length, 25);
  assert.equal(outcomes.filter((one) => one === 'messages').length, 35);
  assert.equal((await accountDay(two.pool, account!, NOW)).messages, 25);
});

test('who is refused takes nobody along, and counts nothing', async () => {
  const [, account, other] = accounts;
  const outcomes = await Promise.all([
    outcome(one.store, job(account!, ['a@x.test', 'b@x.test', 'c@x.test'], { newRecipients: 2 })),
    outcome(one.store, job(other!, ['a@x.test'], { newRecipients: 2 })),
    outcome(one.store, job(account!, ['a@x.test'], { newRecipients: 2 })),
  ]);
  assert.deepEqual(outcomes, ['new-recipients', 'taken', 'taken']);
  const { messages, newRecipients } = await accountDay(one.store.pool, account!, NOW);
  assert.deepEqual([messages, newRecipients], [1, 1]);
});

test('a recipient is new once, however its letters are written, for each account', async () => {
  const [, , , account, other] = accounts;
  const { writer, pool } = one.store;
  await writer.run(job(account!, ['Bob@X.test', 'bob@x.test', 'carol@x.test']));
  await writer.run(job(account!, ['BOB@x.TEST', 'dave@x.test']));
  await writer.run(job(other!, ['bob@x.test']));
  assert.equal((await accountDay(pool, account!, NOW)).newRecipients, 3);
  assert.equal((await accountDay(pool, other!, NOW)).newRecipients, 1);
  assert.equal(await hasNewRecipient(pool, account!, ['bOb@x.test', 'carol@x.test']), false);
  assert.equal(await hasNewRecipient(pool, account!, ['bob@x.test', 'erin@x.test']), true);
});

test('a day has its own count, and who is at the limit of new recipients may write to those it knows', async () => {
  const account = accounts[5]!;
  const limits = { messages: 3, newRecipients: 1 };
  assert.equal(await outcome(one.store, job(account, ['a@x.test'], limits)), 'taken');
  assert.equal(await outcome(one.store, job(account, ['b@x.test'], limits)), 'new-recipients');
  assert.equal(await outcome(one.store, job(account, ['a@x.test'], limits)), 'taken');
  assert.equal(await outcome(one.store, job(account, ['a@x.test'], limits)), 'taken');
  assert.equal(await outcome(one.store, job(account, ['a@x.test'], limits)), 'messages');
  assert.equal(endOfDay(NOW), NOW + 12 * HOUR);
  const tomorrow = endOfDay(NOW);
  assert.equal(
    await outcome(one.store, job(account, ['a@x.test'], limits, tomorrow - 1)),
    'messages',
  );
  assert.equal(await outcome(one.store, job(account, ['b@x.test'], limits, tomorrow)), 'taken');
  await forgetDays(one.store.pool, tomorrow);
  assert.equal((await accountDay(one.store.pool, account, NOW)).messages, 0);
  assert.equal((await accountDay(one.store.pool, account, tomorrow)).messages, 1);
});

test('limits of an account go before those of the settings, each by itself', async () => {
  const account = accounts[4]!;
  const { pool } = one.store;
  const limits = { messages: 1, newRecipients: 1 };
  await setAccountLimits(pool, account, { messages: 0, newRecipients: undefined });
  for (let i = 0; i < 3; i++)
    assert.equal(await outcome(one.store, job(account, ['q@x.test'], limits)), 'taken');
  assert.equal(await outcome(one.store, job(account, ['n@x.test'], limits)), 'new-recipients');
  await setAccountLimits(pool, account, { messages: undefined, newRecipients: 50 });
  assert.equal(await outcome(one.store, job(account, ['n@x.test'], limits)), 'taken');
  const { messagesADay, newRecipientsADay } = await accountDay(pool, account, NOW);
  assert.deepEqual([messagesADay, newRecipientsADay], [0, 50]);
  await setAccountLimits(pool, account, { messages: null, newRecipients: null });
  assert.equal(await outcome(one.store, job(account, ['n@x.test'], limits)), 'messages');
});

test('a minute and an hour have their own counts on all nodes, and a clock that is behind starts none anew', async () => {
  const account = accounts[6]!;
  const limits = { messagesAMinute: 3, messagesAnHour: 5 };
  const MINUTE = 60_000;
  const at = async (now: number, count: number): Promise<string[]> =>
    Promise.all(
      Array.from({ length: count }, (_, i) =>
        outcome(i % 2 === 0 ? one.store : two, job(account, ['p@x.test'], limits, now)),
      ),
    );
  const sorted = async (now: number, count: number) => (await at(now, count)).sort().join(' ');
  assert.equal(await sorted(NOW, 5), 'minute minute taken taken taken');
  assert.equal(await sorted(NOW + MINUTE - 1, 1), 'minute');
  assert.equal(await sorted(NOW + MINUTE, 1), 'taken');
  assert.equal(await sorted(NOW, 1), 'taken');
  assert.equal(await sorted(NOW + MINUTE, 1), 'hour');
  const { inMinute, inHour } = await accountDay(two.pool, account, NOW + MINUTE);
  assert.deepEqual([inMinute, inHour], [2, 5]);
  assert.deepEqual(
    [endOfPace('minute', NOW), endOfPace('hour', NOW + 1)],
    [NOW + MINUTE, NOW + HOUR],
  );
  assert.equal(await sorted(NOW + HOUR, 3), 'taken taken taken');
});

test('the pace of an account goes before that of the settings; without one nothing is counted', async () => {
  const account = accounts[7]!;
  const { pool } = one.store;
  await outcome(one.store, job(account, ['p@x.test']));
  assert.equal((await accountDay(pool, account, NOW)).inHour, 0);
  await setAccountLimits(pool, account, { messagesAnHour: 1 });
  assert.equal(await outcome(one.store, job(account, ['p@x.test'])), 'taken');
  assert.equal(await outcome(one.store, job(account, ['p@x.test'])), 'hour');
  await setAccountLimits(pool, account, { messagesAnHour: 0, messagesAMinute: null });
  assert.equal(
    await outcome(one.store, job(account, ['p@x.test'], { messagesAnHour: 1 })),
    'taken',
  );
  await forgetDays(pool, NOW + HOUR);
  assert.equal((await accountDay(pool, account, NOW)).inHour, 0);
});
