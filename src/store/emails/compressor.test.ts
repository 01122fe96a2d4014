import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { zstdDecompressSync } from 'node:zlib';
import { concat } from '#bytes';
import { Compressor } from './compressor.ts';

const MAX = 256 * 1024;

/** In uneven pieces. */
function cut(bytes: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let rest = bytes, size = 1; rest.length > 0; size *= 3) {
    pieces.push(rest.subarray(0, size));
    rest = rest.subarray(size);
  }
  return pieces;
}

test('chunks handed in together come out each as a frame of its own, whether they shrink or not', async () => {
  const compressor = new Compressor(MAX);
  const chunks = Array.from({ length: 30 }, (_, index) => {
    const length = index % 5 === 0 ? MAX : 1 + index * 4003;
    return index % 2 === 0
      ? randomBytes(length)
      : Buffer.from(randomBytes(length).toString('base64').slice(0, length));
  });
  const frames = await Promise.all(
    chunks.map((chunk) => compressor.compress(cut(chunk), chunk.length)),
  );
  for (const [index, frame] of frames.entries())
    assert.ok(zstdDecompressSync(frame).equals(concat([chunks[index]!])));
});
