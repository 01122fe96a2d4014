/**
 * Where the databases of tests lie: in memory where there is room enough, since none outlives its test, and PostgreSQL writes a thousand
 * files for each. It runs as it does elsewhere, with `fsync` and all; only the disk has nothing to do.
 */
import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';

const MEMORY = '/dev/shm';
const ROOM = 4 * 2 ** 30;

export function databaseFolder(): string {
  return process.availableMemory() >= ROOM && roomIn(MEMORY) >= ROOM ? MEMORY : tmpdir();
}

function roomIn(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return 0;
  }
}
