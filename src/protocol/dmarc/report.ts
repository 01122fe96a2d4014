/**
 * What DMARC tells (RFC 9989 §9.2), with the steps that led to it as data: what was asked, what was answered, the rule and
 * its RFC section. Texts for people are written elsewhere from these (`mail/story/texts/dmarc-texts.ts`).
 */
import type { FailureCause } from '#protocol/dns/resolver';
import type { RfcSection } from '#protocol/dkim/rules';
import type { AlignmentMode, DmarcRecord, Policy } from './record.ts';

/**
 * What SPF said of the MAIL FROM identity; with a null reverse-path that is postmaster at the HELO name (§3.2.4, RFC 7208
 * §2.4). A result for HELO beside another reverse-path is not for DMARC.
 */
export interface SpfIdentifier {
  readonly domain: string;
  readonly result: string;
}

/** One signature, whatever came of it; without `domain` where d= could not be read. */
export interface DkimIdentifier {
  readonly domain?: string;
  readonly selector?: string;
  readonly result: string;
}

/**
 * none: no record applies · pass: an authenticated identifier aligns · fail: none does · temperror: the DNS did not say what
 * was needed · permerror: the record that applies has no usable policy and names no place for reports, or too much had to
 * be asked.
 */
export type DmarcResult = 'none' | 'pass' | 'fail' | 'temperror' | 'permerror';

export type Mechanism = 'spf' | 'dkim';

/**
 * What the question for the record of one domain brought. `others`: TXT records that are no records of DMARC.
 * several: they are all discarded (§4.10) · too-long: no name that could be asked for · over-limit: not asked.
 */
export type RecordAnswer =
  | { readonly kind: 'record'; readonly text: string; readonly record: DmarcRecord }
  | { readonly kind: 'no-record'; readonly others: number }
  | { readonly kind: 'several'; readonly count: number }
  | { readonly kind: 'nxdomain' | 'no-data' | 'too-long' | 'over-limit' }
  | { readonly kind: 'failure'; readonly cause: FailureCause; readonly text: string };

/**
 * Why this is the Organizational Domain (§4.10.2). psd-n: its record says so · below-psd-y: one label below a public
 * suffix · fewest-labels: the shortest name with a record · no-record: the name itself, since the walk found none.
 */
export type OrganizationalReason = 'psd-n' | 'below-psd-y' | 'fewest-labels' | 'no-record';

/**
 * identical, same-organization: aligned · not-passed: the mechanism did not pass, so there is nothing to align · no-domain:
 * the identifier is no domain name · not-identical: strict mode wants it so · other-organization · unknown: its walk, or the author's,
 * could not be finished · over-limit: too many walks would have been needed.
 */
export type AlignmentReason =
  | 'identical'
  | 'same-organization'
  | 'not-passed'
  | 'no-domain'
  | 'not-identical'
  | 'other-organization'
  | 'unknown'
  | 'over-limit';

export interface IdentifierReport {
  readonly mechanism: Mechanism;
  /** The SPF domain, or d= of a signature; as given. */
  readonly domain: string;
  /** What the mechanism said of it. */
  readonly result: string;
  readonly selector?: string;
  readonly mode: AlignmentMode;
  readonly aligned: boolean;
  readonly reason: AlignmentReason;
  /** Where it had to be found out. */
  readonly organizationalDomain?: string;
}

/** author: its own record · organizational, public-suffix: that of a domain above it (§4.10.1). */
export type PolicySource = 'author' | 'organizational' | 'public-suffix';

export type DmarcStep = { readonly rfc: RfcSection } & (
  | { readonly step: 'no-domain'; readonly domain: string }
  | {
      readonly step: 'asked';
      /** `_dmarc.example.org` */
      readonly name: string;
      readonly answer: RecordAnswer;
    }
  | {
      readonly step: 'walked';
      readonly domain: string;
      /** The domains it came by, in order; one that was asked for before is not asked for again. */
      readonly visited: readonly string[];
      readonly organizationalDomain: string;
      readonly because: OrganizationalReason;
    }
  | {
      readonly step: 'walk-broken';
      readonly domain: string;
      readonly at: string;
    }
  | { readonly step: 'no-policy'; readonly domain: string }
  | {
      readonly step: 'policy-found';
      readonly policyDomain: string;
      readonly source: PolicySource;
    }
  | {
      readonly step: 'policy-unusable';
      readonly tag: 'p' | 'sp' | 'np';
      readonly kind: 'absent' | 'invalid';
      /** With a place for reports the record counts as p=none; without, nothing is applied. */
      readonly reports: boolean;
    }
  | {
      readonly step: 'existence';
      readonly domain: string;
      readonly exists: boolean | 'unknown';
    }
  | { readonly step: 'policy-chosen'; readonly tag: 'p' | 'sp' | 'np'; readonly policy: Policy }
  | { readonly step: 'test-mode'; readonly published: Policy; readonly policy: Policy }
  | ({ readonly step: 'identifier' } & IdentifierReport)
  | { readonly step: 'no-identifier' }
  | {
      readonly step: 'concluded';
      readonly result: DmarcResult;
      /** What the domain asks to be done where the result is `fail`. */
      readonly policy: Policy;
    }
);

export interface DmarcReport {
  readonly result: DmarcResult;
  /**
   * What the domain of the author asks to be done with mail that fails, after `sp`, `np` and `t` (policy.dmarc of RFC 9989 §9.1).
   * `none` wherever no policy is known.
   */
  readonly policy: Policy;
  /**
   * What it would ask if the message failed, told for every result but only where it is known: with a record that asks for nothing, it does
   * not matter what SPF and DKIM could not find out.
   */
  readonly wouldAsk?: Policy;
  /** The Author Domain, in A-labels (header.from). */
  readonly domain: string;
  /** Where the record that applies was found. */
  readonly policyDomain?: string;
  readonly record?: DmarcRecord;
  /** Of the author; absent where nothing depended on it. */
  readonly organizationalDomain?: string;
  /** Each identifier that was handed in, in its order. */
  readonly identifiers: readonly IdentifierReport[];
  /** Whether an identifier of the mechanism passed and aligns. */
  readonly aligned: Readonly<Record<Mechanism, boolean>>;
  /** Questions asked of the DNS. */
  readonly queries: number;
  readonly steps: readonly DmarcStep[];
}
