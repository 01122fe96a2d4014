/** Backups that are made by themselves: when the last one is old enough, by whichever node comes first. */
import path from 'node:path';
import { backupName, makeBackup, removeOldBackups } from '#mail/backup/make-backup';
import type { Config } from '#config';
import type { Log } from '#log';
import { lastBackups } from '#store/backup/records';
import type { Store } from '#store/database/open';
import { keepRounds } from './rounds.ts';

const LOOK_EVERY = 5 * 60 * 1000;

export function backupFolder(config: Config, dataDir: string): string {
  const { 'backup.folder': folder } = config;
  return folder === '' ? path.join(dataDir, 'backups') : path.resolve(folder);
}

export function keepBackedUp(
  store: Store,
  config: Config,
  dataDir: string,
  log: Log,
  parts: AsyncDisposableStack,
): void {
  const { 'backup.every': every, 'backup.keep': keep } = config;
  if (every === 0) return;
  const root = backupFolder(config, dataDir);
  keepRounds(
    {
      clock: store.clock,
      every: LOOK_EVERY,
      round: (signal) => backUpIfDue(store, { root, every, keep }, log, signal),
      failed({ message }, stopping) {
        if (!stopping) log.error('backup.failed', { folder: root, error: message });
      },
    },
    parts,
  );
}

export interface BackupPlan {
  readonly root: string;
  /** Milliseconds. */
  readonly every: number;
  readonly keep: number;
}

export async function backUpIfDue(
  store: Store,
  { root, every, keep }: BackupPlan,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  const now = store.clock.now();
  const { backup = -Infinity } = await lastBackups(store.pool);
  if (now - backup < every) return;
  const folder = path.join(root, backupName(now));
  for await (const step of makeBackup({ store }, folder, signal)) {
    if (step.kind !== 'taken') continue;
    const removed = await removeOldBackups(root, keep);
    log.info('backup.made', { folder, removed: removed.length });
  }
}
