/** The octets of messages as read: whole small ones by the hundred, ranges of large ones as a stream. */
import { zstdDecompressSync } from 'node:zlib';
import { CHUNK_BYTES } from '#store/emails/blobs';
import { withoutRanges } from '#store/emails/emails';
import { bigintArray } from '#store/query/arrays';
import { bigintOf, queryOctets, type Fields, type OctetPool } from '#store/query/octet-query';
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
  pool: OctetPool,
  accountId: string,
  emailIds: ArrayLike<number>,
  limit: number = CHUNK_BYTES,
): Promise<(SmallView | LargeView | undefined)[]> {
  if (emailIds.length === 1) return [await readOne(pool, accountId, emailIds[0]!, limit)];
  const views = Array.from<SmallView | LargeView | undefined>({ length: emailIds.length });
  let answered = emailIds.length;
  const values = [accountId, bigintArray(emailIds), String(limit), String(BUDGET)];
  const statement = { name: 'read_views', text: READ_VIEWS, values };
  await queryOctets(pool, statement, ([n, later, ...view]) => {
    const place = bigintOf(n!) - 1;
    if (isTrue(later)) answered = Math.min(answered, place);
    else views[place] = viewFrom(rowOf(view));
  });
  return answered < views.length ? views.slice(0, answered) : views;
}

/** Those behind the budget are named, so that the first of them is known from one that is not there. */
const READ_VIEWS = `
  select s.n, s.total > $4::bigint as later, s.size, s.prefix, array_to_string(s.hidden, ','), c.zstd, c.data
  from (
    select u.n, e.size, e.prefix, e.hidden, e.blob_id,
      sum(case when e.size <= $3::bigint then e.size else 0 end) over (order by u.n)::bigint as total
    from unnest($2::bigint[]) with ordinality as u(id, n) join emails e on e.id = u.id
    where e.account_id = $1::bigint) s
  left join blob_chunks c on c.blob_id = s.blob_id and c.seq = 0 and s.size <= $3 and s.total <= $4`;

async function readOne(
  pool: OctetPool,
  accountId: string,
  emailId: number,
  limit: number,
): Promise<SmallView | LargeView | undefined> {
  const values = [accountId, String(emailId), String(limit)];
  let view: SmallView | LargeView | undefined;
  await queryOctets(pool, { name: 'read_view', text: READ_VIEW, values }, (fields) => {
    view = viewFrom(rowOf(fields));
  });
  return view;
}

const READ_VIEW = `
  select e.size, e.prefix, array_to_string(e.hidden, ','), c.zstd, c.data
  from emails e left join blob_chunks c on c.blob_id = e.blob_id and c.seq = 0 and e.size <= $3::bigint
  where e.account_id = $1::bigint and e.id = $2::bigint`;

interface ViewRow {
  readonly size: number;
  readonly prefix: Uint8Array;
  readonly hidden: readonly number[];
  readonly zstd: boolean;
  /** The first chunk, where the view is small enough. */
  readonly data: Uint8Array | undefined;
}

function rowOf([size, prefix, hidden, zstd, data]: Fields): ViewRow {
  return {
    size: bigintOf(size!),
    prefix: prefix!,
    hidden: hiddenRanges(hidden!.toString('latin1')),
    zstd: isTrue(zstd),
    data,
  };
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
  pool: OctetPool,
  accountId: string,
  emailId: number,
  start: number,
  end: number,
): AsyncGenerator<Uint8Array> {
  let row: { blobId: number; prefix: Buffer; hidden: number[]; size: number } | undefined;
  const values = [accountId, String(emailId)];
  await queryOctets(pool, { name: 'find_view', text: FIND_VIEW, values }, (fields) => {
    const [blobId, prefix, hidden, size] = fields;
    row = {
      blobId: bigintOf(blobId!),
      prefix: Buffer.from(prefix!),
      hidden: hiddenRanges(hidden!.toString('latin1')),
      size: bigintOf(size!),
    };
  });
  if (!row) return;
  const { prefix } = row;
  if (start < prefix.length) yield prefix.subarray(start, Math.min(end, prefix.length));
  const ranges = blobRanges(
    row.size,
    row.hidden,
    Math.max(start - prefix.length, 0),
    end - prefix.length,
  );
  yield* readBlobRanges(pool, row.blobId, ranges);
}

const FIND_VIEW = `
  select e.blob_id, e.prefix, array_to_string(e.hidden, ','), b.size
  from emails e join blobs b on b.id = e.blob_id where e.account_id = $1::bigint and e.id = $2::bigint`;

/** Only the chunks that hold something of the ranges are read. */
async function* readBlobRanges(
  pool: OctetPool,
  blobId: number,
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
  pool: OctetPool,
  blobId: number,
  from: number,
  to: number,
): Promise<Map<number, Uint8Array>> {
  const chunks = new Map<number, Uint8Array>();
  const values = [String(blobId), String(from), String(to)];
  await queryOctets(pool, { name: 'read_chunks', text: READ_CHUNKS, values }, (fields) => {
    const [seq, zstd, data] = fields;
    const bytes = isTrue(zstd) ? zstdDecompressSync(data!) : Buffer.from(data!);
    chunks.set(seq!.readInt32BE(), bytes);
  });
  return chunks;
}

const READ_CHUNKS = `
  select seq, zstd, data from blob_chunks
  where blob_id = $1::bigint and seq >= $2::integer and seq < $3::integer order by seq`;

function hiddenRanges(text: string): number[] {
  return text === '' ? [] : text.split(',').map(Number);
}

function isTrue(field: Buffer | undefined): boolean {
  return field?.[0] === 1;
}
