/**
 * The file that PostgreSQL writes its messages to. PostgreSQL appends through a descriptor of its own and
 * outlives us, so a full file is copied aside and cut, not renamed.
 */
import { copyFile, open, readFile, stat, truncate } from 'node:fs/promises';

const LIMIT = 4 * 1024 * 1024;
const TAIL = 4096;

/** Keeps the file under about 4 MB and one older copy beside it (`….1`). */
export async function boundLog(file: string): Promise<void> {
  if ((await sizeOf(file)) < LIMIT) return;
  await copyFile(file, `${file}.1`);
  await truncate(file, 0);
}

/** The size in octets, 0 for a file that is not there. */
export async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    (found) => found.size,
    () => 0,
  );
}

/** What was written after `offset`, its last 4 KB. */
export async function logSince(file: string, offset: number): Promise<string> {
  const bytes = await readFile(file).catch(() => Buffer.alloc(0));
  return bytes
    .subarray(Math.max(offset > bytes.length ? 0 : offset, bytes.length - TAIL))
    .toString();
}

/** A descriptor for PostgreSQL's output; the caller closes it. */
export async function openLog(file: string) {
  return open(file, 'a', 0o600);
}
