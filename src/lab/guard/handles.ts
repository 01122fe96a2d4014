/**
 * What lies beneath every socket of this process while the guard is on: libuv's handles of TCP and UDP, which are told an address and a port and
 * never a name. Whatever the way there was (a name in /etc/hosts, a look-up of the caller's own, an agent, `fetch`), it comes by here. A handle says
 * no as the kernel does where no way leads, so that whoever asked takes it for that: by the error event, or to their callback. Node gives them out by
 * `process.binding` alone, which it takes back (DEP0111): they are found beneath two sockets of ours that lead nowhere.
 */
import { createSocket } from 'node:dgram';
import { Socket } from 'node:net';
import { constants } from 'node:os';
import { replaced } from './replaced.ts';

/** As libuv numbers it. */
const NO_WAY = -constants.errno.ENETUNREACH;

/** Names in `handle` of what sends, and where among the arguments address and port stand. */
const TCP = { connect: [1, 2], connect6: [1, 2] } as const;
const UDP = { connect: [0, 1], connect6: [0, 1], send: [4, 3], send6: [4, 3] } as const;

/** @param stays whether an address is within reach @param refused told of each attempt */
export function guardHandles(
  stays: (address: string) => boolean,
  refused: (address: string, port: number) => void,
): Disposable {
  const parts = new DisposableStack();
  const all = [
    [prototypeOf(tcpHandle()), TCP],
    [prototypeOf(udpHandle()), UDP],
  ] as const;
  for (const [prototype, methods] of all) {
    for (const [name, [address, port]] of Object.entries(methods)) {
      const guarded = replaced(prototype, name, (original) => {
        return function guarded(this: object, ...args: unknown[]): unknown {
          const target = args[address];
          // a datagram on a socket that is connected names nobody
          if (typeof target !== 'string' || stays(target)) return original.apply(this, args);
          refused(target, Number(args[port]));
          return NO_WAY;
        };
      });
      parts.use(guarded);
    }
  }
  return parts;
}

/** A socket has it as soon as it is told where to go, and goes there in the next tick: this one is gone by then. */
function tcpHandle(): unknown {
  const socket = new Socket();
  socket.connect(1, '127.0.0.1');
  const { _handle: handle } = socket as Socket & { _handle?: unknown };
  socket.destroy();
  return handle;
}

function udpHandle(): unknown {
  const socket = createSocket('udp4');
  const handles = Object.getOwnPropertySymbols(socket).flatMap((symbol) => {
    const state = (socket as unknown as Record<symbol, unknown>)[symbol];
    return typeof state === 'object' && state !== null && 'handle' in state ? [state.handle] : [];
  });
  socket.close();
  return handles[0];
}

/** @throws where Node has no such handle: nothing opens without the guard */
function prototypeOf(handle: unknown): object {
  if (typeof handle !== 'object' || handle === null)
    throw new Error(`no handle is found beneath the sockets of Node.js ${process.version}`);
  return Object.getPrototypeOf(handle) as object;
}
