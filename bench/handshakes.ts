/**
 * Opens TLS connections one after the other in so many lanes, each with a full handshake, reads the greeting and closes. Prints one JSON
 * line. A process of its own, so that its CPU is told apart from the server's.
 *
 *   bin/node bench/handshakes.ts --port 2465 --handshakes 2000 --sessions 20
 */
import { once } from 'node:events';
import { connect } from 'node:tls';
import { parseArgs } from 'node:util';

/** Times in seconds. */
export interface HandshakesResult {
  readonly handshakes: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    handshakes: { type: 'string', default: '1000' },
    sessions: { type: 'string', default: '20' },
  },
});
const port = Number(values.port);
const handshakes = Number(values.handshakes);

let begun = 0;

async function lane(): Promise<void> {
  while (begun < handshakes) {
    begun++;
    // without a session of before there is nothing to resume
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
    const [greeting] = (await once(socket, 'data')) as [Buffer];
    if (!/^(?:220|\* OK)/.test(greeting.toString('latin1'))) throw new Error(String(greeting));
    socket.destroy();
  }
}

const cpuBefore = process.cpuUsage();
const began = performance.now();
await Promise.all(Array.from({ length: Number(values.sessions) }, lane));
const { user, system } = process.cpuUsage(cpuBefore);
const result: HandshakesResult = {
  handshakes,
  seconds: (performance.now() - began) / 1000,
  cpuSeconds: (user + system) / 1e6,
};
console.log(JSON.stringify(result));
