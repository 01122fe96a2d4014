/**
 * The Bind message (PostgreSQL's protocol, §54.7) of a statement whose parameters are columns of rows, written straight into memory
 * that is used again and again. `pg` would copy each parameter into buffers that grow, 14 KB a message of 4 KB, and the garbage
 * collector takes more time over such buffers than all else together takes over a message.
 */
import { columnSize, writeColumn, type ColumnType, type Value } from '#store/query/arrays';
import type { OctetsStatement } from './batch.ts';

export interface RowsQuery {
  readonly name: string;
  readonly text: string;
  readonly columns: readonly ColumnType[];
  readonly rows: readonly (readonly Value[])[];
}

/** Up to this size memory is kept for the next batch. */
const KEPT = 2 * 1024 * 1024;

/** Holds the messages of one batch at a time. */
export class BindMemory {
  #memory = Buffer.allocUnsafeSlow(64 * 1024);
  #used = 0;

  /** The messages so far were sent and heard: their memory is free. */
  clear(): void {
    this.#used = 0;
  }

  /** @throws RangeError, SyntaxError, TypeError for a value that its column does not hold */
  write(query: RowsQuery): Buffer {
    const out = this.#take(sizeOf(query));
    writeMessage(out, query);
    return out;
  }

  #take(size: number): Buffer {
    if (size > KEPT) return Buffer.allocUnsafeSlow(size);
    if (this.#memory.length - this.#used < size) {
      // messages that were written before keep the old memory alive
      const length = Math.min(KEPT, Math.max(size, 2 * this.#memory.length));
      this.#memory = Buffer.allocUnsafeSlow(length);
      this.#used = 0;
    }
    this.#used += size;
    return this.#memory.subarray(this.#used - size, this.#used);
  }
}

/** Type, length, empty name of the portal; one format for all parameters; their number; no format of results: text. */
const FRAME = 1 + 4 + 1 + 4 + 2 + 2;

function sizeOf({ name, columns, rows }: RowsQuery): number {
  let size = FRAME + name.length + 1;
  for (const [index, type] of columns.entries()) size += 4 + columnSize(type, rows, index);
  return size;
}

function writeMessage(out: Buffer, { name, columns, rows }: RowsQuery): void {
  let at = out.writeUInt8(0x42, 0);
  at = out.writeInt32BE(out.length - 1, at);
  at = out.writeUInt8(0, at);
  at += out.write(name, at, 'latin1');
  at = out.writeUInt8(0, at);
  at = out.writeInt16BE(1, at);
  at = out.writeInt16BE(1, at);
  at = out.writeInt16BE(columns.length, at);
  for (const [index, type] of columns.entries()) {
    const end = writeColumn(out, at + 4, type, rows, index);
    out.writeInt32BE(end - at - 4, at);
    at = end;
  }
  out.writeInt16BE(0, at);
}

/** The same with a format for each parameter, these not counted, and without that of results. */
const OCTETS_FRAME = 1 + 4 + 1 + 2 + 2;
const TEXT = 0;
const BINARY = 1;

/** The Bind message of a statement whose last parameter is octets: these are sent as they lie, and nothing copies them. */
export function octetsMessage({ name, values, octets }: OctetsStatement): Uint8Array[] {
  const count = values.length + 1;
  const length = octets.reduce((sum, piece) => sum + piece.length, 0);
  let size = OCTETS_FRAME + name.length + 1 + 2 * count + 4;
  for (const value of values) size += 4 + Buffer.byteLength(value);
  const out = Buffer.allocUnsafe(size);
  let at = out.writeUInt8(0x42, 0);
  at = out.writeInt32BE(size + length + 1, at);
  at = out.writeUInt8(0, at);
  at += out.write(name, at, 'latin1');
  at = out.writeUInt8(0, at);
  at = out.writeInt16BE(count, at);
  for (let i = 0; i < count; i++) at = out.writeInt16BE(i < values.length ? TEXT : BINARY, at);
  at = out.writeInt16BE(count, at);
  for (const value of values) {
    const written = out.write(value, at + 4);
    at = out.writeInt32BE(written, at) + written;
  }
  out.writeInt32BE(length, at);
  return [out, ...octets, NO_RESULT_FORMATS];
}

const NO_RESULT_FORMATS = Uint8Array.of(0, 0);
