/** Rows of COPY in binary form (PostgreSQL's documentation of COPY, «Binary Format»). Pure. */

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
/** Signature, flags, length of the extension. */
const HEADER = SIGNATURE.length + 8;

export type BinaryRow = readonly (Buffer | null)[];

/** Fields are valid until the next row is asked for. @throws SyntaxError where it is something else, or breaks off */
export async function* readBinaryRows(
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<BinaryRow, void, undefined> {
  const octets = new Octets(pieces);
  const header = await octets.take(HEADER);
  if (!header.subarray(0, SIGNATURE.length).equals(SIGNATURE))
    throw new SyntaxError('no signature of COPY');
  await octets.take(header.readInt32BE(SIGNATURE.length + 4));
  for (;;) {
    const count = (await octets.take(2)).readInt16BE(0);
    if (count === -1) break;
    const row: (Buffer | null)[] = [];
    for (let i = 0; i < count; i++) {
      const length = (await octets.take(4)).readInt32BE(0);
      row.push(length < 0 ? null : await octets.take(length));
    }
    yield row;
  }
  if (!(await octets.ended())) throw new SyntaxError('something follows the end');
}

/** Octets in the lengths that are asked for. */
class Octets {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #held: Buffer = Buffer.alloc(0);

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  async take(length: number): Promise<Buffer> {
    if (this.#held.length < length) await this.#fill(length);
    const taken = this.#held.subarray(0, length);
    this.#held = this.#held.subarray(length);
    return taken;
  }

  async ended(): Promise<boolean> {
    return this.#held.length === 0 && (await this.#pieces.next()).done === true;
  }

  async #fill(length: number): Promise<void> {
    const parts = [this.#held];
    let size = this.#held.length;
    while (size < length) {
      const next = await this.#pieces.next();
      if (next.done === true) throw new SyntaxError('it breaks off');
      parts.push(Buffer.from(next.value.buffer, next.value.byteOffset, next.value.length));
      size += next.value.length;
    }
    this.#held = Buffer.concat(parts);
  }
}
