/** A name without any address is none that an authority could visit: it is not bothered with it, nor its limits used up. */
import type { Resolver } from '#protocol/dns/resolver';

/** The first of the names of which the DNS says that it has neither an A nor an AAAA record. */
export async function missingInDns(
  resolver: Resolver,
  names: readonly string[],
  signal: AbortSignal,
): Promise<string | undefined> {
  for (const name of names) {
    const answers = await Promise.all([
      resolver.resolve(name, 'A', { signal }),
      resolver.resolve(name, 'AAAA', { signal }),
    ]);
    // where nothing is known the authority may know better
    if (answers.every(({ kind }) => kind === 'nxdomain' || kind === 'no-data')) return name;
  }
  return undefined;
}
