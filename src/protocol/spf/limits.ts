/** What one check may cost (RFC 7208 §4.6.4). */
export interface SpfLimits {
  /** Terms that ask the DNS: include, a, mx, ptr, exists, redirect. */
  readonly lookups: number;
  /** Of those, terms that came to nothing: no such name, or no such record. */
  readonly voidLookups: number;
  /** Hosts of one `mx`; more are an error. */
  readonly mxNames: number;
  /** Names of the client's address; more are ignored. */
  readonly ptrNames: number;
}

export const LIMITS: SpfLimits = { lookups: 10, voidLookups: 2, mxNames: 10, ptrNames: 10 };

/**
 * Questions that a check with these limits can come to, whatever a zone holds: the record of the domain, for each term its own question
 * and the addresses of the hosts of an `mx`, the names of the client once with their addresses, and the explanation.
 */
export function mostQuestions({ lookups, mxNames, ptrNames }: SpfLimits): number {
  return 1 + lookups * (1 + mxNames) + (1 + ptrNames) + 1;
}
