/** Reads a whole backup: each file against its hash, each table against its count, and each message against the hash it is stored by. */
import { createHash } from 'node:crypto';
import { zstdDecompressSync } from 'node:zlib';
import { hex } from '#bytes';
import { readBinaryRows, type BinaryRow } from './copy-binary.ts';
import { byteaOf, readTextRows } from './copy-text.ts';
import type { Manifest, TableFile } from './manifest.ts';
import { DamagedBackup, readTableFile } from './table-file.ts';

export type VerifyStep =
  | { readonly kind: 'table'; readonly name: string; readonly done: number; readonly of: number }
  | { readonly kind: 'verified'; readonly messages: number };

/** @throws DamagedBackup with what is wrong */
export async function* verifyBackup(
  folder: string,
  { tables }: Manifest,
): AsyncGenerator<VerifyStep, void, undefined> {
  let done = 0;
  for (const table of tables) {
    const rows = await damage(table, countRows(folder, table));
    if (rows !== table.rows)
      throw new DamagedBackup(`${table.name} has ${rows} rows, the manifest says ${table.rows}`);
    yield { kind: 'table', name: table.name, done: ++done, of: tables.length };
  }
  yield { kind: 'verified', messages: await verifyBlobs(folder, tables) };
}

async function damage<T>({ name }: TableFile, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new DamagedBackup(`${name} is not what COPY writes: ${error.message}`);
    throw error;
  }
}

async function countRows(folder: string, table: TableFile): Promise<number> {
  const pieces = readTableFile(folder, table);
  const rows = table.form === 'text' ? readTextRows(pieces) : readBinaryRows(pieces);
  let count = 0;
  for await (const row of rows) {
    if (row.length !== table.columns.length)
      throw new DamagedBackup(`${table.name} has a row of ${row.length} fields`);
    count++;
  }
  return count;
}

/** Both tables are in order of the blob. One without a hash is still being received. */
async function verifyBlobs(folder: string, tables: readonly TableFile[]): Promise<number> {
  const blobs = tableNamed(tables, 'blobs');
  const [id, sha256] = ['id', 'sha256'].map((column) => blobs.columns.indexOf(column));
  const contents = readBlobs(folder, tables);
  let content = await contents.next();
  let verified = 0;
  for await (const row of readTextRows(readTableFile(folder, blobs))) {
    const stored = row[sha256!];
    const blobId = Number(row[id!]);
    while (content.done !== true && content.value.blobId < blobId) content = await contents.next();
    if (stored === null || stored === undefined) continue;
    const hash = createHash('sha256');
    if (content.done !== true && content.value.blobId === blobId)
      for (const chunk of content.value.chunks) hash.update(chunk);
    if (hex(hash.digest()) !== hex(byteaOf(stored)))
      throw new DamagedBackup(`blob ${blobId} is not the message that its hash is of`);
    verified++;
  }
  return verified;
}

export interface BlobContent {
  readonly blobId: number;
  readonly chunks: readonly Uint8Array[];
}

/** By rising id, each with all its chunks. */
export async function* readBlobs(
  folder: string,
  tables: readonly TableFile[],
  wanted: (blobId: number) => boolean = () => true,
): AsyncGenerator<BlobContent, void, undefined> {
  const table = tableNamed(tables, 'blob_chunks');
  const [id, zstd, data] = ['blob_id', 'zstd', 'data'].map((name) => table.columns.indexOf(name));
  let blobId = -1;
  let chunks: Uint8Array[] = [];
  for await (const row of readBinaryRows(readTableFile(folder, table))) {
    const next = Number(row[id!]!.readBigInt64BE(0));
    if (next !== blobId && chunks.length > 0) {
      yield { blobId, chunks };
      chunks = [];
    }
    blobId = next;
    if (wanted(next)) chunks.push(chunkOf(row, zstd!, data!));
  }
  if (chunks.length > 0) yield { blobId, chunks };
}

function chunkOf(row: BinaryRow, zstd: number, data: number): Uint8Array {
  const bytes = row[data]!;
  return row[zstd]![0] === 1 ? zstdDecompressSync(bytes) : Uint8Array.from(bytes);
}

/** @throws DamagedBackup where there is none */
export function tableNamed(tables: readonly TableFile[], name: string): TableFile {
  const table = tables.find((one) => one.name === name);
  if (!table) throw new DamagedBackup(`there is no table ${name} in it`);
  return table;
}
