/**
 * What a transaction of several jobs sends: statements that take rows get the rows of many jobs at once. Per statement PostgreSQL
 * starts an executor, answers and is heard; with four or more statements a message that was half of the cost of storing it
 * (measured: docs/decisions/0001-rows-of-many-jobs.md).
 *
 * The statements of a job keep their order. Rows that must see each other's effect name a key in common and go in one after another.
 */
import type { ColumnType, Value } from '#store/query/arrays';

export type Row = readonly Value[];

/** Takes its own values and is sent once for its job. */
export interface ValuesStatement {
  /** Names the prepared statement; one name, one text. */
  readonly name: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

/** Takes text, and octets as its last parameter, which are sent from where they lie; sent once for its job. */
export interface OctetsStatement {
  readonly name: string;
  readonly text: string;
  /** In PostgreSQL's text form. */
  readonly values: readonly string[];
  /** One value in pieces, not to be changed before the transaction was answered. */
  readonly octets: readonly Uint8Array[];
}

/**
 * Takes rows: `$1`, `$2`, … are arrays, one for each column. What it returns has a column `row`, the place of the row it is about,
 * counted from 1 (`with ordinality`); each job gets those of its own rows, without that column.
 */
export interface RowsStatement {
  readonly name: string;
  readonly text: string;
  readonly columns: readonly ColumnType[];
  readonly rows: readonly Row[];
  /** Statements with one of these in common are executed one after another. */
  readonly apart?: readonly string[];
}

export type Statement = ValuesStatement | OctetsStatement | RowsStatement;

/** What PostgreSQL answered to a statement of a job. */
export interface StatementResult {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** What is sent: the rows of one or more jobs, or the statement of one. */
export type Query = ValuesStatement | OctetsStatement | Omit<RowsStatement, 'apart'>;

/** Who brought rows to a group, and how many rows were there before. */
interface Part {
  readonly job: number;
  readonly statement: number;
  readonly before: number;
}

interface Group {
  readonly name: string;
  readonly text: string;
  /** Of rows. */
  readonly columns: readonly ColumnType[] | undefined;
  /** A statement with values of its own, which nothing joins. */
  readonly alone: ValuesStatement | OctetsStatement | undefined;
  readonly rows: Row[];
  readonly parts: Part[];
  readonly apart: Set<string>;
}

export interface Batch {
  readonly queries: readonly Query[];
  /** The answers to the queries as results of each job's statements, in their order. */
  split(answers: readonly StatementResult[]): StatementResult[][];
}

/** Puts the statements of jobs together; jobs that come earlier have their rows earlier. */
export function batchOf(jobs: readonly (readonly Statement[])[]): Batch {
  const groups: Group[] = [];
  for (const [job, statements] of jobs.entries()) {
    let after = -1;
    for (const [index, statement] of statements.entries()) {
      after = placeFor(groups, after + 1, statement);
      const group = groups[after]!;
      group.parts.push({ job, statement: index, before: group.rows.length });
      if ('rows' in statement) {
        for (const row of statement.rows) group.rows.push(row);
        for (const key of statement.apart ?? []) group.apart.add(key);
      }
    }
  }
  return {
    queries: groups.map(({ name, text, columns, alone, rows }) =>
      columns ? { name, text, columns, rows } : alone!,
    ),
    split: (answers) => splitAnswers(jobs, groups, answers),
  };
}

/** The first group from `from` on that the statement may join, or a new one at the end. */
function placeFor(groups: Group[], from: number, statement: Statement): number {
  if ('rows' in statement) {
    for (let i = from; i < groups.length; i++) {
      const { name, columns, apart } = groups[i]!;
      if (name !== statement.name || columns === undefined) continue;
      if (!statement.apart?.some((key) => apart.has(key))) return i;
    }
  }
  groups.push({
    name: statement.name,
    text: statement.text,
    columns: 'rows' in statement ? statement.columns : undefined,
    alone: 'rows' in statement ? undefined : statement,
    rows: [],
    parts: [],
    apart: new Set(),
  });
  return groups.length - 1;
}

function splitAnswers(
  jobs: readonly (readonly Statement[])[],
  groups: readonly Group[],
  answers: readonly StatementResult[],
): StatementResult[][] {
  const results = jobs.map((): StatementResult[] => []);
  for (const [index, { parts, columns }] of groups.entries()) {
    const { rows } = answers[index]!;
    const own = columns ? rowsOfParts(parts, rows) : undefined;
    for (const [i, { job, statement }] of parts.entries()) {
      results[job]![statement] = { rows: own ? own[i]! : rows };
    }
  }
  return results;
}

function rowsOfParts(
  parts: readonly Part[],
  rows: StatementResult['rows'],
): Record<string, unknown>[][] {
  const own = parts.map((): Record<string, unknown>[] => []);
  if (rows.length === 0) return own;
  const sorted = rows.toSorted((a, b) => Number(a['row']) - Number(b['row']));
  let part = 0;
  for (const { row, ...rest } of sorted) {
    while (part + 1 < parts.length && parts[part + 1]!.before < Number(row)) part++;
    own[part]!.push(rest);
  }
  return own;
}
