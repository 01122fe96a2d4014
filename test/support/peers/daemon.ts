/** Programs of others that run in the foreground as children of a test, until they are stopped. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { awaitBanner } from '../machine/loopback-port.ts';

const STOP_PATIENCE = 10_000;

/** Resolves once it greets on that port of the loopback. @throws where it ended before that */
export async function daemonUp(child: ChildProcess, port: number): Promise<void> {
  const ended = new AbortController();
  const failed = once(child, 'exit', { signal: ended.signal }).then(() => {
    throw new Error('it ended at once');
  });
  try {
    await Promise.race([failed, awaitBanner(port)]);
  } finally {
    ended.abort();
    failed.catch(() => {});
  }
}

/** Asks it to end, and ends it where it does not; nothing where it is gone. */
export async function daemonGone(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_PATIENCE);
  await gone;
  clearTimeout(timer);
}
