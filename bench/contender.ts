/**
 * What the bench asks of a server that it measures: ours, or a peer doing the same job on the same file system.
 */
import { cpuSeconds } from './processes.ts';
import { runLoad } from './programs.ts';
import type { LoadResult } from './load.ts';

export interface Contender extends AsyncDisposable {
  readonly name: string;
  /** Arguments of the load program: where and as whom to send. */
  readonly loadArguments: readonly string[];
  /** Processes of the server, and of its database where it has one, which may be a child of the server. */
  processes(): { readonly server: readonly number[]; readonly database: readonly number[] };
  /** Begins a run: what was delivered before does not count. */
  begin(): Promise<void>;
  /** Resolves with the time of the last delivery (ms since 1970), once so many have been made since `begin`. */
  delivered(messages: number, load: LoadResult): Promise<number>;
  /** Proves that they are there, where that is work which must not count; throws when they are not. */
  check?(messages: number): Promise<void>;
}

/** One run of one contender. */
export interface Measurement {
  readonly contender: string;
  /** Messages a second from the first command to the last delivery. */
  readonly perSecond: number;
  readonly load: LoadResult;
  /** CPU seconds of each while the run lasted. */
  readonly cpu: { readonly load: number; readonly server: number; readonly database: number };
}

export async function measure(
  contender: Contender,
  workload: readonly string[],
): Promise<Measurement> {
  await contender.begin();
  const before = cpuOf(contender);
  const load = await runLoad([...contender.loadArguments, ...workload]);
  if (load.accepted !== load.messages)
    throw new Error(`${contender.name} refused mail: ${JSON.stringify(load.errors)}`);
  const last = await contender.delivered(load.messages, load);
  const after = cpuOf(contender);
  await contender.check?.(load.messages);
  return {
    contender: contender.name,
    perSecond: (load.messages / (last - load.beganAt)) * 1000,
    load,
    cpu: {
      load: load.cpuSeconds,
      server: after.server - before.server,
      database: after.database - before.database,
    },
  };
}

function cpuOf(contender: Contender): { server: number; database: number } {
  const { server, database } = contender.processes();
  return { server: cpuSeconds(server, database), database: cpuSeconds(database) };
}

/** The run in the middle when sorted by throughput. */
export function medianRun(runs: readonly Measurement[]): Measurement {
  const sorted = runs.toSorted((a, b) => a.perSecond - b.perSecond);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  if (middle === undefined) throw new Error('no run to choose from');
  return middle;
}
