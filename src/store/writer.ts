/**
 * Group commit: concurrent callers share a transaction. While one commit is in flight the next batch gathers; a batch goes out as
 * `begin`, the accounts' locks in id order, the jobs' statements put together (`batch.ts`), `commit`, in one write with one Sync
 * (`pipeline.ts`).
 *
 * Invariants:
 * - A job's promise resolves only when the result of `commit` says COMMIT: PostgreSQL answers COMMIT of a failed transaction with
 *   ROLLBACK and no error.
 * - A batch that fails is run again job by job, so that no job can fail its neighbours.
 * - Locks are taken in one order everywhere: accounts by id, then in order of the jobs' `order` (blob hash or message id). 40P01 and
 *   40001 are tried again all the same.
 * - A lost connection rejects with {@link StoreUnavailable}: the jobs may or may not be stored, the caller answers «try again».
 */
import { Client, DatabaseError, type ClientConfig } from 'pg';
import type { Clock } from '#clock';
import type { Log } from '#log';
import { batchOf, type Query as Sent, type Statement, type StatementResult } from './batch.ts';
import { BindMemory, octetsMessage, type RowsQuery } from './bind-message.ts';
import { Pipelines, type Answer, type Prepared } from './pipeline.ts';

export type { RowsStatement, Statement, StatementResult, ValuesStatement } from './batch.ts';

export interface Job {
  /** Accounts whose counters or mailboxes the statements change. */
  readonly accounts: readonly string[];
  /** Sort key among the jobs of a batch: two transactions that meet on the same rows meet in this order. */
  readonly order: string;
  /** About how many octets the statements carry. */
  readonly bytes: number;
  /**
   * False: the commit does not wait for the disk, so a crash of PostgreSQL may undo it afterwards. Only for what a later job, which
   * waits, needs and looks for: the log is written in order, so what that one found is on the disk when it is.
   */
  readonly lasting?: boolean;
  readonly statements: readonly Statement[];
}

/** The results of a job's statements, in their order. */
export type JobResults = readonly StatementResult[];

/** What PostgreSQL refuses a job with; `code` is its SQLSTATE. */
export { DatabaseError };

/** The database could not be reached, or was lost before it confirmed the commit. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

export interface WriterOptions {
  readonly connection: ClientConfig;
  readonly clock: Clock;
  readonly log: Log;
  /** After this long without an answer a batch counts as lost. Milliseconds. */
  readonly timeout?: number;
}

interface Waiting {
  readonly job: Job;
  readonly resolve: (results: JobResults) => void;
  readonly reject: (error: Error) => void;
}

/** More jobs than this in one transaction only make its neighbours wait. */
const BATCH_JOBS = 256;
/** A batch above this holds its memory and its locks too long. */
const BATCH_BYTES = 8 * 1024 * 1024;
/**
 * A transaction costs the database as much as several small messages: after a batch of more than two, fewer jobs than this wait a
 * moment for others.
 */
const GATHER_JOBS = 8;
const GATHER_MILLISECONDS = 1;
/** Further connections join only while more than this is waiting: four writers are slower than one on small messages. */
const JOIN_BYTES = 1024 * 1024;
const CONNECTIONS = 3;
const ATTEMPTS = 5;
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

