/**
 * Takes the content of one message as it arrives: its bytes go to the store, its header is kept at hand for the checks, and whoever
 * wants to see the body (signatures made and verified hash it) gets it on the way, so that no message is read twice.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '#clock';
import { concat, EMPTY } from '#bytes';
import { canonicalizeBody } from '#protocol/dkim/canonicalize-body';
import { splitHeader, type Header } from '#protocol/message/header/fields';
import { BlobUpload, type NewBlob } from '#store/emails/blobs';
import type { Writer } from '#store/writer/writer';

/** A header above this is no header of a person's mail; the rest of it is treated as body. */
export const MAX_HEADER = 1024 * 1024;

/** A message that arrived whole. */
export interface Content {
  readonly blob: NewBlob;
  /** The octets of the header with the empty line after it, up to {@link MAX_HEADER}. */
  readonly head: Uint8Array;
  readonly header: Header;
  /** Some octet is over 127. */
  readonly eightBit: boolean;
  /** SHA-256 of the relaxed body; only where asked for. */
  readonly bodyHash: Uint8Array | undefined;
}

/** Sees the body, from the first octet after the empty line, in pieces that are valid only until `push` returns. */
export interface BodySink {
  push(bytes: Uint8Array): void;
  end(): void;
}

export interface IntakeOptions {
  readonly hashBody: boolean;
  /** Called once, when the header is there with its empty line; who is given back sees the body. */
  readonly headerRead?: (head: Uint8Array, header: Header) => BodySink | undefined;
}

export class Intake {
  readonly #upload: BlobUpload;
  readonly #options: IntakeOptions;
  readonly #headerEnd = new HeaderEnd();
  /** What came while the header had no end. */
  #begun: Uint8Array[] = [];
  #begunBytes = 0;
  #head: Uint8Array = EMPTY;
  /** From the end of the header on. */
  #header: Header | undefined;
  #sinks: BodySink[] = [];
  #bodyHash: BodyHash | undefined;

  constructor(writer: Writer, clock: Clock, options: IntakeOptions) {
    this.#upload = new BlobUpload(writer, clock);
    this.#options = options;
  }

  /**
   * @returns undefined when the next octets may come at once, else a promise of that
   * @throws (in the promise) StoreUnavailable, DatabaseError
   */
  push(bytes: Uint8Array): Promise<void> | undefined {
    if (this.#header === undefined) this.#watch(bytes);
    else for (const sink of this.#sinks) sink.push(bytes);
    return this.#upload.push(bytes);
  }

  /** @param facts of the receiver: where the header ends, and whether an octet is over 127 */
  async finish(facts: { headerSize: number; eightBit: boolean }): Promise<Content> {
    if (this.#header === undefined) this.#begin(concat(this.#begun).subarray(0, facts.headerSize));
    for (const sink of this.#sinks) sink.end();
    return {
      blob: await this.#upload.finish(),
      head: this.#head,
      header: this.#header!,
      eightBit: facts.eightBit,
      bodyHash: this.#bodyHash?.digest,
    };
  }

  #watch(bytes: Uint8Array): void {
    const before = this.#begunBytes;
    this.#begun.push(bytes);
    this.#begunBytes += bytes.length;
    const bodyStart = Math.min(this.#headerEnd.find(bytes), MAX_HEADER - before);
    if (bodyStart > bytes.length) return;
    this.#begin(concat(this.#begun).subarray(0, before + bodyStart));
    const rest = bytes.subarray(bodyStart);
    if (rest.length > 0) for (const sink of this.#sinks) sink.push(rest);
  }

  #begin(head: Uint8Array): void {
    // the memory of a long body is not held from here on
    this.#begun = [];
    this.#head = head;
    this.#header = splitHeader(head);
    const { hashBody, headerRead } = this.#options;
    // where an earlier line ends the header, it cannot be signed as it is
    if (hashBody && this.#header.bodyStart === head.length) {
      this.#bodyHash = new BodyHash();
      this.#sinks.push(this.#bodyHash);
    }
    const sink = headerRead?.(head, this.#header);
    if (sink) this.#sinks.push(sink);
  }
}

/** Finds the first empty line. */
class HeaderEnd {
  /** How much of CR LF CR LF the last octets matched; a message may begin with the empty line. */
  #matched = 2;

  /** @returns the offset after the empty line; Infinity where it does not end in these octets */
  find(bytes: Uint8Array): number {
    for (let at = 0; at < bytes.length; at++) {
      const octet = bytes[at]!;
      const expected = this.#matched % 2 === 0 ? 0x0d : 0x0a;
      this.#matched = octet === expected ? this.#matched + 1 : octet === 0x0d ? 1 : 0;
      if (this.#matched === 4) return at + 1;
    }
    return Infinity;
  }
}

/** SHA-256 of the body in relaxed form (RFC 6376 §3.4.4). */
class BodyHash implements BodySink {
  readonly #hash = createHash('sha256');
  readonly #body = canonicalizeBody('relaxed', (bytes) => this.#hash.update(bytes));
  digest: Uint8Array | undefined;

  push(bytes: Uint8Array): void {
    this.#body.push(bytes);
  }

  end(): void {
    this.#body.end();
    this.digest = this.#hash.digest();
  }
}
