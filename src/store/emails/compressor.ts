/**
 * Compresses the chunks of long messages (zstd level 1), one after the other, off the main thread and in memory that is used again: a
 * context and buffers of its own for each chunk cost more in fresh pages than the compression itself. Rests without memory.
 */
import type { ReadableOptions } from 'node:stream';
import { constants, createZstdCompress, type ZstdCompress, type ZstdOptions } from 'node:zlib';

export const ZSTD_LEVEL_1 = { [constants.ZSTD_c_compressionLevel]: 1 };
/** After so long without a chunk the memory is given back. Milliseconds. */
const REST_AFTER = 1000;
/** What one buffer of the output takes: several chunks. */
const OUTPUT_BYTES = 1024 * 1024;

/** Each write is a frame, and a whole frame may wait to be read. */
const STREAM_OPTIONS: ZstdOptions & ReadableOptions = {
  params: ZSTD_LEVEL_1,
  flush: constants.ZSTD_e_end,
  chunkSize: OUTPUT_BYTES,
  highWaterMark: 2 * OUTPUT_BYTES,
};

interface Waiting {
  readonly pieces: readonly Uint8Array[];
  readonly length: number;
  readonly resolve: (frame: Uint8Array) => void;
  readonly reject: (error: Error) => void;
}

export class Compressor {
  readonly #maxLength: number;
  #waiting: Waiting[] = [];
  #current: Waiting | undefined;
  #stream: ZstdCompress | undefined;
  #input: Buffer | undefined;
  #rest: NodeJS.Timeout | undefined;

  /** @param maxLength octets of the longest chunk */
  constructor(maxLength: number) {
    this.#maxLength = maxLength;
  }

  /** One frame of the pieces together. They are read when their turn comes: not to be changed before the frame is there. */
  compress(pieces: readonly Uint8Array[], length: number): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ pieces, length, resolve, reject });
      if (this.#current === undefined) this.#next();
    });
  }

  #next(): void {
    const current = this.#waiting.shift();
    this.#current = current;
    if (current === undefined) {
      this.#rest = setTimeout(() => this.#giveBack(), REST_AFTER).unref();
      return;
    }
    clearTimeout(this.#rest);
    const input = (this.#input ??= Buffer.allocUnsafeSlow(this.#maxLength));
    let filled = 0;
    for (const piece of current.pieces) {
      input.set(piece, filled);
      filled += piece.length;
    }
    const stream = (this.#stream ??= this.#open());
    stream.write(input.subarray(0, filled), () => {
      // the frame was written before its input counts as taken
      current.resolve(stream.read() as Uint8Array);
      this.#next();
    });
  }

  #open(): ZstdCompress {
    const stream = createZstdCompress(STREAM_OPTIONS);
    stream.on('error', (error) => {
      this.#stream = undefined;
      this.#current?.reject(error);
      this.#next();
    });
    return stream;
  }

  #giveBack(): void {
    this.#stream?.destroy();
    this.#stream = undefined;
    this.#input = undefined;
  }
}
