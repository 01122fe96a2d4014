import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { utf8 } from '#bytes';
import { keptStructure, keptWords } from '#protocol/imap/kept-structure';
import { eraseRemoved, markRemoved } from '#store/directory/accounts';
import { silentLog } from '#log';
import { systemClock } from '#clock';
import type { TextCondition } from '#mail/search/index/ask-index';
import { unpackNumbers } from '#mail/search/index/packed-numbers';
import { openStore } from '#store/database/open';
import {
  compareWithScan,
  deliverAll,
  indexContext,
  textMessage,
} from '../../../../test/support/store/search.ts';
import {
  addTestAccounts,
  deliveryJob,
  openTestStore,
  type TestStore,
} from '../../../../test/support/store/store.ts';
import { indexAccount, type IndexContext } from './index-account.ts';

let opened: TestStore;
let accounts: string[];

before(async () => {
  opened = await openTestStore();
  const names = Array.from({ length: 9 }, (_, i) => `account${i}`);
  accounts = await addTestAccounts(opened.store, 'example.test', names);
});
after(() => opened[Symbol.asyncDispose]());

const CONDITIONS: readonly TextCondition[] = [
  { where: 'text', needle: 'number 1' },
  { where: 'body', needle: '7' },
  { where: 'header', needle: 'メール' },
];

function numbered(count: number, from = 0): Uint8Array[] {
  return Array.from({ length: count }, (_, i) =>
    textMessage(`メール ${from + i}`, `number ${from + i}`),
  );
}

async function deliverNumbered(accountId: string, count: number): Promise<Map<number, Uint8Array>> {
  const messages = numbered(count);
  const ids = await deliverAll(opened.store, accountId, messages);
  return new Map(ids.map((id, i) => [id, messages[i]!]));
}

/** The ids in all segments of an account, sorted; and its segments that are not published. */
async function indexed(accountId: string): Promise<{ ids: number[]; unfinished: number }> {
  const { rows } = await opened.store.pool.query<{ email_ids: Buffer; published: boolean }>(
    'select email_ids, published from search_segments where account_id = $1',
    [accountId],
  );
  return {
    ids: rows
      .filter(({ published }) => published)
      .flatMap(({ email_ids }) => Array.from(unpackNumbers(email_ids)))
      .toSorted((a, b) => a - b),
    unfinished: rows.filter(({ published }) => !published).length,
  };
}

async function blocksWithoutSegment(): Promise<number> {
  const { rows } = await opened.store.pool.query(
    'select from search_blocks b where not exists (select from search_segments s where s.id = b.segment_id)',
  );
  return rows.length;
}

/** Goes on until the account is done. */
async function indexAll(context: IndexContext, accountId: string): Promise<void> {
  while ((await indexAccount(context, accountId)) !== 'done');
}

test('the structures of the messages are stored too', async () => {
  const accountId = accounts[0]!;
  const messages = await deliverNumbered(accountId, 3);
  const saved: number[] = [];
  await using context = indexContext(opened.store, {
    async saveStructures(account, structures) {
      assert.equal(account, accountId);
      for (const { emailId, structure } of structures) {
        assert.notEqual(keptWords(utf8(structure)), undefined);
        assert.ok(keptStructure(utf8(structure)).part.bodyEnd > 0);
        saved.push(emailId);
      }
    },
  });
  assert.equal(await indexAccount(context, accountId), 'done');
  assert.deepEqual(saved, [...messages.keys()]);
});

test('of two at one account the second goes elsewhere, and may take it when the first is done', async () => {
  const accountId = accounts[1]!;
  const messages = await deliverNumbered(accountId, 20);
  await using first = indexContext(opened.store);
  await using second = indexContext(opened.store);
  const turns = await Promise.all([
    indexAccount(first, accountId),
    indexAccount(second, accountId),
  ]);
  assert.ok(turns.includes('done'));
  assert.deepEqual((await indexed(accountId)).ids, [...messages.keys()]);
  assert.equal(await indexAccount(second, accountId), 'done');
  assert.deepEqual((await indexed(accountId)).ids, [...messages.keys()]);
});

test('two who both believe to be alone at an account take each email in once', async () => {
  const accountId = accounts[2]!;
  const messages = new Map<number, Uint8Array>();
  const alone = () => {
    const context = indexContext(opened.store);
    context.db.take = async () => true;
    return context;
  };
  await using first = alone();
  await using second = alone();
  // enough rounds for merges at the same time, each of which only one publishes
  for (let round = 0; round < 24; round++) {
    for (const [id, message] of await deliverNumbered(accountId, 2)) messages.set(id, message);
    await Promise.all([indexAccount(first, accountId), indexAccount(second, accountId)]);
    await compareWithScan(opened.store, accountId, messages, CONDITIONS);
  }
  await indexAll(first, accountId);
  assert.deepEqual((await indexed(accountId)).ids, [...messages.keys()]);
});

test('a process that ends in the middle of a merge leaves the index as it was, and the next one cleans up', async () => {
  const accountId = accounts[3]!;
  const messages = new Map<number, Uint8Array>();
  let merging = 0;
  for (let round = 0; round < 8; round++) {
    for (const [id, message] of await deliverNumbered(accountId, 1)) messages.set(id, message);
    await using context = indexContext(opened.store);
    const { db } = context;
    const query = db.query.bind(db);
    db.query = async (config) => {
      if (config.text?.includes('and not published for key share') ?? false) {
        merging++;
        await db.close();
        throw new Error('the connection is gone');
      }
      return query(config);
    };
    await indexAccount(context, accountId).catch(() => {});
    await compareWithScan(opened.store, accountId, messages, CONDITIONS);
  }
  assert.equal(merging, 1);
  assert.equal((await indexed(accountId)).unfinished, 1);
  await using next = indexContext(opened.store);
  await indexAll(next, accountId);
  assert.deepEqual(await indexed(accountId), { ids: [...messages.keys()], unfinished: 0 });
  const unsure = await compareWithScan(opened.store, accountId, messages, CONDITIONS);
  assert.equal(unsure[1], 0);
  assert.equal(await blocksWithoutSegment(), 0);
});

