/**
 * One client's connection: a socket that may turn into TLS, with back-pressure both ways, an idle time-out and a close
 * that lets the last reply arrive. A server's session is its handler; it sees octets and never the socket.
 *
 * Invariants: nothing is handed over after `close`; `closed` is called exactly once; output that the client does not
 * read is bounded, since the handler stops while `congested` and silence then ends the connection.
 */
import type { Socket } from 'node:net';
import { TLSSocket, type SecureContext } from 'node:tls';
import type { TlsFacts } from '#protocol/smtp/dialogue';

export interface ConnectionHandler {
  received(bytes: Uint8Array): void;
  /** The client sends no more, but may still read. */
  ended(): void;
  /** What was congested is sent. */
  drained(): void;
  /** Nothing moved for the idle time. */
  idle(): void;
  closed(): void;
}

/** Who is at the other end: the client that a trusted PROXY header named, or the socket's peer. */
export interface ClientAddress {
  readonly address: string;
  readonly port: number;
}

export type TlsStart =
  | { readonly kind: 'secure'; readonly facts: TlsFacts }
  | { readonly kind: 'failed'; readonly reason: string };

/** How long the client may take to end its half once it was sent the last octets, and they to move at all. Milliseconds. */
const LINGER = 5000;
/** Octets thrown away after `close`, so that a client that is still sending can read why. */
const LINGER_OCTETS = 1024 * 1024;

export class Connection {
  readonly client: ClientAddress;
  #socket: Socket;
  #handler: ConnectionHandler | undefined;
  #idleTime = 0;
  #closing = false;
  #lingered = 0;

  /** @param socket paused; octets put back into it are read first */
  constructor(socket: Socket, client: ClientAddress) {
    this.#socket = socket;
    this.client = client;
    this.#listen(socket);
  }

  /** Begins to hand over what arrives. */
  attach(handler: ConnectionHandler, idleTime: number): void {
    this.#handler = handler;
    this.allowIdle(idleTime);
    this.#socket.resume();
  }

  /** After this long without a word in either direction the handler is told. Milliseconds. */
  allowIdle(idleTime: number): void {
    this.#idleTime = idleTime;
    this.#socket.setTimeout(idleTime);
  }

  /** Asks the other side now and then whether it is still there, where nothing is said for long. */
  keepAlive(every: number): void {
    this.#socket.setKeepAlive(true, every);
  }

  /** The client does not read: hold back until `drained`. */
  get congested(): boolean {
    return this.#socket.writableNeedDrain;
  }

  get secure(): TLSSocket | undefined {
    return this.#socket instanceof TLSSocket ? this.#socket : undefined;
  }

  write(text: string): void {
    if (!this.#closing && this.#socket.writable) this.#socket.write(text);
  }

  /** @param bytes not changed afterwards: they are sent from where they lie */
  writeOctets(bytes: Uint8Array): void {
    if (!this.#closing && this.#socket.writable) this.#socket.write(bytes);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Sends what is written, tells the client that no more comes, and goes. */
  close(linger: number = LINGER): void {
    if (this.#closing) return;
    this.#closing = true;
    const socket = this.#socket;
    socket.setTimeout(linger);
    // from here on what the client sends is no sign of life that would win it time
    socket.end(() => {
      if (socket.destroyed) return;
      const late = setTimeout(() => socket.destroy(), linger);
      socket.once('close', () => clearTimeout(late));
    });
    socket.resume();
  }

  /** The client has said its last word. Once ours is with the system, that sees to the rest, and nobody waits for the client's end. */
  part(): void {
    if (this.secure !== undefined || this.#socket.writableLength > 0) this.close();
    else this.destroy();
  }

  /** At once. */
  destroy(): void {
    this.#closing = true;
    this.#socket.destroy();
  }

  /**
   * Turns the connection into TLS; the handler gets the decrypted octets from then on. The caller has made sure that
   * nothing is unread.
   * @param within milliseconds for the whole handshake
   * @param protocols what this one may be called in ALPN
   * @param forName another context for the name that the client asks for
   */
  startTls(
    secureContext: SecureContext,
    within: number,
    protocols: readonly string[],
    forName?: (name: string) => SecureContext,
  ): Promise<TlsStart> {
    const plain = this.#socket;
    plain.pause();
    this.#forget(plain);
    const secure = new TLSSocket(plain, {
      isServer: true,
      secureContext,
      // RFC 7301 §3.2: who wants other protocols alone gets none
      ALPNCallback: ({ protocols: wanted }) => protocols.find((one) => wanted.includes(one)),
      ...(forName && {
        SNICallback: (name: string, found: (error: null, context: SecureContext) => void) =>
          found(null, forName(name)),
      }),
    });
    this.#socket = secure;
    this.#listen(secure);
    secure.resume();
    return new Promise((resolve) => {
      let reason = 'the client went away during the handshake';
      const timer = setTimeout(() => {
        reason = 'the handshake took too long';
        secure.destroy();
      }, within);
      const gone = (): void => {
        clearTimeout(timer);
        resolve({ kind: 'failed', reason });
      };
      secure.on('_tlsError', (error: Error) => (reason = error.message));
      const leave = (): void => void secure.destroy();
      secure.once('close', gone).once('end', leave);
      secure.once('secure', () => {
        clearTimeout(timer);
        secure.removeListener('close', gone).removeListener('end', leave);
        secure.setTimeout(this.#idleTime);
        resolve({ kind: 'secure', facts: tlsFacts(secure) });
      });
    });
  }

  #listen(socket: Socket): void {
    socket.on('data', this.#onData).on('end', this.#onEnd).on('drain', this.#onDrain);
    socket.on('timeout', this.#onTimeout).on('close', this.#onClose);
    socket.on('error', () => socket.destroy());
    socket.pause();
  }

  #forget(socket: Socket): void {
    socket.setTimeout(0);
    socket.removeListener('data', this.#onData).removeListener('end', this.#onEnd);
    socket.removeListener('drain', this.#onDrain).removeListener('timeout', this.#onTimeout);
    socket.removeListener('close', this.#onClose);
  }

  readonly #onData = (bytes: Uint8Array): void => {
    if (!this.#closing) this.#handler?.received(bytes);
    else if ((this.#lingered += bytes.length) > LINGER_OCTETS) this.#socket.destroy();
  };

  readonly #onEnd = (): void => {
    if (!this.#closing) this.#handler?.ended();
  };

  readonly #onDrain = (): void => {
    if (!this.#closing) this.#handler?.drained();
  };

  readonly #onTimeout = (): void => {
    if (this.#closing) this.#socket.destroy();
    else this.#handler?.idle();
  };

  readonly #onClose = (): void => {
    this.#closing = true;
    const handler = this.#handler;
    this.#handler = undefined;
    handler?.closed();
  };
}

function tlsFacts(socket: TLSSocket): TlsFacts {
  return {
    version: socket.getProtocol() ?? 'TLS',
    cipher: socket.getCipher().standardName,
    peer: { kind: 'not-asked' },
  };
}
