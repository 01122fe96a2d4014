/**
 * The number of this process among those that share the database: part of every id that it makes. Two processes with one number would
 * make the same id now and then, and one of them lose what it wanted to write. So each holds its number by an advisory lock of a session of its own,
 * which the database gives back when the process dies; and numbers go round (`node_numbers`), so that one whose holder lost its
 * connection, and still makes ids, is given to nobody else before the holder is back.
 */
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Log } from '#log';

const NODE_LOCKS = 7_415_202;
/** As many as `node_numbers` has. */
const NUMBERS = 1023;
const RECONNECT_MILLISECONDS = 1000;

export class NodePlace {
  readonly #connection: pg.ClientConfig;
  readonly #log: Log;
  #client: pg.Client | undefined;
  #number = 0;
  #left = false;

  private constructor(connection: pg.ClientConfig, log: Log) {
    this.#connection = connection;
    this.#log = log;
  }

  /** @throws when the database cannot be reached, or all numbers are taken */
  static async take(connection: pg.ClientConfig, log: Log): Promise<NodePlace> {
    const place = new NodePlace(connection, log);
    await place.#take();
    return place;
  }

  /** Changes only if another process took it while the connection was lost. */
  get number(): number {
    return this.#number;
  }

  /** Gives the number back. */
  async leave(): Promise<void> {
    this.#left = true;
    await this.#client?.end().catch(() => {});
  }

  async #take(): Promise<void> {
    const client = new pg.Client({ connectionTimeoutMillis: 5000, ...this.#connection });
    client.on('error', (error) => this.#log.warn('store.node-lost', { error: error.message }));
    await client.connect();
    try {
      this.#number = await lockNumber(client, this.#number);
    } catch (error) {
      await client.end().catch(() => {});
      throw error;
    }
    this.#client = client;
    client.once('end', () => void this.#retake());
    if (this.#left) await this.leave();
  }

  async #retake(): Promise<void> {
    this.#client = undefined;
    while (!this.#left) {
      try {
        await this.#take();
        return;
      } catch (error) {
        this.#log.warn('store.node-lost', { error: (error as Error).message });
        await delay(RECONNECT_MILLISECONDS, undefined, { ref: false });
      }
    }
  }
}

/** The number that was held before, if there was one and it is free, or the next free one in line. */
async function lockNumber(client: pg.Client, before: number): Promise<number> {
  if (before > 0 && (await tryLock(client, before))) return before;
  for (let tried = 0; tried < NUMBERS; tried++) {
    const { rows } = await client.query<{ number: string }>(
      `select nextval('node_numbers') as number`,
    );
    const number = Number(rows[0]!.number);
    if (await tryLock(client, number)) return number;
  }
  throw new Error(`all ${NUMBERS} node numbers of this database are taken`);
}

async function tryLock(client: pg.Client, number: number): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>(
    'select pg_try_advisory_lock($1, $2) as taken',
    [NODE_LOCKS, number],
  );
  return rows[0]!.taken;
}
