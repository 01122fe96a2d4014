/**
 * What lies beneath every socket of this process while the guard is on: libuv's handles of TCP and UDP, which are told an address and a port and
 * never a name. Whatever the way there was (a name in /etc/hosts, a look-up of the caller's own, an agent, `fetch`), it comes by here. A handle says
 * no as the kernel does where no way leads, so that whoever asked takes it for that: by the error event, or to their callback.
 */
import { constants } from 'node:os';
import { replaced } from './replaced.ts';

/** As libuv numbers it. */
const NO_WAY = -constants.errno.ENETUNREACH;

type Handle = new () => unknown;

/** Names in `handle` of what sends, and where among the arguments address and port stand. */
const TCP = { connect: [1, 2], connect6: [1, 2] } as const;
const UDP = { connect: [0, 1], connect6: [0, 1], send: [4, 3], send6: [4, 3] } as const;

/** @param stays whether an address is within reach @param refused told of each attempt */
export function guardHandles(
  stays: (address: string) => boolean,
  refused: (address: string, port: number) => void,
): Disposable {
  const parts = new DisposableStack();
  const node = process as unknown as {
    binding(name: 'tcp_wrap'): { readonly TCP: Handle };
    binding(name: 'udp_wrap'): { readonly UDP: Handle };
  };
  const all = [
    [node.binding('tcp_wrap').TCP, TCP],
    [node.binding('udp_wrap').UDP, UDP],
  ] as const;
  for (const [handle, methods] of all) {
    for (const [name, [address, port]] of Object.entries(methods)) {
      const guarded = replaced(handle.prototype as object, name, (original) => {
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
