/**
 * Statements that leave together and are answered together: one write, one Sync (PostgreSQL's protocol, §54.2.4), where a query each
 * would wake the database and this process for every statement of a batch. After one that fails PostgreSQL skips the rest.
 *
 * A statement's columns are asked for once on a connection. `pg` would describe, prepare and answer each by itself, and an object made
 * for one query out of the connection is a shape that V8 never saw before: that was an eighth of what this process spends on a message.
 */
import { Query, types, type Client, type Connection } from 'pg';

/** A prepared statement with its parameters: as a Bind message in pieces, or as values for `pg` to write. */
export type Prepared = {
  /** Names the prepared statement; one name, one text. */
  readonly name: string;
  readonly text: string;
} & ({ readonly message: readonly Uint8Array[] } | { readonly values: readonly unknown[] });

export interface Answer {
  /** What CommandComplete says: `COMMIT`, `INSERT 0 1`, … */
  readonly tag: string;
  readonly rows: readonly Record<string, unknown>[];
}

/** What the types of `pg` leave out. */
interface Raw {
  readonly stream: { cork(): void; uncork(): void; write(octets: Uint8Array): void };
  readonly parsedStatements: Readonly<Record<string, string>>;
  /** Names whose Parse was sent and not answered yet. */
  readonly submittedNamedStatements: Record<string, string>;
  parse(statement: { name: string; text: string }): void;
  describe(what: { type: 'P'; name: string }): void;
  sync(): void;
}

/** Of RowDescription. */
interface Field {
  readonly name: string;
  readonly dataTypeID: Parameters<typeof types.getTypeParser>[0];
}

interface Column {
  readonly name: string;
  readonly read: (text: string) => unknown;
}

/** Execute of the unnamed portal, all rows. */
const EXECUTE = Uint8Array.of(0x45, 0, 0, 0, 9, 0, 0, 0, 0, 0);

/** The statements of one connection, and what is known of them. */
export class Pipelines {
  readonly #client: Client;
  /** Of a statement that was executed; none where it answers with no rows. */
  readonly #columns = new Map<string, readonly Column[]>();

  constructor(client: Client) {
    this.#client = client;
  }

  /**
   * Leaves at once, behind what was sent before: `pg` would wait until that was answered. Nothing else may be asked on the connection.
   * @throws DatabaseError for the first statement that PostgreSQL refuses; Error for a connection that is lost
   */
  send(statements: readonly Prepared[]): Promise<Answer[]> {
    return new Promise((resolve, reject) => {
      const pipeline = new Pipeline(statements, this.#columns, resolve, reject);
      this.#client.query(pipeline);
      pipeline.submit((this.#client as unknown as { connection: Connection }).connection);
    });
  }
}

/** For `client.query`, which calls it with the messages of the database. */
class Pipeline {
  readonly #statements: readonly Prepared[];
  readonly #columns: Map<string, readonly Column[]>;
  readonly #done: (answers: Answer[]) => void;
  readonly #failed: (error: Error) => void;
  readonly #answers: Answer[] = [];
  /** Of the statement that is answered now. */
  #rows: Record<string, unknown>[] = [];
  #described: readonly Column[] | undefined;
  #written = false;

  constructor(
    statements: readonly Prepared[],
    columns: Map<string, readonly Column[]>,
    done: (answers: Answer[]) => void,
    failed: (error: Error) => void,
  ) {
    this.#statements = statements;
    this.#columns = columns;
    this.#done = done;
    this.#failed = failed;
  }

  /** Of the statement that is answered now: `pg` remembers what the connection has prepared. */
  get name(): string | undefined {
    return this.#current?.name;
  }

  get text(): string | undefined {
    return this.#current?.text;
  }

  get #current(): Prepared | undefined {
    return this.#statements[this.#answers.length];
  }

  /** Writes it, the first time; `pg` asks when its turn has come. */
  submit(connection: Connection): null {
    if (this.#written) return null;
    this.#written = true;
    const raw = connection as unknown as Raw;
    raw.stream.cork();
    for (const statement of this.#statements) {
      if ('values' in statement) submitValues(connection, statement, this.#failed);
      else this.#submit(raw, statement);
    }
    raw.sync();
    raw.stream.uncork();
    return null;
  }

  #submit(
    raw: Raw,
    { name, text, message }: Extract<Prepared, { readonly message: unknown }>,
  ): void {
    const { parsedStatements, submittedNamedStatements } = raw;
    if (parsedStatements[name] === undefined && submittedNamedStatements[name] === undefined) {
      raw.parse({ name, text });
      submittedNamedStatements[name] = text;
    }
    for (const piece of message) raw.stream.write(piece);
    if (!this.#columns.has(name)) raw.describe({ type: 'P', name: '' });
    raw.stream.write(EXECUTE);
  }

  handleRowDescription({ fields }: { readonly fields: readonly Field[] }): void {
    this.#described = fields.map(({ name, dataTypeID }) => ({
      name,
      read: types.getTypeParser(dataTypeID) as (text: string) => unknown,
    }));
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    const columns = this.#described ?? this.#columns.get(this.#current!.name)!;
    const row: Record<string, unknown> = {};
    for (let i = 0; i < columns.length; i++) {
      const { name, read } = columns[i]!;
      const value = fields[i]!;
      row[name] = value === null ? null : read(value);
    }
    this.#rows.push(row);
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    const { name } = this.#current!;
    if (this.#described !== undefined || !this.#columns.has(name))
      this.#columns.set(name, this.#described ?? []);
    this.#answers.push({ tag: text, rows: this.#rows });
    this.#rows = [];
    this.#described = undefined;
    if (this.#answers.length === this.#statements.length) this.#done(this.#answers);
  }

  handleReadyForQuery(): void {}

  handleError(error: Error, connection: Connection): void {
    // what was skipped is not prepared
    const { submittedNamedStatements: submitted } = connection as unknown as Raw;
    for (const { name } of this.#statements.slice(this.#answers.length)) delete submitted[name];
    this.#failed(error);
  }
}

const withoutSync = new WeakMap<Connection, Connection>();

/** As `pg` does it, but for the Sync. */
function submitValues(
  connection: Connection,
  { name, text, values }: Extract<Prepared, { readonly values: unknown }>,
  failed: (error: Error) => void,
): void {
  let quiet = withoutSync.get(connection);
  if (quiet === undefined) {
    quiet = Object.create(connection, { sync: { value: () => {} } }) as Connection;
    withoutSync.set(connection, quiet);
  }
  // called for values that cannot be written, and for nothing else
  new Query({ name, text, values: [...values] }, (error) => failed(error!)).submit(quiet);
}
