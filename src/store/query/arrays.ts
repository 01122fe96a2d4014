/**
 * Columns of rows as PostgreSQL's arrays in binary form, so that one statement takes the rows of many jobs (`given-rows.ts`). As text
 * every octet of a `bytea[]` would be written and read as two digits.
 * Format: `array_send` and the `…_recv` functions of PostgreSQL, stable since 7.4.
 */
export type ColumnType =
  | 'bigint'
  | 'boolean'
  | 'bytea'
  | 'integer'
  | 'json'
  | 'jsonb'
  | 'smallint'
  | 'text'
  | 'timestamptz';

/**
 * A value: null or undefined everywhere; bigint as decimal text, number or bigint; timestamptz as calendar milliseconds; json, jsonb
 * and text as text or as UTF-8 octets.
 */
export type Value = string | number | bigint | boolean | Uint8Array | null | undefined;

/** Type oids of `pg_type.dat`, which never change. */
const OIDS: Readonly<Record<ColumnType, number>> = {
  boolean: 16,
  bytea: 17,
  bigint: 20,
  smallint: 21,
  integer: 23,
  text: 25,
  json: 114,
  timestamptz: 1184,
  jsonb: 3802,
};

const FIXED: Partial<Record<ColumnType, number>> = {
  boolean: 1,
  bigint: 8,
  smallint: 2,
  integer: 4,
  timestamptz: 8,
};

/** Dimensions, «has nulls», type, length, lower bound. */
const HEADER = 20;
/** 2000-01-01 in calendar milliseconds: where PostgreSQL counts from. */
const POSTGRES_EPOCH = 946_684_800_000;
const HIGH = 2 ** 32;

/** How many octets {@link writeColumn} takes. */
export function columnSize(
  type: ColumnType,
  rows: readonly (readonly Value[])[],
  column: number,
): number {
  let size = HEADER + 4 * rows.length;
  const fixed = FIXED[type];
  for (const row of rows) {
    const value = row[column];
    if (value === null || value === undefined) continue;
    size += fixed ?? octetsOf(value) + (type === 'jsonb' ? 1 : 0);
  }
  return size;
}

/**
 * Writes one column of the rows as an array.
 * @returns the offset behind it
 * @throws RangeError, SyntaxError, TypeError for a value that its type does not hold
 */
export function writeColumn(
  out: Buffer,
  start: number,
  type: ColumnType,
  rows: readonly (readonly Value[])[],
  column: number,
): number {
  let at = writeHeader(out, start, OIDS[type], rows.length);
  const write = WRITE[type];
  for (const row of rows) {
    const value = row[column];
    if (value === null || value === undefined) {
      at = out.writeInt32BE(-1, at);
    } else {
      const end = write(out, at + 4, value);
      out.writeInt32BE(end - at - 4, at);
      at = end;
    }
  }
  return at;
}

/** Safe integers as a parameter `bigint[]` of its own. */
export function bigintArray(values: ArrayLike<number>): Buffer {
  const out = Buffer.allocUnsafe(HEADER + 12 * values.length);
  let at = writeHeader(out, 0, OIDS.bigint, values.length);
  for (let i = 0; i < values.length; i++) {
    at = out.writeInt32BE(8, at);
    at = writeInteger(out, at, values[i]!);
  }
  return out;
}

/** The elements of an `integer[]` in binary form, none of them null; of null there are none. */
export function integersOf(field: Uint8Array | undefined): Int32Array {
  if (field === undefined || field.length <= HEADER) return new Int32Array(0);
  const octets = new DataView(field.buffer, field.byteOffset, field.length);
  const elements = new Int32Array((field.length - HEADER) / 8);
  // each after its length
  for (let i = 0, at = HEADER + 4; i < elements.length; i++, at += 8)
    elements[i] = octets.getInt32(at);
  return elements;
}

function writeHeader(out: Buffer, start: number, oid: number, length: number): number {
  let at = out.writeInt32BE(1, start);
  at = out.writeInt32BE(1, at);
  at = out.writeInt32BE(oid, at);
  at = out.writeInt32BE(length, at);
  return out.writeInt32BE(1, at);
}

function octetsOf(value: Value): number {
  return typeof value === 'string' ? Buffer.byteLength(value) : (value as Uint8Array).length;
}

/** Writes a value at an offset; answers the offset behind it. */
const WRITE: Readonly<Record<ColumnType, (out: Buffer, at: number, value: Value) => number>> = {
  boolean: (out, at, value) => out.writeUInt8(value === true ? 1 : 0, at),
  smallint: (out, at, value) => out.writeInt16BE(value as number, at),
  integer: (out, at, value) => out.writeInt32BE(value as number, at),
  bigint: (out, at, value) =>
    typeof value === 'number'
      ? writeInteger(out, at, value)
      : out.writeBigInt64BE(BigInt(value as string), at),
  timestamptz: (out, at, value) =>
    writeInteger(out, at, ((value as number) - POSTGRES_EPOCH) * 1000),
  jsonb: (out, at, value) => writeOctets(out, out.writeUInt8(1, at), value),
  bytea: writeOctets,
  json: writeOctets,
  text: writeOctets,
};

/** A safe integer in eight octets, without a bigint of its own. */
function writeInteger(out: Buffer, at: number, value: number): number {
  const high = Math.floor(value / HIGH);
  out.writeInt32BE(high, at);
  return out.writeUInt32BE(value - high * HIGH, at + 4);
}

function writeOctets(out: Buffer, at: number, value: Value): number {
  if (typeof value === 'string') return at + out.write(value, at);
  out.set(value as Uint8Array, at);
  return at + (value as Uint8Array).length;
}
