/** How commands print what they found: tables for people, one JSON object a line for programs. */
import { asTyped } from '#mail/story/as-typed';
import { printable } from '#mail/story/terminal-text';
import { visibleJson } from '#visible-json';
import { briefTime, localTime, styled, terminalColumns } from './terminal.ts';
import { Table, type Column } from './table.ts';

export interface OutputOptions {
  readonly json?: boolean;
}

export function printLine(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** On one line, in which nothing can act on a terminal. */
export function printJson(value: object): void {
  printLine(visibleJson(JSON.stringify(value)));
}

/** What was done: the value for programs, a sentence for people. */
export function printDone(options: OutputOptions, value: object, sentence: string): void {
  if (options.json === true) printJson(value);
  else printText(asTyped(sentence));
}

/** Lines in which no character acts on the terminal, whoever wrote it. */
export function printText(text: string): void {
  for (const line of text.split('\n')) printLine(printable(line, Infinity));
}

/** Rows that decide how wide the columns are. */
const MEASURED = 200;

/**
 * Prints rows as they come.
 * @param empty said to people when there is none
 * @returns how many there were
 */
export async function printRows<Row extends object>(
  rows: AsyncIterable<Row> | Iterable<Row>,
  columns: readonly Column<Row>[],
  options: OutputOptions,
  empty: string,
): Promise<number> {
  let count = 0;
  if (options.json === true) {
    for await (const row of rows) {
      printJson(row);
      count++;
    }
    return count;
  }
  const table = new Table(columns, {
    columns: terminalColumns(),
    heading: (line) => styled('bold', line),
  });
  let batch: Row[] = [];
  const print = (): void => {
    printLine(table.lines(batch).join('\n'));
    batch = [];
  };
  for await (const row of rows) {
    count++;
    batch.push(row);
    if (batch.length === MEASURED) print();
  }
  if (batch.length > 0) print();
  if (count === 0) process.stderr.write(`${asTyped(empty)}\n`);
  return count;
}

/** A column of times, ISO 8601. @param none stands where there is no time */
export function timeColumn<Row>(
  title: string,
  at: (row: Row) => string | null,
  none = '',
): Column<Row> {
  const shown = (tell: (iso: string) => string) => (row: Row) => {
    const iso = at(row);
    return iso === null ? none : tell(iso);
  };
  return { title, value: shown(localTime), brief: shown((iso) => briefTime(iso)) };
}

/** A remark for people, beside the output. */
export function remark(text: string): void {
  process.stderr.write(`${asTyped(text)}\n`);
}
