/**
 * Makes the cluster at the first start. `initdb` works in a folder beside it, which is renamed when it is
 * whole: a kill in between leaves no half-made cluster, and of two starts at once one wins and the other
 * finds the winner's.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Binaries } from './binaries.ts';
import { reasonOf, type EmbeddedFailure } from './failure.ts';
import { commandLine, handOver, spawnOptions, type Identity } from './identity.ts';
import { hasCluster, type Layout } from './layout.ts';
import { alive } from './postmaster.ts';

const run = promisify(execFile);

/** Makes the cluster; undefined when it is there afterwards, by us or by another start. */
export async function initialise(
  binaries: Binaries,
  identity: Identity,
  layout: Layout,
): Promise<EmbeddedFailure | undefined> {
  const fresh = await mkdtemp(`${layout.cluster}.new-${process.pid}-`);
  const target = join(fresh, 'cluster');
  try {
    await initdb(binaries, identity, fresh, target);
    await rename(target, layout.cluster);
    return undefined;
  } catch (error) {
    if (await hasCluster(layout)) return undefined;
    return {
      kind: 'start-failed',
      message: `PostgreSQL could not make its data folder ${layout.cluster}.`,
      remedy: 'See the reason below; a full disk and missing rights are the usual ones.',
      detail: outputOf(error),
    };
  } finally {
    await removeTree(fresh);
  }
}

/** Removes what a start that was killed in `initdb` left; for the holder of the lock. */
export async function sweepUnfinished(layout: Layout): Promise<void> {
  const unfinished = new RegExp(`^${basename(layout.cluster)}\\.new-(\\d+)-`);
  const folder = dirname(layout.cluster);
  for (const name of await readdir(folder)) {
    const [, pid] = unfinished.exec(name) ?? [];
    // A rival start is still at it: it will see that it lost, and remove its own.
    if (pid === undefined || alive(Number(pid))) continue;
    await removeTree(join(folder, name));
  }
}

/** Two may remove the same tree (a rival on another machine): that is no error, nor is what one of them leaves. */
async function removeTree(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 5 }).catch(() => {});
}

async function initdb(
  binaries: Binaries,
  identity: Identity,
  fresh: string,
  target: string,
): Promise<void> {
  await handOver(fresh, identity);
  const [command, ...args] = commandLine(identity, [
    binaries.initdb,
    `--pgdata=${target}`,
    '--username=postgres',
    '--encoding=UTF8',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--auth=trust',
    '--no-instructions',
  ]);
  await run(command, args, spawnOptions(identity));
}

function outputOf(error: unknown): string {
  const { stderr } = error as { stderr?: unknown };
  return typeof stderr === 'string' && stderr.trim() !== '' ? stderr.trim() : reasonOf(error);
}
