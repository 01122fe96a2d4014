/**
 * Takes the content of one message as it arrives: its bytes go to the store, its header is kept at hand for the checks, and for a
 * submission the body is hashed for DKIM on the way, so that no message is read twice.
 */
import { createHash, type Hash } from 'node:crypto';
import type { Clock } from '#clock';
import { concat } from '#bytes';
import { canonicalizeBody, type BodyCanonicalizer } from '#protocol/dkim/canonicalize-body';
import { splitHeader, type Header } from '#protocol/message/fields';
import { BlobUpload, type NewBlob } from '#store/blobs';
import type { Writer } from '#store/writer';

/** A header above this is no header of a person's mail; the rest of it is treated as body. */
export const MAX_HEADER = 1024 * 1024;

/** A message that arrived whole. */
export interface Content {
  readonly blob: NewBlob;
  /** The first octets of the message: the header at least, and for small messages all of it. */
  readonly head: Uint8Array;
  readonly header: Header;
  /** Some octet is over 127. */
  readonly eightBit: boolean;
  /** SHA-256 of the relaxed body; only where asked for. */
  readonly bodyHash: Uint8Array | undefined;
}

export class Intake {
  readonly #upload: BlobUpload;
  readonly #bodyHash: BodyHasher | undefined;
  #head: Uint8Array[] = [];
  #headBytes = 0;

  constructor(writer: Writer, clock: Clock, { hashBody }: { hashBody: boolean }) {
    this.#upload = new BlobUpload(writer, clock);
    this.#bodyHash = hashBody ? new BodyHasher() : undefined;
  }

  /**
   * @returns undefined when the next octets may come at once, else a promise of that
   * @throws (in the promise) StoreUnavailable, DatabaseError
   */
  push(bytes: Uint8Array): Promise<void> | undefined {
    if (this.#headBytes < MAX_HEADER) {
      this.#head.push(bytes);
      this.#headBytes += bytes.length;
    }
    this.#bodyHash?.push(bytes);
    return this.#upload.push(bytes);
  }

  /** @param facts of the receiver: where the header ends, and whether an octet is over 127 */
  async finish(facts: { headerSize: number; eightBit: boolean }): Promise<Content> {
    const blob = await this.#upload.finish();
    const kept = blob.kind === 'whole' ? blob.data : concat(this.#head);
    const head = kept.subarray(0, Math.min(facts.headerSize, MAX_HEADER));
    const header = splitHeader(head);
    return {
      blob,
      head,
      header,
      eightBit: facts.eightBit,
      bodyHash: this.#bodyHash?.finish(facts.headerSize, header.bodyStart, head),
    };
  }
}

/** Hashes what follows the first empty line, in relaxed form (RFC 6376 §3.4.4). */
class BodyHasher {
  readonly #hash: Hash = createHash('sha256');
  readonly #body: BodyCanonicalizer = canonicalizeBody('relaxed', (bytes) =>
    this.#hash.update(bytes),
  );
  /** How much of CR LF CR LF the last octets matched; a message may begin with the empty line. */
  #matched = 2;
  #inBody = false;

  push(bytes: Uint8Array): void {
    let from = 0;
    while (!this.#inBody && from < bytes.length) {
      const octet = bytes[from++]!;
      const expected = this.#matched % 2 === 0 ? 0x0d : 0x0a;
      this.#matched = octet === expected ? this.#matched + 1 : octet === 0x0d ? 1 : 0;
      this.#inBody = this.#matched === 4;
    }
    if (this.#inBody && from < bytes.length) this.#body.push(bytes.subarray(from));
  }

  /** Undefined where header and body are not parted by the first empty line: such a header cannot be signed as it is. */
  finish(headerSize: number, bodyStart: number, head: Uint8Array): Uint8Array | undefined {
    if (bodyStart !== Math.min(headerSize, head.length)) return undefined;
    this.#body.end();
    return this.#hash.digest();
  }
}
