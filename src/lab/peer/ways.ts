/**
 * Tells peer.test's Postfix where mail for a domain goes: Postfix asks the DNS by the system's resolver, which knows nothing of the practice
 * Internet, and by port 53 alone. So it asks here, for each address (transport(5), socketmap_table(5)), and is given the hosts by production's
 * own routing, which asks the practice Internet's resolver from peer.test's address.
 */
import { createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { concat } from '#bytes';
import type { LabNetwork } from '#lab/network';
import { route, type Routing } from '#mail/queue/route/route';
import { parseMailbox } from '#protocol/address/path';
import type { Resolver } from '#protocol/dns/resolver';
import { netstring, readNetstring } from './netstring.ts';

export interface WaysOptions {
  readonly address: string;
  readonly port: number;
  readonly hostname: string;
  /** Whose mail stays. */
  readonly domain: string;
  readonly resolver: Resolver;
  readonly network: Pick<LabNetwork, 'has' | 'placeOf'>;
}

/** Of Postfix's trivial-rewrite, of which there are few. */
const CONNECTIONS = 20;
/** How long the DNS may take. Real milliseconds. */
const PATIENCE = 10_000;
/** Exchanges that are told. */
const MOST_HOSTS = 10;

/** @throws EADDRINUSE, … */
export async function tellWays(options: WaysOptions): Promise<AsyncDisposable> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    if (open.size >= CONNECTIONS) return void socket.destroy();
    open.add(socket);
    socket.on('close', () => open.delete(socket)).on('error', () => {});
    void converse(socket, options).catch(() => socket.destroy());
  });
  server.listen(options.port, options.address);
  await once(server, 'listening');
  return {
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

async function converse(socket: Socket, options: WaysOptions): Promise<void> {
  let buffer: Uint8Array = new Uint8Array(0);
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    buffer = concat([buffer, chunk]);
    for (;;) {
      const read = readNetstring(buffer);
      if (read.kind === 'bad') return void socket.destroy();
      if (read.kind === 'more') break;
      buffer = read.rest;
      // the name of the map, a space, the key
      const key = read.text.slice(read.text.indexOf(' ') + 1);
      socket.write(netstring(await answer(key, options)));
    }
  }
}

/** Whole addresses are answered; Postfix asks for their domains and for `*` when they are not. */
export async function answer(key: string, options: WaysOptions): Promise<string> {
  const domain = parseMailbox(key)?.domain;
  if (domain === undefined || domain === options.domain) return 'NOTFOUND ';
  const { hostname, resolver, network } = options;
  const routed = await route(domain, {
    routes: [],
    ownNames: new Set([hostname]),
    isOwnAddress: () => false,
    resolver,
    random: () => 0,
    signal: AbortSignal.timeout(PATIENCE),
  });
  return `OK ${transportOf(routed, network)}`;
}

function transportOf(routed: Routing, { has, placeOf }: WaysOptions['network']): string {
  if (routed.kind === 'temporary') return `retry:${routed.status} ${routed.kind}`;
  if (routed.kind !== 'hosts') return `error:${routed.status} ${routed.kind}`;
  const places = routed.hosts.flatMap(({ addresses, port }) =>
    // Postfix is a program of its own: no guard of ours holds it
    addresses.flatMap(({ address }) => (has(address) ? placeOf(address, port) : [])),
  );
  if (places.length === 0) return 'retry:4.4.1 outside the practice Internet';
  const hops = places.slice(0, MOST_HOSTS).map(({ address, port }) => `[${address}]:${port}`);
  return `smtp:${hops.join(', ')}`;
}
