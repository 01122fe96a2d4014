/** What is handed to the writer: statements that are stored together or not at all, and what became of them. */
import type { Statement, StatementResult } from './batch.ts';

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

/** The database could not be reached, or was lost before it confirmed the commit. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}
