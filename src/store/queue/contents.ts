/**
 * The octets of queued messages: many small ones in one question for a claim, and their removal once nothing refers to them.
 * Larger ones are read chunk by chunk (`blobs.ts`).
 */
import type pg from 'pg';
import { zstdDecompressSync } from 'node:zlib';
import { removeBlobs } from '#store/emails/blobs';
import type { Queryable } from '#store/query/queryable';

/** The octets of blobs of one chunk each, by id. An unknown id is left out. */
export async function readSmallBlobs(
  db: Queryable,
  blobIds: readonly string[],
): Promise<Map<string, Uint8Array>> {
  const { rows } = await db.query({
    name: 'read_small_blobs',
    text: 'select blob_id::text as id, zstd, data from blob_chunks where blob_id = any($1::bigint[]) and seq = 0',
    values: [blobIds],
  });
  return new Map(
    (rows as { id: string; zstd: boolean; data: Buffer }[]).map(({ id, zstd, data }) => [
      id,
      zstd ? zstdDecompressSync(data) : data,
    ]),
  );
}

/**
 * Removes blobs that left the queue and that nothing else refers to. A reference that arrives meanwhile refuses all of them: what
 * stays is found by `sweepBlobs`.
 * @param db goes by keys, whatever the statistics say: these tables grow and shrink by thousands in a minute
 */
export async function removeFreedBlobs(db: Queryable, blobIds: readonly string[]): Promise<void> {
  try {
    await db.query({
      name: 'remove_freed_blobs',
      text: removeBlobs(`not exists (select from emails where blob_id = b.id)
        and not exists (select from queue_messages where blob_id = b.id)`),
      values: [blobIds],
    });
  } catch (error) {
    if (!REFERRED_TO.has((error as pg.DatabaseError).code ?? '')) throw error;
  }
}

/** Foreign key, deadlock: somebody stores the same octets at this moment. */
const REFERRED_TO = new Set(['23503', '40P01']);
