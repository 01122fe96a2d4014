/**
 * The TLSA records of one mail exchange (RFC 7672 §2.2): asked for only where MX set and addresses are signed, at the name that its aliases
 * lead to and then at its own. A look-up that fails is never taken for «there are none»: an attacker who cannot forge them can
 * still hold them back.
 */
import type { DaneExpectation } from '#clients/smtp/dane';
import { summariseAnswer, type AnswerSummary } from '#mail/queue/route/steps';
import { formatTlsa, tlsaName, usableTlsa } from '#protocol/dane/tlsa';
import type { Resolver } from '#protocol/dns/resolver';
import type { NoDane } from './steps.ts';

export interface DaneHost {
  readonly name: string;
  readonly port: number;
  /** MX set and addresses were validated by DNSSEC. */
  readonly authenticated: boolean;
  /** Where the aliases of its name lead. */
  readonly canonicalName?: string;
}

export type HostDane =
  | { readonly kind: 'none'; readonly why: NoDane }
  | {
      readonly kind: 'records';
      /** The TLSA base domain. */
      readonly base: string;
      /** As in a zone file, the first of them. */
      readonly shown: readonly string[];
      /** Undefined where SMTP can use none of them. */
      readonly expectation: DaneExpectation | undefined;
    }
  | { readonly kind: 'failed'; readonly base: string; readonly answer: AnswerSummary };

/** Of an attempt's story and of a report. */
const MAX_SHOWN = 20;

/** @param domain of the recipient */
export async function daneOfHost(
  domain: string,
  { name, port, authenticated, canonicalName = name }: DaneHost,
  resolver: Resolver,
  signal?: AbortSignal,
): Promise<HostDane> {
  if (!authenticated) return { kind: 'none', why: 'insecure' };
  let why: NoDane = 'none';
  for (const base of new Set([canonicalName, name])) {
    const answer = await resolver.resolve(tlsaName(port, base), 'TLSA', {
      ...(signal && { signal }),
    });
    if (answer.kind === 'failure') {
      // too long a name has no records
      if (answer.cause === 'bad-name') continue;
      return { kind: 'failed', base, answer: summariseAnswer(answer) };
    }
    if (answer.kind !== 'records') continue;
    if (!answer.authenticated) {
      why = 'insecure-records';
      continue;
    }
    const records = usableTlsa(answer.records);
    // RFC 7672 §3.2.2
    const names = [...new Set([base, name, domain])];
    return {
      kind: 'records',
      base,
      shown: answer.records.slice(0, MAX_SHOWN).map(formatTlsa),
      expectation: records.length === 0 ? undefined : { records, names },
    };
  }
  return { kind: 'none', why };
}
