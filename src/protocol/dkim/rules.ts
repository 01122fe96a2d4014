/**
 * Why a signature did not pass: each reason with its result (RFC 8601 §2.7.1) and the section that
 * holds the rule. The texts for people are written elsewhere from these keys.
 *
 * RFC 6376 knows PERMFAIL and TEMPFAIL alone; RFC 8601 is finer. `neutral`: the field cannot be read.
 * `permerror`: it can, but a rule about field or key is broken. `policy`: it may be genuine, but is too weak or out
 * of its time. `fail`: what was signed has been changed.
 */
export type RfcSection = `RFC ${number} §${string}`;

/** RFC 8601 §2.7.1, for one signature; a message without one has `none`. */
export type DkimResult = 'pass' | 'fail' | 'policy' | 'neutral' | 'temperror' | 'permerror';

type Rule = { readonly result: Exclude<DkimResult, 'pass'>; readonly rfc: RfcSection };

export const RULES = {
  'malformed-tag-list': { result: 'neutral', rfc: 'RFC 6376 §3.2' },
  'missing-tag': { result: 'neutral', rfc: 'RFC 6376 §6.1.1' },
  'malformed-tag': { result: 'neutral', rfc: 'RFC 6376 §3.5' },
  'unsupported-version': { result: 'permerror', rfc: 'RFC 6376 §6.1.1' },
  'unsupported-algorithm': { result: 'permerror', rfc: 'RFC 6376 §3.5' },
  'unsupported-canonicalization': { result: 'permerror', rfc: 'RFC 6376 §3.5' },
  'unsupported-query-method': { result: 'permerror', rfc: 'RFC 6376 §3.5' },
  'signature-too-long': { result: 'policy', rfc: 'RFC 8601 §2.7.1' },
  'from-not-signed': { result: 'permerror', rfc: 'RFC 6376 §6.1.1' },
  'from-not-covered': { result: 'policy', rfc: 'RFC 6376 §8.15' },
  'domain-mismatch': { result: 'permerror', rfc: 'RFC 6376 §6.1.1' },
  sha1: { result: 'policy', rfc: 'RFC 8301 §3.1' },
  expired: { result: 'policy', rfc: 'RFC 6376 §6.1.1' },
  'signed-in-the-future': { result: 'policy', rfc: 'RFC 6376 §3.5' },
  'key-unavailable': { result: 'temperror', rfc: 'RFC 6376 §6.1.2' },
  'no-key': { result: 'permerror', rfc: 'RFC 6376 §6.1.2' },
  'malformed-key-record': { result: 'permerror', rfc: 'RFC 6376 §3.6.1' },
  'key-revoked': { result: 'permerror', rfc: 'RFC 6376 §6.1.2' },
  'key-for-other-hash': { result: 'permerror', rfc: 'RFC 6376 §6.1.2' },
  'key-for-other-algorithm': { result: 'permerror', rfc: 'RFC 6376 §6.1.2' },
  'key-for-other-service': { result: 'permerror', rfc: 'RFC 6376 §3.6.1' },
  'key-for-exact-domain': { result: 'permerror', rfc: 'RFC 6376 §3.6.1' },
  'unreadable-public-key': { result: 'permerror', rfc: 'RFC 6376 §3.6.1' },
  'key-too-short': { result: 'policy', rfc: 'RFC 8301 §3.2' },
  'key-too-long': { result: 'policy', rfc: 'RFC 8301 §3.2' },
  'key-without-effect': { result: 'policy', rfc: 'RFC 8017 §3.1' },
  'body-hash-mismatch': { result: 'fail', rfc: 'RFC 6376 §6.1.3' },
  'body-shorter-than-signed': { result: 'fail', rfc: 'RFC 6376 §3.5' },
  'signature-mismatch': { result: 'fail', rfc: 'RFC 6376 §6.1.3' },
} as const satisfies Record<string, Rule>;

export type Reason = keyof typeof RULES;
