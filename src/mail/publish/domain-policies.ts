/** The policies of a domain: what its owner set, else what does no harm to a domain that was just set up. */
import type { Pool } from '#store/database/open';
import { readPolicies, type DomainPolicies } from '#store/directory/domain-policies';

const DAY = 86_400;

/** How long senders keep a policy. RFC 8461 §3.2 would have weeks; one that may still change is kept for a day (§8.3). */
export const USUAL_MAX_AGE = {
  none: DAY,
  testing: DAY,
  enforce: 14 * DAY,
} as const satisfies Record<DomainPolicies['mtaStsMode'], number>;

/** Reports come, and nothing is refused. */
export const USUAL_POLICIES: DomainPolicies = {
  mtaStsMode: 'testing',
  mtaStsMaxAge: USUAL_MAX_AGE.testing,
  dmarcPolicy: 'none',
};

/** Undefined where the domain is not here. */
export async function policiesOf(pool: Pool, domain: string): Promise<DomainPolicies | undefined> {
  const found = await readPolicies(pool, domain);
  return found.kind === 'domain' ? (found.policies ?? USUAL_POLICIES) : undefined;
}
