/**
 * Messages on the control socket, one after the other: a JSON head, then the octets in pieces, each with its length (four octets, most
 * significant first) before it; a length of 0 ends a message. Both ends of `mail import` and `mail export` speak it.
 */
import { concat, EMPTY, utf8, view } from '#bytes';

/** More than any head or piece that this side writes. */
const LONGEST = 1024 * 1024;

export class BrokenFrames extends Error {}

export interface Framed<Head> {
  readonly head: Head;
  /** To be read to its end before the next message is asked for. */
  readonly pieces: AsyncIterable<Uint8Array>;
}

export async function* toFrames(
  messages: AsyncIterable<{ readonly head: object; readonly pieces: AsyncIterable<Uint8Array> }>,
): AsyncGenerator<Uint8Array> {
  for await (const { head, pieces } of messages) {
    yield framed(utf8(JSON.stringify(head)));
    for await (const piece of pieces) {
      for (let at = 0; at < piece.length; at += LONGEST)
        yield framed(piece.subarray(at, at + LONGEST));
    }
    yield framed(EMPTY);
  }
}

function framed(bytes: Uint8Array): Uint8Array {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return concat([length, bytes]);
}

/** @throws BrokenFrames where the octets are none, or end in the middle */
export async function* fromFrames(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Framed<unknown>> {
  const reader = new FrameReader(chunks);
  for (let head = await reader.next(); head !== undefined; head = await reader.next()) {
    const pieces = piecesOf(reader);
    yield { head: JSON.parse(head.toString()) as unknown, pieces };
    // what the consumer left
    for await (const piece of pieces) void piece;
  }
}

async function* piecesOf(reader: FrameReader): AsyncGenerator<Uint8Array> {
  for (;;) {
    const piece = await reader.next();
    if (piece === undefined) throw new BrokenFrames('the messages end in the middle of one');
    if (piece.length === 0) return;
    yield piece;
  }
}

class FrameReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Undefined at the end. */
  async next(): Promise<Buffer | undefined> {
    if (!(await this.#has(4))) {
      if (this.#rest.length === 0) return undefined;
      throw new BrokenFrames('the messages end in the middle of one');
    }
    const length = this.#rest.readUInt32BE();
    if (length > LONGEST) throw new BrokenFrames('a piece is too long');
    if (!(await this.#has(4 + length)))
      throw new BrokenFrames('the messages end in the middle of one');
    const bytes = this.#rest.subarray(4, 4 + length);
    this.#rest = this.#rest.subarray(4 + length);
    return bytes;
  }

  async #has(octets: number): Promise<boolean> {
    if (this.#rest.length >= octets) return true;
    const parts: Uint8Array[] = [this.#rest];
    for (let held = this.#rest.length; held < octets;) {
      const next = await this.#chunks.next();
      if (next.done) break;
      parts.push(next.value);
      held += next.value.length;
    }
    this.#rest = view(concat(parts));
    return this.#rest.length >= octets;
  }
}
