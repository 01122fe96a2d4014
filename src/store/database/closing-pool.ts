/**
 * A pool whose end is the end of its connections. `end` of the plain one resolves when they were asked to close; a database that is
 * stopped right after it would still find some of them open, and end them with an error that looks like a loss. A connection that is lost
 * while somebody holds it ends nothing but their work. Used by `open.ts` and `queue/pool.ts`.
 */
import pg from 'pg';

/** For a database that does not answer a farewell. Milliseconds. */
const PATIENCE = 2000;

export class ClosingPool extends pg.Pool {
  readonly #open = new Set<pg.PoolClient>();
  #allClosed: () => void = () => {};

  constructor(config: pg.PoolConfig) {
    super(config);
    this.on('connect', (client) => {
      this.#open.add(client);
      // a lost connection is told to its holder by the next query; without a listener it would end the process
      client.on('error', () => {});
    });
    this.on('remove', (client) => {
      this.#open.delete(client);
      if (this.#open.size === 0) this.#allClosed();
    });
  }

  /** Waits for queries under way, and then until every connection is closed. */
  override async end(): Promise<void> {
    await super.end();
    if (this.#open.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#allClosed = resolve;
      setTimeout(resolve, PATIENCE).unref();
    });
  }
}
