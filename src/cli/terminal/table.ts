/**
 * Tables that line up: cells are measured in columns of the terminal, where East Asian characters take two, and whatever others
 * wrote is made printable first. On a terminal the columns that may shrink are cut to fit; elsewhere nothing is cut.
 */
import { displayWidth, printable } from '#mail/story/terminal-text';

export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string | number;
  readonly align?: 'right';
  /** Is cut where the line would be longer than the terminal. */
  readonly shrinks?: boolean;
  /** Is there to be copied, as a DNS record is: whole, however long. */
  readonly isCopied?: boolean;
}

export interface TableOptions {
  /** Of the terminal; undefined: nothing is cut. */
  readonly columns: number | undefined;
  readonly heading: (line: string) => string;
}

const GAP = 2;
/** A column is not cut below this. */
const NARROWEST = 8;

/** Lines of rows under one heading; the widths stay the same for rows that come later. */
export class Table<Row> {
  readonly #columns: readonly Column<Row>[];
  readonly #options: TableOptions;
  #widths: readonly number[] | undefined;

  constructor(columns: readonly Column<Row>[], options: TableOptions) {
    this.#columns = columns;
    this.#options = options;
  }

  /** The lines of some rows; the first call begins with the heading. */
  lines(rows: readonly Row[]): string[] {
    const cells = rows.map((row) =>
      this.#columns.map(({ value, isCopied }) => {
        const isWhole = isCopied === true || this.#options.columns === undefined;
        return printable(String(value(row)), isWhole ? Infinity : undefined);
      }),
    );
    if (this.#widths) return cells.map((row) => this.#line(row));
    const titles = this.#columns.map(({ title }) => title);
    this.#widths = this.#fit([titles, ...cells]);
    return [this.#options.heading(this.#line(titles)), ...cells.map((row) => this.#line(row))];
  }

  #fit(lines: readonly (readonly string[])[]): number[] {
    const widths = this.#columns.map((_, i) =>
      lines.reduce((most, line) => Math.max(most, displayWidth(line[i]!)), 0),
    );
    let over = widths.reduce((sum, width) => sum + width, GAP * (widths.length - 1));
    over -= this.#options.columns ?? over;
    // the widest gives first, so that those that shrink end up alike
    while (over-- > 0) {
      const widest = this.#columns.reduce(
        (best, { shrinks }, i) => (shrinks === true && widths[i]! > (widths[best] ?? 0) ? i : best),
        -1,
      );
      if (widest === -1 || widths[widest]! <= NARROWEST) break;
      widths[widest]! -= 1;
    }
    return widths;
  }

  #line(cells: readonly string[]): string {
    const parts = cells.map((cell, i) => {
      const width = this.#widths![i]!;
      const { align, shrinks } = this.#columns[i]!;
      const cuts = shrinks === true && this.#options.columns !== undefined;
      const text = cuts ? cut(cell, width) : cell;
      const space = ' '.repeat(Math.max(0, width - displayWidth(text)));
      return align === 'right' ? space + text : text + space;
    });
    return parts.join(' '.repeat(GAP)).trimEnd();
  }
}

/** A text of at most so many columns, with `…` where something is left out. */
export function cut(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let kept = '';
  let used = 0;
  for (const character of text) {
    used += displayWidth(character);
    if (used > columns - 1) break;
    kept += character;
  }
  return `${kept}…`;
}