test('a process that is stopped or fails in the middle of a batch has stored nothing of it', async () => {
  const accountId = accounts[4]!;
  const messages = await deliverNumbered(accountId, 5);
  const stop = new AbortController();
  await using stopped = indexContext(opened.store, {
    signal: stop.signal,
    async *readMessages(_account, emailIds) {
      for (const [i, emailId] of emailIds.entries()) {
        if (i === 3) stop.abort();
        yield { emailId, bytes: messages.get(emailId) };
      }
    },
  });
  assert.equal(await indexAccount(stopped, accountId), 'more');
  assert.deepEqual((await indexed(accountId)).ids, []);
  await using failing = indexContext(opened.store, {
    saveStructures: () => Promise.reject(new Error('the disk is full')),
  });
  await assert.rejects(indexAccount(failing, accountId), /the disk is full/);
  assert.deepEqual((await indexed(accountId)).ids, []);
  await using context = indexContext(opened.store);
  assert.equal(await indexAccount(context, accountId), 'done');
  assert.deepEqual((await indexed(accountId)).ids, [...messages.keys()]);
});

test('a message whose reading fails may have any text, and the others are indexed', async () => {
  const accountId = accounts[5]!;
  const messages = await deliverNumbered(accountId, 3);
  const [, bad] = [...messages.keys()];
  const logged: unknown[] = [];
  await using context = indexContext(opened.store, {
    log: { ...silentLog, error: (event, fields) => logged.push(event, fields?.['emailId']) },
    async *readMessages(_account, emailIds) {
      for (const emailId of emailIds)
        // what no message is, so that reading it throws
        yield { emailId, bytes: emailId === bad ? ({} as Uint8Array) : messages.get(emailId) };
    },
  });
  assert.equal(await indexAccount(context, accountId), 'done');
  assert.deepEqual(logged, ['search.message-not-indexed', bad]);
  const unsure = await compareWithScan(opened.store, accountId, messages, [
    { where: 'body', needle: 'zz' },
  ]);
  assert.deepEqual(unsure, [1]);
});

test('segments of another version are of no use: nothing is told by them, and the account is indexed anew', async () => {
  const accountId = accounts[6]!;
  const messages = await deliverNumbered(accountId, 12);
  await using context = indexContext(opened.store);
  await indexAll(context, accountId);
  await opened.store.pool.query('update search_accounts set version = 0 where account_id = $1', [
    accountId,
  ]);
  const before = await compareWithScan(opened.store, accountId, messages, CONDITIONS);
  assert.deepEqual(before, [12, 12, 12]);
  await indexAll(context, accountId);
  assert.deepEqual((await indexed(accountId)).ids, [...messages.keys()]);
  const after = await compareWithScan(opened.store, accountId, messages, CONDITIONS);
  assert.equal(after[1], 0);
});

test('an account that is erased takes its index with it, also while it is being indexed', async () => {
  const accountId = accounts[7]!;
  const messages = await deliverNumbered(accountId, 10);
  await using before = indexContext(opened.store);
  await indexAll(before, accountId);
  for (const [id, message] of await deliverNumbered(accountId, 10)) messages.set(id, message);
  await using context = indexContext(opened.store, {
    async *readMessages(_account, emailIds) {
      for (const emailId of emailIds.slice(0, -1)) yield { emailId, bytes: messages.get(emailId) };
      const now = Date.now();
      await markRemoved(opened.store.pool, 'account7@example.test', now);
      await eraseRemoved(opened.store.pool, now + 1);
      const last = emailIds.at(-1)!;
      yield { emailId: last, bytes: messages.get(last) };
    },
  });
  assert.equal(await indexAccount(context, accountId), 'more');
  assert.equal(await indexAccount(context, accountId), 'done');
  assert.deepEqual(await indexed(accountId), { ids: [], unfinished: 0 });
  assert.equal(await blocksWithoutSegment(), 0);
});

test('whoever delivers and however many at once, no email is passed over', async () => {
  const accountId = accounts[8]!;
  const second = await openStore({
    connection: opened.database.connection,
    clock: systemClock,
    log: silentLog,
    allowUnsafe: ['fsync', 'full_page_writes', 'synchronous_commit'],
  });
  assert.ok(second.kind === 'open');
  await using other = second.store;
  let delivering = true;
  const others = accounts.slice(0, 3);
  const deliveries = Promise.all(
    numbered(400).map((message, i) => {
      const store = i % 2 === 0 ? opened.store : other;
      const to = i % 5 === 0 ? [accountId, ...others].toSorted() : [accountId];
      return store.writer.run(deliveryJob(store, to, message));
    }),
  ).finally(() => (delivering = false));
  await using context = indexContext(opened.store);
  while (delivering) await indexAccount(context, accountId);
  await deliveries;
  await indexAll(context, accountId);
  const { rows } = await opened.store.pool.query<{ id: string }>(
    'select id from emails where account_id = $1 order by id',
    [accountId],
  );
  assert.equal(rows.length, 400);
  assert.deepEqual(
    (await indexed(accountId)).ids,
    rows.map(({ id }) => Number(id)),
  );
});
