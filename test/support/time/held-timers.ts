/**
 * Timers of one length that a test fires, so that it tells what happens before and after however slow the machine is: those of
 * `setTimeout`, and the idle time of sockets. Choose a length that nothing else has, and far longer than a test may take.
 */
import { Socket } from 'node:net';
import type { TestContext } from 'node:test';

export interface HeldTimers {
  /** How many are set. */
  readonly waiting: number;
  /** Sockets whose idle time is held. */
  readonly sockets: ReadonlySet<Socket>;
  /** The time is over for all that are set now. */
  fire(): void;
}

/** Until the test ends, or what else the mocks are of. @param ms their length */
export function holdTimers(t: Pick<TestContext, 'mock'>, ms: number): HeldTimers {
  const timers = new Map<unknown, () => void>();
  const sockets = new Set<Socket>();
  const { setTimeout: set, clearTimeout: clear } = globalThis;
  t.mock.method(globalThis, 'setTimeout', (run: () => void, after?: number): unknown => {
    const timer = set(run, after);
    if (after === ms) timers.set(timer, run);
    return timer;
  });
  t.mock.method(globalThis, 'clearTimeout', (timer: NodeJS.Timeout | undefined): void => {
    timers.delete(timer);
    clear(timer);
  });
  const idleAfter: (this: Socket, after: number, then?: () => void) => Socket = Reflect.get(
    Socket.prototype,
    'setTimeout',
  );
  t.mock.method(
    Socket.prototype,
    'setTimeout',
    function (this: Socket, after: number, then?: () => void): Socket {
      if (after === ms) sockets.add(this);
      else sockets.delete(this);
      this.once('close', () => sockets.delete(this));
      return idleAfter.call(this, after, then);
    },
  );
  return {
    get waiting() {
      return timers.size + sockets.size;
    },
    sockets,
    fire() {
      for (const [timer, run] of timers) {
        timers.delete(timer);
        clear(timer as NodeJS.Timeout);
        run();
      }
      for (const socket of sockets) socket.emit('timeout');
    },
  };
}
