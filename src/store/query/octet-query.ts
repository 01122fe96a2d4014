/**
 * Queries whose results come as octets. `pg` decodes every field of a row as text, which spoils octets and is dear for messages; data of
 * a COPY it hands over as it is. So on connections of {@link OctetClient} the rows of an {@link queryOctets} are told to `pg` as COPY data:
 * the type of their messages is changed from DataRow to CopyData on the way in, nothing else
 * (docs/decisions/0016-rows-are-told-as-copy-data.md). Other queries run on these connections as ever.
 */
import { EventEmitter } from 'node:events';
import pg from 'pg';

/** A pool of such connections. */
export type OctetPool = pg.Pool & { readonly [OCTETS]: true };
declare const OCTETS: unique symbol;

export interface OctetStatement {
  /** Names the prepared statement; one name, one text. */
  readonly name: string;
  readonly text: string;
  /** Text in PostgreSQL's form, or octets in its binary form. */
  readonly values: readonly (string | Buffer)[];
}

/** The fields of a row in binary form, undefined for null, in memory that is used again: valid only during the call. */
export type Fields = readonly (Buffer | undefined)[];

export async function queryOctets(
  pool: OctetPool,
  statement: OctetStatement,
  onRow: (fields: Fields) => void,
): Promise<void> {
  const query = new OctetQuery(statement, onRow);
  // a pool hands on whatever a client takes, and calls back as for any query; its types know only half of that
  await (pool.query as unknown as (this: pg.Pool, query: OctetQuery) => Promise<void>).call(
    pool,
    query,
  );
}

/** What these connections have that the types of `pg` leave out. */
interface RawConnection {
  readonly stream: NodeJS.WritableStream & { cork(): void; uncork(): void };
  readonly parsedStatements: Readonly<Record<string, string>>;
  attachListeners(stream: EventEmitter): void;
  parse(query: { readonly name: string; readonly text: string }): void;
  bind(values: {
    readonly statement: string;
    readonly values: readonly (string | Buffer)[];
    readonly binary: boolean;
  }): void;
  execute(portal: { readonly portal: string; readonly rows: number }): void;
  sync(): void;
  /** Of an {@link OctetClient}. */
  rows?: RowsAsCopyData;
}

export class OctetClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config);
    const { connection } = this as unknown as { readonly connection: RawConnection };
    const attach = connection.attachListeners.bind(connection);
    connection.attachListeners = (stream) => {
      connection.rows = new RowsAsCopyData(stream);
      attach(connection.rows);
    };
  }
}

const DATA_ROW = 0x44;
const COPY_DATA = 0x64;
/** Type and length of a message. */
const HEADER = 5;

/** What a connection reads, with DataRow as CopyData while that is asked for. */
class RowsAsCopyData extends EventEmitter {
  /** Whether the query under way is one that wants it; there is one at a time. */
  wanted = false;
  /** Octets of a header that have come. */
  #header = 0;
  #length = 0;
  /** Octets of the message's content still to come. */
  #content = 0;

  constructor(stream: EventEmitter) {
    super();
    stream.on('data', (bytes: Buffer) => {
      this.#walk(bytes);
      this.emit('data', bytes);
    });
    stream.on('end', () => this.emit('end'));
  }

  #walk(bytes: Buffer): void {
    for (let at = 0; at < bytes.length;) {
      if (this.#content > 0) {
        const passed = Math.min(this.#content, bytes.length - at);
        this.#content -= passed;
        at += passed;
        continue;
      }
      if (this.#header === 0) {
        if (this.wanted && bytes[at] === DATA_ROW) bytes[at] = COPY_DATA;
        this.#length = 0;
      } else {
        this.#length = this.#length * 256 + bytes[at]!;
      }
      at++;
      if (++this.#header === HEADER) {
        this.#header = 0;
        // the length counts itself
        this.#content = this.#length - 4;
      }
    }
  }
}

/** What a client of `pg` runs: it sends its messages and answers those of the database. */
class OctetQuery {
  readonly name: string;
  readonly text: string;
  callback: ((error: Error | undefined) => void) | undefined;
  readonly #values: readonly (string | Buffer)[];
  readonly #onRow: (fields: Fields) => void;
  #rows: RowsAsCopyData | undefined;
  #failure: Error | undefined;

  constructor({ name, text, values }: OctetStatement, onRow: (fields: Fields) => void) {
    this.name = name;
    this.text = text;
    this.#values = values;
    this.#onRow = onRow;
  }

  submit(connection: RawConnection): Error | null {
    const { name, text } = this;
    if (!connection.rows) return new Error('not a connection for octets');
    this.#rows = connection.rows;
    this.#rows.wanted = true;
    connection.stream.cork();
    if (connection.parsedStatements[name] === undefined) connection.parse({ name, text });
    connection.bind({ statement: name, values: this.#values, binary: true });
    connection.execute({ portal: '', rows: 0 });
    connection.sync();
    connection.stream.uncork();
    return null;
  }

  handleCopyData({ chunk }: { readonly chunk: Buffer }): void {
    if (this.#failure) return;
    try {
      this.#onRow(fieldsOf(chunk));
    } catch (error) {
      // thrown from here it would end the connection's parser
      this.#failure = error as Error;
    }
  }

  handleCommandComplete(): void {}

  handleEmptyQuery(): void {}

  handleReadyForQuery(): void {
    this.#end(this.#failure);
  }

  handleError(error: Error): void {
    this.#end(error);
  }

  #end(error: Error | undefined): void {
    if (this.#rows) this.#rows.wanted = false;
    this.callback?.(error);
  }
}

/** A row: the number of its fields, then each with its length, -1 for null. */
function fieldsOf(row: Buffer): Fields {
  const count = row.readInt16BE(0);
  const fields: (Buffer | undefined)[] = [];
  for (let i = 0, at = 2; i < count; i++) {
    const length = row.readInt32BE(at);
    at += 4;
    fields.push(length < 0 ? undefined : row.subarray(at, at + length));
    if (length > 0) at += length;
  }
  return fields;
}

/** A field of type bigint. @throws RangeError for one that is no safe integer */
export function bigintOf(field: Buffer): number {
  const value = field.readInt32BE(0) * 2 ** 32 + field.readUInt32BE(4);
  if (!Number.isSafeInteger(value)) throw new RangeError('too large an integer');
  return value;
}

/** 2000-01-01 in calendar milliseconds: where PostgreSQL counts from. */
const POSTGRES_EPOCH = 946_684_800_000;

/** A field of type timestamptz in calendar milliseconds; it has microseconds, more than a number holds exactly in far years. */
export function timestampOf(field: Buffer): number {
  const microseconds = field.readInt32BE(0) * 2 ** 32 + field.readUInt32BE(4);
  return Math.round(microseconds / 1000) + POSTGRES_EPOCH;
}
