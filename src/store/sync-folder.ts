import { open } from 'node:fs/promises';

/** What a file system says that knows no such thing. */
const NOT_TO_BE_SYNCED: ReadonlySet<string | undefined> = new Set(['EINVAL', 'ENOTSUP']);

/**
 * Returns once the names in a folder are on disk: a file that was made or renamed there is found after a power cut only then.
 * @throws as `open` and `fsync` do
 */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } catch (error) {
    if (!NOT_TO_BE_SYNCED.has((error as NodeJS.ErrnoException).code)) throw error;
  } finally {
    await handle.close();
  }
}
