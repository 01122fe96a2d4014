/**
 * Tables that line up: cells are measured in columns of the terminal, where East Asian characters take two, and whatever others
 * wrote is made printable first. On a terminal the columns that may shrink are cut to fit; elsewhere nothing is cut.
 */
import { displayWidth, printable } from '#mail/story/terminal-text';

export interface Column<Row> {
  readonly title: string;
  /** As `brief`. */
  readonly briefTitle?: string;
  readonly value: (row: Row) => string | number;
  /** Says the same in fewer columns; is taken where the line would be longer than the terminal, before anything is cut. */
  readonly brief?: ((row: Row) => string | number) | undefined;
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
/** Where cutting is not enough. */
const NARROW_GAP = 1;
/** A column is not cut below this. */
const NARROWEST = 8;

/** Lines of rows under one heading; the widths stay the same for rows that come later. */
export class Table<Row> {
  readonly #columns: readonly Column<Row>[];
  readonly #options: TableOptions;
  #widths: readonly number[] | undefined;
  #isBrief = false;
  #gap = GAP;

  constructor(columns: readonly Column<Row>[], options: TableOptions) {
    this.#columns = columns;
    this.#options = options;
  }

  /** The lines of some rows; the first call begins with the heading. */
  lines(rows: readonly Row[]): string[] {
    if (this.#widths) return this.#cells(rows).map((row) => this.#line(row));
    this.#isBrief = this.#over(widthsOf([this.#titles(), ...this.#cells(rows)])) > 0;
    const titles = this.#titles();
    const cells = this.#cells(rows);
    const widths = widthsOf([titles, ...cells]);
    const floor = widths.map((width, i) =>
      this.#columns[i]!.shrinks === true ? Math.min(width, NARROWEST) : width,
    );
    if (this.#over(floor) > 0) this.#gap = NARROW_GAP;
    this.#widths = this.#fit(widths);
    return [this.#options.heading(this.#line(titles)), ...cells.map((row) => this.#line(row))];
  }

  #titles(): string[] {
    return this.#columns.map(({ title, briefTitle = title }) =>
      this.#isBrief ? briefTitle : title,
    );
  }

  #cells(rows: readonly Row[]): string[][] {
    return rows.map((row) =>
      this.#columns.map(({ value, brief, isCopied }) => {
        const isWhole = isCopied === true || this.#options.columns === undefined;
        const shown = (this.#isBrief ? brief : undefined) ?? value;
        return printable(String(shown(row)), isWhole ? Infinity : undefined);
      }),
    );
  }

  /** Columns by which a line is longer than the terminal. */
  #over(widths: readonly number[]): number {
    if (this.#options.columns === undefined) return 0;
    const used = widths.reduce((sum, width) => sum + width, this.#gap * (widths.length - 1));
    return used - this.#options.columns;
  }

  #fit(widths: number[]): number[] {
    let over = this.#over(widths);
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
    return parts.join(' '.repeat(this.#gap)).trimEnd();
  }
}

function widthsOf(lines: readonly (readonly string[])[]): number[] {
  return lines[0]!.map((_, i) => Math.max(...lines.map((line) => displayWidth(line[i]!))));
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
