import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { indexAccount } from '#mail/search/follow/index-account';
import { foldText } from '#protocol/message/header/fold';
import { NO } from '#store/search/answers';
import {
  compareWithScan,
  deliverAll,
  indexContext,
  textMessage,
} from '../../../../test/support/store/search.ts';
import {
  addTestAccounts,
  openTestStore,
  type TestStore,
} from '../../../../test/support/store/store.ts';
import { askIndex, type TextCondition } from './ask-index.ts';

let opened: TestStore;
const ROUNDS = 8;
let accounts: string[];

before(async () => {
  opened = await openTestStore();
  const names = Array.from({ length: ROUNDS + 5 }, (_, i) => `account${i}`);
  accounts = await addTestAccounts(opened.store, 'example.test', names);
});
after(() => opened[Symbol.asyncDispose]());

/** Few of each kind, so that needles occur: cases, compositions, folds that change length, pairs of surrogates, kana and kanji. */
const LETTERS = [
  ...Array.from('aBbßẞéÉİiıςΣſяЯあいカガ漢字😀😁\u{20b9f}\u0301 -'),
  'e\u0301',
  'カ\u3099',
  '\r\n',
];
const text = (maxLength: number) =>
  fc.array(fc.constantFrom(...LETTERS), { maxLength }).map((letters) => letters.join(''));
const needle = fc.oneof(
  text(1),
  text(2),
  text(4),
  fc.constantFrom('subject', 'SUBJECT: ', 'utf-8', 'a@c', 'a', 'c.te', ''),
);
const condition: fc.Arbitrary<TextCondition> = fc.oneof(
  fc.record({ where: fc.constantFrom('text', 'header', 'body'), needle }),
  fc.record({
    where: fc.constant('field'),
    field: fc.constantFrom('subject', 'from', 'cc', 'content-type', 'x-absent', 'ject'),
    needle,
  }),
);

/** Deliver these, then index what there is, take a turn, or purge some of those that there were. */
const step = fc.record({
  messages: fc.array(fc.tuple(text(6), text(40), text(3)), { maxLength: 5 }),
  next: fc.constantFrom('nothing', 'index', 'index', 'index', 'purge'),
});

test('the index says of every text what a look into the message says, whatever is indexed, merged or purged', async () => {
  await using context = indexContext(opened.store);
  let account = 0;
  let merges = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 10, maxLength: 25 }),
      fc.array(condition, { minLength: 20, maxLength: 40 }),
      async (steps, conditions) => {
        const accountId = accounts[account++ % ROUNDS]!;
        const messages = await existing(accountId);
        for (const { messages: arriving, next } of steps) {
          const bytes = arriving.map((texts) => textMessage(...texts));
          const ids = await deliverAll(opened.store, accountId, bytes);
          for (const [i, id] of ids.entries()) messages.set(id, bytes[i]!);
          if (next === 'index') await indexAccount(context, accountId);
          if (next === 'purge')
            await purge(
              messages,
              [...messages.keys()].filter((id) => id % 3 === 0),
            );
          const unsure = await compareWithScan(opened.store, accountId, messages, conditions);
          if (next === 'index') exactWhereShort(conditions, unsure);
        }
        merges += await largestSegment(accountId);
      },
    ),
    { numRuns: ROUNDS, endOnFailure: true },
  );
  // chance gives about 120; 99 to 142 were seen
  assert.ok(merges > ROUNDS * 6, `hardly anything was merged: ${merges}`);
});

/** Of an account that is wholly indexed, short needles leave no doubt. */
function exactWhereShort(conditions: readonly TextCondition[], unsure: readonly number[]): void {
  for (const [i, condition] of conditions.entries()) {
    if (condition.where === 'field' && !['subject', 'from', 'cc'].includes(condition.field))
      continue;
    const { length } = foldText(condition.needle);
    if (length === 1 || length === 2) assert.equal(unsure[i], 0, JSON.stringify(condition));
  }
}

async function purge(messages: Map<number, Uint8Array>, ids: readonly number[]): Promise<void> {
  await opened.store.pool.query('delete from emails where id = any($1)', [ids]);
  for (const id of ids) messages.delete(id);
}

async function existing(accountId: string): Promise<Map<number, Uint8Array>> {
  const { rows } = await opened.store.pool.query('select from emails where account_id = $1', [
    accountId,
  ]);
  assert.equal(rows.length, 0, 'an account for each run');
  return new Map();
}

async function largestSegment(accountId: string): Promise<number> {
  const { rows } = await opened.store.pool.query<{ emails: number }>(
    'select coalesce(max(emails), 0) as emails from search_segments where account_id = $1',
    [accountId],
  );
  return rows[0]!.emails;
}

