/**
 * COMPRESS=DEFLATE (RFC 4978): what stands between a session and its connection from then on. Octets go out with a flush after each
 * write, so that the client can read a response as soon as it was said; what comes in is inflated piece by piece and never ahead of
 * the session, so that a few octets that stand for many cost no memory.
 */
import { constants, createDeflateRaw, createInflateRaw } from 'node:zlib';
import type { Connection } from '#servers/net/connection';
import type { Sink } from './output.ts';

/**
 * Our side keeps 8 KB of what was said and 16 KB to find it: deflated mail is a tenth larger than with the most, the memory of a
 * session a sixth. What the client's side has is its choice, up to 32 KB.
 */
const DEFLATE = { windowBits: 13, memLevel: 5, chunkSize: 4096 };
const INFLATE = { windowBits: 15, chunkSize: 4096, finishFlush: constants.Z_SYNC_FLUSH };

export interface CompressionHandler {
  received(bytes: Uint8Array): void;
  /** What came is no deflated data. */
  broken(): void;
  drained(): void;
}

export class Compression implements Sink {
  readonly #connection: Connection;
  readonly #deflate = createDeflateRaw(DEFLATE);
  readonly #inflate = createInflateRaw(INFLATE);
  #closing = false;

  constructor(connection: Connection, handler: CompressionHandler) {
    this.#connection = connection;
    this.#deflate.on('data', (bytes: Uint8Array) => {
      connection.writeOctets(bytes);
      if (connection.congested) this.#deflate.pause();
    });
    this.#inflate.on('data', (bytes: Uint8Array) => handler.received(bytes));
    this.#inflate.on('drain', () => connection.resume());
    this.#inflate.on('error', () => handler.broken());
    this.#deflate.on('drain', () => handler.drained());
  }

  /** More is waiting here or in the connection than the client reads. */
  get congested(): boolean {
    return this.#deflate.writableNeedDrain || this.#connection.congested;
  }

  writeOctets(bytes: Uint8Array): void {
    if (this.#closing) return;
    this.#deflate.write(bytes);
    this.#deflate.flush(constants.Z_SYNC_FLUSH);
  }

  /** Octets of the connection. */
  receive(bytes: Uint8Array): void {
    if (!this.#inflate.write(bytes)) this.#connection.pause();
  }

  /** The connection has sent what it had. */
  drained(): void {
    this.#deflate.resume();
  }

  pause(): void {
    this.#inflate.pause();
  }

  resume(): void {
    this.#inflate.resume();
  }

  /** Sends what is still being deflated, then closes the connection. */
  close(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#deflate.on('end', () => this.#connection.close());
    this.#deflate.end();
  }

  /** Gives the memory back. */
  [Symbol.dispose](): void {
    this.#deflate.destroy();
    this.#inflate.destroy();
  }
}
