/**
 * Which policy a record has for an author (RFC 9989 §4.10.1), and whether it has any that can be used.
 */
import type { Resolver, ResolveOptions } from '#protocol/dns/resolver';
import type { DmarcRecord, Policy } from './record.ts';
import type { DmarcStep } from './report.ts';

export interface Policies {
  readonly p: Policy;
  readonly sp?: Policy;
  readonly np?: Policy;
}

export interface UnusableTag {
  readonly tag: 'p' | 'sp' | 'np';
  readonly kind: 'absent' | 'invalid';
}

/**
 * The policies of a record as they count; `unusable` where `p` has no valid value, or `sp` or `np` an invalid one. Then
 * the record counts as p=none if reports can go somewhere, else not at all.
 */
export function policiesOf(record: DmarcRecord): {
  readonly policies?: Policies;
  readonly unusable?: UnusableTag;
} {
  const { p, sp, np, invalid } = record;
  const broken = (['p', 'sp', 'np'] as const).find((tag) => invalid.includes(tag));
  if (p !== undefined && broken === undefined) {
    return { policies: { p, ...(sp && { sp }), ...(np && { np }) } };
  }
  const unusable: UnusableTag =
    broken === undefined ? { tag: 'p', kind: 'absent' } : { tag: broken, kind: 'invalid' };
  return record.rua.length > 0 ? { policies: { p: 'none' }, unusable } : { unusable };
}

/** §4.7 `t`: one level below what is published. */
export function lowered(policy: Policy): Policy {
  return policy === 'reject' ? 'quarantine' : 'none';
}

export interface ChosenPolicy {
  readonly policy: Policy;
  /** Whether the other one of `sp` and `np` would hold if the DNS had answered. */
  readonly uncertain: boolean;
}

/** For an author whose domain is below the one that has the record: `sp`, or `np` where the name does not exist. */
export async function inheritedPolicy(
  { p, sp, np }: Policies,
  author: string,
  resolver: Resolver,
  options: ResolveOptions,
  steps: DmarcStep[],
): Promise<ChosenPolicy> {
  const existing = sp ?? p;
  const chosen = (tag: 'p' | 'sp' | 'np', policy: Policy): Policy => {
    steps.push({ step: 'policy-chosen', rfc: 'RFC 9989 §4.10.1', tag, policy });
    return policy;
  };
  if (np === undefined || np === existing) {
    return { policy: chosen(sp === undefined ? 'p' : 'sp', existing), uncertain: false };
  }
  const exists = await existence(author, resolver, options);
  steps.push({ step: 'existence', rfc: 'RFC 9989 §3.2.13', domain: author, exists });
  if (exists === true) {
    return { policy: chosen(sp === undefined ? 'p' : 'sp', existing), uncertain: false };
  }
  if (exists === false) return { policy: chosen('np', np), uncertain: false };
  // the milder one, so that nothing is refused for a question without an answer
  return rank(np) < rank(existing)
    ? { policy: chosen('np', np), uncertain: true }
    : { policy: chosen(sp === undefined ? 'p' : 'sp', existing), uncertain: true };
}

function rank(policy: Policy): number {
  return ['none', 'quarantine', 'reject'].indexOf(policy);
}

/**
 * Appendix A.4: any record makes a name exist, and one without records below which others exist does too; only NXDOMAIN says that it does
 * not. Where an alias leads to a name that does not exist, the name with the alias exists (RFC 6604 §3).
 */
async function existence(
  domain: string,
  resolver: Resolver,
  options: ResolveOptions,
): Promise<boolean | 'unknown'> {
  const answer = await resolver.resolve(domain, 'A', options);
  if (answer.kind === 'nxdomain') return answer.aliases.length > 0;
  if (answer.kind === 'failure') return answer.cause === 'bad-name' ? false : 'unknown';
  return true;
}
