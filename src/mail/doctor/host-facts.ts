/** What this machine itself knows: its disk, its addresses, the modes of files with secrets, its versions. */
import { stat, statfs } from 'node:fs/promises';
import type { networkInterfaces } from 'node:os';
import { isPrivateAddress } from '#mail/abuse/protected';
import { VERSION } from '#mail/version';

export interface HostFacts {
  /** Octets of the disk with the data. */
  readonly disk: () => Promise<{ readonly free: number; readonly total: number } | undefined>;
  readonly dataDir: string;
  /** Public addresses of its interfaces. */
  readonly publicAddresses: () => readonly string[];
  /** Permission bits of the files and folders with secrets that are there. */
  readonly secretFiles: () => Promise<readonly SecretFile[]>;
  /** Names of secrets that stand in the environment themselves. */
  readonly secretsInEnvironment: readonly string[];
  readonly nodeVersion: string;
  readonly version: string;
}

export interface SecretFile {
  readonly path: string;
  readonly mode: number;
  /** Of neither the user of this process nor the system's. */
  readonly isForeign: boolean;
}

export interface HostParts {
  readonly dataDir: string;
  readonly secretPaths: readonly string[];
  readonly secretsInEnvironment: readonly string[];
  /** Number of the user of this process; undefined where there is none. */
  readonly user: number | undefined;
  readonly nodeVersion: string;
  readonly interfaces: typeof networkInterfaces;
}

export function hostFacts(parts: HostParts): HostFacts {
  const { dataDir, secretsInEnvironment, nodeVersion } = parts;
  return {
    dataDir,
    secretsInEnvironment,
    nodeVersion,
    version: VERSION,
    disk: () => diskOf(dataDir),
    publicAddresses: () =>
      Object.values(parts.interfaces())
        .flatMap((addresses) => addresses ?? [])
        .filter(({ internal, address }) => !internal && !isPrivateAddress(address))
        .map(({ address }) => address),
    secretFiles: () => modesOf(parts.secretPaths, parts.user),
  };
}

/** Undefined where the folder is not there. */
async function diskOf(
  folder: string,
): Promise<{ readonly free: number; readonly total: number } | undefined> {
  try {
    const { bavail, blocks, bsize } = await statfs(folder);
    return { free: bavail * bsize, total: blocks * bsize };
  } catch {
    return undefined;
  }
}

async function modesOf(
  paths: readonly string[],
  user: number | undefined,
): Promise<readonly SecretFile[]> {
  const found = await Promise.all(
    paths.map(async (path) => {
      try {
        const { mode, uid } = await stat(path);
        const isForeign = uid !== 0 && uid !== (user ?? uid);
        return [{ path, mode: mode & 0o777, isForeign }];
      } catch {
        return [];
      }
    }),
  );
  return found.flat();
}
