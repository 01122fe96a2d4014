/**
 * Opens TCP connections. An argument of whoever delivers, so that tests and the practice Internet hand in a network
 * of their own; `tcpDialer` is the real one.
 */
import { connect, type Socket } from 'node:net';
import type { NetworkCause, NetworkReason } from './outcome.ts';

export interface DialTarget {
  /** An IP address; names are resolved before. */
  readonly address: string;
  readonly port: number;
  /** The source address, of the same family. */
  readonly localAddress?: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export type DialResult = { readonly kind: 'connected'; readonly socket: Socket } | NetworkCause;

export interface Dialer {
  /** The address that it dials from, where that is one by its own word. */
  readonly localAddress?: string;
  dial(target: DialTarget): Promise<DialResult>;
}

const REASONS: Readonly<Record<string, NetworkReason>> = {
  ECONNREFUSED: 'refused',
  ETIMEDOUT: 'timed-out',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EAFNOSUPPORT: 'unreachable',
  EADDRNOTAVAIL: 'local-address',
  ECONNRESET: 'lost',
  EPIPE: 'lost',
};

/** An error of a socket as a cause. */
export function networkCause(error: NodeJS.ErrnoException): NetworkCause {
  const detail = error.code ?? error.message;
  return { kind: 'network', reason: REASONS[detail] ?? 'error', detail };
}

export const tcpDialer: Dialer = {
  dial({ address, port, localAddress, timeoutMs, signal }) {
    if (signal?.aborted === true) return Promise.resolve(ABORTED);
    return new Promise((resolve) => {
      const socket = connect({
        host: address,
        port,
        noDelay: true,
        ...(localAddress !== undefined && { localAddress }),
      });
      const timer = setTimeout(() => {
        settle({
          kind: 'network',
          reason: 'timed-out',
          detail: `no answer within ${timeoutMs} ms`,
        });
      }, timeoutMs);
      const onAbort = (): void => settle(ABORTED);
      const settle = (result: DialResult): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        socket.removeListener('error', onError);
        if (result.kind === 'network') {
          socket.on('error', () => {});
          socket.destroy();
        }
        resolve(result);
      };
      const onError = (error: NodeJS.ErrnoException): void => settle(networkCause(error));
      signal?.addEventListener('abort', onAbort);
      socket.once('error', onError);
      socket.once('connect', () => settle({ kind: 'connected', socket }));
    });
  },
};

export const ABORTED: NetworkCause = {
  kind: 'network',
  reason: 'aborted',
  detail: 'this server is stopping',
};
