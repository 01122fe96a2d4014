/**
 * Where the embedded database lies in the data folder:
 *
 *     postgres/18/            the cluster, named for its major version
 *     postgres/run/           the socket, in a folder of mode 0700
 *     postgres/postgres.log   what PostgreSQL says
 *
 * The socket moves under the temporary folder where its path would be too long (`socket-folder.ts`).
 */
import { readdir, readFile, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from '#store/make-folder';
import { MAJOR } from './binaries.ts';
import { reasonOf, type EmbeddedFailure } from './failure.ts';
import { makePrivate, socketFolder } from './socket-folder.ts';

export const PORT = 5432;

export interface Layout {
  readonly dataDir: string;
  readonly base: string;
  readonly cluster: string;
  readonly socketDir: string;
  readonly logFile: string;
}

/** The paths for a data folder given by its real, absolute path. Pure. */
export function layoutOf(dataDir: string, temporary: string): Layout {
  const base = join(dataDir, 'postgres');
  return {
    dataDir,
    base,
    cluster: join(base, MAJOR),
    socketDir: socketFolder(join(base, 'run'), `.s.PGSQL.${PORT}`, base, temporary),
    logFile: join(base, 'postgres.log'),
  };
}

/** Makes the folders of a data folder, or says why it cannot hold a database. */
export async function prepareLayout(dataDir: string): Promise<Layout | EmbeddedFailure> {
  try {
    await makeFolder(dataDir);
    const layout = layoutOf(await realpath(dataDir), tmpdir());
    await makeFolder(layout.base);
    await makePrivate(layout.socketDir);
    return (await otherMajor(layout)) ?? layout;
  } catch (error) {
    return {
      kind: 'unreachable',
      message: `The data folder ${dataDir} cannot be prepared: ${reasonOf(error)}.`,
      remedy: 'Give this user the right to write there, or set HIKYAKU_DATA_DIR to another folder.',
    };
  }
}

/** Whether the cluster was made; `initdb` writes into another folder first, so it is whole if it is there. */
export async function hasCluster(layout: Layout): Promise<boolean> {
  return (await versionIn(layout.cluster)) !== undefined;
}

async function otherMajor(layout: Layout): Promise<EmbeddedFailure | undefined> {
  if (await hasCluster(layout)) return undefined;
  for (const name of await readdir(layout.base)) {
    const found = /^\d+$/.test(name) ? await versionIn(join(layout.base, name)) : undefined;
    if (found !== undefined) {
      return {
        kind: 'other-major',
        found,
        needed: MAJOR,
        message: `${layout.base} holds data of PostgreSQL ${found}; this version of Hikyaku brings PostgreSQL ${MAJOR}.`,
        remedy: `With the version of Hikyaku that wrote it: hikyaku backup create. With this one: hikyaku backup restore FOLDER, which leaves the old data where it is.`,
      };
    }
  }
  return undefined;
}

async function versionIn(cluster: string): Promise<string | undefined> {
  try {
    return (await readFile(join(cluster, 'PG_VERSION'), 'utf8')).trim();
  } catch {
    return undefined;
  }
}
