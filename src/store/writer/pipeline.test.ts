import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Client } from 'pg';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database/database.ts';
import { BindMemory } from './bind-message.ts';
import { Pipelines, type Prepared } from './pipeline.ts';

let database: TestDatabase;
let client: Client;
let pipelines: Pipelines;
const memory = new BindMemory();

before(async () => {
  database = await openTestDatabase({ schema: 'empty' });
  client = await database.connect();
  await client.query('create table numbers (n bigint primary key, at timestamptz)');
  pipelines = new Pipelines(client);
});
after(() => database.close());

function bound(name: string, text: string, numbers: readonly number[]): Prepared {
  const rows = numbers.map((number) => [number]);
  return { name, text, message: [memory.write({ name, text, columns: ['bigint'], rows })] };
}

const doubled = (numbers: readonly number[]): Prepared =>
  bound(
    'doubled',
    'select n * 2 as twice, null::text as nothing from unnest($1::bigint[]) n',
    numbers,
  );
const insert = (numbers: readonly number[]): Prepared =>
  bound(
    'insert',
    'insert into numbers select n, to_timestamp(0) from unnest($1::bigint[]) n',
    numbers,
  );
const stored = (): Prepared => ({
  name: 'stored',
  text: 'select n, at from numbers where n <> all($1::bigint[]) order by n',
  values: [[0]],
});

test('statements are answered in their order, each with its own rows, again and again', async () => {
  for (const factor of [1, 2, 3]) {
    const answers = await pipelines.send([doubled([factor, 5]), insert([factor]), doubled([])]);
    assert.deepEqual(answers, [
      {
        tag: 'SELECT 2',
        rows: [
          { twice: String(2 * factor), nothing: null },
          { twice: '10', nothing: null },
        ],
      },
      { tag: 'INSERT 0 1', rows: [] },
      { tag: 'SELECT 0', rows: [] },
    ]);
  }
});

test('values are written and read by `pg`, between statements with a message of their own', async () => {
  const [, answer] = await pipelines.send([doubled([1]), stored(), doubled([1])]);
  const at = new Date(0);
  assert.deepEqual(answer!.rows, [
    { n: '1', at },
    { n: '2', at },
    { n: '3', at },
  ]);
});

test('the first statement that is refused rejects, and what stood behind it can be sent again', async () => {
  const unseen = (): Prepared => bound('unseen', 'select n from unnest($1::bigint[]) n', [7]);
  await assert.rejects(pipelines.send([doubled([1]), insert([1]), unseen()]), { code: '23505' });
  const [answer] = await pipelines.send([unseen()]);
  assert.deepEqual(answer!.rows, [{ n: '7' }]);
});

test('a statement refused after its columns were told answers rightly when it is sent again', async () => {
  const halves = (number: number): Prepared =>
    bound('halves', 'select 12 / n as half from unnest($1::bigint[]) n', [number]);
  await assert.rejects(pipelines.send([halves(0)]), { code: '22012' });
  const [answer] = await pipelines.send([halves(4)]);
  assert.deepEqual(answer!.rows, [{ half: '3' }]);
});

test('values that cannot be written reject', async () => {
  const cyclic: Record<string, unknown> = {};
  cyclic['self'] = cyclic;
  await assert.rejects(
    pipelines.send([{ name: 'cyclic', text: 'select $1::json', values: [cyclic] }]),
    /circular/i,
  );
});
