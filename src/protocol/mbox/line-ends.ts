/** Line ends of files (LF) and of mail (CRLF), converted in pieces; where the cuts are changes nothing. */
import { concat, CR, LF, view } from '#bytes';

/** Every LF without a CR before it gets one. */
export class ToCrlf {
  #afterCr = false;

  push(bytes: Uint8Array): Uint8Array {
    const data = view(bytes);
    const parts: Uint8Array[] = [];
    let from = 0;
    for (let at = data.indexOf(LF); at >= 0; at = data.indexOf(LF, at + 1)) {
      const before = at === 0 ? this.#afterCr : data[at - 1] === CR;
      if (before) continue;
      parts.push(data.subarray(from, at), CRLF);
      from = at + 1;
    }
    if (data.length > 0) this.#afterCr = data.at(-1) === CR;
    if (from === 0) return data;
    parts.push(data.subarray(from));
    return concat(parts);
  }
}

const CRLF = Buffer.from('\r\n');

/** A whole message with LF line ends: CRLF loses its CR, other octets stay. */
export function toLf(bytes: Uint8Array): Uint8Array {
  const data = view(bytes);
  const parts: Uint8Array[] = [];
  let from = 0;
  for (let at = data.indexOf('\r\n'); at >= 0; at = data.indexOf('\r\n', at + 2)) {
    parts.push(data.subarray(from, at));
    from = at + 1;
  }
  if (from === 0) return data;
  parts.push(data.subarray(from));
  return concat(parts);
}
