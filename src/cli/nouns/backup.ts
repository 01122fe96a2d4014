/** `hikyaku backup`: copies of everything, made by the running server, read back with or without one. */
import path from 'node:path';
import type { Command } from 'commander';
import type { RowOf } from '#servers/admin/calls';
import { callRows } from '#cli/control';
import { CommandFailure } from '#cli/failure';
import { printDone, printRows, timeColumn } from '#cli/terminal/output';
import { Progress } from '#cli/terminal/progress';
import { shortSize } from '#cli/terminal/terminal';
import { addVerb, type CommonOptions } from '#cli/verb';

interface VerifyOptions extends CommonOptions {
  readonly restore?: boolean;
}

interface RestoreOptions extends CommonOptions {
  readonly account?: string;
}

type MadeRow = Extract<RowOf<'backup/create'>, { kind: 'made' }>;

export function backup(noun: Command): void {
  addVerb(
    noun,
    'create [folder]',
    'copy everything of this moment into a new folder, while the server goes on',
    'hikyaku backup create',
    'hikyaku backup create /mnt/elsewhere/monday',
  ).action(async (folder: string | undefined, options: CommonOptions) => {
    const made = await create(folder, options);
    const { kind: _, ...printed } = made;
    printDone(
      options,
      printed,
      `${made.folder}: ${made.rows} rows, ${shortSize(made.bytes)}. Check it: hikyaku backup verify ${made.folder}`,
    );
  });

  addVerb(noun, 'list', 'show which were made and read back', 'hikyaku backup list').action(
    async (options: CommonOptions) => {
      await printRows(
        callRows(options, 'backup/list', {}),
        [
          { title: 'WHAT', value: ({ kind }) => kind },
          timeColumn('WHEN', ({ at }) => at),
          timeColumn('TAKEN', ({ takenAt }) => takenAt),
          { title: 'SIZE', value: ({ bytes }) => shortSize(bytes), align: 'right' },
          { title: 'FOLDER', value: ({ folder }) => folder, shrinks: true },
        ],
        options,
        'No backup was made yet: hikyaku backup create',
      );
    },
  );

  addVerb(
    noun,
    'verify <folder>',
    'read a backup whole: every file against its hash, every message against its own',
    'hikyaku backup verify data/backups/20261124T031500Z',
    'hikyaku backup verify /mnt/elsewhere/monday --restore',
  )
    .option('--restore', 'restore it into a PostgreSQL of its own too, which is removed afterwards')
    .action(async (folder: string, options: VerifyOptions) => {
      const { verifyFolder } = await import('./backup/verify.ts');
      await verifyFolder(path.resolve(folder), options.restore === true, options);
    });

  addVerb(
    noun,
    'restore <folder>',
    'put a backup into an empty data folder or database; or bring back what one account lacks, while the server runs',
    'hikyaku backup restore /mnt/elsewhere/monday --set data_dir=data-restored',
    'hikyaku backup restore /mnt/elsewhere/monday --account alice@example.test',
  )
    .option('--account <account>', 'only messages of this account that its mailboxes lack')
    .action(async (folder: string, { account, ...options }: RestoreOptions) => {
      const { restoreAccount, restoreWhole } = await import('./backup/restore.ts');
      if (account === undefined) await restoreWhole(path.resolve(folder), options);
      else await restoreAccount(path.resolve(folder), account, options);
    });
}

async function create(folder: string | undefined, options: CommonOptions): Promise<MadeRow> {
  let at = 'copying';
  const progress = new Progress(() => at);
  try {
    const input = folder === undefined ? {} : { folder: path.resolve(folder) };
    for await (const row of callRows(options, 'backup/create', input)) {
      if (row.kind === 'made') return row;
      if (row.kind === 'failed') throw new CommandFailure(row.message, row.remedy);
      at = `copying, table ${row.done} of ${row.of} (${row.table})`;
    }
  } finally {
    progress.stop();
  }
  throw new CommandFailure(
    'the server ended before the backup was whole',
    'Start it and make another: what was begun is no backup and is removed by the next one of its name.',
  );
}