test('a message with more text than is indexed may have any text, and the others around it are told as ever', async () => {
  const accountId = accounts[ROUNDS]!;
  const long = `${'word '.repeat(300_000)} the last needle`;
  const messages = [
    textMessage('first', 'short needle'),
    textMessage('second', long),
    textMessage('third', 'nothing'),
  ];
  const ids = await deliverAll(opened.store, accountId, messages);
  await using context = indexContext(opened.store);
  assert.equal(await indexAccount(context, accountId), 'done');
  const all = new Map(ids.map((id, i) => [id, messages[i]!]));
  const conditions: TextCondition[] = [
    { where: 'body', needle: 'ne' },
    { where: 'text', needle: 'zz' },
    { where: 'header', needle: 'first' },
  ];
  assert.deepEqual(await compareWithScan(opened.store, accountId, all, conditions), [1, 1, 2]);
});

/** Delivers bodies to an account and has them indexed, again and again; asks for a needle of many grams. */
function bodies(accountId: string, context: ReturnType<typeof indexContext>) {
  const all = new Map<number, Uint8Array>();
  return {
    async add(...texts: readonly string[]): Promise<void> {
      const messages = texts.map((body) => textMessage('', body));
      const ids = await deliverAll(opened.store, accountId, messages);
      for (const [i, id] of ids.entries()) all.set(id, messages[i]!);
      await indexAccount(context, accountId);
    },
    ask: () =>
      compareWithScan(opened.store, accountId, all, [{ where: 'body', needle: 'abcdefghi' }]),
  };
}

const times = (count: number, text: string): string[] => Array.from({ length: count }, () => text);

test('some grams of a needle leave it open whether to look for the others', async () => {
  await using context = indexContext(opened.store);
  const kept = bodies(accounts[ROUNDS + 2]!, context);
  await kept.add(...times(2, 'abcdefghi'), ...times(2, 'else'));
  await kept.add(...times(40, 'abc def ghi'), ...times(40, 'else'));
  assert.deepEqual(await kept.ask(), [42]);
  await kept.add(...times(40, 'abc def ghi'), ...times(40, 'else'));
  assert.deepEqual(await kept.ask(), [2]);
});

test('where nearly all messages have some grams of a needle, the others are left to their texts', async () => {
  await using context = indexContext(opened.store);
  const kept = bodies(accounts[ROUNDS + 4]!, context);
  await kept.add(...times(60, 'abc def ghi'), ...times(5, 'else'));
  assert.deepEqual(await kept.ask(), [60]);
});

test('conditions beyond what is asked at once, and accounts without an index, are not known', async () => {
  const accountId = accounts[ROUNDS + 1]!;
  const bytes = textMessage('a', 'b');
  const [id] = await deliverAll(opened.store, accountId, [bytes]);
  const all = new Map([[id!, bytes]]);
  const conditions = Array.from({ length: 120 }, (): TextCondition => ({
    where: 'text',
    needle: 'zz',
  }));
  const before = await compareWithScan(opened.store, accountId, all, conditions);
  assert.deepEqual(new Set(before), new Set([1]));
  await using context = indexContext(opened.store);
  await indexAccount(context, accountId);
  const unsure = await compareWithScan(opened.store, accountId, all, conditions);
  assert.deepEqual(unsure, [...Array(100).fill(0), ...Array(20).fill(1)]);
});

test('a search during which segments are merged asks again and misses nothing', async () => {
  const accountId = accounts[ROUNDS + 3]!;
  await using context = indexContext(opened.store);
  const ids: number[] = [];
  const grow = async (): Promise<void> => {
    const message = textMessage('needle', 'in hay', '');
    ids.push(...(await deliverAll(opened.store, accountId, [message])));
    assert.equal(await indexAccount(context, accountId), 'done');
  };
  await grow();
  let again = 0;
  for (let round = 0; round < 12; round++) {
    let looks = 0;
    const known = [...ids];
    const pool = {
      async query(config: { readonly name?: string; readonly text: string }) {
        if (config.name === 'search_index') looks++;
        else if (looks === 1) await grow();
        return opened.store.pool.query(config);
      },
    } as unknown as Parameters<typeof askIndex>[0];
    const conditions = [{ where: 'field', field: 'subject', needle: 'needle' }] as const;
    const [answer] = await askIndex(pool, accountId, conditions, Float64Array.from(known));
    again += looks - 1;
    assert.equal(answer!.includes(NO), false);
  }
  assert.ok(again > 0, 'segments were merged meanwhile');
});
