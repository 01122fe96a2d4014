/** The beginning of what was sent as the body of a request or of an answer, and how much it was. */
import { concat, decodeUtf8Lossy } from '#bytes';

/** Octets that are kept of each. */
export const KEPT = 1500;

const TEXTUAL =
  /^(?:text\/[\w.+-]+|application\/(?:json|xml|x-www-form-urlencoded|[\w.-]+\+(?:json|xml)))$/;

export class Body {
  #parts: Uint8Array[] = [];
  #kept = 0;
  octets = 0;

  /** What `write` and `push` take. */
  add(chunk: unknown, encoding?: unknown): void {
    const bytes = bytesOf(chunk, encoding);
    if (bytes === undefined) return;
    this.octets += bytes.length;
    const room = KEPT - this.#kept;
    if (room <= 0) return;
    // a copy: a large chunk is not held for its beginning
    const part = Uint8Array.from(bytes.subarray(0, room));
    this.#parts.push(part);
    this.#kept += part.length;
  }

  /** '' where it is no text. */
  text(type: string): string {
    return TEXTUAL.test(type) ? decodeUtf8Lossy(concat(this.#parts)) : '';
  }
}

function bytesOf(chunk: unknown, encoding: unknown): Uint8Array | undefined {
  if (chunk instanceof Uint8Array) return chunk;
  if (typeof chunk !== 'string') return undefined;
  const known = typeof encoding === 'string' && Buffer.isEncoding(encoding) ? encoding : 'utf8';
  return Buffer.from(chunk, known);
}
