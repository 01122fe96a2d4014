import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import pg, { DatabaseError } from 'pg';
import { ClosingPool } from '#store/database/closing-pool';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database/database.ts';
import { bigintOf, OctetClient, queryOctets, type OctetPool } from './octet-query.ts';

let database: TestDatabase;
let pool: OctetPool;

before(async () => {
  database = await openTestDatabase({ schema: 'empty' });
  pool = new ClosingPool({
    ...database.connection,
    Client: OctetClient,
    max: 1,
  }) as unknown as OctetPool;
});
after(async () => {
  await pool.end();
  await database.close();
});

async function rowsOf(
  name: string,
  text: string,
  ...values: (string | Buffer)[]
): Promise<(Buffer | undefined)[][]> {
  const rows: (Buffer | undefined)[][] = [];
  await queryOctets(pool, { name, text, values }, (fields) => {
    rows.push(fields.map((field) => field && Buffer.from(field)));
  });
  return rows;
}

test('octets come as they are, whatever they are and however the network cuts them', async () => {
  const octets = Array.from({ length: 300 }, (_, i) => randomBytes(i * i));
  for (const [i, bytes] of octets.entries()) {
    const rows = await rowsOf('echo', 'select $1::bytea, null, $2::bigint', bytes, String(i));
    assert.equal(rows.length, 1);
    assert.ok(rows[0]![0]!.equals(bytes));
    assert.deepEqual([rows[0]![1], bigintOf(rows[0]![2]!)], [undefined, i]);
  }
  const text = `select g, repeat('D', 3000)::bytea from generate_series(1, 2000) g`;
  const many = await rowsOf('many', text);
  assert.equal(many.length, 2000);
  assert.ok(many.every(([, bytes]) => bytes!.equals(Buffer.alloc(3000, 'D'))));
});

test('other queries go on between them on the same connection', async () => {
  for (let i = 0; i < 20; i++) {
    const [{ rows }, octets] = await Promise.all([
      pool.query<{ n: number; t: string }>('select 7 as n, $1::text as t', ['D'.repeat(i * 1000)]),
      rowsOf('between', `select decode('00ff', 'hex')`),
    ]);
    assert.deepEqual(rows, [{ n: 7, t: 'D'.repeat(i * 1000) }]);
    assert.deepEqual(octets, [[Buffer.of(0, 255)]]);
  }
});

test('a statement that fails, at once or after some rows, fails alone', async () => {
  await assert.rejects(rowsOf('wrong', 'select nothing_of_this_name'), DatabaseError);
  const failing = `select 1 / (1000 - g) from generate_series(1, 2000) g`;
  for (let i = 0; i < 2; i++) await assert.rejects(rowsOf('late', failing), /division by zero/);
  assert.deepEqual((await pool.query('select 1 as one')).rows, [{ one: 1 }]);
  assert.equal((await rowsOf('after', 'select 1 from generate_series(1, 3)')).length, 3);
});

test('a failure of whoever takes the rows is his own', async () => {
  const statement = { name: 'taken', text: 'select g from generate_series(1, 3) g', values: [] };
  await assert.rejects(
    queryOctets(pool, statement, () => {
      throw new RangeError('no more');
    }),
    /no more/,
  );
  assert.equal((await rowsOf('taken', statement.text)).length, 3);
});

test('a plain pool is refused', async () => {
  const plain = new pg.Pool({ ...database.connection, max: 1 });
  await assert.rejects(
    queryOctets(
      plain as unknown as OctetPool,
      { name: 'x', text: 'select 1', values: [] },
      () => {},
    ),
    /not a connection for octets/,
  );
  assert.deepEqual((await plain.query('select 1 as one')).rows, [{ one: 1 }]);
  await plain.end();
});
