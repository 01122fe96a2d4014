/**
 * The MTA-STS policies of other domains (RFC 8461): asked for whenever mail goes to one, answered from memory while the TXT record holds,
 * from the database over restarts, and from the policy host when the record has a new id. A policy that has not expired is applied
 * whatever becomes of record and policy host; a fetch that fails is not tried again for five minutes.
 */
import type { Clock } from '#clock';
import type { Log } from '#log';
import { summariseAnswer } from '#mail/queue/route/steps';
import {
  callsForFetch,
  expiresAt,
  FAILED_FETCH_PAUSE,
  holds,
  type CachedPolicy,
} from '#protocol/mta-sts/cached-policy';
import { selectStsRecord, type StsRecord } from '#protocol/mta-sts/record';
import { txtText, type DnsAnswer, type Resolver } from '#protocol/dns/resolver';
import type { PolicyStore } from '#store/tls-policy/policies';
import { fetchStsPolicy, type FetchedPolicy, type FetchParts } from './fetch-policy.ts';
import type { PolicyFault } from './host-policy.ts';
import type { TlsStep } from './steps.ts';

export interface StsPoliciesOptions extends FetchParts {
  /** What remembers policies over restarts. */
  readonly store: PolicyStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly resolver: Resolver;
}

/** What holds for a domain now, and how that came out. */
export interface StsFound {
  /** In force; one of mode `none` is no policy. */
  readonly policy: CachedPolicy | undefined;
  readonly fault: PolicyFault | undefined;
  readonly steps: readonly TlsStep[];
}

interface Known {
  readonly found: StsFound;
  /** With mode `none` too. */
  readonly cached: CachedPolicy | undefined;
  /** Calendar milliseconds until which nobody is asked. */
  readonly from: number;
  readonly until: number;
}

const MAX_KNOWN = 10_000;
/** Seconds. A record that hardly lasts is asked for again after this, one that lasts long is looked at hourly. */
const LEAST_TTL = 60;
const MOST_TTL = 3600;

export class StsPolicies implements Disposable {
  readonly #options: StsPoliciesOptions;
  readonly #known = new Map<string, Known>();
  readonly #underWay = new Map<string, Promise<StsFound>>();
  readonly #stopping = new AbortController();

  constructor(options: StsPoliciesOptions) {
    this.#options = options;
  }

  /**
   * What holds for a domain (A-labels): a value where it is known, else a promise.
   * @throws when the database is out of reach: without it nobody can tell that there is no policy
   */
  of(domain: string): StsFound | Promise<StsFound> {
    const known = this.#known.get(domain);
    const now = this.#options.clock.now();
    // a calendar that was set back would stretch what is known
    if (known !== undefined && now < known.until && now >= known.from) return known.found;
    let underWay = this.#underWay.get(domain);
    if (underWay === undefined) {
      underWay = this.#find(domain, known?.cached).finally(() => this.#underWay.delete(domain));
      this.#underWay.set(domain, underWay);
    }
    return underWay;
  }

  /** Fetches a policy anew before it expires; the one at hand stays where that fails (RFC 8461 §5.1). */
  async refresh(domain: string, cached: CachedPolicy): Promise<void> {
    const { resolver, clock } = this.#options;
    const record = recordOf(await resolver.resolve(`_mta-sts.${domain}`, 'TXT'));
    // who took the record away lets the policy run out
    if (record.kind !== 'record') return;
    const fetched = await this.#fetch(domain);
    if (fetched.kind === 'policy') {
      await this.#keep(domain, { id: record.id, policy: fetched.policy, fetchedAt: clock.now() });
      this.#known.delete(domain);
    } else await this.#note(domain, cached, fetched);
  }

  [Symbol.dispose](): void {
    this.#stopping.abort();
  }

