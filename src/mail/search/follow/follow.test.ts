import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { LogFields } from '#log';
import { silentLog } from '#log';
import { askIndex } from '#mail/search/index/ask-index';
import { UNKNOWN } from '#store/search/answers';
import { deliverAll, indexContext, textMessage } from '../../../../test/support/store/search.ts';
import {
  addTestAccounts,
  openTestStore,
  type TestStore,
} from '../../../../test/support/store/store.ts';
import { ManualClock } from '../../../../test/support/time/manual-clock.ts';
import { Follower } from './follow.ts';
import type { IndexContext } from './index-account.ts';

let opened: TestStore;
let accounts: string[];
let clock: ManualClock;

before(async () => {
  opened = await openTestStore();
  const names = Array.from({ length: 8 }, (_, i) => `account${i}`);
  accounts = await addTestAccounts(opened.store, 'example.test', names);
});
after(() => opened[Symbol.asyncDispose]());
beforeEach(() => {
  clock = new ManualClock();
});

function follow(
  changes: Partial<Pick<IndexContext, 'readMessages' | 'saveStructures' | 'saveTexts'>> = {},
  warned: (event: string, fields?: LogFields) => void = () => {},
): Follower & AsyncDisposable {
  const { readMessages, saveStructures, saveTexts } = indexContext(opened.store);
  const { connection, pool, notices } = opened.store;
  const follower = new Follower(
    { connection, pool, notices, clock },
    { ...silentLog, warn: warned },
    { readMessages, saveStructures, saveTexts, ...changes },
  );
  return Object.assign(follower, { [Symbol.asyncDispose]: () => follower.stop() });
}

async function isIndexed(accountId: string, emailId: number): Promise<boolean> {
  const conditions = [{ where: 'body', needle: 'zz' }] as const;
  const ids = Float64Array.of(emailId);
  const [answer] = await askIndex(opened.store.pool, accountId, conditions, ids);
  return answer![0] !== UNKNOWN;
}

/** Lets the follower's pauses pass, one after another, until something is so. */
async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await holds())) await clock.toNextSleeper();
}

async function deliver(accountId: string, count = 1): Promise<number> {
  const messages = Array.from({ length: count }, (_, i) =>
    textMessage(`subject ${i}`, `body ${i}`),
  );
  return (await deliverAll(opened.store, accountId, messages)).at(-1)!;
}

test('what was there before the start is indexed, of every account', async () => {
  const last = await Promise.all(accounts.slice(0, 3).map((id) => deliver(id, 3)));
  await using _follower = follow();
  await until(async () => {
    const done = await Promise.all(last.map((email, i) => isIndexed(accounts[i]!, email)));
    return done.every(Boolean);
  });
});

test('a notice of an account wakes it, with no look at all accounts', async () => {
  const accountId = accounts[3]!;
  await using _follower = follow();
  // asleep until it is time to look: the first pause is over then
  await clock.toNextSleeper();
  const email = await deliver(accountId);
  const start = clock.monotonic();
  opened.store.notices.say(`account:${accountId}`);
  await until(() => isIndexed(accountId, email));
  assert.ok(clock.monotonic() - start < 60 * 60_000);
});

test('an account that fails does not keep the others waiting, and is tried again', async () => {
  const [bad, good] = accounts.slice(4, 6) as [string, string];
  const emails = [await deliver(bad), await deliver(good)];
  const warnings: unknown[] = [];
  let failures = 2;
  const { readMessages } = indexContext(opened.store);
  await using _follower = follow(
    {
      readMessages(accountId, emailIds, wait) {
        if (accountId === bad && failures-- > 0) throw new Error('unreadable');
        return readMessages(accountId, emailIds, wait);
      },
    },
    (event, fields) => warnings.push(event, fields?.['accountId'], fields?.['error']),
  );
  await until(() => isIndexed(good, emails[1]!));
  assert.equal(await isIndexed(bad, emails[0]!), false);
  await until(() => isIndexed(bad, emails[0]!));
  const warning = ['search.account-not-indexed', bad, 'unreadable'];
  assert.deepEqual(warnings, [...warning, ...warning]);
});

test('a database that is lost is told once, and the work goes on with a new connection', async () => {
  const accountId = accounts[6]!;
  const email = await deliver(accountId);
  const warnings: string[] = [];
  let lose = true;
  const { readMessages } = indexContext(opened.store);
  await using _follower = follow(
    {
      async *readMessages(id, emailIds, wait) {
        if (lose) {
          lose = false;
          await opened.store.pool.query(
            `select pg_terminate_backend(pid) from pg_locks
             where locktype = 'advisory' and classid = 7415203
               and database = (select oid from pg_database where datname = current_database())`,
          );
        }
        yield* readMessages(id, emailIds, wait);
      },
    },
    (event) => warnings.push(event),
  );
  await until(() => isIndexed(accountId, email));
  assert.ok(warnings.length <= 1, warnings.join());
});

test('a stop puts the work down at once', async () => {
  const accountId = accounts[7]!;
  const email = await deliver(accountId, 5);
  const { readMessages } = indexContext(opened.store);
  const stopped = Promise.withResolvers<void>();
  const follower = follow({
    async *readMessages(id, emailIds, wait) {
      for await (const message of readMessages(id, emailIds, wait)) {
        stopped.resolve(follower.stop());
        yield message;
      }
    },
  });
  await stopped.promise;
  assert.equal(await isIndexed(accountId, email), false);
});
