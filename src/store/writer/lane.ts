/**
 * One connection of the writer, with its transactions one after another: `begin`, the accounts' locks in id order, the statements of a
 * batch of jobs put together (`batch.ts`), `commit`, in one write with one Sync (`pipeline.ts`). It connects when it is first needed,
 * and again after a loss.
 */
import { Client, DatabaseError, type ClientConfig } from 'pg';
import type { Log } from '#log';
import { batchOf, type Query as Sent } from './batch.ts';
import { BindMemory, octetsMessage, type RowsQuery } from './bind-message.ts';
import { StoreUnavailable, type Job, type JobResults } from './job.ts';
import { Pipelines, type Answer, type Prepared } from './pipeline.ts';

export interface LaneOptions {
  readonly connection: ClientConfig;
  readonly log: Log;
  /** After this long without an answer a batch counts as lost. Milliseconds. */
  readonly timeout?: number;
}

const DEFAULT_TIMEOUT = 60_000;

/**
 * Each statement is planned once: planning takes longer than the work for a dozen messages. The plan lasts as long as the connection
 * and may be made while tables are empty, so it goes by keys whatever the statistics say: a scan of `blobs` would grow with it.
 */
const PLANNER = [
  'plan_cache_mode=force_generic_plan',
  'enable_seqscan=off',
  'enable_hashjoin=off',
  'enable_mergejoin=off',
];

const LOCK_ACCOUNTS = `
  select id from accounts where id = any($1::bigint[]) order by id for no key update`;

/** One connection with its transactions one after another; connects when it is first needed and again after a loss. */
export class Lane {
  /** Handed to it and not settled yet, in so many batches. */
  jobs = 0;
  batches = 0;
  readonly #options: LaneOptions;
  /** Of transactions that were answered to their end: nothing in it is still to be sent. */
  #memory: BindMemory[] = [];
  #turn: Promise<void> = Promise.resolve();
  #connecting: Promise<Client> | undefined;
  #client: Client | undefined;
  /** Of the client. */
  #pipelines: Pipelines | undefined;

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  /** A second batch may wait for the first in the database. */
  get mayFollow(): boolean {
    return this.batches === 1 && this.#client !== undefined;
  }

  /**
   * For jobs that are run alone, of one batch after the other: a batch behind one that is refused is refused with it, since the rollback
   * comes later, and would be so for each of them.
   */
  async inTurn(work: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(work);
    await this.#turn;
  }

  async transaction(jobs: readonly Job[]): Promise<JobResults[]> {
    const batch = batchOf(jobs.map(({ statements }) => statements));
    const memory = this.#memory.pop() ?? new BindMemory();
    memory.clear();
    const opening = openingOf(jobs);
    const all = [...opening, ...batch.queries, COMMIT].map((query) => prepared(query, memory));
    const client = await this.#connected();
    const timer = setTimeout(() => this.#drop(client), this.#options.timeout ?? DEFAULT_TIMEOUT);
    try {
      const answers = await this.#send(all);
      this.#memory.push(memory);
      return batch.split(answers.slice(opening.length, -1));
    } catch (error) {
      if (error instanceof DatabaseError && error.severity !== 'FATAL' && client === this.#client) {
        throw error;
      }
      this.#drop(client);
      throw new StoreUnavailable('the database was lost before it confirmed', { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }

  async end(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.end().catch(() => {});
  }

  /** @throws DatabaseError for the first statement that PostgreSQL refuses; the connection is then out of the transaction */
  async #send(all: readonly Prepared[]): Promise<Answer[]> {
    const pipelines = this.#pipelines!;
    let answers: Answer[];
    try {
      answers = await pipelines.send(all);
    } catch (error) {
      if (error instanceof DatabaseError && error.severity !== 'FATAL')
        await pipelines.send([prepared(ROLLBACK, new BindMemory())]);
      throw error;
    }
    const { tag } = answers.at(-1)!;
    if (tag !== 'COMMIT') throw new Error(`the transaction ended with ${tag}`);
    return answers;
  }

  async #connected(): Promise<Client> {
    if (this.#client) return this.#client;
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = undefined;
    });
    return this.#connecting;
  }

  async #connect(): Promise<Client> {
    const { connection } = this.#options;
    const client = new Client({
      ...connection,
      options: [connection.options ?? '', ...PLANNER.map((setting) => `-c ${setting}`)].join(' '),
      connectionTimeoutMillis: 5000,
    });
    client.on('error', (error) => {
      this.#options.log.warn('store.writer-lost', { error: error.message });
      this.#drop(client);
    });
    try {
      await client.connect();
    } catch (error) {
      throw new StoreUnavailable('the database cannot be reached', { cause: error });
    }
    this.#client = client;
    this.#pipelines = new Pipelines(client);
    return client;
  }

  /** Every query under way on the connection fails at once. */
  #drop(client: Client): void {
    if (this.#client === client) this.#client = undefined;
    // the socket is destroyed, not ended: a database that is stopped would never answer a Terminate
    (
      client as unknown as { connection: { stream: { destroy(): void } } }
    ).connection.stream.destroy();
  }
}

function prepared(query: Sent, memory: BindMemory): Prepared {
  const { name, text } = query;
  if ('rows' in query) return { name, text, message: [memory.write(query)] };
  return 'octets' in query ? { name, text, message: octetsMessage(query) } : query;
}

const BEGIN = withoutParameters('begin', 'begin');
const COMMIT = withoutParameters('commit', 'commit');
const ROLLBACK = withoutParameters('rollback', 'rollback');
const WITHOUT_DISK = withoutParameters('without_disk', 'set local synchronous_commit = off');

function withoutParameters(name: string, text: string): RowsQuery {
  return { name, text, columns: [], rows: [] };
}

/** What stands before the statements of the jobs. */
function openingOf(jobs: readonly Job[]): RowsQuery[] {
  const accounts = new Set(jobs.flatMap((job) => job.accounts));
  const opening = [BEGIN];
  if (!jobs.some(({ lasting = true }) => lasting)) opening.push(WITHOUT_DISK);
  if (accounts.size > 0) {
    const rows = Array.from(accounts, (id) => [id]);
    opening.push({ name: 'lock_accounts', text: LOCK_ACCOUNTS, columns: ['bigint'], rows });
  }
  return opening;
}
