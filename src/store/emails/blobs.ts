/**
 * Bytes, stored once by their SHA-256 hash, in chunks of 256 KB. A small message goes in with the transaction that delivers it
 * ({@link storeBlob}); a larger one streams its chunks in earlier transactions under a row without a hash ({@link BlobUpload}),
 * and the final transaction publishes that row, or uses the one already stored.
 *
 * A blob is removed only when nothing refers to it (`sweepBlobs`): a reference that arrives meanwhile fails on its foreign key and
 * the writer runs that job again, which stores the bytes anew.
 */
import { createHash, type Hash } from 'node:crypto';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type pg from 'pg';
import type { Clock } from '#clock';
import { concat, hex } from '#bytes';
import { givenRows, typesOf, type Columns } from '#store/query/given-rows';
import type { Queryable } from '#store/query/queryable';
import type { Statement, Writer } from '#store/writer/writer';
import { Compressor, ZSTD_LEVEL_1 } from './compressor.ts';

export const CHUNK_BYTES = 256 * 1024;
/** Below this compression costs more throughput than the disk it saves. */
const COMPRESS_FROM = 16 * 1024;
const COMPRESS_GAIN = 0.9;
/** A day: longer than any message takes to arrive. */
const UNPUBLISHED_AFTER = 24 * 60 * 60 * 1000;

/** Bytes that a transaction is about to refer to. */
export type NewBlob =
  | {
      readonly kind: 'whole';
      readonly sha256: Uint8Array;
      readonly size: number;
      readonly data: Uint8Array;
    }
  | {
      readonly kind: 'uploaded';
      readonly sha256: Uint8Array;
      readonly size: number;
      readonly uploadId: string;
      readonly chunks: number;
    };

/** Of a message of one chunk; its bytes travel with the transaction that uses them. */
export function wholeBlob(data: Uint8Array): NewBlob {
  return {
    kind: 'whole',
    sha256: createHash('sha256').update(data).digest(),
    size: data.length,
    data,
  };
}

export function blobOrder(blob: NewBlob): string {
  return hex(blob.sha256);
}

/**
 * The statement that makes a blob stored. Later statements of the same transaction find it by its hash:
 * `(select id from blobs where sha256 = $n)`.
 */
export function storeBlob(blob: NewBlob, now: number): Statement {
  if (blob.kind === 'uploaded') {
    return {
      name: 'publish_blob',
      text: PUBLISH_BLOB,
      values: [blob.uploadId, blob.sha256, blob.size, new Date(now), blob.chunks],
    };
  }
  const { zstd, data } = compressed(blob.data);
  return {
    name: 'store_blob',
    text: STORE_BLOB,
    columns: BLOB_TYPES,
    rows: [[blob.sha256, blob.size, now, zstd, data]],
  };
}

const BLOB_COLUMNS = {
  sha256: 'bytea',
  size: 'bigint',
  at: 'timestamptz',
  zstd: 'boolean',
  data: 'bytea',
} as const satisfies Columns;
const BLOB_TYPES = typesOf(BLOB_COLUMNS);

/** A hash that is stored already keeps its id: the fresh one then has no chunk. `is true` keeps the look-up a hash table. */
const STORE_BLOB = `
  with new as materialized (
    select distinct on (sha256) nextval('blobs_id_seq') as id, sha256, size, at, zstd, data
    from ${givenRows(BLOB_COLUMNS)} as n
    order by sha256),
  blob as (
    insert into blobs (id, sha256, size, touched_at) select id, sha256, size, at from new order by sha256
    on conflict (sha256) do update set touched_at = excluded.touched_at
    returning id)
  insert into blob_chunks (blob_id, seq, zstd, data)
  select id, 0, zstd, data from new where (id in (select id from blob)) is true`;

/**
 * Two uploads of the same bytes at once: the second fails on the unique hash and, run again, finds the first. Where a crash of
 * PostgreSQL took a chunk away nothing is published, and what refers to the hash fails.
 */
