/** The signals that a server listens to: two to stop, one to read again what can be read again. */
import type { Log } from '#log';

export interface Signals {
  readonly first: Promise<void>;
  readonly second: Promise<void>;
}

/** npm hears a Ctrl-C that the server hears too, and hands it on: one keystroke, not two. */
const SAME_KEYSTROKE = 300;

/**
 * Listens to the end of the process: a signal that comes late must not spoil its exit code.
 * @param hangUp what SIGHUP means; undefined: that the terminal is gone, which ends the server like the others
 */
export function listenForSignals(log: Log, hangUp: (() => void) | undefined): Signals {
  const first = Promise.withResolvers<void>();
  const second = Promise.withResolvers<void>();
  let heard: number | undefined;
  const hear = (signal: NodeJS.Signals): void => {
    const now = performance.now();
    if (heard !== undefined && now - heard < SAME_KEYSTROKE) return;
    log.info('server.signal', { signal });
    if (heard !== undefined) second.resolve();
    heard ??= now;
    first.resolve();
  };
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, hear);
  process.on('SIGHUP', (signal) => {
    if (hangUp === undefined) return hear(signal);
    log.info('server.signal', { signal });
    if (heard === undefined) hangUp();
  });
  return { first: first.promise, second: second.promise };
}
