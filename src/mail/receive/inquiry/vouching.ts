/**
 * Who vouches for a message: SPF, and a DKIM signature that passes. A signature that leaves open what a reader is shown (the end of the body by l=, a second Subject
 * beside the signed one) is genuine, and was put around the words of somebody else: RFC 6376 §8.2 and §8.15 leave it to us to count it
 * as none. What its signer chose not to sign at all, a Reply-To for instance, is its own affair.
 */
import type { DkimReport, SignatureReport } from '#protocol/dkim/report';
import type { DmarcOptions } from '#protocol/dmarc/judge';
import type { SpfReport } from '#protocol/spf/report';
import { knownOf, type Fact } from './fact.ts';

/** With the result that counts here: `policy` (RFC 8601 §2.7.1) for one that passes and leaves something open. */
export function countedSignatures(dkim: DkimReport | undefined): readonly SignatureReport[] {
  return (dkim?.signatures ?? []).map(counted);
}

/** The domains whose signatures count, from the top. */
export function signersOf(dkim: DkimReport | undefined): readonly string[] {
  return countedSignatures(dkim).flatMap(({ result, domain }) =>
    result === 'pass' && domain !== undefined ? [domain] : [],
  );
}

/** What DMARC goes by for a domain; who knows whether what could not be found out would have passed, and for this very domain. */
export function identifiersFor(
  domain: string,
  spf: Fact<SpfReport>,
  dkim: Fact<DkimReport>,
): Pick<DmarcOptions, 'spf' | 'dkim'> {
  const unknown = { domain, result: 'temperror' } as const;
  return {
    spf: spf.kind === 'unknown' ? unknown : knownOf(spf),
    dkim: dkim.kind === 'unknown' ? [unknown] : countedSignatures(knownOf(dkim)),
  };
}

export interface Vouched {
  /** The domain of the reverse-path, where SPF passes for it. */
  readonly sender: string | undefined;
  /** Everybody who vouches, each once. */
  readonly domains: readonly string[];
}

/** Signatures that are looked at. */
const MOST_DOMAINS = 5;

/** Who vouches for a message, by SPF or by a signature; for its author or not. */
export function vouchedFor(spf: SpfReport | undefined, dkim: DkimReport | undefined): Vouched {
  const passed = spf?.result === 'pass' ? spf : undefined;
  const signers = signersOf(dkim).slice(0, MOST_DOMAINS);
  const domains = [...(passed ? [passed.domain] : []), ...signers];
  return {
    sender: passed?.identity === 'mailfrom' ? passed.domain : undefined,
    domains: [...new Set(domains)],
  };
}

function counted(signature: SignatureReport): SignatureReport {
  const { result, uncoveredOctets = 0, weaknesses = [] } = signature;
  const leavesOpen =
    uncoveredOctets > 0 ||
    weaknesses.some((weakness) => weakness.kind === 'field-uncovered' && weakness.present > 1);
  return result === 'pass' && leavesOpen ? { ...signature, result: 'policy' } : signature;
}
