/** A table of a backup as a file: written with its hash, and read back only as long as the hash can still be the one in the manifest. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib';
import { hex } from '#bytes';
import { fileOf, type TableFile } from './manifest.ts';

/** Most of what is large is compressed or random already: more effort brings little. */
const LEVEL = 3;
const PIECE = 256 * 1024;

/** A file is not as the manifest says. */
export class DamagedBackup extends Error {
  override readonly name = 'DamagedBackup';
}

/** On disk when it resolves. */
export async function writeTableFile(
  folder: string,
  table: Pick<TableFile, 'name' | 'form'>,
  rows: Readable,
): Promise<Pick<TableFile, 'bytes' | 'sha256'>> {
  const hash = createHash('sha256');
  let bytes = 0;
  const compress = createZstdCompress({
    params: { [constants.ZSTD_c_compressionLevel]: LEVEL },
  });
  await pipeline(
    rows,
    compress,
    async function* (pieces: AsyncIterable<Uint8Array>) {
      for await (const piece of pieces) {
        hash.update(piece);
        bytes += piece.length;
        yield piece;
      }
    },
    createWriteStream(path.join(folder, fileOf(table)), { flags: 'wx', mode: 0o600, flush: true }),
  );
  return { bytes, sha256: hash.digest('hex') };
}

/** What COPY wrote. @throws DamagedBackup at its end where the file is another than was written, or does not decompress */
export async function* readTableFile(
  folder: string,
  table: TableFile,
): AsyncGenerator<Uint8Array, void, undefined> {
  const file = path.join(folder, fileOf(table));
  const hash = createHash('sha256');
  let bytes = 0;
  const raw = createReadStream(file, { highWaterMark: PIECE });
  const counted = Readable.from(
    (async function* () {
      for await (const piece of raw as AsyncIterable<Uint8Array>) {
        hash.update(piece);
        bytes += piece.length;
        yield piece;
      }
    })(),
    { objectMode: false },
  );
  const decompress = createZstdDecompress();
  counted.on('error', (error) => decompress.destroy(error));
  counted.pipe(decompress);
  try {
    yield* decompress as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw new DamagedBackup(`${file} cannot be read: ${(error as Error).message}`);
  } finally {
    raw.destroy();
  }
  if (bytes !== table.bytes || hex(hash.digest()) !== table.sha256)
    throw new DamagedBackup(`${file} is not what was written: its SHA-256 differs`);
}
