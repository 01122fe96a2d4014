/** Makes a backup under a name of its time and remembers it; by hand through servers/admin, or by itself through server/backup.ts. */
import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { bytesIn, MANIFEST, rowsIn } from '#store/backup/manifest';
import { recordBackup } from '#store/backup/records';
import { takeBackup, type BackupStep } from '#store/backup/take';
import { VERSION } from '#mail/version';
import type { Store } from '#store/database/open';

export type MadeStep =
  | BackupStep
  /** Something else has that name. */
  | { readonly kind: 'exists'; readonly folder: string };

export interface BackupContext {
  readonly store: Pick<Store, 'pool' | 'connection' | 'clock'>;
}

/** @throws what the disk or the database throws; nothing of the folder is left then */
export async function* makeBackup(
  { store }: BackupContext,
  folder: string,
  signal?: AbortSignal,
): AsyncGenerator<MadeStep, void, undefined> {
  if (await isThere(folder)) {
    yield { kind: 'exists', folder };
    return;
  }
  const { pool, connection, clock } = store;
  const request = { connection, folder, version: VERSION, now: clock.now(), signal };
  for await (const step of takeBackup(request)) {
    if (step.kind === 'taken') {
      const { manifest } = step;
      await recordBackup(pool, {
        kind: 'made',
        at: new Date(clock.now()),
        folder,
        takenAt: new Date(manifest.takenAt),
        bytes: bytesIn(manifest),
        rows: rowsIn(manifest),
      });
    }
    yield step;
  }
}

/** `20261124T031500Z` */
export function backupName(now: number): string {
  return new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, '');
}

const NAME = /^\d{8}T\d{6}Z$/;

/** Removes the oldest of those that are whole and have a name of ours. @returns what went */
export async function removeOldBackups(root: string, keep: number): Promise<string[]> {
  const names = (await readdir(root)).filter((name) => NAME.test(name)).toSorted();
  const whole: string[] = [];
  for (const name of names) if (await isThere(path.join(root, name, MANIFEST))) whole.push(name);
  const old = whole.slice(0, Math.max(0, whole.length - keep));
  for (const name of old) await rm(path.join(root, name), { recursive: true, force: true });
  return old;
}

async function isThere(name: string): Promise<boolean> {
  try {
    await stat(name);
    return true;
  } catch {
    return false;
  }
}
