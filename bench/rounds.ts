/** Rounds in which contenders alternate, so that what the machine does besides meets all of them alike. */
import { spawnSync } from 'node:child_process';
import { LEAST } from './peers/floor.ts';
import { measure, medianRun, type Contender, type Measurement } from './contender.ts';
import type { BenchOptions, BenchResult } from './row.ts';

const ROUNDS = 5;

export interface Comparison {
  readonly row: string;
  readonly contenders: readonly Contender[];
  /** Arguments of the load program besides the number of messages. */
  readonly workload: readonly string[];
  readonly messages: number;
  readonly goal: string;
}

/** One uncounted run of each, then five counted ones in turn; the median of each, with its ratio to the first peer. */
export async function compare(
  { row, contenders, workload, messages, goal }: Comparison,
  options: BenchOptions,
): Promise<BenchResult[]> {
  const rounds = options.quick ? 1 : ROUNDS;
  const count = options.quick ? Math.ceil(messages / 10) : messages;
  const runs = new Map<string, Measurement[]>(contenders.map(({ name }) => [name, []]));
  for (const contender of contenders)
    await measure(contender, [...workload, '--messages', String(Math.ceil(count / 5))]);
  for (let round = 0; round < rounds; round++)
    for (const contender of contenders) {
      // Pages that an earlier run left to be written are not this run's burden.
      spawnSync('sync');
      const run = await measure(contender, [...workload, '--messages', String(count)]);
      runs.get(contender.name)!.push(run);
      options.say(`${row}: ${contender.name} ${run.perSecond.toFixed(0)} messages/s`);
    }
  const peer = medianRun(runs.get(contenders[0]!.name)!).perSecond;
  return [...runs].map(([name, list]) => resultOf(row, name, list, goal, peer));
}

function resultOf(
  row: string,
  contender: string,
  runs: readonly Measurement[],
  goal: string,
  peer: number,
): BenchResult {
  const median = medianRun(runs);
  return {
    row,
    contender,
    unit: 'messages/s',
    value: median.perSecond,
    ...(contender === 'Hikyaku' && { ratio: median.perSecond / peer, goal }),
    ...(contender === LEAST && { ratio: median.perSecond / peer }),
    median,
    all: runs.map((run) => run.perSecond),
  };
}