  async #find(domain: string, remembered: CachedPolicy | undefined): Promise<StsFound> {
    const { resolver, clock, store } = this.#options;
    const answer = await resolver.resolve(`_mta-sts.${domain}`, 'TXT');
    const now = clock.now();
    const record = recordOf(answer);
    let cached = remembered;
    if (
      cached === undefined ||
      (record.kind === 'record' && callsForFetch(record.id, cached, now))
    ) {
      cached = await store.read(domain);
    }
    const steps: TlsStep[] = [];
    let fault: PolicyFault | undefined;
    let from: 'cache' | 'fetched' = 'cache';
    if (record.kind === 'record' && callsForFetch(record.id, cached, now)) {
      const fetched = await this.#fetch(domain);
      if (fetched.kind === 'policy') {
        cached = { id: record.id, policy: fetched.policy, fetchedAt: now };
        from = 'fetched';
        await this.#keep(domain, cached);
      } else {
        const { result, reason, detail } = fetched;
        fault = { result, reason };
        steps.push({ key: 'tls.sts-fetch-failed', rfc: 'RFC 8461 §3.3', domain, reason, detail });
        await this.#note(domain, cached, fetched);
      }
    } else steps.push(...recordSteps(domain, record, answer));
    const inForce = cached !== undefined && holds(cached, now) ? cached : undefined;
    if (inForce !== undefined) steps.push(policyStep(domain, inForce, from));
    else if (fault !== undefined) {
      steps.push({ key: 'tls.sts-without', rfc: 'RFC 8461 §5.1', domain });
    }
    const policy = inForce?.policy.mode === 'none' ? undefined : inForce;
    const found: StsFound = { policy, fault, steps };
    if (!this.#stopping.signal.aborted) this.#remember(domain, found, inForce, answer, fault);
    return found;
  }

  #remember(
    domain: string,
    found: StsFound,
    cached: CachedPolicy | undefined,
    answer: DnsAnswer<'TXT'>,
    fault: PolicyFault | undefined,
  ): void {
    const now = this.#options.clock.now();
    const ttl = answer.kind === 'failure' ? LEAST_TTL : answer.ttl;
    const seconds = Math.min(Math.max(ttl, LEAST_TTL), MOST_TTL);
    const asked = now + (fault === undefined ? seconds * 1000 : FAILED_FETCH_PAUSE);
    const until = cached === undefined ? asked : Math.min(asked, expiresAt(cached));
    // what was fetched just now is next time there already
    const steps = found.steps.map((step) =>
      step.key === 'tls.sts-policy' ? { ...step, from: 'cache' as const } : step,
    );
    this.#known.delete(domain);
    this.#known.set(domain, { found: { ...found, steps }, cached, from: now, until });
    if (this.#known.size > MAX_KNOWN) this.#known.delete(this.#known.keys().next().value!);
  }

  #fetch(domain: string): Promise<FetchedPolicy> {
    return fetchStsPolicy(domain, this.#options, this.#stopping.signal);
  }

  async #keep(domain: string, cached: CachedPolicy): Promise<void> {
    const { log, store } = this.#options;
    log.info('tls-policy.fetched', { domain, mode: cached.policy.mode, id: cached.id });
    await store.save(domain, cached);
  }

  async #note(
    domain: string,
    cached: CachedPolicy | undefined,
    { result, reason }: PolicyFault,
  ): Promise<void> {
    const { log, store, clock } = this.#options;
    log.warn('tls-policy.not-fetched', { domain, result, reason, kept: cached !== undefined });
    if (cached !== undefined) await store.noteFailure(domain, result, clock.now());
  }
}

function recordOf(answer: DnsAnswer<'TXT'>): StsRecord {
  return answer.kind === 'records'
    ? selectStsRecord(answer.records.map(txtText))
    : { kind: 'none' };
}

function recordSteps(domain: string, record: StsRecord, answer: DnsAnswer<'TXT'>): TlsStep[] {
  const rfc = 'RFC 8461 §3.1';
  if (answer.kind === 'failure') {
    return [{ key: 'tls.sts-record-unread', rfc, domain, answer: summariseAnswer(answer) }];
  }
  if (record.kind === 'invalid') {
    return [{ key: 'tls.sts-record-invalid', rfc, domain, fault: record.fault }];
  }
  return record.kind === 'none' ? [{ key: 'tls.sts-none', rfc, domain }] : [];
}

/** Patterns that are shown. */
const MAX_SHOWN = 20;

function policyStep(domain: string, cached: CachedPolicy, from: 'cache' | 'fetched'): TlsStep {
  const { mode, mx } = cached.policy;
  return {
    key: 'tls.sts-policy',
    rfc: mode === 'none' ? 'RFC 8461 §8.3' : 'RFC 8461 §5',
    domain,
    id: cached.id,
    mode,
    mx: mx.slice(0, MAX_SHOWN),
    from,
    until: new Date(expiresAt(cached)).toISOString(),
  };
}
