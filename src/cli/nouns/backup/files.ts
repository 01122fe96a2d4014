/** What the commands that read a backup share: its manifest, progress by table, and what is said of damage. */
import { readManifest, type Manifest } from '#store/backup/manifest';
import { DamagedBackup } from '#store/backup/table-file';
import { CommandFailure } from '#cli/failure';
import { Progress } from '#cli/terminal/progress';

/** @throws CommandFailure where the folder is no backup */
export async function openBackup(folder: string): Promise<Manifest> {
  const read = await readManifest(folder);
  if (read.kind === 'read') return read.manifest;
  throw new CommandFailure(read.reason, read.remedy);
}

interface TableStep {
  readonly kind: 'table';
  readonly name: string;
  readonly done: number;
  readonly of: number;
}

/** The last step, with a line on a terminal meanwhile. @throws CommandFailure where the backup is damaged */
export async function lastStep<Last extends { readonly kind: string }>(
  what: string,
  steps: AsyncIterable<TableStep | Last>,
): Promise<Last> {
  let at = what;
  let last: Last | undefined;
  const progress = new Progress(() => at);
  try {
    for await (const step of steps) {
      if (isTable(step)) at = `${what}, table ${step.done} of ${step.of} (${step.name})`;
      else last = step;
    }
  } catch (error) {
    throw damageOf(error);
  } finally {
    progress.stop();
  }
  return last!;
}

function isTable(step: { readonly kind: string }): step is TableStep {
  return step.kind === 'table';
}

/** A damaged backup as a failure with its remedy; anything else as it is. */
export function damageOf(error: unknown): unknown {
  if (!(error instanceof DamagedBackup)) return error;
  return new CommandFailure(
    `the backup is damaged: ${error.message}`,
    'Take another copy of it, or an older backup. What is whole in it can be read: zstd -dc TABLE.copy.zst',
  );
}
