/**
 * Lists of whole numbers that mostly rise, as their differences: ids of a segment's emails, and numbers of some of them.
 * Called by segment-batch.ts, merge-segments.ts, ask-index.ts.
 */
import { OctetReader, Octets } from './octets.ts';

export function packNumbers(numbers: Iterable<number>): Uint8Array {
  const out = new Octets();
  let last = 0;
  for (const number of numbers) {
    const step = number - last;
    out.number(step >= 0 ? step * 2 : -step * 2 - 1);
    last = number;
  }
  return out.take();
}

export function unpackNumbers(octets: Uint8Array): Float64Array {
  const numbers = new Float64Array(octets.length);
  let count = 0;
  const reader = new OctetReader(octets);
  let last = 0;
  while (!reader.ended) {
    const octet = octets[reader.at]!;
    let step = octet;
    // most are ids that follow each other
    if (octet < 0x80) reader.at++;
    else step = reader.number();
    last += step % 2 === 0 ? step / 2 : -(step + 1) / 2;
    numbers[count++] = last;
  }
  return numbers.subarray(0, count);
}
