/**
 * CPU and memory of a set of processes, read from /proc (Linux): a server, its database, their children.
 */
import { readdirSync, readFileSync } from 'node:fs';

interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  /** Own and of children that have ended and were waited for, in clock ticks. */
  readonly ticks: number;
}

/** USER_HZ, which Linux fixes at 100 for what /proc shows. */
const TICKS_PER_SECOND = 100;

/** The given processes and all their descendants that live now, save those below `without`. */
export function processTree(roots: readonly number[], without: readonly number[] = []): number[] {
  const all = everyProcess();
  const found = new Set(roots.filter((pid) => all.some((stat) => stat.pid === pid)));
  for (let grown = true; grown;) {
    grown = false;
    for (const { pid, parent } of all) {
      if (!found.has(parent) || found.has(pid) || without.includes(pid)) continue;
      found.add(pid);
      grown = true;
    }
  }
  return [...found];
}

/** CPU seconds spent so far by the given processes, their descendants, and what these waited for. */
export function cpuSeconds(roots: readonly number[], without: readonly number[] = []): number {
  const tree = new Set(processTree(roots, without));
  const ticks = everyProcess().reduce(
    (sum, stat) => sum + (tree.has(stat.pid) ? stat.ticks : 0),
    0,
  );
  return ticks / TICKS_PER_SECOND;
}

/** Proportional set size in megabytes (10^6) of the given processes and their descendants: what is shared
 * counts once in all. */
export function proportionalMegabytes(
  roots: readonly number[],
  without: readonly number[] = [],
): number {
  const kilobytes = processTree(roots, without).map((pid) => {
    const text = tryRead(`/proc/${pid}/smaps_rollup`) ?? '';
    return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0);
  });
  return (kilobytes.reduce((sum, value) => sum + value, 0) * 1024) / 1e6;
}

function everyProcess(): ProcessStat[] {
  const stats: ProcessStat[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const text = tryRead(`/proc/${name}/stat`);
    if (text === undefined) continue;
    // The program's name stands in parentheses and may hold anything; fields are counted behind it.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    stats.push({ pid: Number(name), parent: Number(fields[1]), ticks });
  }
  return stats;
}

function tryRead(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
