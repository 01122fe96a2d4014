import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { SearchKey } from '#protocol/imap/command';
import { NO, UNKNOWN, YES } from '#store/search/answers';
import { Program, Truth } from './truth.ts';

/** Leaves are SMALLER with their own number. */
function searchOf(depth: number): fc.Arbitrary<SearchKey> {
  const leaf = fc.nat(7).map((octets): SearchKey => ({ key: 'SMALLER', octets }));
  if (depth === 0) return leaf;
  const inner = searchOf(depth - 1);
  return fc.oneof(
    leaf,
    inner.map((of): SearchKey => ({ key: 'NOT', of })),
    fc.tuple(inner, inner).map(([left, right]): SearchKey => ({ key: 'OR', left, right })),
    fc.array(inner, { minLength: 1, maxLength: 4 }).map((of): SearchKey => ({ key: 'AND', of })),
  );
}

type Known = (leaf: number) => boolean | undefined;

/** Kleene's tables, one message at a time. */
function naive(key: SearchKey, known: Known): boolean | undefined {
  if (key.key === 'NOT') {
    const of = naive(key.of, known);
    return of === undefined ? undefined : !of;
  }
  if (key.key === 'AND') return both(key.of.map((one) => naive(one, known)));
  if (key.key === 'OR') {
    const parts = [key.left, key.right].map((one) => naive(one, known));
    const neither = both(parts.map((part) => (part === undefined ? undefined : !part)));
    return neither === undefined ? undefined : !neither;
  }
  assert.ok(key.key === 'SMALLER');
  return known(key.octets);
}

function both(values: readonly (boolean | undefined)[]): boolean | undefined {
  if (values.includes(false)) return false;
  return values.includes(undefined) ? undefined : true;
}

const value = fc.constantFrom(true, false, undefined);
const row = fc.array(value, { minLength: 8, maxLength: 8 });

function code(known: boolean | undefined): number {
  if (known === undefined) return UNKNOWN;
  return known ? YES : NO;
}

function evaluate(program: Program, rows: readonly (readonly (boolean | undefined)[])[]): Truth {
  const truth = new Truth(program, rows.length);
  truth.begin(rows.length);
  for (const { node, key } of program.leaves) {
    assert.ok(key.key === 'SMALLER');
    const { octets } = key;
    for (const [m, known] of rows.entries()) truth.column(node)[m] = code(known[octets]);
  }
  truth.conclude();
  truth.lookAhead();
  return truth;
}

test('columns of many messages come to what the tables of three values say of each', () => {
  fc.assert(
    fc.property(searchOf(4), fc.array(row, { minLength: 1, maxLength: 20 }), (key, rows) => {
      const truth = evaluate(new Program(key), rows);
      const expected = rows.map((known) => code(naive(key, (leaf) => known[leaf])));
      assert.deepEqual([...truth.result.subarray(0, rows.length)], expected);
    }),
  );
});

test('what is not wanted cannot change the result, and a result that is open wants something', () => {
  fc.assert(
    fc.property(
      searchOf(4),
      row,
      fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
      (key, known, others) => {
        const program = new Program(key);
        const truth = evaluate(program, [known]);
        const wanted = program.leaves.filter(({ node }) => truth.wants(node, 0));
        assert.equal(wanted.length > 0, truth.result[0] === UNKNOWN);
        // each leaf for itself, though some ask the same
        const again = new Truth(program, 1);
        again.begin(1);
        for (const { node, key: leaf } of program.leaves) {
          assert.ok(leaf.key === 'SMALLER');
          const told =
            known[leaf.octets] ?? (truth.wants(node, 0) ? undefined : others[leaf.octets]);
          again.column(node)[0] = code(told);
        }
        again.conclude();
        assert.equal(again.result[0], truth.result[0]);
      },
    ),
  );
});

test('a batch does not remember the one before', () => {
  const program = new Program({ key: 'NOT', of: { key: 'SMALLER', octets: 0 } });
  const truth = new Truth(program, 4);
  truth.begin(4);
  truth.column(program.leaves[0]!.node).fill(YES);
  truth.conclude();
  assert.deepEqual([...truth.result], [NO, NO, NO, NO]);
  truth.begin(2);
  truth.conclude();
  assert.deepEqual([...truth.result.subarray(0, 2)], [UNKNOWN, UNKNOWN]);
});
