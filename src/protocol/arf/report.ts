/**
 * A feedback report (RFC 5965) as value: what a provider says of a message that its user complained about, or that failed its checks
 * (RFC 6591). Written by format-report.ts, read by parse-report.ts. A reporter may leave out, or redact (RFC 6590), nearly all of it.
 */

export interface FeedbackReport {
  /** In lower case: `abuse`, `fraud`, `virus`, `other`, `not-spam`, `auth-failure`, or what else a registry has by now. */
  readonly feedbackType: string;
  /** Who made the report: a program, not a person. */
  readonly userAgent?: string;
  readonly originalEnvelopeId?: string;
  /** Without angle brackets; '' is the null reverse-path. */
  readonly originalMailFrom?: string;
  readonly originalRcptTo: readonly string[];
  /** Calendar milliseconds. */
  readonly arrivalDate?: number;
  /** The host that took the message, without its type. */
  readonly reportingMta?: string;
  readonly sourceIp?: string;
  /** How many alike this report stands for; 1 where nothing is said (RFC 5965 §3.2). */
  readonly incidents: number;
  readonly authenticationResults: readonly string[];
  readonly reportedDomains: readonly string[];
  readonly reportedUris: readonly string[];
  readonly authFailure?: AuthFailure;
}

/** RFC 6591 §3.1 and §3.2: as far as it says something. */
export interface AuthFailure {
  /** In lower case: `adsp`, `bodyhash`, `dmarc`, `revoked`, `signature`, `spf`; '' where a reporter forgot it. */
  readonly kind: string;
  /** In lower case: `delivered`, `spam`, `policy`, `reject`, `other`. */
  readonly deliveryResult?: string;
  readonly identityAlignment?: string;
  readonly dkimDomain?: string;
  readonly dkimIdentity?: string;
  readonly dkimSelector?: string;
  readonly spfDns?: string;
}

/** Of one kind of field, that many are kept. */
export const MOST_VALUES = 100;
/** Characters of a value that are kept. */
export const MOST_CHARACTERS = 1000;
