/** What the command line is told of what is published for the domains here. */
import type { Resolver } from '#protocol/dns/resolver';
import { askAuthority } from '#mail/dns-plan/ask-authority';
import { askPlan, comparePlan, type ComparedRecord } from '#mail/dns-plan/compare';
import { readPlan, type PlanSource } from '#mail/dns-plan/read-plan';
import type { DnsPlan } from '#mail/dns-plan/record';

export interface PublishingDesk {
  /** Undefined where the domain is not here. */
  readonly plan: (domain: string) => Promise<DnsPlan | undefined>;
  readonly compare: (plan: DnsPlan, signal: AbortSignal) => Promise<readonly ComparedRecord[]>;
  /** Why other hosts would not trust the certificate of the MX listener; undefined: they do, as far as can be seen here. */
  readonly distrust: () => string | undefined;
  readonly resolver: Resolver;
}

export interface DeskOptions {
  readonly source: PlanSource;
  readonly resolver: Resolver;
  /** Asks a server by its address. */
  readonly at: (address: string) => Resolver;
  readonly distrust: () => string | undefined;
}

export function publishingDesk({ source, resolver, at, distrust }: DeskOptions): PublishingDesk {
  return {
    plan: (domain) => readPlan(source, domain),
    compare: (plan, signal) => compareByAll(plan, { resolver, at, signal }),
    distrust,
    resolver,
  };
}

/** By the resolver, and by the zones' own servers. */
export async function compareByAll(
  plan: DnsPlan,
  options: { resolver: Resolver; at: (address: string) => Resolver; signal: AbortSignal },
): Promise<readonly ComparedRecord[]> {
  const [answers, authority] = await Promise.all([
    askPlan(plan, options.resolver, options.signal),
    askAuthority(plan, options),
  ]);
  return comparePlan(plan, answers, authority);
}
