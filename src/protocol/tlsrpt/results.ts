/**
 * The words of TLS reports (RFC 8460 §4.2, §4.3): the kinds of policies, and how a session or the look for a policy may fail. Which failure
 * a certificate that OpenSSL did not accept stands for is decided here. Pure.
 */

export type PolicyType = 'tlsa' | 'sts' | 'no-policy-found';

export const RESULT_TYPES = [
  // negotiation, RFC 8460 §4.3.1
  'starttls-not-supported',
  'certificate-host-mismatch',
  'certificate-expired',
  'certificate-not-trusted',
  'validation-failure',
  // policy, RFC 8460 §4.3.2.1
  'tlsa-invalid',
  'dnssec-invalid',
  'dane-required',
  // policy, RFC 8460 §4.3.2.2
  'sts-policy-fetch-error',
  'sts-policy-invalid',
  'sts-webpki-invalid',
] as const;

export type ResultType = (typeof RESULT_TYPES)[number];

/** OpenSSL's and Node's codes for a chain that leads to no root that is trusted. */
const NOT_TRUSTED = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'CERT_REVOKED',
  'CERT_CHAIN_TOO_LONG',
  'INVALID_CA',
  'PATH_LENGTH_EXCEEDED',
  'INVALID_PURPOSE',
]);

/** @param code as the TLS client gives it: `CERT_HAS_EXPIRED` */
export function resultOfCertificate(code: string): ResultType {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID' || code === 'HOSTNAME_MISMATCH') {
    return 'certificate-host-mismatch';
  }
  if (code === 'CERT_HAS_EXPIRED') return 'certificate-expired';
  return NOT_TRUSTED.has(code) ? 'certificate-not-trusted' : 'validation-failure';
}
