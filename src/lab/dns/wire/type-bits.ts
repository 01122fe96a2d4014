/** Which types a name has, as NSEC records say it: windows of bits (RFC 4034 §4.1.2). Pure. */
import { concat } from '#bytes';

export function encodeTypes(codes: readonly number[]): Uint8Array {
  const windows = new Map<number, Uint8Array>();
  for (const code of [...codes].sort((a, b) => a - b)) {
    const bits = windows.get(code >> 8) ?? new Uint8Array(32);
    const low = code & 255;
    bits[low >> 3]! |= 0x80 >> (low & 7);
    windows.set(code >> 8, bits);
  }
  return concat(
    [...windows].map(([window, bits]) => {
      const length = bits.findLastIndex((octet) => octet !== 0) + 1;
      return concat([Uint8Array.of(window, length), bits.subarray(0, length)]);
    }),
  );
}

/** In order, or undefined where the windows are broken. */
export function decodeTypes(octets: Uint8Array): number[] | undefined {
  const codes: number[] = [];
  for (let at = 0; at < octets.length;) {
    const window = octets[at]!;
    const length = octets[at + 1] ?? 0;
    if (length === 0 || length > 32 || at + 2 + length > octets.length) return undefined;
    for (let bit = 0; bit < 8 * length; bit++) {
      if ((octets[at + 2 + (bit >> 3)]! & (0x80 >> (bit & 7))) !== 0)
        codes.push(window * 256 + bit);
    }
    at += 2 + length;
  }
  return codes;
}
