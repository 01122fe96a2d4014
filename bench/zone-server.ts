/** A program of its own that serves a small zone over the DNS for the row `dns`, and prints its port. Ends with its standard input. */
import { declaredZone } from '../test/support/declared-zone.ts';
import { serveZone } from '../test/support/declared-zone-server.ts';

const server = await serveZone(
  declaredZone({ '*.many.test': { TXT: 'v=spf1 ip4:192.0.2.0/24 -all' } }),
);
// a run asks some hundred thousand questions
setInterval(() => server.received.splice(0), 500).unref();
console.log(server.port);
process.stdin.resume().on('end', () => process.exit());
