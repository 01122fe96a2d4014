/**
 * The rules that a record or a check can break, each with its section. `Problem` is what is wrong with the text of a record
 * (RFC 7208 §4.6); `Reason` is why a check came to none, temperror or permerror.
 */
export type RfcSection = `RFC ${number} §${string}`;

export const PROBLEMS = {
  'no-such-mechanism': 'RFC 7208 §4.6.1',
  'malformed-term': 'RFC 7208 §4.6.1',
  'not-ascii': 'RFC 7208 §3.1',
  'argument-missing': 'RFC 7208 §4.6.1',
  'argument-not-allowed': 'RFC 7208 §4.6.1',
  'malformed-domain': 'RFC 7208 §7.1',
  'address-for-domain': 'RFC 7208 §7.1',
  'malformed-macro': 'RFC 7208 §7.1',
  'macro-only-in-explanation': 'RFC 7208 §7.2',
  'malformed-address': 'RFC 7208 §5.6',
  'malformed-prefix-length': 'RFC 7208 §5.6',
  'qualified-modifier': 'RFC 7208 §4.6.1',
  'modifier-twice': 'RFC 7208 §6',
} as const satisfies Record<string, RfcSection>;

export type Problem = keyof typeof PROBLEMS;

export const REASONS = {
  'domain-unusable': 'RFC 7208 §4.3',
  'no-record': 'RFC 7208 §4.5',
  'several-records': 'RFC 7208 §4.5',
  'record-malformed': 'RFC 7208 §4.6',
  'too-many-lookups': 'RFC 7208 §4.6.4',
  'too-many-void-lookups': 'RFC 7208 §4.6.4',
  'too-many-mx-names': 'RFC 7208 §4.6.4',
  'included-without-record': 'RFC 7208 §5.2',
  'redirected-without-record': 'RFC 7208 §6.1',
  'dns-failed': 'RFC 7208 §4.4',
  'time-is-up': 'RFC 7208 §4.6.4',
} as const satisfies Record<string, RfcSection>;

export type Reason = keyof typeof REASONS;
