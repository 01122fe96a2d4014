/**
 * The hard guard of the practice Internet: while it is on, no socket of this process reaches anything but the loopback and the database,
 * and no name is looked up in the DNS of this machine, whoever asks and for whatever reason. The dialers and resolvers that are handed in stay
 * inside by themselves; this holds for what would forget to take them. Other programs are not held by it: Postfix is led by `peer/ways.ts`, the
 * commands of hooks run in a network of their own (`hook.ts`).
 */
import { guardHandles } from './handles.ts';
import { guardNames } from './names.ts';
import { isOnLoopback } from './loopback.ts';

export interface GuardOptions {
  /** Host names and addresses that stay within reach: of the database. */
  readonly allowed: readonly string[];
  /** Told of each attempt. */
  readonly refused: (host: string, port: number | undefined) => void;
}

/** Closes the way out until it is disposed of. */
export function guardTheWayOut({ allowed, refused }: GuardOptions): Disposable {
  const within = new Set(allowed);
  const parts = new DisposableStack();
  parts.use(guardHandles((address) => isOnLoopback(address) || within.has(address), refused));
  parts.use(
    guardNames({
      stays: (host) => host === 'localhost' || isOnLoopback(host) || allowed.includes(host),
      found: (name, addresses) => {
        // a name of this machine need not lead to it
        if (allowed.includes(name) && name !== 'localhost')
          for (const address of addresses) within.add(address);
      },
      refused: (name) => refused(name, undefined),
      failure: outside,
    }),
  );
  return parts;
}

function outside(host: string): NodeJS.ErrnoException {
  const error: NodeJS.ErrnoException = new Error(
    `${host} is outside the practice Internet: while it is on, nothing leaves this machine`,
  );
  error.code = 'ENETUNREACH';
  return error;
}
