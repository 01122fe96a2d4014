/**
 * Where a unix socket of a data folder lies. A socket address holds 107 octets (unix(7)), so a socket whose path is over 100 moves
 * under the temporary folder, into a folder whose name is made from the data folder's, so that whoever looks for it later finds it.
 */
import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir } from 'node:fs/promises';
import { join } from 'node:path';

const SOCKET_LIMIT = 100;

/**
 * The folder for a socket. Pure.
 * @param preferred where it lies if its path is short enough
 * @param owner the folder that names the replacement
 */
export function socketFolder(
  preferred: string,
  socketName: string,
  owner: string,
  temporary: string,
): string {
  const name = `hikyaku-${createHash('sha256').update(owner).digest('hex').slice(0, 16)}`;
  const fits = (folder: string): boolean =>
    Buffer.byteLength(join(folder, socketName)) <= SOCKET_LIMIT;
  return [preferred, join(temporary, name)].find(fits) ?? join('/tmp', name);
}

/** Makes a folder that nobody else may enter: under /tmp its name could have been taken by someone. */
export async function makePrivate(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const found = await lstat(folder);
  const me = process.getuid?.();
  if (!found.isDirectory() || (me !== 0 && found.uid !== me)) {
    throw new Error(`${folder} belongs to somebody else`);
  }
  if ((found.mode & 0o777) !== 0o700) await chmod(folder, 0o700);
}
