/**
 * Content-Transfer-Encodings (RFC 2045 §6) undone, piece by piece: where a body is cut into pieces never changes what comes
 * out. Lenient, as mail needs it: base64 skips what is not of its alphabet and ends with its padding; quoted-printable
 * keeps an `=` that encodes nothing. Line ends stay as they are.
 * Called by servers for BINARY (RFC 9051 §6.4.5), by part-text.ts for text.
 */
import { EMPTY, fromLatin1 } from '#bytes';

export type BodyDecoder = {
  /** What the piece gives; the result may share memory with the piece, never with a later result. */
  push(piece: Uint8Array): Uint8Array;
  /** What was held back. */
  end(): Uint8Array;
};

/** An encoding that nobody knows: NO [UNKNOWN-CTE] (RFC 9051 §7.1). */
export type UnknownEncoding = { readonly kind: 'unknown-encoding'; readonly encoding: string };

/** `encoding` in lower case, as a `Part` has it. */
export function bodyDecoder(
  encoding: string,
): { readonly kind: 'decoder'; readonly decoder: BodyDecoder } | UnknownEncoding {
  switch (encoding) {
    case 'base64':
      return { kind: 'decoder', decoder: base64Decoder() };
    case 'quoted-printable':
      return { kind: 'decoder', decoder: quotedPrintableDecoder() };
    case '7bit':
    case '8bit':
    case 'binary':
      return { kind: 'decoder', decoder: { push: (piece) => piece, end: () => EMPTY } };
    default:
      return { kind: 'unknown-encoding', encoding };
  }
}

/** A body that is there as a whole; undefined for an encoding that nobody knows. */
export function decodeBody(body: Uint8Array, encoding: string): Uint8Array | undefined {
  const found = bodyDecoder(encoding);
  if (found.kind !== 'decoder') return undefined;
  const start = found.decoder.push(body);
  const rest = found.decoder.end();
  return rest.length === 0 ? start : Buffer.concat([start, rest]);
}

const EQUALS = 0x3d;
const SKIP = 0x40;
/** Six bits for each octet of the alphabet (RFC 4648 §4). */
const SEXTETS = new Uint8Array(256).fill(SKIP);
for (const [value, octet] of fromLatin1(
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
).entries())
  SEXTETS[octet] = value;

function base64Decoder(): BodyDecoder {
  // The sextets of the group that is not yet whole.
  let bits = 0;
  let count = 0;
  let ended = false;
  return {
    push(piece) {
      if (ended) return EMPTY;
      const out = new Uint8Array(Math.ceil(((piece.length + count) * 3) / 4) + 3);
      let length = 0;
      for (let at = 0; at < piece.length; at++) {
        const sextet = SEXTETS[piece[at]!]!;
        if (sextet !== SKIP) {
          bits = (bits << 6) | sextet;
          if (++count < 4) continue;
          out[length++] = bits >> 16;
          out[length++] = bits >> 8;
          out[length++] = bits;
          bits = count = 0;
        } else if (piece[at] === EQUALS && count >= 2) {
          // RFC 2045 §6.8: padding is «evidence that the end of the data has been reached»; lists put text after it.
          ended = true;
          length = flush(out, length);
          break;
        }
      }
      return out.subarray(0, length);
    },
    end() {
      const out = new Uint8Array(2);
      return out.subarray(0, flush(out, 0));
    },
  };

  /** Padding, or the end: two sextets hold one octet, three hold two. */
  function flush(out: Uint8Array, at: number): number {
    let length = at;
    if (count === 2) out[length++] = bits >> 4;
    if (count === 3) {
      out[length++] = bits >> 10;
      out[length++] = bits >> 2;
    }
    bits = count = 0;
    return length;
  }
}

const HT = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SP = 0x20;

/**
 * So much is held back of white space that may end a line, or follow an equals sign: more than any line has (RFC 5322
 * §2.1.1).
 */
const MAX_HELD = 1_000;

/** What is held back: nothing, white space, `=`, `=X`, `=` and white space, `=` (white space) CR. */
type Held = 'nothing' | 'space' | 'equals' | 'digit' | 'padding' | 'return';

function quotedPrintableDecoder(): BodyDecoder {
  const held = new Uint8Array(MAX_HELD);
  let heldLength = 0;
  let state: Held = 'nothing';
  return {
    push(piece) {
      const out = new Uint8Array(piece.length + heldLength);
      let length = 0;
      for (let at = 0; at < piece.length;) {
        const octet = piece[at]!;
        if (state === 'nothing') {
          if (octet === EQUALS) hold('equals', octet);
          else if (isWsp(octet)) hold('space', octet);
          else out[length++] = octet;
          at++;
          continue;
        }
        const next = after(octet);
        if (next === 'give-back') {
          out.set(held.subarray(0, heldLength), length);
          length += heldLength;
        } else if (next === 'octet') {
          out[length++] = hexDigit(held[1]!) * 16 + hexDigit(octet);
          at++;
        } else if (next === 'line-end') {
          out[length++] = octet;
          at++;
        } else if (next === 'drop-with') {
          at++;
        } else if (next !== 'drop') {
          hold(next, octet);
          at++;
          continue;
        }
        state = 'nothing';
        heldLength = 0;
      }
      return out.subarray(0, length);
    },
    end() {
      // The end is a line end: white space before it goes, and an equals sign is a soft line break.
      const out = state === 'digit' ? held.slice(0, heldLength) : EMPTY;
      state = 'nothing';
      heldLength = 0;
      return out;
    },
  };

  function hold(next: Held, octet: number): void {
    state = next;
    held[heldLength++] = octet;
  }

  /**
   * What an octet makes of what is held: more that is held, or an end of it. `give-back`: it stands for itself, and the octet
   * is read anew; `drop`: likewise, but it stands for nothing; `drop-with`: nor does the octet.
   */
  function after(octet: number): Held | 'give-back' | 'octet' | 'line-end' | 'drop' | 'drop-with' {
    if (state === 'digit') return hexDigit(octet) < 0 ? 'give-back' : 'octet';
    if (state === 'return') return octet === LF ? 'drop-with' : 'drop';
    if (heldLength === MAX_HELD) return 'give-back';
    if (state === 'space') {
      if (isWsp(octet)) return 'space';
      // RFC 2045 §6.7 (3): white space at the end of a line was added on the way.
      return octet === CR || octet === LF ? 'line-end' : 'give-back';
    }
    if (octet === LF) return 'drop-with';
    if (octet === CR) return 'return';
    if (isWsp(octet)) return 'padding';
    return state === 'equals' && hexDigit(octet) >= 0 ? 'digit' : 'give-back';
  }
}

function isWsp(octet: number): boolean {
  return octet === SP || octet === HT;
}

/** Its value in either case, -1 for another octet. */
function hexDigit(octet: number): number {
  if (octet >= 0x30 && octet <= 0x39) return octet - 0x30;
  const upper = octet & 0xdf;
  return upper >= 0x41 && upper <= 0x46 ? upper - 0x37 : -1;
}
