/**
 * What to do with the recipients of a domain in an attempt for one site: deliver to its hosts, move them where the domain belongs by
 * now, hold them, or conclude them without a peer.
 */
import type { EventStep } from '#events';
import { LOCAL_SITE } from '#store/queue/enqueue';
import { moveDomain, wakeDestinations } from '#store/queue/destinations';
import type { AttemptContext } from './context.ts';
import type { RouteStep } from './route-steps.ts';
import { route, type RouteHost, type Routing } from './route.ts';

export type Decision =
  | {
      readonly kind: 'hosts';
      readonly hosts: readonly RouteHost[];
      /** The same for domains that one session can serve. */
      readonly key: string;
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
  if (!configured && options.unrouted === 'hold') {
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
  const key = routing.hosts
    .map(({ name, port, tls }) => `${name}:${port}:${tls}`)
    .sort()
    .join(' ');
  return { kind: 'hosts', hosts: routing.hosts, key, steps: routing.steps };
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
