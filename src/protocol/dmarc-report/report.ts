/**
 * A DMARC aggregate report (RFC 9990 §3.1.1, before it RFC 7489 Appendix C) as values; `format.ts` writes it, `parse.ts` reads it. What is
 * not said is '' or an empty list.
 */

/** RFC 9990 §3.1.1.9; `pass`: nothing to do, under a policy that asks for something. */
export type Disposition = 'none' | 'pass' | 'quarantine' | 'reject';
export const DISPOSITIONS = ['none', 'pass', 'quarantine', 'reject'] as const;

export interface DmarcAggregateReport {
  /** Who reports, in its own words. */
  readonly organization: string;
  readonly email: string;
  readonly extraContact: string;
  readonly reportId: string;
  /** Calendar milliseconds, whole seconds. */
  readonly begin: number;
  readonly end: number;
  readonly errors: readonly string[];
  readonly generator: string;
  readonly policy: PublishedPolicy;
  readonly rows: readonly ReportedRow[];
}

/** RFC 9990 §3.1.1.5: what the reporter found published. */
export interface PublishedPolicy {
  /** Where the record was found. */
  readonly domain: string;
  /** `treewalk`, or `psl` as RFC 7489 had it. */
  readonly discovery: string;
  readonly p: string;
  readonly sp: string;
  readonly np: string;
  readonly fo: string;
  readonly adkim: string;
  readonly aspf: string;
  /** Of the tag `t`. */
  readonly testing: string;
}

/** Messages of one source with one outcome. */
export interface ReportedRow {
  /** In the spelling of RFC 5952. */
  readonly sourceIp: string;
  readonly messages: number;
  readonly disposition: Disposition;
  /** Whether an identifier passed and aligned. */
  readonly dkimAligned: boolean;
  readonly spfAligned: boolean;
  readonly reasons: readonly OverrideReason[];
  readonly headerFrom: string;
  readonly envelopeFrom: string;
  readonly envelopeTo: string;
  readonly dkim: readonly DkimResult[];
  readonly spf: readonly SpfResult[];
}

/** Why something else was done than the policy asks. */
export interface OverrideReason {
  /** `local_policy`, `mailing_list`, `other`, `policy_test_mode`, `trusted_forwarder`, if the sender keeps to RFC 9990 §3.1.6. */
  readonly type: string;
  readonly comment: string;
}

export interface DkimResult {
  readonly domain: string;
  readonly selector: string;
  readonly result: string;
}

export interface SpfResult {
  readonly domain: string;
  /** `mfrom`; RFC 7489 had `helo` too. */
  readonly scope: string;
  readonly result: string;
}

/** DMARC passed. */
export function passed({ dkimAligned, spfAligned }: ReportedRow): boolean {
  return dkimAligned || spfAligned;
}
