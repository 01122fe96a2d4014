/** `hikyaku lab simulate` as its user runs it: a process, with a database and a practice Internet of its own. */
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { PROGRAM } from '../program/running-server.ts';

export interface SimulatedRow {
  readonly way: string;
  readonly seed: number;
  readonly day?: number;
  readonly final?: true;
  readonly provider: string;
  readonly kind?: 'ip' | 'domain';
  readonly inbox: number;
  readonly waiting: number;
  readonly deferred: number;
  readonly quota: number;
  readonly reputation: string;
  readonly replies: Readonly<Record<string, number>>;
}

export interface Simulation {
  readonly days: readonly SimulatedRow[];
  readonly final: readonly SimulatedRow[];
  /** Of real time, from its start to its end. */
  readonly seconds: number;
}

/** @throws with what it said, where it failed */
export async function runSimulation(...args: readonly string[]): Promise<Simulation> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const began = performance.now();
  const child = execFile(
    PROGRAM,
    ['lab', 'simulate', '--json', ...args],
    { cwd: tmpdir(), maxBuffer: 2 ** 26 },
    (error, stdout, stderr) =>
      error === null ? resolve(stdout) : reject(new Error(stderr || error.message)),
  );
  // it has a database of its own to end, and would not hear who interrupts this process alone
  const hand = (signal: NodeJS.Signals): void => void child.kill(signal);
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, hand);
  const stdout = await promise.finally(() => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, hand);
  });
  const rows = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as SimulatedRow);
  return {
    days: rows.filter(({ final }) => final !== true),
    final: rows.filter(({ final }) => final === true),
    seconds: (performance.now() - began) / 1000,
  };
}
