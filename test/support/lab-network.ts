/** A practice Internet of a test's own: the second number of its addresses is the process's, so that several run side by side. */
import { createServer } from 'node:net';

/** @returns the first two numbers, `127.x`, of a network in which nobody listens yet */
export async function freeLabPrefix(): Promise<string> {
  for (let tried = 0; tried < 220; tried++) {
    const prefix = `127.${30 + ((process.pid + tried) % 220)}`;
    if (await isFree(`${prefix}.0.53`)) return prefix;
  }
  throw new Error('no network is free');
}

/** The resolver of a practice Internet listens for as long as it runs. */
async function isFree(address: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer().on('error', () => resolve(false));
  server.listen(5353, address, () => server.close(() => resolve(true)));
  return promise;
}
