/**
 * `node:dns` while the guard is on: getaddrinfo gives what this machine knows by itself, and c-ares asks servers on the loopback that it was
 * told of. The servers of this machine are asked nothing, although they may be on the loopback too: what they do not know they ask elsewhere.
 */
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import { isIP } from 'node:net';
import { replaced, type Method } from './replaced.ts';

/** Asks that take a name or an address first. */
const ASKS = /^(?:lookup$|lookupService$|resolve|reverse$)/;

/** @param refused told of each attempt */
export function guardNames(
  stays: (host: string) => boolean,
  refused: (name: string) => void,
  failure: (name: string) => Error,
): Disposable {
  const parts = new DisposableStack();
  // named imports follow once all is back in its place
  parts.defer(syncBuiltinESMExports);
  const ofMachine = new Set(dns.getServers());
  const staysInside = (resolver: object): boolean =>
    'getServers' in resolver &&
    (resolver as dns.Resolver)
      .getServers()
      .every((server) => !ofMachine.has(server) && stays(hostOf(server)));

  const guard = (target: object, asks: string, later: boolean): void => {
    const make = (original: Method): Method => {
      function guarded(this: object, ...args: unknown[]): unknown {
        const name = String(args[0]);
        const known = asks === 'lookup' && (isIP(name) !== 0 || stays(name));
        if (known || (isResolver(this) && staysInside(this))) return original.apply(this, args);
        refused(name);
        const error = failure(name);
        if (later) return Promise.reject(error);
        const done = args.findLast((arg) => typeof arg === 'function');
        if (done === undefined) throw error;
        process.nextTick(done, error);
        return undefined;
      }
      // what `util.promisify` reads of it
      return Object.defineProperties(guarded, Object.getOwnPropertyDescriptors(original));
    };
    parts.use(replaced(target, asks, make));
  };
  const all: readonly (readonly [object, boolean])[] = [
    [dns, false],
    [dns.promises, true],
    [dns.Resolver.prototype, false],
    [dns.promises.Resolver.prototype, true],
  ];
  for (const [target, later] of all)
    for (const name of Object.getOwnPropertyNames(target))
      if (ASKS.test(name)) guard(target, name, later);
  syncBuiltinESMExports();
  return parts;
}

function isResolver(asked: unknown): asked is object {
  return asked instanceof dns.Resolver || asked instanceof dns.promises.Resolver;
}

/** Without the port: `127.0.0.1:5353`, `[::1]:5353`, `::1`. */
function hostOf(server: string): string {
  const bracketed = /^\[([^\]]*)\]/.exec(server)?.[1];
  if (bracketed !== undefined || isIP(server) !== 0) return bracketed ?? server;
  return server.slice(0, server.lastIndexOf(':'));
}
