/** Which backups were made and read back: for `backup list` and the doctor. */
import type { Queryable } from '#store/query/queryable';

export type BackupKind = 'made' | 'verified' | 'restored';

export interface BackupRecord {
  readonly kind: BackupKind;
  readonly at: Date;
  /** Where it lay then. */
  readonly folder: string;
  readonly takenAt: Date;
  readonly bytes: number;
  readonly rows: number;
}

/** More are of no use to anybody. */
const KEPT = 1000;

export async function recordBackup(db: Queryable, record: BackupRecord): Promise<void> {
  const { kind, at, folder, takenAt, bytes, rows } = record;
  await db.query({
    text: `
      with old as (
        delete from backups where id in (select id from backups order by id desc offset ${KEPT}))
      insert into backups (kind, at, folder, taken_at, bytes, row_count) values ($1, $2, $3, $4, $5, $6)`,
    values: [kind, at, folder, takenAt, bytes, rows],
  });
}

/** Newest first. */
export async function listBackups(db: Queryable): Promise<BackupRecord[]> {
  const { rows } = await db.query({
    text: `select kind, at, folder, taken_at as "takenAt", bytes, row_count as rows from backups order by id desc`,
  });
  return (rows as Row[]).map(recordOf);
}

type Row = Omit<BackupRecord, 'bytes' | 'rows'> & { readonly bytes: string; readonly rows: string };

function recordOf({ bytes, rows, ...record }: Row): BackupRecord {
  return { bytes: Number(bytes), rows: Number(rows), ...record };
}

export interface LastBackups {
  /** When the last one was taken; calendar milliseconds. */
  readonly backup: number | undefined;
  /** Where that lay. */
  readonly folder: string | undefined;
  /** When one was last read back by a restore; calendar milliseconds. */
  readonly restoreTest: number | undefined;
}

export async function lastBackups(db: Queryable): Promise<LastBackups> {
  const { rows } = await db.query({
    text: `select max(at) filter (where kind = 'made') as backup, max(at) filter (where kind = 'restored') as tested,
             (select folder from backups where kind = 'made' order by at desc, id desc limit 1) as folder
           from backups`,
  });
  const { backup, tested, folder } = (
    rows as { backup: Date | null; tested: Date | null; folder: string | null }[]
  )[0]!;
  return {
    backup: backup?.getTime(),
    folder: folder ?? undefined,
    restoreTest: tested?.getTime(),
  };
}
