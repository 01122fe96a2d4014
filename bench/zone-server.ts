/**
 * A program of its own that serves a zone over the DNS, and prints its port: the one in a file (JSON as for `declaredZone`), or a small
 * one for the row `dns`. Ends with its standard input.
 *
 *   bin/node bench/zone-server.ts [--zone FILE] [--cache ADDRESS]
 *
 * With --cache it also is the caching server of a mail host, on port 53 of that address (which takes root), for programs that remember
 * no answers themselves: it gives what was asked before out of its memory, whatever its TTL.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { declaredZone, type DeclaredName } from '../test/support/dns/declared-zone.ts';
import { serveZone } from '../test/support/dns/declared-zone-server.ts';

const MANY = { '*.many.test': { TXT: 'v=spf1 ip4:192.0.2.0/24 -all' } };

const { values } = parseArgs({ options: { zone: { type: 'string' }, cache: { type: 'string' } } });
const zone =
  values.zone === undefined
    ? MANY
    : (JSON.parse(readFileSync(values.zone, 'utf8')) as Record<string, DeclaredName>);
const server = await serveZone(declaredZone(zone));
// a run asks some hundred thousand questions
setInterval(() => server.received.splice(0), 500).unref();
if (values.cache !== undefined) await remember(values.cache);
console.log(server.port);
process.stdin.resume().on('end', () => process.exit());

/** Octets of the id, by which alone two queries for the same differ. */
const ID = 2;

async function remember(address: string): Promise<void> {
  const answers = new Map<string, Buffer>();
  const front = createSocket('udp4');
  front.on('message', (query, from) => {
    const answer = (bytes: Buffer): void => {
      const own = Buffer.from(bytes);
      query.copy(own, 0, 0, ID);
      front.send(own, from.port, from.address);
    };
    const question = query.toString('latin1', ID);
    const known = answers.get(question);
    if (known !== undefined) return answer(known);
    const back = createSocket('udp4');
    back.on('message', (bytes) => {
      answers.set(question, bytes);
      answer(bytes);
      back.close();
    });
    back.send(query, server.port, server.address);
  });
  front.bind(53, address);
  await once(front, 'listening');
}
