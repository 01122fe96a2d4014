/**
 * The beginnings of messages as read, many in one question: what SEARCH needs of their headers.
 * Called by mail/search/find/look-into-messages.ts.
 */
import { zstdDecompressSync } from 'node:zlib';
import { withoutRanges } from '#store/emails/emails';
import { bigintArray } from '#store/query/arrays';
import { bigintOf, queryOctets, type OctetPool } from '#store/query/octet-query';

export interface MessageHead {
  readonly bytes: Uint8Array;
  /** The message has nothing behind it. */
  readonly whole: boolean;
}

/** As many as one question should ask for. */
export const HEADS_AT_ONCE = 250;

/** Few headers are longer. Octets. */
const HEAD = 32 * 1024;

/** In the order of the ids; undefined for a message that was purged or that another account holds. */
export async function readHeads(
  pool: OctetPool,
  accountId: string,
  emailIds: ArrayLike<number>,
): Promise<(MessageHead | undefined)[]> {
  const heads = Array.from<MessageHead | undefined>({ length: emailIds.length });
  const statement = {
    name: 'read_heads',
    text: READ_HEADS,
    values: [accountId, bigintArray(emailIds), String(HEAD)],
  };
  await queryOctets(pool, statement, ([n, size, prefix, hidden, zstd, data]) => {
    const chunk = data === undefined ? undefined : zstd![0] === 1 ? zstdDecompressSync(data) : data;
    const ranges = hidden!.length === 0 ? [] : hidden!.toString('latin1').split(',').map(Number);
    const start = chunk?.subarray(0, HEAD) ?? prefix!.subarray(0, 0);
    // in memory of its own
    const bytes = Buffer.concat([prefix!, ...withoutRanges(start, 0, ranges)]);
    heads[bigintOf(n!) - 1] = { bytes, whole: bytes.length === bigintOf(size!) };
  });
  return heads;
}

const READ_HEADS = `
  select u.n, e.size, e.prefix, array_to_string(e.hidden, ','), c.zstd,
    case when c.zstd then c.data else substring(c.data from 1 for $3::integer) end
  from unnest($2::bigint[]) with ordinality as u(id, n)
    join emails e on e.id = u.id
    left join blob_chunks c on c.blob_id = e.blob_id and c.seq = 0
  where e.account_id = $1::bigint`;
