/**
 * The rows that a statement is given, as SQL: each column is a parameter of its own, `$1`, `$2`, …, an array with one element for each row.
 *
 * The arrays are walked through side by side in a select list. `unnest($1, $2, …)` in a FROM clause gives the same rows, but writes each
 * column into a store of its own first (docs/performance.md).
 */
import type { ColumnType } from './arrays.ts';

/** Names and types of columns, in the order of their parameters. */
export type Columns = Readonly<Record<string, ColumnType>>;

export function typesOf(columns: Columns): readonly ColumnType[] {
  return Object.values(columns);
}

/** To stand in a FROM clause, under a name. */
export function givenRows(columns: Columns): string {
  return `(select ${unnested(columns)})`;
}

/** The same with a column `row`, counted from 1. */
export function numberedRows(columns: Columns): string {
  return `(select ${unnested(columns)}, generate_subscripts($1, 1) as row)`;
}

function unnested(columns: Columns): string {
  return Object.entries(columns)
    .map(([name, type], index) => `unnest($${index + 1}::${type}[]) as ${name}`)
    .join(', ');
}
