/**
 * By which hosts a message goes, and on what terms: those of the route as policies have it, or what its author asks for (RFC 8689): TLS and
 * REQUIRETLS on the whole way, or the mail whatever TLS is.
 */
import type { TlsPolicy } from '#clients/smtp/peer';
import type { RouteHost } from '#mail/queue/route/route';
import type { SecuredHosts } from './secure-hosts.ts';
import type { TlsStep } from './steps.ts';

/** RFC 8689: `yes` by REQUIRETLS, `no` by `TLS-Required: No`. */
export type TlsRequired = 'yes' | 'no';

export interface Way {
  readonly kind: 'way';
  readonly hosts: readonly RouteHost[];
  /** The same for messages and domains that one session can serve. */
  readonly key: string;
  /** What the wish of the author came to. */
  readonly steps: readonly TlsStep[];
}

export interface NoWay {
  readonly kind: 'deferred' | 'failed';
  readonly status: string;
  readonly text: string;
  readonly steps: readonly TlsStep[];
}

export type Ways = (wish: TlsRequired | null, isNotice: boolean) => Way | NoWay;

/** To the hosts of a domain, found by its own word. */
export function waysByPolicy(
  domain: string,
  routed: readonly RouteHost[],
  { hosts, refusal }: SecuredHosts,
): Ways {
  const usual: Way | NoWay =
    refusal === undefined
      ? way(hosts)
      : { kind: 'deferred', status: refusal.status, text: refusal.text, steps: [] };
  return (wish, isNotice) => {
    if (wish === null) return usual;
    if (wish === 'no') {
      return way(routed, [{ key: 'tls.author-waives', rfc: 'RFC 8689 §4.2.2' }]);
    }
    if (isNotice) return withStep(usual, NOTICE);
    return usual.kind === 'way' ? strict(domain, usual.hosts.flatMap(strictHost)) : usual;
  };
}

/** To the host of an operator's route, whose own setting holds: an author can ask for more than it says, not for less. */
export function waysByRoute(domain: string, hosts: readonly RouteHost[]): Ways {
  const usual = way(hosts);
  return (wish, isNotice) => {
    if (wish !== 'yes') return usual;
    if (isNotice) return withStep(usual, NOTICE);
    const verified = hosts.flatMap((host) => {
      const tls = VERIFIED[host.tls];
      return tls === undefined ? [] : [{ ...host, tls, requireTls: true } as const];
    });
    return strict(domain, verified);
  };
}

/** RFC 8689 §5: a notice goes even where REQUIRETLS is not offered; it holds the header alone. */
const NOTICE: TlsStep = { key: 'tls.author-requires-notice', rfc: 'RFC 8689 §5' };
const REQUIRED: TlsStep = { key: 'tls.author-requires', rfc: 'RFC 8689 §4.2.1' };
const NO_HOST_FIT: TlsStep = { key: 'tls.no-host-fit', rfc: 'RFC 8689 §4.2.1' };

/** What a route's setting becomes where the peer must be proven; undefined where it rules TLS out. */
const VERIFIED: Readonly<Record<TlsPolicy, TlsPolicy | undefined>> = {
  none: undefined,
  opportunistic: 'verified',
  required: 'verified',
  verified: 'verified',
  implicit: 'implicit',
  'implicit-unverified': 'implicit',
};

/** RFC 8689 §4.2.1: the exchange is known by DNSSEC or by MTA-STS, and its certificate by DANE or by a root that is trusted. */
function strictHost(host: RouteHost): RouteHost[] {
  const isNamed =
    host.policy?.type === 'sts' &&
    host.policy.mode !== undefined &&
    !host.policy.faults.some(({ reason }) => reason === 'mx-not-in-policy');
  if (!host.authenticated && !isNamed) return [];
  const tls = host.dane === undefined ? 'verified' : 'required';
  return [{ ...host, tls, requireTls: true }];
}

function strict(domain: string, hosts: readonly RouteHost[]): Way | NoWay {
  if (hosts.length > 0) return way(hosts, [REQUIRED]);
  return {
    kind: 'failed',
    status: '5.7.30',
    text: `The author asks for TLS on the whole way, and no mail exchange of ${domain} can be proven to be one`,
    steps: [REQUIRED, NO_HOST_FIT],
  };
}

function way(hosts: readonly RouteHost[], steps: readonly TlsStep[] = []): Way {
  return { kind: 'way', hosts, key: keyOf(hosts), steps };
}

function withStep(usual: Way | NoWay, step: TlsStep): Way | NoWay {
  return { ...usual, steps: [step] };
}

function keyOf(hosts: readonly RouteHost[]): string {
  return hosts.map(keyOfHost).sort().join(' ');
}

/** A session belongs to one policy: it was proven by it, and is counted under it. */
function keyOfHost({ name, port, tls, policy, requireTls }: RouteHost): string {
  const host = `${name}:${port}:${tls}${requireTls ? ':requiretls' : ''}`;
  if (policy?.type === 'sts') return `${host}:${policy.domain}:${policy.mode}`;
  // other records may be of another key
  return policy?.type === 'tlsa' ? `${host}:${policy.strings.join()}` : host;
}
