/**
 * The manifest of a backup: what is in its folder. A folder is a backup only once `manifest.json` stands in it, which is written last.
 * Each table is a file of PostgreSQL's COPY, compressed with zstd: in text form, which people and psql can read, but for the chunks of
 * blobs, whose octets text form would double.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

export const MANIFEST = 'manifest.json';
export const FORMAT = 1;

const name = z.string().regex(/^[a-z][a-z0-9_]{0,62}$/);
const day = z.string().regex(/^\d{4}-\d\d-\d\d$/);
const count = z.int().min(0);

const table = z.object({
  name,
  columns: z.array(name),
  form: z.enum(['text', 'binary']),
  rows: count,
  /** Of the file. */
  bytes: count,
  /** Of the file, hexadecimal. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const schema = z.object({
  format: z.literal(FORMAT),
  /** Of Hikyaku. */
  version: z.string(),
  /** The number of the last migration. */
  schema: count,
  /** As `server_version_num`. */
  postgresql: count,
  takenAt: z.iso.datetime(),
  tables: z.array(table),
  sequences: z.array(z.object({ name, value: count, called: z.boolean() })),
  /** Days that have partitions. */
  days: z.object({ events: z.array(day), dialogues: z.array(day) }),
});

export type Manifest = z.infer<typeof schema>;
export type TableFile = z.infer<typeof table>;

export type ManifestRead =
  | { readonly kind: 'read'; readonly manifest: Manifest }
  | { readonly kind: 'refused'; readonly reason: string; readonly remedy: string };

export async function readManifest(folder: string): Promise<ManifestRead> {
  let text: string;
  try {
    text = await readFile(path.join(folder, MANIFEST), 'utf8');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
      ? {
          kind: 'refused',
          reason: `${folder} is no backup: it has no ${MANIFEST}`,
          remedy: 'Name the folder of a backup that was finished; hikyaku backup list shows them.',
        }
      : {
          kind: 'refused',
          reason: `${folder} cannot be read: ${(error as Error).message}`,
          remedy: 'Let this user read it.',
        };
  }
  const parsed = schema.safeParse(jsonOf(text));
  if (parsed.success) return { kind: 'read', manifest: parsed.data };
  return {
    kind: 'refused',
    reason: `${path.join(folder, MANIFEST)} is damaged, or of a newer version of Hikyaku`,
    remedy: 'Take another backup, or the version that made this one.',
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function fileOf({ name: of, form }: Pick<TableFile, 'name' | 'form'>): string {
  return `${of}.${form === 'text' ? 'copy' : 'bin'}.zst`;
}

export function rowsIn({ tables }: Manifest): number {
  return tables.reduce((sum, { rows }) => sum + rows, 0);
}

export function bytesIn({ tables }: Manifest): number {
  return tables.reduce((sum, { bytes }) => sum + bytes, 0);
}
