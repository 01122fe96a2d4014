/**
 * One check while it runs: who is judged, what was asked and answered, and what is left of the limits. Shared by the domain
 * that is checked and by everything that its record includes or redirects to.
 */
import type { DnsAnswer, RecordType, Resolver } from '#protocol/dns/resolver';
import { isTargetName } from './domain.ts';
import { expandDomain, type MacroValues } from './expand-macros.ts';
import { dottedIp, formatIp, type IpAddress } from '#protocol/address/ip-address';
import type { SpfLimits } from './limits.ts';
import { usesMacro, type MacroString } from './macro-string.ts';
import type { Written } from './record.ts';
import type { LimitName } from './report.ts';
import type { Reason, RfcSection } from './rules.ts';
import { short, Trace } from './trace.ts';
import { validateNames, type ValidatedNames } from './validated-names.ts';

/** Who is judged (`<ip>`, `<sender>`, `<domain>` of RFC 7208 §4.1). */
export interface Sender {
  readonly ip: IpAddress;
  readonly localPart: string;
  readonly domain: string;
  readonly helo: string;
}

export interface EvaluationOptions {
  readonly sender: Sender;
  readonly resolver: Resolver;
  readonly receiver: string;
  /** Seconds since 1970. */
  readonly now: number | undefined;
  readonly limits: SpfLimits;
  readonly signal: AbortSignal | undefined;
}

/** Ends the check. */
export interface CheckError {
  readonly kind: 'error';
  readonly result: 'temperror' | 'permerror';
  readonly reason: Reason;
}

/** The name that a domain-spec came to, or why it is none. */
export type Target =
  | { readonly kind: 'name'; readonly name: string }
  | {
      readonly kind: 'unusable';
      readonly name: string;
      readonly reason: 'unusable-name' | 'local-part-not-ascii';
    };

export class Evaluation {
  readonly sender: Sender;
  readonly limits: SpfLimits;
  readonly trace = new Trace();
  readonly #options: EvaluationOptions;
  #validated: Promise<ValidatedNames> | undefined;
  lookups = 0;
  voidLookups = 0;

  constructor(options: EvaluationOptions) {
    this.#options = options;
    this.sender = options.sender;
    this.limits = options.limits;
  }

  /** What is left, for a step. */
  get left(): { readonly lookupsLeft: number; readonly voidsLeft: number } {
    return {
      lookupsLeft: Math.max(0, this.limits.lookups - this.lookups),
      voidsLeft: Math.max(0, this.limits.voidLookups - this.voidLookups),
    };
  }

  /**
   * Asks, and says so in a step. What failed for lack of time is `aborted`.
   * @param rfc why it is asked
   * @param domain whose record made us ask
   */
  async ask<T extends RecordType>(
    rfc: RfcSection,
    domain: string,
    name: string,
    type: T,
  ): Promise<DnsAnswer<T>> {
    const { resolver, signal } = this.#options;
    const answer = await resolver.resolve(name, type, signal === undefined ? {} : { signal });
    this.trace.asked(rfc, domain, name, type, answer);
    return answer;
  }

  /** A term that asks the DNS begins. @returns an error where it is one too many */
  countLookup(domain: string, term: Written): CheckError | undefined {
    if (this.lookups >= this.limits.lookups)
      return this.#limitReached(domain, term, 'lookups', this.limits.lookups, 'too-many-lookups');
    this.lookups++;
    return undefined;
  }

  /** What a term asked for is not there. @returns an error where that happened once too often */
  countVoid(domain: string, term: Written): CheckError | undefined {
    this.voidLookups++;
    const most = this.limits.voidLookups;
    return this.voidLookups > most
      ? this.#limitReached(domain, term, 'void-lookups', most, 'too-many-void-lookups')
      : undefined;
  }

  tooManyMxNames(domain: string, term: Written): CheckError {
    const most = this.limits.mxNames;
    return this.#limitReached(domain, term, 'mx-names', most, 'too-many-mx-names');
  }

  /** Names of the client that lead back to its address; asked for once, however many terms want them. */
  validatedNames(domain: string): Promise<ValidatedNames> {
    this.#validated ??= validateNames(this, domain);
    return this.#validated;
  }

  /** The name that a term means; the domain itself where it has no domain-spec. */
  async target(domain: string, spec: MacroString | undefined): Promise<Target> {
    if (spec === undefined) return { kind: 'name', name: domain };
    const name = expandDomain(spec, await this.macroValues(domain, spec));
    // RFC 8616 §4: a local part that is not ASCII can stand in no name
    if (usesMacro(spec, 'sl') && !isAscii(this.sender.localPart))
      return { kind: 'unusable', name: short(name), reason: 'local-part-not-ascii' };
    return isTargetName(name)
      ? { kind: 'name', name: name.toLowerCase() }
      : { kind: 'unusable', name: short(name), reason: 'unusable-name' };
  }

  /** RFC 7208 §7.2. */
  async macroValues(domain: string, spec: MacroString): Promise<MacroValues> {
    const { ip, localPart, domain: senderDomain, helo } = this.sender;
    const validated = usesMacro(spec, 'p') ? await this.validatedNames(domain) : undefined;
    return {
      s: `${localPart}@${senderDomain}`,
      l: localPart,
      o: senderDomain,
      d: domain,
      i: dottedIp(ip),
      p: validated?.nameFor(domain) ?? 'unknown',
      v: ip.family === 4 ? 'in-addr' : 'ip6',
      h: helo,
      c: formatIp(ip),
      r: this.#options.receiver,
      t: String(this.#options.now ?? 'unknown'),
    };
  }

  #limitReached(
    domain: string,
    term: Written,
    limit: LimitName,
    most: number,
    reason: Reason,
  ): CheckError {
    const step = 'limit-reached';
    this.trace.add({ rfc: 'RFC 7208 §4.6.4', step, domain, term: short(term.text), limit, most });
    return { kind: 'error', result: 'permerror', reason };
  }
}

function isAscii(text: string): boolean {
  return !/[^\x00-\x7f]/.test(text);
}
