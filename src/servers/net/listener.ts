/**
 * A listening socket: accepts, reads the PROXY header of trusted balancers, applies the connection limits, and hands
 * over connections. Protocols differ only in what they say to who is refused.
 */
import type { Socket } from 'node:net';
import { concat } from '#bytes';
import type { Welcome } from '#mail/abuse/conduct';
import type { Networks } from '#protocol/address/network';
import { plainAddress } from './client-address.ts';
import { Connection } from './connection.ts';
import type { ConnectionCounts } from './connection-limits.ts';
import { bindDoor, type Door } from './door.ts';
import { readProxyHeader } from './proxy-header.ts';

export type ConnectionRefusal =
  | 'too-many'
  | 'too-many-from-address'
  | 'no-proxy-header'
  | Exclude<Welcome['kind'], 'welcome'>;

export interface ListenerOptions {
  readonly address: string;
  /** 0: the system chooses. */
  readonly port: number;
  /** Where connections come from instead of a port of our own. */
  readonly door?: Door | undefined;
  readonly counts: ConnectionCounts;
  /** Whose connections begin with a PROXY header, all of them; nobody else's do. */
  readonly proxies: Networks | undefined;
  /** Milliseconds for the whole PROXY header. */
  readonly proxyTime: number;
  /** Asked before anything is spent on a connection. */
  readonly welcome: (address: string) => Welcome;
  /** Takes an admitted connection, which hands over nothing before its `attach`. */
  readonly connected: (connection: Connection, early: boolean) => void;
  /** Refused: what to say before the connection is closed; undefined for nothing, where the client may speak first. */
  readonly refused: (
    address: string,
    reason: ConnectionRefusal,
    /** The like was told a moment ago. */
    quiet: boolean,
  ) => string | undefined;
}

/** Who is not welcome has so long to read why: a flood of them holds no sockets. Milliseconds. */
const UNWELCOME_LINGER = 500;

export interface Listener {
  readonly address: string;
  readonly port: number;
  /** Stops accepting; connections go on. */
  stop(): void;
}

/** @throws EADDRINUSE, EACCES, … from the system */
export async function listen(options: ListenerOptions): Promise<Listener> {
  const door = options.door ?? (await bindDoor(options.address, options.port));
  door.open((socket) => accept(options, socket));
  return { address: door.address, port: door.port, stop: () => door.close() };
}

/** What an error of {@link listen} means to the operator. */
export function listenFailure(
  error: NodeJS.ErrnoException,
  address: string,
  port: number,
): { readonly message: string; readonly remedy: string } {
  const message = `cannot listen on ${address} port ${port}: ${error.message}`;
  const remedy = REMEDIES[error.code ?? ''] ?? 'Set another address or port.';
  return { message, remedy };
}

const REMEDIES: Readonly<Record<string, string>> = {
  EADDRINUSE: 'Another program has the port: stop it, or set another port.',
  EACCES: 'Ports below 1024 need the capability CAP_NET_BIND_SERVICE, or root.',
  EADDRNOTAVAIL: 'Set an address of this machine, or :: for all of them.',
  ENOTFOUND: 'Set an address of this machine, or :: for all of them.',
};

function accept(options: ListenerOptions, socket: Socket): void {
  // A client that is gone before it was looked at.
  if (socket.remoteAddress === undefined || socket.remotePort === undefined)
    return void socket.destroy();
  const peer = { address: plainAddress(socket.remoteAddress), port: socket.remotePort };
  if (options.proxies?.has(peer.address)) readProxy(options, socket, peer);
  else admit(options, socket, peer, false);
}

function admit(
  options: ListenerOptions,
  socket: Socket,
  client: { address: string; port: number },
  early: boolean,
): void {
  const welcome = options.welcome(client.address);
  if (welcome.kind !== 'welcome') {
    const { kind, quiet = false } = welcome;
    return refuse(options, socket, client.address, kind, { quiet, linger: UNWELCOME_LINGER });
  }
  const admission = options.counts.admit(client.address);
  if (admission.kind !== 'admitted') return refuse(options, socket, client.address, admission.kind);
  socket.once('close', admission.release);
  options.connected(new Connection(socket, client), early);
}

function refuse(
  options: ListenerOptions,
  socket: Socket,
  address: string,
  reason: ConnectionRefusal,
  { quiet = false, linger }: { readonly quiet?: boolean; readonly linger?: number } = {},
): void {
  const words = options.refused(address, reason, quiet);
  const connection = new Connection(socket, { address, port: 0 });
  if (words !== undefined) connection.write(words);
  connection.close(linger);
}

function readProxy(
  options: ListenerOptions,
  socket: Socket,
  balancer: { address: string; port: number },
): void {
  const parts: Uint8Array[] = [];
  const finish = (): void => {
    clearTimeout(timer);
    socket.pause();
    socket.removeListener('data', read).removeListener('end', fail).removeListener('close', fail);
    socket.removeListener('error', fail);
  };
  const fail = (): void => {
    finish();
    refuse(options, socket, balancer.address, 'no-proxy-header');
  };
  const read = (bytes: Uint8Array): void => {
    parts.push(bytes);
    const octets = concat(parts);
    const header = readProxyHeader(octets);
    if (header.kind === 'incomplete') return;
    if (header.kind === 'malformed') return fail();
    finish();
    const rest = octets.subarray(header.length);
    if (rest.length > 0) socket.unshift(rest);
    const { address, port } = header.client ?? balancer;
    admit(options, socket, { address: plainAddress(address), port }, rest.length > 0);
  };
  const timer = setTimeout(fail, options.proxyTime);
  socket.on('data', read).on('end', fail).on('error', fail).on('close', fail);
  socket.resume();
}
