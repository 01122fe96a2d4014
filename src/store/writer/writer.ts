/**
 * Group commit: concurrent callers share a transaction. While one batch is in flight on a connection (`lane.ts`) the next gathers, and
 * follows on the same connection once it is as large: the database goes on to it by itself.
 *
 * Invariants:
 * - A job's promise resolves only when the result of `commit` says COMMIT: PostgreSQL answers COMMIT of a failed transaction with
 *   ROLLBACK and no error.
 * - A batch that fails is run again job by job, so that no job can fail its neighbours.
 * - Locks are taken in one order everywhere: accounts by id, then in order of the jobs' `order` (blob hash or message id). 40P01 and
 *   40001 are tried again all the same.
 * - A lost connection rejects with {@link StoreUnavailable}: the jobs may or may not be stored, the caller answers «try again».
 */
import { DatabaseError } from 'pg';
import type { Clock } from '#clock';
import { StoreUnavailable, type Job, type JobResults } from './job.ts';
import { Lane, type LaneOptions } from './lane.ts';

export type { RowsStatement, Statement, StatementResult, ValuesStatement } from './batch.ts';
export { StoreUnavailable, type Job, type JobResults } from './job.ts';

/** What PostgreSQL refuses a job with; `code` is its SQLSTATE. */
export { DatabaseError };

export interface WriterOptions extends LaneOptions {
  readonly clock: Clock;
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

export class Writer {
  readonly #options: WriterOptions;
  readonly #lanes: Lane[] = [];
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
      if (this.#queuedBytes > JOIN_BYTES || this.#queue.length >= GATHER_JOBS) this.#pump();
      else if (this.#queue.length === 1 && !this.#gathering) setImmediate(() => this.#pump());
    });
  }

  /** Lets what was handed in finish, then closes the connections. */
  close(): Promise<void> {
    this.#closed ??= new Promise<void>((resolve) => {
      this.#drained = resolve;
      this.#checkDrained();
    }).then(async () => {
      await Promise.all(this.#lanes.map((lane) => lane.end()));
    });
    return this.#closed;
  }

  /** Lets jobs of the same moment come together; behind a batch in flight they do so anyway. */
  #gather(milliseconds: number): void {
    if (this.#lanes.some(({ jobs }) => jobs > 0)) return;
    this.#gathering = setTimeout(() => this.#pump(), milliseconds);
  }

  #pump(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    while (this.#queue.length > 0) {
      const lane = this.#nextLane();
      if (!lane) return;
      void this.#runOn(lane, this.#takeBatch());
    }
  }

  /** Which connection takes a batch now; none while it is better to gather. */
  #nextLane(): Lane | undefined {
    const busy = this.#lanes.filter((lane) => lane.jobs > 0);
    if (busy.length === 0) return this.#lanes[0] ?? this.#addLane();
    if (this.#queuedBytes > JOIN_BYTES) {
      if (busy.length >= CONNECTIONS) return undefined;
      return this.#lanes.find((lane) => lane.jobs === 0) ?? this.#addLane();
    }
    // the database goes on to it at once, without a word from here in between
    const enough = Math.max(GATHER_JOBS, busy[0]!.jobs);
    return busy.length === 1 && busy[0]!.mayFollow && this.#queue.length >= enough
      ? busy[0]
      : undefined;
  }

  #addLane(): Lane {
    const lane = new Lane(this.#options);
    this.#lanes.push(lane);
    return lane;
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
    lane.jobs += batch.length;
    lane.batches++;
    try {
      await this.#settle(lane, batch);
    } finally {
      lane.jobs -= batch.length;
      lane.batches--;
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
    await lane.inTurn(async () => {
      for (const waiting of batch) await this.#settleAlone(lane, waiting);
    });
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
    if (this.#queue.length > 0 || this.#lanes.some(({ jobs }) => jobs > 0)) return;
    this.#drained?.();
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
