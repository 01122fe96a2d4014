/**
 * No test asks the real DNS: once imported, every question through `node:dns` (and so every connection to a host
 * name), every datagram that would leave the loopback and every connection to a DNS port outside it throws. Names
 * that need no DNS stay allowed: addresses, and `localhost`, which the machine knows itself (RFC 6761 §6.3).
 * Every test file runs in a process of its own: the global set-up puts this file into NODE_OPTIONS.
 */
import dgram from 'node:dgram';
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import net, { BlockList, isIP, isIPv6 } from 'node:net';

type Callable = (this: unknown, ...args: unknown[]) => unknown;

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

const DNS_PORTS = new Set([53, 853]);

function isLoopback(address: string): boolean {
  return address === 'localhost' || LOOPBACK.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

function deny(what: string): never {
  throw new Error(
    `${what}: tests ask no real DNS (test/support/run/deny-dns.ts); hand in a declared zone`,
  );
}

/** Puts `check` in front of a method: it sees the arguments and throws where the call is denied. */
function guard(target: object, name: string, check: (args: readonly unknown[]) => void): void {
  const methods = target as Record<string, Callable | undefined>;
  const original = methods[name];
  if (original === undefined) return;
  methods[name] = function guarded(this: unknown, ...args: unknown[]) {
    check(args);
    return original.apply(this, args);
  };
}

function guardNames(target: object): void {
  for (const name of Object.getOwnPropertyNames(target)) {
    if (!/^(?:resolve|reverse|lookup)/.test(name)) continue;
    guard(target, name, ([asked]) => {
      const harmless = name === 'lookup' && (isIP(String(asked)) !== 0 || asked === 'localhost');
      if (!harmless) deny(`dns.${name}(${String(asked)})`);
    });
  }
}

guardNames(dns);
guardNames(dns.promises);
guardNames(dns.Resolver.prototype);
guardNames(Object.getPrototypeOf(dns.Resolver.prototype) as object);
guardNames(dns.promises.Resolver.prototype);
guardNames(Object.getPrototypeOf(dns.promises.Resolver.prototype) as object);

guard(dgram.Socket.prototype, 'connect', ([port, address]) => {
  if (typeof address === 'string' && !isLoopback(address))
    deny(`UDP to ${address}:${String(port)}`);
});

// The address is the last text among the arguments (msg[, offset, length][, port][, address][, callback]).
guard(dgram.Socket.prototype, 'send', (args) => {
  const address = args.slice(1).find((argument) => typeof argument === 'string');
  if (address !== undefined && !isLoopback(address)) deny(`UDP to ${address}`);
});

guard(net.Socket.prototype, 'connect', (args) => {
  // net.connect hands its arguments on as one list, [options, callback].
  const [first, second] = args.flat(1);
  const { host, port } =
    typeof first === 'object' && first !== null
      ? (first as { host?: unknown; port?: unknown })
      : { host: second, port: first };
  const outside = typeof host === 'string' && isIP(host) !== 0 && !isLoopback(host);
  if (outside && DNS_PORTS.has(Number(port))) deny(`TCP to ${host}:${String(port)}`);
});

syncBuiltinESMExports();
