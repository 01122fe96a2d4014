/** The mailboxes of peer.test: folders in which each message is one file, as Postfix's Maildir has them. */
import { cp, open, readdir } from 'node:fs/promises';
import { constants } from 'node:fs';
import path from 'node:path';

export interface KeptLetter {
  /** Its place, counted from the oldest: nothing is ever removed. */
  readonly id: number;
  /** Milliseconds. */
  readonly receivedAt: number;
  readonly size: number;
  /** Its beginning, where it is long. */
  readonly raw: Uint8Array;
}

/** Octets of a message that are read. */
const MOST_OCTETS = 256 * 1024;
const MOST_LETTERS = 500;

/** Newest first. @param roots that hold mailboxes, the older ones first; none need be there */
export async function readLetters(
  roots: readonly string[],
  person: string,
): Promise<readonly KeptLetter[]> {
  const files: string[] = [];
  for (const root of roots) {
    const folder = path.join(root, person, 'new');
    const names = (await readdir(folder).catch(() => [])).sort(byTime);
    files.push(...names.map((name) => path.join(folder, name)));
  }
  const letters: KeptLetter[] = [];
  for (const [index, file] of [...files.entries()].slice(-MOST_LETTERS)) {
    const letter = await readLetter(file);
    if (letter !== undefined) letters.unshift({ id: index + 1, ...letter });
  }
  return letters;
}

/** Puts what lies in the mailboxes of one root into another's. */
export async function moveLetters(
  from: string,
  to: string,
  people: readonly string[],
): Promise<void> {
  for (const person of people) {
    const source = path.join(from, person, 'new');
    const found = await readdir(source).catch(() => []);
    if (found.length === 0) continue;
    const target = path.join(to, person, 'new');
    await cp(source, target, { recursive: true, preserveTimestamps: true });
  }
}

/** The folder is another user's, who may have put anything there. */
async function readLetter(file: string): Promise<Omit<KeptLetter, 'id'> | undefined> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const handle = await open(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) return undefined;
    const raw = new Uint8Array(Math.min(stat.size, MOST_OCTETS));
    const { bytesRead } = await handle.read(raw, 0, raw.length, 0);
    return { receivedAt: stat.mtimeMs, size: stat.size, raw: raw.subarray(0, bytesRead) };
  } finally {
    await handle.close();
  }
}

/** Names begin with the seconds since 1970, and the microseconds after an M (Maildir, as Postfix writes it). */
function byTime(one: string, other: string): number {
  const [first, second] = [one, other].map(timeOf);
  return first! - second! || (one < other ? -1 : 1);
}

function timeOf(name: string): number {
  const [, seconds = '0', micro = '0'] = /^(\d{1,11})\.(?:[^.]*M(\d{1,6}))?/.exec(name) ?? [];
  return Number(seconds) * 1e6 + Number(micro);
}
