/**
 * `check_host()` of RFC 7208 §4: may this client send for this sender? Pure but for the resolver that is handed in. A zone can make
 * a check cost no more than `mostQuestions` questions (`limits.ts`); the time in all is bounded by the caller's signal, and what is not
 * known by then is temperror. Called by mail/receive and the command line.
 */
import type { Resolver } from '#protocol/dns/resolver';
import { checkDomain, type DomainVerdict } from './check-domain.ts';
import { checkedDomain } from './domain.ts';
import { Evaluation } from './evaluation.ts';
import { explain } from './explain.ts';
import { formatIp, parseIp, unmapped, type IpAddress } from '#protocol/address/ip-address';
import { LIMITS, type SpfLimits } from './limits.ts';
import type { SpfIdentity, SpfReport, SpfResult } from './report.ts';
import type { RfcSection } from './rules.ts';
import { short } from './trace.ts';

export interface CheckHostOptions {
  /** The client, in any text form. */
  readonly ip: string;
  /** As given with EHLO or HELO. */
  readonly helo: string;
  /**
   * The reverse-path; with null the HELO identity is checked (§2.4: a null reverse-path is judged as postmaster of the
   * HELO name). Checking a host name by itself (§2.3) is the same call.
   */
  readonly mailFrom: { readonly localPart: string; readonly domain: string } | null;
  readonly resolver: Resolver;
  /** Our own name, for explanations; `unknown` where there is none (§7.3). */
  readonly receiver: string;
  /** Seconds since 1970, for explanations; `unknown` without it. */
  readonly now?: number;
  readonly limits?: Partial<SpfLimits>;
  /** Ends the check with temperror; RFC 7208 §4.6.4 wants at least twenty seconds. */
  readonly signal?: AbortSignal;
}

/** @throws RangeError where `ip` is no address, which is a bug of the caller */
export async function checkHost(options: CheckHostOptions): Promise<SpfReport> {
  const { helo, mailFrom } = options;
  const given = parseIp(options.ip);
  if (given === undefined) throw new RangeError('not an IP address');
  const identity = mailFrom === null ? 'helo' : 'mailfrom';
  const named = mailFrom?.domain ?? helo;
  const checked = checkedDomain(named);
  const domain = checked.kind === 'domain' ? checked.name : named;
  // RFC 7208 §4.3: postmaster where the sender has no local part
  const localPart = mailFrom?.localPart || 'postmaster';
  const evaluation = new Evaluation({
    sender: { ip: unmapped(given), localPart, domain, helo },
    resolver: options.resolver,
    receiver: options.receiver,
    now: options.now,
    limits: { ...LIMITS, ...options.limits },
    signal: options.signal,
  });
  begin(evaluation, identity, given);
  return conclude(evaluation, identity, await checkDomain(evaluation, domain, []));
}

function begin({ trace, sender }: Evaluation, identity: SpfIdentity, given: IpAddress): void {
  const { ip, localPart, domain, helo } = sender;
  trace.add({
    rfc: identity === 'helo' ? 'RFC 7208 §2.3' : 'RFC 7208 §2.4',
    step: 'identity',
    identity,
    domain: short(domain),
    sender: short(`${localPart}@${domain}`),
    helo: short(helo),
    ip: formatIp(ip),
    mapped: given.family !== ip.family,
  });
}

async function conclude(
  evaluation: Evaluation,
  identity: SpfIdentity,
  verdict: DomainVerdict,
): Promise<SpfReport> {
  const result: SpfResult = verdict.kind === 'none' ? 'none' : verdict.result;
  const explanation = await explanationOf(evaluation, verdict);
  const { lookups, voidLookups, sender, trace } = evaluation;
  const facts = {
    result,
    domain: short(sender.domain),
    ip: formatIp(sender.ip),
    ...(verdict.kind === 'verdict' ? {} : { reason: verdict.reason }),
    ...mechanismOf(verdict),
    lookups,
    voidLookups,
  };
  return {
    ...facts,
    domain: sender.domain,
    identity,
    ...(explanation === undefined ? {} : { explanation }),
    steps: trace.conclude({ rfc: SECTIONS[result], step: 'concluded', ...facts }),
  };
}

function mechanismOf(verdict: DomainVerdict): { readonly mechanism?: string } {
  const directive = verdict.kind === 'verdict' ? verdict.directive : undefined;
  return directive === undefined ? {} : { mechanism: short(directive.text) };
}

async function explanationOf(
  evaluation: Evaluation,
  verdict: DomainVerdict,
): Promise<string | undefined> {
  if (verdict.kind !== 'verdict' || verdict.result !== 'fail') return undefined;
  const { domain, record } = verdict;
  return record.exp && explain(evaluation, domain, record.exp);
}

const SECTIONS: Readonly<Record<SpfResult, RfcSection>> = {
  none: 'RFC 7208 §2.6.1',
  neutral: 'RFC 7208 §2.6.2',
  pass: 'RFC 7208 §2.6.3',
  fail: 'RFC 7208 §2.6.4',
  softfail: 'RFC 7208 §2.6.5',
  temperror: 'RFC 7208 §2.6.6',
  permerror: 'RFC 7208 §2.6.7',
};
