/** The octets of messages as read: whole small ones by the hundred, ranges of large ones as a stream. */
import { zstdDecompressSync } from 'node:zlib';
import { CHUNK_BYTES } from '#store/blobs';
import { copyOut, idText } from '#store/copy-out';
import { withoutRanges } from '#store/emails';
import type { Pool } from '#store/open';
import { blobRanges, type BlobRange } from './view-ranges.ts';

/** A message of which one chunk holds all. */
export interface SmallView {
  readonly kind: 'whole';
  readonly bytes: Uint8Array;
}

/** Too large to be brought with others: `readViewRange`. */
export interface LargeView {
  readonly kind: 'large';
  readonly size: number;
}

/** What one question brings at most, whatever the sizes. */
const BUDGET = 8 * 1024 * 1024;

/**
 * Whole views in one question, in the order of the ids; undefined for a message that was purged or that another account holds.
 * Views of more than `limit` octets are only named. Eight megabytes end an answer: it may be shorter than the ids, but has one at
 * least, and the caller asks again for the rest.
 * @param limit at most one chunk
 */
export async function readSmall(
  pool: Pool,
  accountId: string,
  emailIds: ArrayLike<number>,
  limit: number = CHUNK_BYTES,
): Promise<(SmallView | LargeView | undefined)[]> {
  if (emailIds.length === 1) return [await readOne(pool, accountId, emailIds[0]!, limit)];
  const views = new Array<SmallView | LargeView | undefined>(emailIds.length).fill(undefined);
  let answered = emailIds.length;
  await copyOut(pool, selectViews(accountId, emailIds, limit), (fields) => {
    const place = bigint(fields[0]!) - 1;
    if (fields[1]![0] === 1) {
      answered = Math.min(answered, place);
      return;
    }
    const row: ViewRow = {
      size: bigint(fields[2]!),
      prefix: fields[3]!,
      hidden: hiddenRanges(fields[4]!.toString('latin1')),
      zstd: fields[5]?.[0] === 1,
      data: fields[6],
    };
    views[place] = viewFrom(row);
  });
  return answered < views.length ? views.slice(0, answered) : views;
}

function selectViews(accountId: string, emailIds: ArrayLike<number>, limit: number): string {
  const ids = Array.from(emailIds, idText).join();
  return `
    select s.n, s.total > ${BUDGET} as later, s.size, s.prefix, array_to_string(s.hidden, ','), c.zstd, c.data
    from (
      select u.n, e.size, e.prefix, e.hidden, e.blob_id,
        sum(case when e.size <= ${idText(limit)} then e.size else 0 end) over (order by u.n)::bigint as total
      from unnest('{${ids}}'::bigint[]) with ordinality as u(id, n) join emails e on e.id = u.id
      where e.account_id = ${idText(accountId)}) s
    left join blob_chunks c on c.blob_id = s.blob_id and c.seq = 0 and s.size <= ${idText(limit)} and s.total <= ${BUDGET}`;
}

/** For one message a prepared statement is faster than COPY, which is planned each time. */
async function readOne(
  pool: Pool,
  accountId: string,
  emailId: number,
  limit: number,
): Promise<SmallView | LargeView | undefined> {
  const { rows } = await pool.query<{
    size: string;
    prefix: Buffer;
    hidden: string;
    zstd: boolean | null;
    data: Buffer | null;
  }>({
    name: 'read_view',
    text: `select e.size, e.prefix, array_to_string(e.hidden, ',') as hidden, c.zstd, c.data
           from emails e left join blob_chunks c on c.blob_id = e.blob_id and c.seq = 0 and e.size <= $3
           where e.account_id = $1 and e.id = $2`,
    values: [accountId, emailId, limit],
  });
  const row = rows[0];
  if (!row) return undefined;
  return viewFrom({
    size: Number(row.size),
    prefix: row.prefix,
    hidden: hiddenRanges(row.hidden),
    zstd: row.zstd === true,
    data: row.data ?? undefined,
  });
}

