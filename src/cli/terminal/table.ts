/**
 * Tables that line up: cells are measured in columns of the terminal, where East Asian characters take two, and whatever others
 * wrote is made printable first. On a terminal columns move below the row or are cut, to fit; elsewhere nothing is.
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
  /** As mailq does: where the line would be longer than the terminal, stands on a line of its own under the row. */
  readonly below?: boolean;
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
/** Of what stands below its row. */
const INDENT = 2;

/** Lines of rows under one heading; the widths stay the same for rows that come later. */
export class Table<Row> {
  #columns: readonly Column<Row>[];
  /** Columns that stand below the row. */
  #below: readonly Column<Row>[] = [];
  readonly #options: TableOptions;
  #widths: readonly number[] | undefined;
  #isBrief = false;
  #gap = GAP;

  constructor(columns: readonly Column<Row>[], options: TableOptions) {
    this.#columns = columns;
    this.#options = options;
  }

  /** The lines of some rows, one or two for each; the first call begins with the heading. */
  lines(rows: readonly Row[]): string[] {
    if (this.#widths) return this.#rows(rows);
    if (this.#over(this.#whole(rows)) > 0) {
      this.#isBrief = true;
      this.#below = this.#columns.filter(({ below }) => below === true);
      this.#columns = this.#columns.filter(({ below }) => below !== true);
    }
    const widths = this.#whole(rows);
    const floor = widths.map((width, i) =>
      this.#columns[i]!.shrinks === true ? Math.min(width, NARROWEST) : width,
    );
    if (this.#over(floor) > 0) this.#gap = NARROW_GAP;
    this.#widths = this.#fit(widths);
    const titles = [
      this.#line(this.#titles(this.#columns)),
      ...this.#lineBelow(this.#titles(this.#below)),
    ];
    return [...titles.map((line) => this.#options.heading(line)), ...this.#rows(rows)];
  }

  #rows(rows: readonly Row[]): string[] {
    return rows.flatMap((row) => [
      this.#line(this.#cells(row, this.#columns)),
      ...this.#lineBelow(this.#cells(row, this.#below)),
    ]);
  }

  #titles(columns: readonly Column<Row>[]): string[] {
    return columns.map(({ title, briefTitle = title }) => (this.#isBrief ? briefTitle : title));
  }

  #cells(row: Row, columns: readonly Column<Row>[]): string[] {
    return columns.map(({ value, brief, isCopied }) => {
      const isWhole = isCopied === true || this.#options.columns === undefined;
      const shown = (this.#isBrief ? brief : undefined) ?? value;
      return printable(String(shown(row)), isWhole ? Infinity : undefined);
    });
  }

  /** Widths at which nothing is cut. */
  #whole(rows: readonly Row[]): number[] {
    const cells = rows.map((row) => this.#cells(row, this.#columns));
    return widthsOf([this.#titles(this.#columns), ...cells]);
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
      const { align, shrinks, below } = this.#columns[i]!;
      const cuts = (shrinks === true || below === true) && this.#options.columns !== undefined;
      const text = cuts ? cut(cell, width) : cell;
      const space = ' '.repeat(Math.max(0, width - displayWidth(text)));
      return align === 'right' ? space + text : text + space;
    });
    return parts.join(' '.repeat(this.#gap)).trimEnd();
  }

  /** No line where there is nothing to say. */
  #lineBelow(cells: readonly string[]): string[] {
    const text = cells.filter((cell) => cell !== '').join(' '.repeat(GAP));
    if (text === '') return [];
    const { columns = Infinity } = this.#options;
    return [' '.repeat(INDENT) + cut(text, columns - INDENT)];
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
