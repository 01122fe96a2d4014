/**
 * Rows in binary form: `copy (select …) to stdout (format binary)`. `pg` hands COPY data over as octets, while it decodes the fields of
 * ordinary results as text (docs/decisions/0010-octets-are-read-in-text-form.md); for octets by the megabyte this is twice as fast, and
 * takes a third of the time in Node. COPY takes no parameters: a caller writes numbers that it has checked into the text, nothing else.
 * Format: PostgreSQL's documentation of COPY, «Binary Format».
 */
import pg from 'pg';
import type { Pool } from './open.ts';

/** The fields of a row, undefined for null. They lie in memory that is used again: valid only during the call. */
export type Fields = readonly (Buffer | undefined)[];

/** @param select without a semicolon */
export async function copyOut(
  pool: Pool,
  select: string,
  onRow: (fields: Fields) => void,
): Promise<void> {
  const query = new CopyOut(`copy (${select}) to stdout (format binary)`, onRow);
  // a pool hands on whatever a client takes, and calls back as for any query; its types know only half of that
  await (pool.query as unknown as (this: Pool, query: CopyOut) => Promise<void>).call(pool, query);
}

/** An id for the text of a query. @throws RangeError for anything but a positive integer */
export function idText(id: number | string): string {
  const text = String(id);
  if (!/^[1-9][0-9]{0,18}$/.test(text)) throw new RangeError('not an id');
  return text;
}

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');

/** What a client of `pg` runs: it answers the messages of the protocol. */
class CopyOut {
  callback: ((error: Error | undefined) => void) | undefined;
  readonly #text: string;
  readonly #onRow: (fields: Fields) => void;
  #begun = false;
  #failure: Error | undefined;

  constructor(text: string, onRow: (fields: Fields) => void) {
    this.#text = text;
    this.#onRow = onRow;
  }

  submit(connection: pg.Connection): void {
    connection.query(this.#text);
  }

  /** One message holds one row (protocol §54.2.5), the first one the header too. */
  handleCopyData({ chunk }: { readonly chunk: Buffer }): void {
    if (this.#failure) return;
    try {
      const at = this.#begun ? 0 : headerEnd(chunk);
      this.#begun = true;
      if (at < chunk.length) readRows(chunk, at, this.#onRow);
    } catch (error) {
      // thrown from here it would end the connection's parser
      this.#failure = error as Error;
    }
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {
    this.callback?.(this.#failure);
  }

  handleError(error: Error): void {
    this.callback?.(error);
  }
}

function headerEnd(chunk: Buffer): number {
  if (!chunk.subarray(0, SIGNATURE.length).equals(SIGNATURE)) throw new Error('not COPY data');
  const extension = SIGNATURE.length + 4;
  return extension + 4 + chunk.readInt32BE(extension);
}

function readRows(chunk: Buffer, start: number, onRow: (fields: Fields) => void): void {
  for (let at = start; at < chunk.length;) {
    const count = chunk.readInt16BE(at);
    at += 2;
    // the trailer
    if (count < 0) return;
    const fields: (Buffer | undefined)[] = [];
    for (let i = 0; i < count; i++) {
      const length = chunk.readInt32BE(at);
      at += 4;
      fields.push(length < 0 ? undefined : chunk.subarray(at, at + length));
      at += Math.max(length, 0);
    }
    onRow(fields);
  }
}
