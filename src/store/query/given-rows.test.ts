import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '#clock';
import { openOutbound } from '../../../test/support/smtp/outbound.ts';
import { givenRows, numberedRows, typesOf } from './given-rows.ts';

const COLUMNS = { name: 'text', size: 'bigint', data: 'bytea' } as const;

test('columns keep their order as parameters', () => {
  assert.deepEqual(typesOf(COLUMNS), ['text', 'bigint', 'bytea']);
});

test('rows come out as they were given, nulls too, counted from 1', async () => {
  await using outbound = await openOutbound(systemClock);
  const { pool } = outbound.store;
  const values = [
    ['a', null, 'c'],
    ['1', '2', null],
    [Uint8Array.of(0), Uint8Array.of(), null],
  ];
  const { rows } = await pool.query(
    `select name, size::integer, encode(data, 'hex') as data, row from ${numberedRows(COLUMNS)} as g order by row`,
    values,
  );
  assert.deepEqual(rows, [
    { name: 'a', size: 1, data: '00', row: 1 },
    { name: null, size: 2, data: '', row: 2 },
    { name: 'c', size: null, data: null, row: 3 },
  ]);
  const { rows: without } = await pool.query(
    `select name from ${givenRows(COLUMNS)} as g order by size`,
    values,
  );
  assert.deepEqual(without, [{ name: 'a' }, { name: null }, { name: 'c' }]);
});

test('no rows give none', async () => {
  await using outbound = await openOutbound(systemClock);
  const { rows } = await outbound.store.pool.query(
    `select row from ${numberedRows(COLUMNS)} as g`,
    [[], [], []],
  );
  assert.deepEqual(rows, []);
});
