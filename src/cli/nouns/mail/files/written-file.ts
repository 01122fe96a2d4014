/** Files that are whole or not there: written beside their place, and on disk before they take it. */
import { open, rename } from 'node:fs/promises';
import path from 'node:path';
import { syncFolder } from '#store/sync-folder';

/** Takes the place of one that is there. */
export async function writeWhole(file: string, text: string): Promise<void> {
  const temporary = `${file}.part`;
  const handle = await open(temporary, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
  await syncFolder(path.dirname(file));
}

/** The folders in which something was made or renamed: they are on disk once `sync` returns. */
export class ChangedFolders {
  readonly #folders = new Set<string>();

  /** A folder, and those above it, which may have been made for it. */
  note(folder: string): void {
    for (let at = folder; !this.#folders.has(at); at = path.dirname(at)) this.#folders.add(at);
  }

  async sync(): Promise<void> {
    for (const folder of this.#folders) await syncFolder(folder).catch(unlessForbidden);
  }
}

/** Who may not look into a folder has made nothing in it. */
function unlessForbidden(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EACCES' && error.code !== 'EPERM') throw error;
}
