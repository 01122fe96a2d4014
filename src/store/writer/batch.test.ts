import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { batchOf, type Query, type Row, type RowsStatement, type Statement } from './batch.ts';

function rows(name: string, values: readonly number[], apart: string[] = []): RowsStatement {
  const list = values.map((value): Row => [value]);
  return { name, text: `select ${name}`, columns: ['integer'], rows: list, apart };
}

function alone(name: string): Statement {
  return { name, text: `select ${name}`, values: [] };
}

/** The integers of a query's rows. */
function integers(query: Query): unknown {
  return 'rows' in query ? query.rows.map(([value]) => value) : 'alone';
}

test('statements of one name become one, with the rows in the order of the jobs', () => {
  const { queries } = batchOf([
    [rows('blob', [1]), rows('event', [2, 3])],
    [rows('blob', [4]), rows('event', [5])],
  ]);
  assert.deepEqual(
    queries.map((query) => [query.name, integers(query)]),
    [
      ['blob', [1, 4]],
      ['event', [2, 3, 5]],
    ],
  );
});

test('the statements of a job keep their order', () => {
  const { queries } = batchOf([
    [rows('a', [1]), rows('b', [2])],
    [rows('b', [3]), rows('a', [4])],
    [alone('c'), rows('a', [5])],
  ]);
  assert.deepEqual(
    queries.map((query) => [query.name, integers(query)]),
    [
      ['a', [1]],
      ['b', [2, 3]],
      ['a', [4]],
      ['c', 'alone'],
      ['a', [5]],
    ],
  );
});

test('statements with a key in common stay apart, the earlier job first', () => {
  const { queries } = batchOf([
    [rows('deliver', [1], ['thread'])],
    [rows('deliver', [2], ['other'])],
    [rows('deliver', [3], ['thread'])],
  ]);
  assert.deepEqual(queries.map(integers), [[1, 2], [3]]);
});

test('statements with values of their own are never joined', () => {
  const { queries } = batchOf([[alone('lock')], [alone('lock')]]);
  assert.equal(queries.length, 2);
});

test('every job gets the answers to its own rows, however they were put together', () => {
  const statement = fc.record({
    name: fc.constantFrom('a', 'b', 'c'),
    rows: fc.array(fc.nat(99), { maxLength: 3 }),
    apart: fc.uniqueArray(fc.constantFrom('x', 'y'), { maxLength: 1 }),
    alone: fc.boolean(),
  });
  const jobs = fc.array(fc.array(statement, { maxLength: 5 }), { maxLength: 6 });
  fc.assert(
    fc.property(jobs, fc.boolean(), (described, backwards) => {
      const statements = described.map((job) =>
        job.map((s): Statement => (s.alone ? alone(s.name) : rows(s.name, s.rows, s.apart))),
      );
      const batch = batchOf(statements);
      const answers = batch.queries.map((query) => {
        if (!('rows' in query)) return { rows: [{ answer: 'alone' }] };
        const answered = query.rows.map(([answer], i) => ({ answer, row: String(i + 1) }));
        return { rows: backwards ? answered.toReversed() : answered };
      });
      assert.deepEqual(
        batch.split(answers).map((job) => job.map((result) => result.rows)),
        described.map((job) =>
          job.map((s) => (s.alone ? [{ answer: 'alone' }] : s.rows.map((answer) => ({ answer })))),
        ),
      );
    }),
  );
});