interface ViewRow {
  readonly size: number;
  readonly prefix: Uint8Array;
  readonly hidden: readonly number[];
  readonly zstd: boolean;
  /** The first chunk, where the view is small enough. */
  readonly data: Uint8Array | undefined;
}

/** In memory of its own. A small view of a blob of several chunks, most of it hidden, is read as large ones are. */
function viewFrom({ size, prefix, hidden, zstd, data }: ViewRow): SmallView | LargeView {
  if (!data) return { kind: 'large', size };
  const chunk = zstd ? zstdDecompressSync(data) : data;
  const bytes = Buffer.allocUnsafe(size);
  bytes.set(prefix);
  let at = prefix.length;
  for (const part of withoutRanges(chunk, 0, hidden)) {
    if (at + part.length > size) return { kind: 'large', size };
    bytes.set(part, at);
    at += part.length;
  }
  return at === size ? { kind: 'whole', bytes } : { kind: 'large', size };
}

/** Chunks that one question brings: a megabyte. */
const READ_AHEAD = 4;

/** Octets `start` to `end` (exclusive) of the view, chunk by chunk as the reader takes them; ends early where the view does. */
export async function* readViewRange(
  pool: Pool,
  accountId: string,
  emailId: number,
  start: number,
  end: number,
): AsyncGenerator<Uint8Array> {
  const { rows } = await pool.query<{
    blob_id: string;
    prefix: Buffer;
    hidden: string;
    size: string;
  }>({
    name: 'find_view',
    text: `select e.blob_id, e.prefix, array_to_string(e.hidden, ',') as hidden, b.size
           from emails e join blobs b on b.id = e.blob_id where e.account_id = $1 and e.id = $2`,
    values: [accountId, emailId],
  });
  const row = rows[0];
  if (!row) return;
  const { prefix } = row;
  if (start < prefix.length) yield prefix.subarray(start, Math.min(end, prefix.length));
  const ranges = blobRanges(
    Number(row.size),
    hiddenRanges(row.hidden),
    Math.max(start - prefix.length, 0),
    end - prefix.length,
  );
  yield* readBlobRanges(pool, row.blob_id, ranges);
}

/** Only the chunks that hold something of the ranges are read. */
async function* readBlobRanges(
  pool: Pool,
  blobId: string,
  ranges: readonly BlobRange[],
): AsyncGenerator<Uint8Array> {
  let next = 0;
  let chunks = new Map<number, Uint8Array>();
  for (const { from, to } of ranges) {
    for (let at = from; at < to;) {
      const seq = Math.floor(at / CHUNK_BYTES);
      if (seq >= next) {
        const last = Math.floor((ranges.at(-1)!.to - 1) / CHUNK_BYTES);
        next = Math.min(seq + READ_AHEAD, last + 1);
        chunks = await readChunks(pool, blobId, seq, next);
      }
      const chunk = chunks.get(seq);
      if (!chunk) return;
      const offset = seq * CHUNK_BYTES;
      const until = Math.min(to, offset + CHUNK_BYTES);
      yield chunk.subarray(at - offset, until - offset);
      at = until;
    }
  }
}

async function readChunks(
  pool: Pool,
  blobId: string,
  from: number,
  to: number,
): Promise<Map<number, Uint8Array>> {
  const chunks = new Map<number, Uint8Array>();
  const select = `
    select seq, zstd, data from blob_chunks
    where blob_id = ${idText(blobId)} and seq >= ${Math.trunc(from)} and seq < ${Math.trunc(to)} order by seq`;
  await copyOut(pool, select, ([seq, zstd, data]) => {
    chunks.set(seq!.readInt32BE(), zstd![0] === 1 ? zstdDecompressSync(data!) : Buffer.from(data!));
  });
  return chunks;
}

function hiddenRanges(text: string): number[] {
  return text === '' ? [] : text.split(',').map(Number);
}

function bigint(field: Buffer): number {
  return field.readUInt32BE(0) * 2 ** 32 + field.readUInt32BE(4);
}
