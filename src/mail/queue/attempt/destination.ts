/**
 * What to do with the recipients of a domain in an attempt for one site: deliver to its hosts, move them where the domain belongs by
 * now, hold them, or conclude them without a peer.
 */
import type { EventStep } from '#events';
import type { AttemptContext } from '#mail/queue/context';
import { route, type Routing } from '#mail/queue/route/route';
import type { RouteStep } from '#mail/queue/route/steps';
import { LOCAL_SITE } from '#store/queue/enqueue';
import { moveDomain, wakeDestinations } from '#store/queue/destinations';
import { secureHosts } from '#mail/tls-policy/secure-hosts';
import type { TlsStep } from '#mail/tls-policy/steps';
import { waysByPolicy, waysByRoute, type Ways } from '#mail/tls-policy/ways';

export type Decision =
  | {
      readonly kind: 'hosts';
      /** By which hosts, for what an author asks of TLS. */
      readonly ways: Ways;
      readonly steps: readonly EventStep[];
    }
  /** They wait at another site now. */
  | { readonly kind: 'moved' }
  | { readonly kind: 'held'; readonly reason: string; readonly steps: readonly EventStep[] }
  | {
      readonly kind: 'deferred' | 'failed';
      readonly status: string;
      readonly text: string;
      readonly steps: readonly EventStep[];
    };

/** Decides for a domain, and moves its recipients where they belong elsewhere. */
export async function decide(
  context: AttemptContext,
  domain: string,
  site: string,
  token: string,
): Promise<Decision> {
  const { options } = context;
  const { directory } = options;
  if (await directory.isLocalDomain(domain)) return move(context, domain, LOCAL_SITE, token);
  const routes = await directory.routes();
  const configured = routes.some((one) => one.domain === domain || one.domain === '*');
  if (!configured && options.unrouted(domain) === 'hold') {
    const step: RouteStep = { key: 'route.none-configured', domain };
    return { kind: 'held', reason: 'no-route', steps: [step] };
  }
  const routing = await route(domain, {
    routes,
    resolver: options.resolver,
    random: options.random,
    ownNames: options.ownNames,
    isOwnAddress: options.isOwnAddress,
    signal: context.ended,
  });
  if (routing.kind !== 'hosts') return unroutable(domain, routing);
  if (routing.site !== site) return move(context, domain, routing.site, token);
  return await secured(context, domain, routing);
}

/** With what the domain says of TLS. */
async function secured(
  { options, ended }: AttemptContext,
  domain: string,
  { by, hosts, steps }: Extract<Routing, { kind: 'hosts' }>,
): Promise<Decision> {
  const { tlsPolicy, resolver } = options;
  if (by === 'route' || tlsPolicy === undefined) {
    const step: TlsStep = { key: 'tls.configured', domain };
    return {
      kind: 'hosts',
      ways: waysByRoute(domain, hosts),
      steps: by === 'route' ? [...steps, step] : steps,
    };
  }
  const held = await secureHosts(tlsPolicy, domain, hosts, resolver, ended);
  return {
    kind: 'hosts',
    ways: waysByPolicy(domain, hosts, held),
    steps: [...steps, ...held.steps],
  };
}

async function move(
  { options, queue, wake }: AttemptContext,
  domain: string,
  site: string,
  token: string,
): Promise<Decision> {
  const now = options.store.clock.now();
  const destinations = await moveDomain(queue, domain, site, token, now);
  // before anything else forgets them: a destination that is not in line is found again only by and by
  await wakeDestinations(queue, destinations, now);
  wake(destinations);
  return { kind: 'moved' };
}

function unroutable(
  domain: string,
  routing: Exclude<Routing, { kind: 'hosts' }>,
): Extract<Decision, { kind: 'deferred' | 'failed' }> {
  const { status, steps } = routing;
  if (routing.kind === 'temporary') {
    return { kind: 'deferred', status, text: routing.text, steps };
  }
  return { kind: 'failed', status, text: UNROUTABLE_TEXT[routing.kind](domain), steps };
}

const UNROUTABLE_TEXT = {
  'null-mx': (domain) => `The domain ${domain} takes no mail (null MX)`,
  'no-such-domain': (domain) => `There is no domain ${domain}`,
  'no-addresses': (domain) => `No mail server of ${domain} has an address`,
  'address-literal': (domain) => `Mail is not sent to addresses like ${domain}`,
  'loops-to-self': (domain) =>
    `The mail server of ${domain} is this one, which does not serve that domain`,
} as const satisfies Record<
  Exclude<Routing['kind'], 'hosts' | 'temporary'>,
  (domain: string) => string
>;
