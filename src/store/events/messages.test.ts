import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { idGenerator, lowestIdAt } from '#store/database/ids';
import { ManualClock } from '../../../test/support/time/manual-clock.ts';
import { openTestStore, type TestStore } from '../../../test/support/store/store.ts';
import { searchMessages, type MessageSearch } from './messages.ts';

const START = Date.UTC(2026, 10, 24);
const MINUTE = 60_000;
const COUNT = 4500;

let opened: TestStore;
let ids: readonly string[];

before(async () => {
  opened = await openTestStore();
  const clock = new ManualClock(START);
  const newId = idGenerator(() => 1, clock);
  ids = Array.from({ length: COUNT }, () => {
    clock.advance(MINUTE);
    return newId();
  });
  // one of a hundred is from Ann, one of a thousand to Bob
  await opened.store.pool.query(
    `insert into events (xid, id, at, type, message_id, fields, personal)
     select pg_current_xact_id(), nextval('event_ids'), $2, type, id, '{}',
       case type when 'message.received'
         then jsonb_build_object('reversePath', case when n % 100 = 0 then 'Ann@Sender.test' else 'x@y.test' end,
           'messageIdField', '<' || n || '@sender.test>')
         else jsonb_build_object('forwardPath', case when n % 1000 = 0 then 'bob@example.test' else 'z@y.test' end) end
     from unnest($1::text[]) with ordinality as m(id, n), (values ('message.received'), ('recipient.queued')) as t(type)`,
    [ids, new Date(START)],
  );
});

after(() => opened[Symbol.asyncDispose]());

async function search(wanted: MessageSearch, from = ''): Promise<string[]> {
  const found: string[] = [];
  let below: string | undefined;
  do {
    const step = await searchMessages(opened.store.pool, wanted, below, from);
    found.push(...step.found);
    below = step.below;
  } while (below !== undefined);
  return found;
}

/** Ids by their number, newest first. */
function numbered(...numbers: readonly number[]): string[] {
  return numbers.toSorted((a, b) => b - a).map((n) => ids[n - 1]!);
}

test('every message is found once, newest first, over several steps', async () => {
  assert.deepEqual(await search({}), ids.toReversed());
});

test('author and recipient are matched in parts and in any case, together when both are given', async () => {
  assert.equal((await search({ from: 'ann@sender' })).length, COUNT / 100);
  assert.deepEqual(await search({ to: 'BOB@' }), numbered(1000, 2000, 3000, 4000));
  assert.deepEqual(await search({ from: 'x@y.test', to: 'bob' }), []);
});

test('rounds of the doctor are found where all are asked for, and nothing else is left out with them', async () => {
  const { pool } = opened.store;
  const expanded = (id: string, ...rules: readonly string[]) =>
    pool.query(
      `insert into events (xid, id, at, type, message_id, fields, personal)
       select pg_current_xact_id(), nextval('event_ids'), $2, 'recipient.expanded', $1,
         jsonb_build_object('rule', rule), '{}' from unnest($3::text[]) as rule`,
      [id, new Date(START), rules],
    );
  const [round, shared, alias] = numbered(7, 6, 5);
  await expanded(round!, 'doctor');
  await expanded(shared!, 'doctor', 'exact');
  await expanded(alias!, 'exact');
  const shown = await search({});
  assert.deepEqual(
    shown,
    ids.toReversed().filter((id) => id !== round),
  );
  assert.deepEqual(await search({ withRounds: true }), ids.toReversed());
});

test('a Message-ID is found with or without its angle brackets', async () => {
  assert.deepEqual(await search({ messageIdField: '17@sender.test' }), numbered(17));
});

test('what arrived before a time is left out', async () => {
  const last = START + COUNT * MINUTE;
  assert.deepEqual(await search({}, lowestIdAt(last - MINUTE)), numbered(COUNT, COUNT - 1));
  assert.deepEqual(await search({}, lowestIdAt(last + 1)), []);
});
