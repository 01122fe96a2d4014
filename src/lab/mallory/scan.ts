/** Mallory looks what listens: she speaks HTTP to the port that begins with TLS, as scanners do that know no better. */
import { once } from 'node:events';
import type { Victim } from './victim.ts';

const PATIENCE = 5000;

/** @returns how often somebody was there */
export async function scan(victim: Victim, localAddress: string, times: number): Promise<number> {
  const { dialer, address, ports } = victim;
  let there = 0;
  for (let time = 0; time < times; time++) {
    const dialled = await dialer.dial({
      address,
      port: ports.submissions,
      localAddress,
      timeoutMs: PATIENCE,
    });
    if (dialled.kind !== 'connected') continue;
    there++;
    const { socket } = dialled;
    socket.on('error', () => {}).resume();
    socket.write('GET / HTTP/1.0\r\n\r\n');
    const signal = AbortSignal.timeout(PATIENCE);
    await once(socket, 'close', { signal }).catch(() => {});
    socket.destroy();
  }
  return there;
}