const PUBLISH_BLOB = `
  with stored as (
    update blobs set touched_at = $4 where sha256 = $2 returning id)
  update blobs set sha256 = $2, size = $3, touched_at = $4
  where id = $1 and not exists (select from stored)
    and (select count(*) from blob_chunks where blob_id = $1) = $5`;

/** With its first chunk. */
const BEGIN_UPLOAD = `
  with upload as (insert into blobs (touched_at) values ($1) returning id)
  insert into blob_chunks (blob_id, seq, zstd, data) select id, 0, $2, $3 from upload
  returning blob_id as id`;
const ADD_CHUNK = 'insert into blob_chunks (blob_id, seq, zstd, data) values ($1, $2, $3, $4)';

function compressed(data: Uint8Array): { readonly zstd: boolean; readonly data: Uint8Array } {
  if (data.length < COMPRESS_FROM) return { zstd: false, data };
  // written into one buffer, not gathered from pieces of 16 KB: half of the time for 64 KB
  const packed = zstdCompressSync(data, { params: ZSTD_LEVEL_1, chunkSize: data.length });
  return packed.length <= data.length * COMPRESS_GAIN
    ? { zstd: true, data: packed }
    : { zstd: false, data };
}

interface Pieces {
  readonly pieces: readonly Uint8Array[];
  /** Octets of all. */
  readonly length: number;
}

interface Chunk extends Pieces {
  readonly zstd: boolean;
}

const compressor = new Compressor(CHUNK_BYTES);

async function compressedChunk(chunk: Pieces): Promise<Chunk> {
  const { pieces, length } = chunk;
  if (length < COMPRESS_FROM) return { ...chunk, zstd: false };
  const packed = await compressor.compress(pieces, length);
  return packed.length <= length * COMPRESS_GAIN
    ? { zstd: true, pieces: [packed], length: packed.length }
    : { ...chunk, zstd: false };
}

/**
 * Takes the bytes of one message as they arrive. What fits one chunk stays in memory; more goes to the database chunk by chunk.
 * `push` resolves when the next bytes may come (back-pressure).
 */
export class BlobUpload {
  readonly #writer: Writer;
  readonly #clock: Clock;
  readonly #hash: Hash = createHash('sha256');
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #size = 0;
  #id: string | undefined;
  /** How many were sent. */
  #chunks = 0;

  constructor(writer: Writer, clock: Clock) {
    this.#writer = writer;
    this.#clock = clock;
  }

  get size(): number {
    return this.#size;
  }

  /**
   * @returns undefined when the bytes were only kept, so that small messages cost no promise
   * @throws StoreUnavailable, DatabaseError: the message cannot be taken
   */
  push(bytes: Uint8Array): Promise<void> | undefined {
    this.#hash.update(bytes);
    this.#size += bytes.length;
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    return this.#pendingBytes > CHUNK_BYTES ? this.#flush(false) : undefined;
  }

