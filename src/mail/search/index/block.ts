/**
 * Blocks: what a segment of the search index is stored in. A block holds the postings of grams that follow each other, sorted by key;
 * its row tells the first key that it may hold, so that one look-up finds the block of any key. An entry is the key's distance from
 * the one before, length × 4 + form of the posting, and the posting.
 * Called by sorted-run.ts, merge-blocks.ts, ask-segment.ts.
 */
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { OctetReader, Octets } from './octets.ts';
import { writePosting, type Form, type Posting } from './postings.ts';

/** As a row of `search_blocks`. */
export interface Block {
  /** No key of the block is below it; 0 in the first block of a segment, so that each key has a block. */
  readonly firstKey: number;
  readonly data: Uint8Array;
}

/** Before compression. Smaller ones compress less, larger ones make a look-up read more. */
const BLOCK_OCTETS = 12 * 1024;
const PLAIN = 0;
const ZSTD = 1;
const LEVEL_1 = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** Takes the entries of a segment in the order of their keys. */
export class BlockWriter {
  readonly #size: number;
  readonly #entries = new Octets();
  readonly #posting = new Octets();
  #firstKey = 0;
  #lastKey = 0;

  /** @param size how many emails the segment has */
  constructor(size: number) {
    this.#size = size;
  }

  /** @returns the block before this entry when that is full */
  add(key: number, emails: Uint32Array, count: number): Block | undefined {
    const full = this.#entries.length >= BLOCK_OCTETS ? this.end() : undefined;
    if (full) this.#firstKey = this.#lastKey = key;
    const posting = this.#posting;
    posting.length = 0;
    const form = writePosting(posting, emails, count, this.#size);
    this.#entries.number(key - this.#lastKey);
    this.#entries.number(posting.length * 4 + form);
    this.#entries.append(posting);
    this.#lastKey = key;
    return full;
  }

  /** What is left, as the last block. */
  end(): Block {
    const raw = this.#entries.bytes.subarray(0, this.#entries.length);
    const packed = zstdCompressSync(raw, LEVEL_1);
    const [tag, content] = packed.length < raw.length ? [ZSTD, packed] : [PLAIN, raw];
    const data = new Uint8Array(content.length + 1);
    data[0] = tag;
    data.set(content, 1);
    this.#entries.length = 0;
    return { firstKey: this.#firstKey, data };
  }
}

export interface Entry extends Posting {
  readonly key: number;
}

/** The same block, for who looks into it more than once. */
export function unpackedBlock(block: Block): Block {
  if (block.data[0] === PLAIN) return block;
  const octets = zstdDecompressSync(block.data.subarray(1));
  const data = new Uint8Array(octets.length + 1);
  data[0] = PLAIN;
  data.set(octets, 1);
  return { firstKey: block.firstKey, data };
}

/** The entries of a block whose keys are from `low` to `high`. */
export function* entriesOf(block: Block, low = 0, high = Infinity): Generator<Entry> {
  const content = block.data.subarray(1);
  const octets = block.data[0] === ZSTD ? zstdDecompressSync(content) : content;
  const reader = new OctetReader(octets);
  let key = block.firstKey;
  while (!reader.ended) {
    key += reader.number();
    if (key > high) return;
    const lengthAndForm = reader.number();
    const start = reader.at;
    reader.at += lengthAndForm >>> 2;
    if (key >= low)
      yield { key, form: (lengthAndForm & 3) as Form, octets: octets.subarray(start, reader.at) };
  }
}
