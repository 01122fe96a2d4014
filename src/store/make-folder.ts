import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';

/**
 * Makes a folder that its owner alone may open, and those above it that are missing. `mkdir` with `recursive` does not come back where a
 * file system makes no folders and says ENOENT, as /proc does.
 * @throws as `mkdir` does
 */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await isFolder(folder))) return;
    const above = path.dirname(folder);
    if (code !== 'ENOENT' || (await isFolder(above))) throw error;
    await makeFolder(above);
    await makeFolder(folder);
  }
}

async function isFolder(place: string): Promise<boolean> {
  const found = await stat(place).catch(() => undefined);
  return found?.isDirectory() === true;
}
