/**
 * What TLS with the hosts of a domain must be, by its own word: DANE where a host has TLSA records (RFC 7672), else MTA-STS (RFC 8461 §2: it
 * never overrides DANE), else TLS where it is offered (RFC 7435). Hosts that a policy rules out are left out; with none left the
 * mail waits, for who stands in the way may go away. An operator's route has its own setting and does not come here.
 */
import type { RouteHost } from '#mail/queue/route/route';
import type { CachedPolicy } from '#protocol/mta-sts/cached-policy';
import { namesMx } from '#protocol/mta-sts/match-mx';
import type { Resolver } from '#protocol/dns/resolver';
import { daneOfHost, type HostDane } from './dane-of-host.ts';
import type { HostPolicy, PolicyFault } from './host-policy.ts';
import type { TlsLedger } from './ledger.ts';
import type { StsFound, StsPolicies } from './sts-policies.ts';
import type { NoDane, TlsStep } from './steps.ts';

/** What the queue decides on TLS with. */
export interface TlsPolicyParts {
  readonly sts: Pick<StsPolicies, 'of'>;
  readonly ledger: Pick<TlsLedger, 'note'>;
  /** Whether the resolver is trusted to say what DNSSEC validated. */
  readonly dane: boolean;
}

export interface SecuredHosts {
  /** With what each is held to, in the order of the route; empty where policies leave none. */
  readonly hosts: readonly RouteHost[];
  readonly steps: readonly TlsStep[];
  /** Why there is none. */
  readonly refusal:
    | { readonly status: '4.3.2' | '4.4.3' | '4.7.0'; readonly text: string }
    | undefined;
}

interface Judged {
  readonly host: RouteHost;
  readonly dane: HostDane;
}

/** @throws when the database is out of reach */
export async function secureHosts(
  parts: TlsPolicyParts,
  domain: string,
  hosts: readonly RouteHost[],
  resolver: Resolver,
  signal?: AbortSignal,
): Promise<SecuredHosts> {
  const judged = await Promise.all(
    hosts.map(async (host): Promise<Judged> => {
      const off: HostDane = { kind: 'none', why: 'resolver' };
      return { host, dane: parts.dane ? await daneOfHost(domain, host, resolver, signal) : off };
    }),
  );
  const steps = daneSteps(judged);
  const wantsSts = judged.some(({ dane }) => dane.kind !== 'failed' && !isExpected(dane));
  const asked = wantsSts ? parts.sts.of(domain) : undefined;
  const sts = asked instanceof Promise ? await unlessAborted(asked, signal) : asked;
  if (sts === 'aborted') return { hosts: [], steps, refusal: STOPPING };
  if (sts) steps.push(...sts.steps);
  const secured = judged.map((one) => ({ one, secured: secure(domain, one, sts) }));
  const kept: RouteHost[] = [];
  for (const { one, secured: held } of secured) {
    if ('step' in held) steps.push(held.step);
    if ('host' in held) kept.push(held.host);
    else {
      const { policy, result, reason } = held;
      parts.ledger.note(policy, { result, reason, mxHost: one.host.name });
    }
  }
  steps.push(...heldSteps(kept));
  return { hosts: kept, steps, refusal: kept.length > 0 ? undefined : refusalOf(domain, judged) };
}

const STOPPING = { status: '4.3.2', text: 'This server is stopping' } as const;

