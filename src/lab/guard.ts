/**
 * The hard guard of the practice Internet: while it is on, no socket of this process reaches anything but the loopback and the database,
 * whoever opens it and for whatever reason. The dialers and resolvers that are handed in stay inside by themselves; this holds for what
 * would forget to take them.
 */
import { Socket as DatagramSocket } from 'node:dgram';
import { Socket, isIP, type SocketConnectOpts } from 'node:net';
import { parseIp } from '#protocol/address/ip-address';
import { contains, readNetwork } from '#protocol/address/network';

export interface GuardOptions {
  /** Host names and addresses that stay within reach: of the database. */
  readonly allowed: readonly string[];
  /** Told of each attempt. */
  readonly refused: (host: string, port: number | undefined) => void;
}

const LOOPBACK = ['127.0.0.0/8', '::1/128'].map((text) => readNetwork(text)!);

/** Closes the way out until it is disposed of. */
export function guardTheWayOut({ allowed, refused }: GuardOptions): Disposable {
  const connect = Socket.prototype.connect;
  const send = DatagramSocket.prototype.send;
  const connectDatagram = DatagramSocket.prototype.connect;
  const stays = (host: string): boolean => staysHere(host) || allowed.includes(host);

  Socket.prototype.connect = function guarded(this: Socket, ...args: unknown[]): Socket {
    const target = targetOf(args);
    if (target === undefined || stays(target.host))
      return Reflect.apply(connect, this, args) as Socket;
    refused(target.host, target.port);
    const error = outside(target.host);
    process.nextTick(() => this.destroy(error));
    return this;
  };
  const checked = <Args extends unknown[]>(
    original: (...args: Args) => void,
    hostOf: (args: Args) => unknown,
  ) =>
    function guarded(this: DatagramSocket, ...args: Args): void {
      const host = hostOf(args);
      if (typeof host === 'string' && !stays(host)) {
        refused(host, undefined);
        throw outside(host);
      }
      Reflect.apply(original, this, args);
    };
  DatagramSocket.prototype.connect = checked(
    connectDatagram as (...args: unknown[]) => void,
    (args) => args[1],
  );
  DatagramSocket.prototype.send = checked(send as (...args: unknown[]) => void, (args) =>
    args.slice(1).find((arg) => typeof arg === 'string' && isIP(arg) !== 0),
  );
  return {
    [Symbol.dispose]() {
      Socket.prototype.connect = connect;
      DatagramSocket.prototype.send = send;
      DatagramSocket.prototype.connect = connectDatagram;
    },
  };
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
  return { host: host ?? 'localhost', port: Number(port) };
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
