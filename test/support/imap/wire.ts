/**
 * The connection under a test's IMAP client: TCP, TLS, DEFLATE, and octets cut into whole responses with the literals
 * in them. An async iterable of responses, which ends with the connection.
 */
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import {
  constants,
  createDeflateRaw,
  createInflateRaw,
  type DeflateRaw,
  type InflateRaw,
} from 'node:zlib';
import type { ImapAccount } from './account.ts';
import { parseResponse, type ImapResponse } from './data.ts';

const CRLF = Buffer.from('\r\n');

export class ImapWire implements AsyncIterable<ImapResponse> {
  #socket: Socket;
  #inflate: InflateRaw | undefined;
  #deflate: DeflateRaw | undefined;
  #chunks: Buffer[] = [];
  #ended = false;
  #failed: Error | undefined;
  #wake: (() => void) | undefined;

  static async connect(account: ImapAccount): Promise<ImapWire> {
    const { host, port } = account;
    const socket =
      account.tls === 'implicit'
        ? connectTls({ host, port, rejectUnauthorized: false })
        : connectTcp({ host, port });
    // a command of several pieces would wait for the delayed acknowledgement of the first
    socket.setNoDelay(true);
    await once(socket, account.tls === 'implicit' ? 'secureConnect' : 'connect');
    return new ImapWire(socket);
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#listen();
  }

  write(bytes: Uint8Array): void {
    if (this.#deflate === undefined) {
      this.#socket.write(bytes);
      return;
    }
    this.#deflate.write(bytes);
    this.#deflate.flush(constants.Z_SYNC_FLUSH);
  }

  /** Nothing may be under way in either direction. */
  async startTls(): Promise<void> {
    this.#unlisten();
    const socket = connectTls({ socket: this.#socket, rejectUnauthorized: false });
    this.#socket = socket;
    await once(socket, 'secureConnect');
    this.#listen();
  }

  /** Both directions are compressed from here on (RFC 4978). */
  deflate(): void {
    this.#unlisten();
    const inflate = createInflateRaw({ finishFlush: constants.Z_SYNC_FLUSH });
    const deflate = createDeflateRaw();
    this.#inflate = inflate;
    this.#deflate = deflate;
    deflate.on('data', (chunk: Buffer) => this.#socket.write(chunk));
    inflate.on('data', (chunk: Buffer) => this.#came(chunk)).on('error', (e) => this.#fail(e));
    this.#listen((chunk) => void inflate.write(chunk));
  }

  stopReading(): void {
    this.#socket.pause();
  }

  destroy(): void {
    this.#socket.destroy();
    this.#inflate?.destroy();
    this.#deflate?.destroy();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<ImapResponse> {
    let pending = Buffer.alloc(0);
    for (;;) {
      const end = responseEnd(pending);
      if (end !== undefined) {
        yield parseResponse(pending.subarray(0, end));
        pending = pending.subarray(end + 2);
        continue;
      }
      while (this.#chunks.length === 0) {
        if (this.#failed) throw this.#failed;
        if (this.#ended) {
          if (pending.length > 0) throw new Error(`half a response: ${pending.toString()}`);
          return;
        }
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
      pending = Buffer.concat([pending, ...this.#chunks.splice(0)]);
    }
  }

  #listen(take = (chunk: Buffer): void => this.#came(chunk)): void {
    this.#socket.on('data', take);
    this.#socket.on('error', (error) => this.#fail(error));
    const ended = (): void => {
      this.#ended = true;
      this.#wake?.();
    };
    // what was read is not yet all inflated
    const inflated = (): void => {
      if (this.#inflate?.writable === true) this.#inflate.once('end', ended).end();
      else if (this.#inflate === undefined || this.#inflate.destroyed) ended();
    };
    this.#socket.on('end', inflated).on('close', inflated);
  }

  #unlisten(): void {
    for (const event of ['data', 'end', 'close']) this.#socket.removeAllListeners(event);
  }

  #came(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#wake?.();
  }

  #fail(error: Error): void {
    this.#failed ??= error;
    this.#wake?.();
  }
}

/** Where the CRLF of the first whole response stands; undefined while it is not all there. */
export function responseEnd(bytes: Buffer): number | undefined {
  let from = 0;
  for (;;) {
    const end = bytes.indexOf(CRLF, from);
    if (end < 0) return undefined;
    const size = /\{(\d{1,10})\}$/.exec(bytes.toString('latin1', Math.max(from, end - 13), end));
    if (size === null) return end;
    from = end + 2 + Number(size[1]);
    if (from > bytes.length) return undefined;
  }
}
