/**
 * Entries of a mailbox on their way from the database: each is a record of 28 octets in one bytea, so that fifty thousand of them are one
 * value and not fifty thousand rows; the keywords of those that have any are lines of a text beside it.
 */

/** Set in the flags of a record whose entry has keywords. */
const HAS_KEYWORDS = 256;
const RECORD = 28;

/** For a select from rows (uid, email_id, modseq, flags, keywords) that come in order of their UIDs. */
export const PACKED_ENTRIES = `
  string_agg(int8send(uid) || int8send(email_id) || int8send(modseq)
    || int4send(flags | case when keywords = '{}' then 0 else ${HAS_KEYWORDS} end), ''::bytea) as packed,
  string_agg(array_to_string(keywords, ' '), chr(10)) filter (where keywords <> '{}') as words`;

/** For a select from rows (uid) that come in their order. */
export const PACKED_UIDS = `string_agg(int8send(uid), ''::bytea)`;

/** Columns of the same length, rising by UID. */
export interface Entries {
  readonly uids: Uint32Array;
  readonly emailIds: Float64Array;
  readonly modseqs: Float64Array;
  readonly flags: Uint8Array;
  /** Sorted keywords with a space between them, or ''; undefined where no entry has any. */
  readonly keywords: readonly string[] | undefined;
}

/** What {@link PACKED_ENTRIES} answered; null or undefined is none. */
export function unpackEntries(packed: unknown, words: unknown): Entries {
  const bytes = (packed ?? Buffer.alloc(0)) as Buffer;
  const count = bytes.length / RECORD;
  const entries = {
    uids: new Uint32Array(count),
    emailIds: new Float64Array(count),
    modseqs: new Float64Array(count),
    flags: new Uint8Array(count),
  };
  const lines = (words as string | null | undefined)?.split('\n');
  const keywords = lines && Array.from({ length: count }, () => '');
  let line = 0;
  for (let i = 0, at = 0; i < count; i++, at += RECORD) {
    entries.uids[i] = bigintAt(bytes, at);
    entries.emailIds[i] = bigintAt(bytes, at + 8);
    entries.modseqs[i] = bigintAt(bytes, at + 16);
    const flags = bytes.readInt32BE(at + 24);
    entries.flags[i] = flags;
    if (keywords && (flags & HAS_KEYWORDS) !== 0) keywords[i] = lines[line++]!;
  }
  return { ...entries, keywords };
}

/** What {@link PACKED_UIDS} answered; null or undefined is none. */
export function unpackUids(packed: unknown): Uint32Array {
  const bytes = (packed ?? Buffer.alloc(0)) as Buffer;
  const uids = new Uint32Array(bytes.length / 8);
  for (let i = 0; i < uids.length; i++) uids[i] = bigintAt(bytes, i * 8);
  return uids;
}

function bigintAt(bytes: Buffer, at: number): number {
  return bytes.readUInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4);
}
