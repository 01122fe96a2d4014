/**
 * Files of a folder that somebody else may have filled: what an administrator imports for a user must not bring in what only the
 * administrator may read, and a pipe must hold nobody up.
 */
import { constants } from 'node:fs';
import { lstat, open, type FileHandle } from 'node:fs/promises';
import { CommandFailure } from '#cli/failure';

/**
 * Opens a file of the folder itself for reading; undefined where it is gone, or neither a file nor a link.
 * @throws CommandFailure where it is a link
 */
export async function openOwnFile(file: string): Promise<FileHandle | undefined> {
  let handle: FileHandle;
  try {
    // a pipe is opened at once, and found to be none of ours
    handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ELOOP') throw linkFailure(file);
    // a socket, a device without a driver, or moved meanwhile
    if (code === 'ENOENT' || code === 'ENXIO') return undefined;
    throw error;
  }
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  return undefined;
}

/** The text of such a file; undefined where there is none. @throws CommandFailure where it is a link */
export async function readOwnText(file: string): Promise<string | undefined> {
  await using handle = await openOwnFile(file);
  return handle?.readFile('utf8');
}

/** @throws CommandFailure where the folder is a link to another */
export async function refuseLink(folder: string): Promise<void> {
  const found = await lstat(folder).catch(() => undefined);
  if (found?.isSymbolicLink() === true) throw linkFailure(folder);
}

function linkFailure(file: string): CommandFailure {
  return new CommandFailure(
    `${file} is a link to somewhere else, and may lead to what is not of this mail`,
    'Remove it. Where it leads to mail that is to come too, put a copy in its place (cp -L).',
  );
}
