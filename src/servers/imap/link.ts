/**
 * What a session writes to: its connection, or what compresses for it, and whether the client reads. A command that says much asks for
 * `room` now and then, so that a client that does not read costs no memory.
 */
import type { Connection } from '#servers/net/connection';
import type { Compression } from './compression.ts';
import type { Sink } from './output.ts';
import type { ImapObserver } from './witness.ts';

/** The connection ended while a command was being answered. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}

/** A response was begun and cannot be finished: the client would wait for the rest of it, so the connection ends. */
export class BrokenResponse extends Error {
  override readonly name = 'BrokenResponse';
}

export class Link implements Sink {
  readonly connection: Connection;
  /** Told what is said and heard, where somebody watches. */
  observer: ImapObserver | undefined;
  #compression: Compression | undefined;
  #waiting: { readonly resolve: () => void; readonly reject: (error: Error) => void } | undefined;
  #gone = false;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  get compression(): Compression | undefined {
    return this.#compression;
  }

  get congested(): boolean {
    return this.#compression?.congested ?? this.connection.congested;
  }

  /** The connection ended. */
  get isGone(): boolean {
    return this.#gone;
  }

  /** From here on everything is deflated. */
  compress(compression: Compression): void {
    this.observer?.compressed();
    this.#compression = compression;
  }

  writeOctets(bytes: Uint8Array): void {
    this.observer?.said(bytes);
    (this.#compression ?? this.connection).writeOctets(bytes);
  }

  /** Undefined where more may be said at once; else a promise of that. @throws ClientGone */
  room(): Promise<void> | undefined {
    if (this.#gone) return Promise.reject(new ClientGone());
    if (!this.congested) return undefined;
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  /** What was congested is sent. Whether a command was waiting for it. */
  drained(): boolean {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve();
    return waiting !== undefined;
  }

  pause(): void {
    this.#compression?.pause();
    this.connection.pause();
  }

  resume(): void {
    this.#compression?.resume();
    this.connection.resume();
  }

  close(): void {
    (this.#compression ?? this.connection).close();
  }

  gone(): void {
    this.#gone = true;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(new ClientGone());
    this.#compression?.[Symbol.dispose]();
  }
}
