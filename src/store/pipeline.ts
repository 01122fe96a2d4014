/**
 * Statements that leave together and are answered together: one write, one Sync (PostgreSQL's protocol, §54.2.4), where a query each
 * would wake the database and this process for every statement of a batch. After one that fails PostgreSQL skips the rest.
 */
import type { Connection, Query, QueryResult } from 'pg';

export type Answer = QueryResult<Record<string, unknown>>;

/** What the types of `pg` leave out. */
interface Raw {
  readonly stream: { cork(): void; uncork(): void };
  /** Names whose Parse was sent and not answered yet. */
  readonly submittedNamedStatements: Record<string, string>;
  sync(): void;
}

/** What `pg` calls of a query with the messages of the database. */
interface Handler {
  readonly name: string;
  readonly text: string;
  handleRowDescription(message: unknown): void;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, connection: unknown): void;
  handleReadyForQuery(connection: unknown): void;
}

/** For `client.query`; the queries are named, and each is given its answer, until one fails. */
export class Pipeline {
  readonly #queries: readonly Handler[];
  readonly #failed: (error: Error) => void;
  /** How many were answered. */
  #answered = 0;

  constructor(queries: readonly Query[], failed: (error: Error) => void) {
    this.#queries = queries as unknown as readonly Handler[];
    this.#failed = failed;
  }

  /** Of the query that is answered now: `pg` remembers what the connection has prepared. */
  get name(): string | undefined {
    return this.#current?.name;
  }

  get text(): string | undefined {
    return this.#current?.text;
  }

  get #current(): Handler | undefined {
    return this.#queries[this.#answered];
  }

  submit(connection: Connection): null {
    const raw = connection as unknown as Raw;
    const withoutSync = Object.create(connection, { sync: { value: () => {} } }) as Connection;
    raw.stream.cork();
    for (const query of this.#queries) (query as unknown as Query).submit(withoutSync);
    raw.sync();
    raw.stream.uncork();
    return null;
  }

  handleRowDescription(message: unknown): void {
    this.#current?.handleRowDescription(message);
  }

  handleDataRow(message: unknown): void {
    this.#current?.handleDataRow(message);
  }

  handleCommandComplete(message: unknown, connection: unknown): void {
    const query = this.#current;
    this.#answered++;
    query?.handleCommandComplete(message, connection);
    query?.handleReadyForQuery(connection);
  }

  handleReadyForQuery(): void {}

  handleError(error: Error, connection: Connection): void {
    // what was skipped is not prepared
    const { submittedNamedStatements: submitted } = connection as unknown as Raw;
    for (const { name } of this.#queries.slice(this.#answered)) delete submitted[name];
    this.#failed(error);
  }
}
