/** Backups of the running server. They are written by its process, where its user may write. */
import path from 'node:path';
import { z } from 'zod';
import { backupName, makeBackup, type MadeStep } from '#mail/backup/make-backup';
import { bytesIn, rowsIn } from '#store/backup/manifest';
import { listBackups, recordBackup, type BackupRecord } from '#store/backup/records';
import { refuse, rows, value } from '#servers/admin/call';
import { NOTHING, text } from '#servers/admin/inputs';

export type CreateRow =
  | {
      readonly kind: 'progress';
      readonly table: string;
      readonly done: number;
      readonly of: number;
    }
  | {
      readonly kind: 'made';
      readonly folder: string;
      readonly takenAt: string;
      readonly bytes: number;
      readonly rows: number;
    }
  | { readonly kind: 'failed'; readonly message: string; readonly remedy: string };

const checked = z.object({
  kind: z.enum(['verified', 'restored']),
  folder: text,
  takenAt: z.iso.datetime(),
  bytes: z.number().int().min(0),
  rows: z.number().int().min(0),
});

export const backupCalls = {
  /** A folder, where given, is absolute: the caller and the server may stand elsewhere. */
  'backup/create': rows(z.object({ folder: text.optional() }), (context, input, signal) => {
    const { store, backupFolder, clock } = context;
    const folder = input.folder ?? path.join(backupFolder, backupName(clock.now()));
    return Promise.resolve(
      path.isAbsolute(folder)
        ? created(makeBackup({ store }, folder, signal), folder)
        : refuse('not-absolute', `${folder} is no absolute path`, 'Begin it with a slash.'),
    );
  }),

  'backup/list': rows(NOTHING, async ({ store }) => (await listBackups(store.pool)).map(backupRow)),

  /** What the command line found by reading a backup, so that the doctor knows. */
  'backup/checked': value(checked, async ({ store, clock }, { takenAt, ...input }) => {
    await recordBackup(store.pool, {
      ...input,
      at: new Date(clock.now()),
      takenAt: new Date(takenAt),
    });
    return input;
  }),
} as const;

function backupRow({ at, takenAt, ...record }: BackupRecord) {
  return { at: at.toISOString(), takenAt: takenAt.toISOString(), ...record };
}

async function* created(
  steps: AsyncIterable<MadeStep>,
  folder: string,
): AsyncGenerator<CreateRow, void, undefined> {
  try {
    for await (const step of steps) yield rowOf(step, folder);
  } catch (error) {
    yield {
      kind: 'failed',
      message: `the backup broke off: ${(error as Error).message}`,
      remedy: `Nothing of it is left. Make room, or let the user of the server write to ${path.dirname(folder)}.`,
    };
  }
}

function rowOf(step: MadeStep, folder: string): CreateRow {
  switch (step.kind) {
    case 'table':
      return { kind: 'progress', table: step.name, done: step.done, of: step.of };
    case 'taken': {
      const { manifest } = step;
      const { takenAt } = manifest;
      return { kind: 'made', folder, takenAt, bytes: bytesIn(manifest), rows: rowsIn(manifest) };
    }
    case 'busy':
      return {
        kind: 'failed',
        message: 'another backup is under way',
        remedy: 'Wait for its end; hikyaku backup list shows it then.',
      };
    case 'exists':
      return {
        kind: 'failed',
        message: `${step.folder} is there already`,
        remedy: 'Name a folder that is not there yet, or none.',
      };
  }
}
