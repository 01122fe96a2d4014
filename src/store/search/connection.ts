/**
 * The connection that writes the search index: apart from the pool, since its commits do not wait for the disk. What a crash takes is
 * the end of the index, position and segment together, and is made again.
 * Called by mail/search/follow/follow.ts.
 */
import pg from 'pg';
import type { Queryable } from '#store/query/queryable';

/** Any number; the same in every process. */
const ACCOUNT_LOCKS = 7_415_203;

export class IndexConnection implements Queryable {
  readonly #settings: pg.ClientConfig;
  readonly #wait: <T>(answer: Promise<T>) => Promise<T>;
  #client: pg.Client | undefined;

  /** @param wait every answer is waited for through it */
  constructor(
    connection: pg.ClientConfig,
    wait: <T>(answer: Promise<T>) => Promise<T> = (answer) => answer,
  ) {
    this.#wait = wait;
    this.#settings = {
      ...connection,
      options: `${connection.options ?? ''} -c synchronous_commit=off`,
      connectionTimeoutMillis: 5000,
    };
  }

  /** Connects when it is first needed and again after a loss. */
  async query(config: pg.QueryConfig): Promise<pg.QueryResult> {
    const client = (this.#client ??= await this.#connect());
    return this.#wait(client.query(config));
  }

  /**
   * Makes this process the only one that indexes the account, until it lets go or its connection ends.
   * @returns false when another one does so
   */
  async take(accountId: string): Promise<boolean> {
    const { rows } = await this.query({
      text: 'select pg_try_advisory_lock($1, hashint8($2)) as taken',
      values: [ACCOUNT_LOCKS, accountId],
    });
    return (rows as { taken: boolean }[])[0]!.taken;
  }

  async letGo(accountId: string): Promise<void> {
    await this.query({
      text: 'select pg_advisory_unlock($1, hashint8($2))',
      values: [ACCOUNT_LOCKS, accountId],
    });
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.end().catch(() => {});
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client(this.#settings);
    const lost = (): void => {
      if (this.#client === client) this.#client = undefined;
    };
    client.on('error', lost);
    client.on('end', lost);
    await client.connect();
    return client;
  }
}