export class Writer {
  readonly #options: WriterOptions;
  readonly #idle: Lane[] = [];
  #lanes = 0;
  #queue: Waiting[] = [];
  #queuedBytes = 0;
  #closed: Promise<void> | undefined;
  #drained: (() => void) | undefined;
  #gathering: NodeJS.Timeout | undefined;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  /**
   * Runs a job and resolves after its commit.
   * @throws StoreUnavailable when the database is out of reach or was lost before its answer
   * @throws DatabaseError when PostgreSQL refuses this job
   */
  run(job: Job): Promise<JobResults> {
    if (this.#closed) return Promise.reject(new StoreUnavailable('the store is closing'));
    return new Promise((resolve, reject) => {
      this.#queue.push({ job, resolve, reject });
      this.#queuedBytes += job.bytes;
      if (this.#queuedBytes > JOIN_BYTES || this.#queue.length === GATHER_JOBS) this.#pump();
      else if (this.#queue.length === 1 && !this.#gathering) setImmediate(() => this.#pump());
    });
  }

  /** Lets what was handed in finish, then closes the connections. */
  close(): Promise<void> {
    this.#closed ??= new Promise<void>((resolve) => {
      this.#drained = resolve;
      this.#checkDrained();
    }).then(async () => {
      await Promise.all(this.#idle.map((lane) => lane.end()));
    });
    return this.#closed;
  }

  /** Lets jobs of the same moment come together; behind a batch in flight they do so anyway. */
  #gather(milliseconds: number): void {
    if (this.#lanes > this.#idle.length) return;
    this.#gathering = setTimeout(() => this.#pump(), milliseconds);
  }

  #pump(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    while (this.#queue.length > 0) {
      const busy = this.#lanes - this.#idle.length;
      if (busy > 0 && (busy >= CONNECTIONS || this.#queuedBytes <= JOIN_BYTES)) return;
      let lane = this.#idle.pop();
      if (!lane) {
        lane = new Lane(this.#options);
        this.#lanes++;
      }
      void this.#runOn(lane, this.#takeBatch());
    }
  }

  #takeBatch(): Waiting[] {
    let bytes = 0;
    let count = 0;
    while (count < this.#queue.length && count < BATCH_JOBS) {
      bytes += this.#queue[count]!.job.bytes;
      if (count > 0 && bytes > BATCH_BYTES) break;
      count++;
    }
    const batch = this.#queue.splice(0, count);
    for (const { job } of batch) this.#queuedBytes -= job.bytes;
    return batch;
  }

  async #runOn(lane: Lane, batch: Waiting[]): Promise<void> {
    batch.sort((a, b) => (a.job.order < b.job.order ? -1 : a.job.order > b.job.order ? 1 : 0));
    try {
      await this.#settle(lane, batch);
    } finally {
      this.#idle.push(lane);
      this.#checkDrained();
      if (batch.length > 2 && this.#queue.length < GATHER_JOBS) this.#gather(GATHER_MILLISECONDS);
      else this.#pump();
    }
  }

  async #settle(lane: Lane, batch: readonly Waiting[]): Promise<void> {
    if (batch.length > 1) {
      try {
        const results = await lane.transaction(batch.map(({ job }) => job));
        for (const [i, waiting] of batch.entries()) waiting.resolve(results[i]!);
        return;
      } catch (error) {
        if (error instanceof StoreUnavailable) {
          for (const waiting of batch) waiting.reject(error);
          return;
        }
      }
    }
    for (const waiting of batch) await this.#settleAlone(lane, waiting);
  }

  async #settleAlone(lane: Lane, { job, resolve, reject }: Waiting): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        resolve((await lane.transaction([job]))[0]!);
        return;
      } catch (error) {
        if (!passes(error) || attempt === ATTEMPTS) {
          reject(error as Error);
          return;
        }
      }
    }
  }

  #checkDrained(): void {
    if (this.#drained && this.#queue.length === 0 && this.#idle.length === this.#lanes) {
      this.#drained();
    }
  }
}

/** One connection with its transactions one after another; connects when it is first needed and again after a loss. */
class Lane {
  readonly #options: WriterOptions;
  #memory = new BindMemory();
  #client: Client | undefined;
  /** Of the client. */
  #pipelines: Pipelines | undefined;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  async transaction(jobs: readonly Job[]): Promise<JobResults[]> {
    const batch = batchOf(jobs.map(({ statements }) => statements));
    // the transaction before was answered to its end: nothing of it is still to be sent
    this.#memory.clear();
    const opening = openingOf(jobs);
    const all = [...opening, ...batch.queries, COMMIT].map((query) =>
      prepared(query, this.#memory),
    );
    const client = await this.#connected();
    const timer = setTimeout(() => this.#drop(client), this.#options.timeout ?? DEFAULT_TIMEOUT);
    try {
      return batch.split((await this.#send(client, all)).slice(opening.length, -1));
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
  async #send(client: Client, all: readonly Prepared[]): Promise<Answer[]> {
    let answers: Answer[];
    try {
      answers = await this.#pipelines!.send(all);
    } catch (error) {
      if (error instanceof DatabaseError && error.severity !== 'FATAL')
        await client.query('rollback');
      throw error;
    }
    const { tag } = answers.at(-1)!;
    if (tag !== 'COMMIT') throw new Error(`the transaction ended with ${tag}`);
    return answers;
  }

  async #connected(): Promise<Client> {
    if (this.#client) return this.#client;
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
    if (this.#client === client) {
      this.#client = undefined;
      this.#memory = new BindMemory();
    }
    // the socket is destroyed, not ended: a database that is stopped would never answer a Terminate
    (
      client as unknown as { connection: { stream: { destroy(): void } } }
    ).connection.stream.destroy();
  }
}

/** Whether running the job again can help: deadlock, serialisation, a blob swept or published in between. */
function passes(error: unknown): boolean {
  if (!(error instanceof DatabaseError)) return false;
  if (error.code === '40001' || error.code === '40P01') return true;
  return (
    error.code === '23503' || (error.code === '23505' && error.constraint === 'blobs_sha256_key')
  );
}

function prepared(query: Sent, memory: BindMemory): Prepared {
  const { name, text } = query;
  if ('rows' in query) return { name, text, message: [memory.write(query)] };
  return 'octets' in query ? { name, text, message: octetsMessage(query) } : query;
}

const BEGIN = withoutParameters('begin', 'begin');
const COMMIT = withoutParameters('commit', 'commit');
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
