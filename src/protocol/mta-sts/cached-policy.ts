/**
 * How long a fetched policy holds, and when to look for another (RFC 8461 §3.3, §5.1). A policy that has not expired is applied whatever
 * the DNS and the policy host say meanwhile: that is what keeps an attacker who blocks both from taking it away. Pure.
 */
import type { StsPolicy } from './policy-file.ts';

export interface CachedPolicy {
  /** Of the TXT record at the time of the fetch. */
  readonly id: string;
  readonly policy: StsPolicy;
  /** Calendar milliseconds. */
  readonly fetchedAt: number;
}

/** RFC 8461 §3.3: a day at most between looks at a policy that is in use. Milliseconds. */
const LOOK_EVERY = 24 * 60 * 60 * 1000;
/** RFC 8461 §3.3 wants five minutes at least between fetches that fail. Milliseconds. */
export const FAILED_FETCH_PAUSE = 5 * 60 * 1000;

export function expiresAt({ policy, fetchedAt }: CachedPolicy): number {
  return fetchedAt + policy.maxAge * 1000;
}

export function holds(cached: CachedPolicy, now: number): boolean {
  return now < expiresAt(cached);
}

/** When the policy is to be fetched again though nothing is sent: half-way to its end, daily at the latest. */
export function refreshAt(cached: CachedPolicy): number {
  return cached.fetchedAt + Math.min(LOOK_EVERY, (cached.policy.maxAge * 1000) / 2);
}

/** Whether the record calls for a fetch: another id than that of the policy at hand, or none at hand. */
export function callsForFetch(
  recordId: string,
  cached: CachedPolicy | undefined,
  now: number,
): boolean {
  return cached === undefined || cached.id !== recordId || !holds(cached, now);
}