/** A policy that is fetched may take half a minute, which a stop does not wait for. */
async function unlessAborted(
  found: Promise<StsFound>,
  signal: AbortSignal | undefined,
): Promise<StsFound | 'aborted'> {
  if (signal === undefined) return found;
  const aborted = Promise.withResolvers<'aborted'>();
  const onAbort = (): void => aborted.resolve('aborted');
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort);
  try {
    return await Promise.race([found, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

type Held =
  | { readonly host: RouteHost; readonly step?: TlsStep }
  | ({ readonly policy: HostPolicy; readonly step: TlsStep } & PolicyFault)
  | ({ readonly policy: HostPolicy } & PolicyFault);

function isExpected(dane: HostDane): boolean {
  return dane.kind === 'records' && dane.expectation !== undefined;
}

function secure(domain: string, { host, dane }: Judged, sts: StsFound | undefined): Held {
  if (dane.kind === 'failed') {
    const policy = policyOf('tlsa', domain, dane.base);
    return { policy, result: 'dnssec-invalid', reason: dane.answer.cause ?? 'failure' };
  }
  if (dane.kind === 'records' && dane.expectation !== undefined) {
    const policy = policyOf('tlsa', domain, dane.base, dane.shown);
    // RFC 7672 §8.1: SNI is the TLSA base domain
    const serverName = dane.base;
    return { host: { ...host, tls: 'required', dane: dane.expectation, serverName, policy } };
  }
  if (sts?.policy !== undefined) return secureBySts(domain, host, dane, sts.policy, sts.fault);
  if (dane.kind === 'records') {
    const faults = [{ result: 'tlsa-invalid', reason: 'no-usable-record' } as const];
    const policy = { ...policyOf('tlsa', domain, dane.base, dane.shown), faults };
    return { host: { ...host, tls: 'required', policy } };
  }
  const fault = sts?.fault;
  const policy: HostPolicy =
    fault === undefined
      ? policyOf('no-policy-found', domain, domain)
      : { ...policyOf('sts', domain, domain), faults: [fault] };
  return { host: { ...host, policy } };
}

function secureBySts(
  domain: string,
  host: RouteHost,
  dane: HostDane,
  { policy: { mode, mx, lines } }: CachedPolicy,
  fault: PolicyFault | undefined,
): Held {
  const isNamed = namesMx(mx, host.name);
  const policy: HostPolicy = {
    ...policyOf('sts', domain, domain, lines, mx),
    mode: mode === 'enforce' ? 'enforce' : 'testing',
    faults: fault === undefined ? [] : [fault],
  };
  const rfc = 'RFC 8461 §4.1';
  if (mode === 'enforce') {
    if (isNamed) return { host: { ...host, tls: 'verified', policy } };
    const step = { key: 'tls.sts-host-refused', rfc, domain, host: host.name } as const;
    return { policy, step, ...UNNAMED };
  }
  const tls = dane.kind === 'records' ? 'required' : host.tls;
  if (isNamed) return { host: { ...host, tls, policy } };
  const step = { key: 'tls.sts-host-unnamed', rfc, domain, host: host.name } as const;
  return {
    host: { ...host, tls, policy: { ...policy, faults: [...policy.faults, UNNAMED] } },
    step,
  };
}

/** The policy does not name the exchange; RFC 8460 has no word of its own for it. */
const UNNAMED: PolicyFault = { result: 'validation-failure', reason: 'mx-not-in-policy' };

function policyOf(
  type: HostPolicy['type'],
  recipientDomain: string,
  policyDomain: string,
  strings: readonly string[] = [],
  mxPatterns: readonly string[] = [],
): HostPolicy {
  return { type, recipientDomain, domain: policyDomain, strings, mxPatterns, faults: [] };
}

function daneSteps(judged: readonly Judged[]): TlsStep[] {
  const without = new Map<NoDane, string[]>();
  const steps: TlsStep[] = [];
  for (const { host, dane } of judged) {
    if (dane.kind === 'none') {
      without.set(dane.why, [...(without.get(dane.why) ?? []), host.name]);
      continue;
    }
    const name = `_${host.port}._tcp.${dane.base}`;
    if (dane.kind === 'failed') {
      const { answer } = dane;
      steps.push({ key: 'tls.dane-failed', rfc: 'RFC 7672 §2.1.2', host: host.name, name, answer });
    } else {
      const isUsable = dane.expectation !== undefined;
      const key = isUsable ? 'tls.dane' : 'tls.dane-unusable';
      const rfc = isUsable ? 'RFC 7672 §2.2' : 'RFC 7672 §3.1.3';
      steps.push({ key, rfc, host: host.name, name, records: dane.shown });
    }
  }
  for (const [why, hosts] of without) {
    steps.push({ key: 'tls.no-dane', rfc: 'RFC 7672 §2.2', hosts, why });
  }
  return steps;
}

/** What the hosts that are left are held to, in one step for each kind. */
function heldSteps(hosts: readonly RouteHost[]): TlsStep[] {
  const kinds = new Map<(typeof HELD)[number]['key'], string[]>();
  for (const host of hosts) {
    const key = HELD.find(({ fits }) => fits(host))!.key;
    kinds.set(key, [...(kinds.get(key) ?? []), host.name]);
  }
  return [...kinds].map(([key, names]) => ({
    key,
    rfc: HELD.find((one) => one.key === key)!.rfc,
    hosts: names,
  }));
}

const HELD = [
  {
    key: 'tls.held-to-dane',
    rfc: 'RFC 7672 §2.2',
    fits: ({ dane }: RouteHost) => dane !== undefined,
  },
  {
    key: 'tls.held-to-sts',
    rfc: 'RFC 8461 §5',
    fits: ({ tls }: RouteHost) => tls === 'verified',
  },
  {
    key: 'tls.held-to-tls',
    rfc: 'RFC 7672 §2.2',
    fits: ({ tls }: RouteHost) => tls === 'required',
  },
  {
    key: 'tls.watched-by-sts',
    rfc: 'RFC 8461 §5',
    fits: ({ policy }: RouteHost) => policy?.mode === 'testing',
  },
  { key: 'tls.opportunistic', rfc: 'RFC 7435 §3', fits: () => true },
] as const;

function refusalOf(domain: string, judged: readonly Judged[]): SecuredHosts['refusal'] {
  const failed = judged.find(({ dane }) => dane.kind === 'failed');
  if (failed?.dane.kind === 'failed') {
    const text = failed.dane.answer.text ?? failed.dane.answer.cause ?? '';
    return {
      status: '4.4.3',
      text: `Whether ${failed.host.name} has TLSA records cannot be found out, and without knowing it nothing is sent there: ${text}`,
    };
  }
  return {
    status: '4.7.0',
    text: `The MTA-STS policy of ${domain} names none of its mail exchanges, so nothing is sent to them`,
  };
}
