/** What a row of the bench is given, and what it gives. */
import type { Measurement } from './contender.ts';

export interface BenchOptions {
  /** Where all data of all contenders lies: one file system for all. */
  readonly parent: string;
  /** Few messages and one round: to see that it works, not to quote. */
  readonly quick: boolean;
  /** Only the peers are measured. */
  readonly peersOnly: boolean;
  /** The least program joins (`bench/floor.ts`): where the ceiling of Node.js and PostgreSQL is. */
  readonly floor: boolean;
  readonly say: (text: string) => void;
}

/** One line of the results; `runs` are there where contenders were compared. */
export interface BenchResult {
  readonly row: string;
  readonly contender: string;
  /** What is counted: `messages/s`, `MB`, `ms`. */
  readonly unit: string;
  readonly value: number;
  /** The peer's value over ours, or ours over the peer's, such that more is better; undefined for the peer. */
  readonly ratio?: number;
  /** The ratio or value that the design asks for. */
  readonly goal?: string;
  readonly median?: Measurement;
  readonly all?: readonly number[];
  readonly note?: string;
}

export interface Row {
  readonly name: string;
  readonly title: string;
  run(options: BenchOptions): Promise<readonly BenchResult[]>;
}