  /** The bytes as one blob; call once, after the last push. */
  async finish(): Promise<NewBlob> {
    const sha256 = this.#hash.digest();
    const size = this.#size;
    if (this.#id === undefined) {
      return { kind: 'whole', sha256, size, data: concat(this.#pending) };
    }
    await this.#flush(true);
    return { kind: 'uploaded', sha256, size, uploadId: this.#id, chunks: this.#chunks };
  }

  async #flush(all: boolean): Promise<void> {
    const writes: Promise<unknown>[] = [];
    while (this.#pendingBytes >= CHUNK_BYTES || (all && this.#pendingBytes > 0)) {
      const chunk = await compressedChunk(this.#takeChunk());
      if (this.#id === undefined) this.#id = await this.#begin(chunk);
      else writes.push(this.#add(this.#id, this.#chunks, chunk));
      this.#chunks++;
    }
    await Promise.all(writes);
  }

  /** What is at hand for the next chunk, left in the memory where it arrived. */
  #takeChunk(): Pieces {
    const pieces: Uint8Array[] = [];
    let length = 0;
    while (length < CHUNK_BYTES && this.#pending.length > 0) {
      const piece = this.#pending.shift()!;
      const taken = piece.subarray(0, CHUNK_BYTES - length);
      if (taken.length < piece.length) this.#pending.unshift(piece.subarray(taken.length));
      pieces.push(taken);
      length += taken.length;
    }
    this.#pendingBytes -= length;
    return { pieces, length };
  }

  /** Waits for the disk: otherwise a crash could give the id once more, to another message. */
  async #begin({ zstd, pieces, length }: Chunk): Promise<string> {
    const [result] = await this.#writer.run({
      accounts: [],
      order: '',
      bytes: length,
      statements: [
        {
          name: 'begin_upload',
          text: BEGIN_UPLOAD,
          values: [new Date(this.#clock.now()).toISOString(), String(zstd)],
          octets: pieces,
        },
      ],
    });
    return result!.rows[0]!['id'] as string;
  }

  #add(id: string, seq: number, { zstd, pieces, length }: Chunk): Promise<unknown> {
    const values = [id, String(seq), String(zstd)];
    return this.#writer.run({
      accounts: [],
      order: '',
      bytes: length,
      // the transaction that publishes the blob counts its chunks, and waits for the disk
      lasting: false,
      statements: [{ name: 'add_chunk', text: ADD_CHUNK, values, octets: pieces }],
    });
  }
}

/** Chunks that one question brings: 2 MB at once, whatever the size of the message. */
const READ_AHEAD = 8;

/** The bytes of a blob, chunk by chunk in order; an unknown id gives none. */
export async function* readBlob(db: Queryable, blobId: string): AsyncGenerator<Uint8Array> {
  for (let from = 0; ; from += READ_AHEAD) {
    const { rows } = await db.query({
      name: 'read_blob',
      text: `select zstd, data from blob_chunks
             where blob_id = $1 and seq >= $2 and seq < $3 order by seq`,
      values: [blobId, from, from + READ_AHEAD],
    });
    for (const { zstd, data } of rows as { zstd: boolean; data: Buffer }[]) {
      yield zstd ? zstdDecompressSync(data) : data;
    }
    if (rows.length < READ_AHEAD) return;
  }
}

/**
 * Removes blobs that nothing refers to and uploads that were never published, `limit` at a time.
 * @param unusedSince calendar milliseconds: blobs touched after it stay
 * @returns how many were removed
 */
export async function sweepBlobs(
  db: Queryable,
  unusedSince: number,
  limit: number,
): Promise<number> {
  const { rows } = await db.query({
    name: 'blobs_unused',
    text: `select b.id from blobs b
           where (sha256 is not null and touched_at < $1
                  and not exists (select from emails where blob_id = b.id)
                  and not exists (select from queue_messages where blob_id = b.id))
              or (sha256 is null and touched_at < $2)
           limit $3`,
    values: [new Date(unusedSince), new Date(unusedSince - UNPUBLISHED_AFTER), limit],
  });
  let removed = 0;
  for (const { id } of rows as { id: string }[]) {
    // one by one: a reference that arrived meanwhile refuses only this one
    removed += await removeBlob(db, id, unusedSince);
  }
  return removed;
}

/** Removes those of the blobs `b` in $1 that meet the condition, and their chunks; one row for each. */
export function removeBlobs(condition: string): string {
  return `
    with gone as (delete from blobs b where b.id = any($1::bigint[]) and ${condition} returning b.id),
    chunks as (delete from blob_chunks where blob_id in (select id from gone))
    select from gone`;
}

async function removeBlob(db: Queryable, id: string, unusedSince: number): Promise<number> {
  try {
    const { rowCount } = await db.query({
      name: 'remove_blob',
      text: removeBlobs('b.touched_at < $2'),
      values: [[id], new Date(unusedSince)],
    });
    return rowCount ?? 0;
  } catch (error) {
    if ((error as pg.DatabaseError).code === '23503') return 0;
    throw error;
  }
}
