/** What would be done to a domain now, found out by asking, with nothing sent: for `hikyaku tls policy` and the doctor. */
import { route, type RouteHost, type RouteOptions, type Routing } from '#mail/queue/route/route';
import type { RouteStep } from '#mail/queue/route/steps';
import { secureHosts, type TlsPolicyParts } from './secure-hosts.ts';
import type { TlsStep } from './steps.ts';

export interface LiveOptions extends Pick<
  RouteOptions,
  'routes' | 'resolver' | 'random' | 'signal'
> {
  readonly sts: TlsPolicyParts['sts'];
  readonly dane: boolean;
}

export interface LiveDecision {
  readonly domain: string;
  readonly by: 'route' | 'mx' | undefined;
  /** With what each is held to; empty where there is none, or policies leave none. */
  readonly hosts: readonly RouteHost[];
  /** Why nothing would be sent. */
  readonly refusal: string | undefined;
  /** Where there is no host at all. */
  readonly unroutable: Exclude<Routing['kind'], 'hosts'> | undefined;
  readonly steps: readonly (RouteStep | TlsStep)[];
}

const NOBODY_TOLD = { note: () => {} };
/** This server is not looked for among the hosts: what is asked is how others are sent to. */
const NOT_US = { ownNames: new Set<string>(), isOwnAddress: () => false };

/** @param domain in A-labels */
export async function decideLive(domain: string, options: LiveOptions): Promise<LiveDecision> {
  const { sts, dane, resolver, signal } = options;
  const routing = await route(domain, { ...options, ...NOT_US });
  const { steps } = routing;
  if (routing.kind !== 'hosts') {
    const { kind } = routing;
    return { domain, by: undefined, hosts: [], refusal: undefined, unroutable: kind, steps };
  }
  const { by, hosts } = routing;
  if (by === 'route') {
    const own: TlsStep = { key: 'tls.configured', domain };
    return { domain, by, hosts, refusal: undefined, unroutable: undefined, steps: [...steps, own] };
  }
  const parts = { sts, dane, ledger: NOBODY_TOLD };
  const secured = await secureHosts(parts, domain, hosts, resolver, signal);
  return {
    domain,
    by,
    hosts: secured.hosts,
    refusal: secured.refusal?.text,
    unroutable: undefined,
    steps: [...steps, ...secured.steps],
  };
}
