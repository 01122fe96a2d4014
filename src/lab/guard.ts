/**
 * The hard guard of the practice Internet: while it is on, no socket of this process reaches anything but the loopback and the database,
 * and no name is looked up in the DNS of this machine, whoever asks and for whatever reason. The dialers and resolvers that are handed in stay inside by themselves; this holds for what
 * would forget to take them.
 */
import { Socket as DatagramSocket } from 'node:dgram';
import { Socket, type SocketConnectOpts } from 'node:net';
import { parseIp } from '#protocol/address/ip-address';
import { contains, readNetwork } from '#protocol/address/network';
import { guardNames } from './guard-names.ts';
import { replaced } from './replaced.ts';

export interface GuardOptions {
  /** Host names and addresses that stay within reach: of the database. */
  readonly allowed: readonly string[];
  /** Told of each attempt. */
  readonly refused: (host: string, port: number | undefined) => void;
}

const LOOPBACK = ['127.0.0.0/8', '::1/128'].map((text) => readNetwork(text)!);

/** Closes the way out until it is disposed of. */
export function guardTheWayOut({ allowed, refused }: GuardOptions): Disposable {
  const stays = (host: string): boolean => staysHere(host) || allowed.includes(host);
  const parts = new DisposableStack();
  parts.use(
    replaced(Socket.prototype, 'connect', (connect) => {
      return function guarded(this: object, ...args: unknown[]): unknown {
        const target = targetOf(args);
        if (target === undefined || stays(target.host)) return connect.apply(this, args);
        refused(target.host, target.port);
        process.nextTick(() => (this as Socket).destroy(outside(target.host)));
        return this;
      };
    }),
  );
  const datagrams = (name: 'connect' | 'send', hostOf: (args: unknown[]) => unknown): Disposable =>
    replaced(DatagramSocket.prototype, name, (original) => {
      return function guarded(this: object, ...args: unknown[]): unknown {
        const host = hostOf(args);
        if (typeof host !== 'string' || stays(host)) return original.apply(this, args);
        refused(host, undefined);
        throw outside(host);
      };
    });
  parts.use(datagrams('connect', (args) => args[1] || undefined));
  parts.use(datagrams('send', receiverOf));
  parts.use(guardNames(stays, (name) => refused(name, undefined), outside));
  return parts;
}

/** Of `send(message[, offset, length][, port][, address][, done])`, read as Node reads it. Undefined: this machine, or who is connected to. */
function receiverOf(args: readonly unknown[]): unknown {
  const [, , length, port, address] = args;
  const sliced = Boolean(address) || (Boolean(port) && typeof port !== 'function');
  return (sliced ? address : length) || undefined;
}

/** `node:net` hands its arguments on as one list, with options first. Undefined: a unix socket. */
function targetOf(args: readonly unknown[]): { host: string; port: number } | undefined {
  const [first, second] = Array.isArray(args[0]) ? (args[0] as unknown[]) : args;
  if (typeof first === 'string' && !/^\d+$/.test(first)) return undefined;
  if (typeof first !== 'object' || first === null)
    return { host: typeof second === 'string' ? second : 'localhost', port: Number(first) };
  const options = first as SocketConnectOpts;
  if ('path' in options && options.path !== undefined && options.path !== null) return undefined;
  const { host, port } = options as { host?: string; port: number };
  return { host: host ?? 'localhost', port };
}

function staysHere(host: string): boolean {
  if (host === 'localhost') return true;
  const read = parseIp(host);
  return read !== undefined && LOOPBACK.some((network) => contains(network, read));
}

function outside(host: string): NodeJS.ErrnoException {
  const error: NodeJS.ErrnoException = new Error(
    `${host} is outside the practice Internet: while it is on, nothing leaves this machine`,
  );
  error.code = 'ENETUNREACH';
  return error;
}
