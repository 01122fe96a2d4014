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

export interface NamesOptions {
  /** Names and addresses that may be looked up. */
  readonly stays: (host: string) => boolean;
  /** Told to which addresses a name leads. */
  readonly found: (name: string, addresses: readonly string[]) => void;
  /** Told of each attempt. */
  readonly refused: (name: string) => void;
  readonly failure: (name: string) => Error;
}

export function guardNames({ stays, found, refused, failure }: NamesOptions): Disposable {
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
        if (known)
          return original.apply(
            this,
            withFound(args, (all) => found(name, all)),
          );
        if (isResolver(this) && staysInside(this)) return original.apply(this, args);
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

type Found = string | readonly { readonly address: string }[] | undefined;

/** Arguments of a look-up, whose callback comes last; a promise is told nothing of. */
function withFound(args: unknown[], found: (addresses: readonly string[]) => void): unknown[] {
  const done = args.at(-1);
  if (typeof done !== 'function') return args;
  const told = (error: unknown, address: Found, ...more: unknown[]): void => {
    if (typeof address === 'string') found([address]);
    else found((address ?? []).map((one) => one.address));
    (done as (...given: unknown[]) => void)(error, address, ...more);
  };
  return [...args.slice(0, -1), told];
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
