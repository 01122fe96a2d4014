/**
 * As whom PostgreSQL runs. It refuses to run as root, so root starts it in a user namespace in which its own
 * uid 0 is called 65534: the files stay root's, a folder under /root is reached, and no system user is made
 * (user_namespaces(7)). Where the kernel or a container refuses that, it runs as a user who exists, who has to
 * reach the folder and the programs. An existing cluster is run by its owner.
 */
import { execFile } from 'node:child_process';
import { chmod, chown, lstat, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Binaries } from './binaries.ts';
import { reasonOf, type EmbeddedFailure } from './failure.ts';
import type { Layout } from './layout.ts';
import { cleanEnvironment } from './settings.ts';

const run = promisify(execFile);

export interface Identity {
  /** For the log: `root in a user namespace`. */
  readonly name: string;
  /** Words before the command. */
  readonly prefix: readonly string[];
  readonly uid?: number;
  readonly gid?: number;
}

const NAMESPACE: Identity = {
  name: 'root in a user namespace',
  prefix: ['unshare', '--user', '--map-user=65534', '--map-group=65534', '--'],
};

/** Who shall run the cluster of this layout; for another user than root its folders are handed over. */
export async function chooseIdentity(
  binaries: Binaries,
  layout: Layout,
): Promise<Identity | EmbeddedFailure> {
  if (process.getuid?.() !== 0) return { name: 'this user', prefix: [] };
  const refusals: string[] = [];
  for (const candidate of await candidates(layout)) {
    try {
      await tryOut(candidate, binaries, layout);
      return candidate;
    } catch (error) {
      refusals.push(`${candidate.name}: ${firstLine(error)}`);
    }
  }
  return {
    kind: 'unreachable',
    message: `PostgreSQL does not run as root, and no other way to run it in ${layout.base} was found (${refusals.join('; ')}).`,
    remedy:
      'Run Hikyaku as an ordinary user who owns its folder, or move the checkout and HIKYAKU_DATA_DIR out of folders that only root may enter, or set DATABASE_URL.',
  };
}

type CommandLine = readonly [command: string, ...args: string[]];

/** The words that run a command as this identity. */
export function commandLine(identity: Identity, words: CommandLine): CommandLine {
  const [first, ...rest] = identity.prefix;
  return first === undefined ? words : [first, ...rest, ...words];
}

/** How a program of PostgreSQL is spawned: by whom, in a folder that stays, with a clean environment. */
export function spawnOptions(identity: Identity) {
  return {
    cwd: '/',
    env: cleanEnvironment(),
    ...(identity.uid !== undefined && { uid: identity.uid }),
    ...(identity.gid !== undefined && { gid: identity.gid }),
  };
}

/** Gives a path and what is in it to the user who runs PostgreSQL; nothing where root runs it. */
export async function handOver(path: string, identity: Identity): Promise<void> {
  const { uid, gid } = identity;
  if (uid === undefined || gid === undefined) return;
  const found = await lstat(path);
  if (found.isSymbolicLink()) return;
  if (found.uid !== uid) await chown(path, uid, gid);
  if (!found.isDirectory()) return;
  for (const name of await readdir(path)) await handOver(join(path, name), identity);
}

async function candidates(layout: Layout): Promise<readonly Identity[]> {
  const owner = await ownerOf(layout.cluster);
  if (owner && owner.uid !== 0) return [user(`its owner (uid ${owner.uid})`, owner)];
  const found: Identity[] = [NAMESPACE];
  const folder = await ownerOf(layout.dataDir);
  if (folder && folder.uid !== 0)
    found.push(user(`the folder's owner (uid ${folder.uid})`, folder));
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  for (const name of ['postgres', 'nobody']) {
    const ids = userNamed(passwd, name);
    if (ids) found.push(user(`the user ${name}`, ids));
  }
  return found;
}

interface Ids {
  readonly uid: number;
  readonly gid: number;
}

function user(name: string, { uid, gid }: Ids): Identity {
  return { name, prefix: [], uid, gid };
}

/** The ids of a user in the text of passwd(5), if it is there and not root. */
export function userNamed(passwd: string, name: string): Ids | undefined {
  const fields = passwd
    .split('\n')
    .find((line) => line.startsWith(`${name}:`))
    ?.split(':');
  const uid = Number(fields?.[2]);
  const gid = Number(fields?.[3]);
  return Number.isInteger(uid) && Number.isInteger(gid) && uid > 0 ? { uid, gid } : undefined;
}

async function ownerOf(path: string): Promise<Ids | undefined> {
  return stat(path).catch(() => undefined);
}

/** Throws unless this identity can run the server and write its folders, which are handed over to it. */
async function tryOut(identity: Identity, binaries: Binaries, layout: Layout): Promise<void> {
  try {
    await canRun(identity, binaries, layout);
  } catch (error) {
    if (identity.uid === undefined || !(await openTheWay(layout))) throw error;
    await canRun(identity, binaries, layout);
  }
  await handOver(layout.base, identity);
  await handOver(layout.socketDir, identity);
  await asIdentity(identity, 'cd "$1" && test -w . && cd "$2" && test -w .', [
    layout.base,
    layout.socketDir,
  ]);
}

async function canRun(identity: Identity, binaries: Binaries, layout: Layout): Promise<void> {
  const script = 'cd "$1" && exec "$2" --version';
  await asIdentity(identity, script, [layout.dataDir, binaries.postgres]);
}

/** The data folder itself is ours to open: others may pass through it and still not list it. */
async function openTheWay(layout: Layout): Promise<boolean> {
  const { mode, uid } = await stat(layout.dataDir);
  if (uid !== 0 || (mode & 0o011) === 0o011) return false;
  await chmod(layout.dataDir, (mode & 0o777) | 0o011);
  return true;
}

async function asIdentity(identity: Identity, script: string, args: string[]): Promise<void> {
  const [command, ...rest] = commandLine(identity, ['/bin/sh', '-c', script, 'sh', ...args]);
  await run(command, rest, { ...spawnOptions(identity), timeout: 10_000 });
}

function firstLine(error: unknown): string {
  const said = (error as { stderr?: unknown }).stderr;
  const text = typeof said === 'string' && said.trim() !== '' ? said : reasonOf(error);
  return text.trim().split('\n')[0]!;
}
