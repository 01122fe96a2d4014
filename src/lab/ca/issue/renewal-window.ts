/** When the authority would have a certificate renewed (RFC 9773 §4.2). Pure; real time in milliseconds. */
import type { IssuedCertificate } from '#lab/ca/memory/records';

export interface RenewalWindow {
  readonly start: number;
  readonly end: number;
  /** It is meant at once, and a page says why. */
  readonly isUrgent: boolean;
}

const HOUR = 60 * 60 * 1000;

/** For 90 days the two days after the sixtieth; for one that is no good any more a time that has passed. */
export function renewalWindow(
  certificate: Pick<IssuedCertificate, 'notBefore' | 'notAfter' | 'revokedAt' | 'recalledAt'>,
): RenewalWindow {
  const { notBefore, notAfter, revokedAt, recalledAt } = certificate;
  const since = revokedAt ?? recalledAt;
  if (since !== undefined) return { start: since - HOUR, end: since, isUrgent: true };
  const lifetime = notAfter - notBefore;
  const start = notBefore + Math.round((lifetime * 2) / 3);
  return { start, end: start + Math.round(lifetime / 45), isUrgent: false };
}
