/**
 * A listening socket before an HTTP server that does not listen itself: counts connections, bounds their life, and speaks TLS with the
 * certificate of the name that is asked for, as it is at that moment.
 */
import type { Socket } from 'node:net';
import type { Server as HttpServer } from 'node:http';
import { TLSSocket, type TLSSocketOptions } from 'node:tls';
import { plainAddress } from '#servers/net/client-address';
import type { ConnectionCounts } from '#servers/net/connection-limits';
import { bindDoor, type Door } from '#servers/net/door';
import { ACME_TLS } from '#servers/net/public-tls';
import { PUBLIC_LIMITS } from './limits.ts';

export interface PublicListenerOptions {
  readonly address: string;
  /** 0: the system chooses. */
  readonly port: number;
  /** Where connections come from, instead of that address and port. */
  readonly door?: Door | undefined;
  readonly server: HttpServer;
  readonly counts: ConnectionCounts;
  readonly welcome: (address: string) => boolean;
  /** Of the next handshake; undefined: clear text. */
  readonly tls: (() => TLSSocketOptions) | undefined;
}

export interface PublicListener {
  readonly port: number;
  /** Stops accepting and ends what is under way. */
  stop(): Promise<void>;
}

/** @throws EADDRINUSE, EACCES, … from the system */
export async function listenPublicly(options: PublicListenerOptions): Promise<PublicListener> {
  const sockets = new Set<Socket>();
  const door = options.door ?? (await bindDoor(options.address, options.port));
  door.open((socket) => {
    const { remoteAddress } = socket;
    const address = remoteAddress === undefined ? undefined : plainAddress(remoteAddress);
    if (address === undefined || !options.welcome(address)) return void socket.destroy();
    const admission = options.counts.admit(address);
    if (admission.kind !== 'admitted') return void socket.destroy();
    sockets.add(socket);
    const end = setTimeout(() => socket.destroy(), PUBLIC_LIMITS.connectionTime);
    socket.once('close', () => {
      clearTimeout(end);
      sockets.delete(socket);
      admission.release();
    });
    // a client that goes away is no event
    socket.on('error', () => socket.destroy());
    if (options.tls === undefined) serve(options.server, socket);
    else secure(options.server, socket, options.tls());
  });
  return {
    port: door.port,
    stop() {
      door.close();
      for (const socket of sockets) socket.destroy();
      return Promise.resolve();
    },
  };
}

function secure(server: HttpServer, plain: Socket, options: TLSSocketOptions): void {
  const socket = new TLSSocket(plain, options);
  const late = setTimeout(() => plain.destroy(), PUBLIC_LIMITS.handshakeTime);
  socket.on('error', () => plain.destroy());
  socket.once('close', () => clearTimeout(late));
  socket.once('secure', () => {
    clearTimeout(late);
    // RFC 8737 §3: the handshake was the answer
    if (socket.alpnProtocol === ACME_TLS) socket.end();
    else serve(server, socket);
  });
}

function serve(server: HttpServer, socket: Socket): void {
  socket.setTimeout(PUBLIC_LIMITS.idleTime, () => socket.destroy());
  server.emit('connection', socket);
  socket.resume();
}
