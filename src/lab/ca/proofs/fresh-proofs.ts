/**
 * A resolver for an authority that shares its cache with others: the records by which names are proved are asked for anew each time, as
 * authorities do that have a cache of their own. All else keeps its time to live, and a learner sees that it does.
 */
import type { Resolver } from '#protocol/dns/resolver';

/** @param resolver without a cache of its own @param forget takes a name out of the shared one */
export function freshProofs(resolver: Resolver, forget: (name: string) => unknown): Resolver {
  return {
    resolve(name, type, options) {
      if (name.startsWith('_acme-challenge.')) forget(name);
      return resolver.resolve(name, type, options);
    },
  };
}
