/** What the zones' own servers say of the plan, past every cache: tells what is wrong from what has only not reached everybody yet. */
import type { DnsAnswer, Resolver } from '#protocol/dns/resolver';
import { planQuestions, type PlanAnswers } from './compare.ts';
import type { DnsPlan } from './record.ts';

export interface AuthorityOptions {
  /** By which zones and their servers are found. */
  readonly resolver: Resolver;
  /** Asks one server by its address, without a cache. */
  readonly at: (address: string) => Resolver;
  readonly signal?: AbortSignal;
}

/** Questions whose zone or servers cannot be found have no answer. */
export async function askAuthority(plan: DnsPlan, options: AuthorityOptions): Promise<PlanAnswers> {
  const zones = new Map<string, Promise<Resolver | undefined>>();
  const asked = planQuestions(plan).map(async ({ name, type }) => {
    const server = await serverFor(name, options, zones);
    const answer = await server?.resolve(name, type, withSignal(options));
    return answer && ([`${type} ${name}`, answer] as const);
  });
  return new Map((await Promise.all(asked)).filter((one) => one !== undefined));
}

/** A server of the zone in which a name lies: that of the nearest name above with NS records. */
async function serverFor(
  name: string,
  options: AuthorityOptions,
  zones: Map<string, Promise<Resolver | undefined>>,
): Promise<Resolver | undefined> {
  for (let zone = name; zone.includes('.'); zone = zone.slice(zone.indexOf('.') + 1)) {
    const known = zones.get(zone) ?? serverOf(zone, options);
    zones.set(zone, known);
    const server = await known;
    if (server !== undefined) return server;
  }
  return undefined;
}

async function serverOf(zone: string, options: AuthorityOptions): Promise<Resolver | undefined> {
  const { resolver, at } = options;
  const answer = await resolver.resolve(zone, 'NS', withSignal(options));
  // an alias of a name in another zone would lead to the wrong servers
  if (answer.kind !== 'records' || answer.aliases.length > 0) return undefined;
  for (const host of answer.records)
    for (const family of ['A', 'AAAA'] as const) {
      const address: DnsAnswer = await resolver.resolve(host, family, withSignal(options));
      if (address.kind === 'records') return at(address.records[0] as string);
    }
  return undefined;
}

function withSignal({ signal }: AuthorityOptions): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}
