/** Whether the DNS shows the records of keys. */
import type { Resolver } from '#protocol/dns/resolver';
import { askPlan, comparePlan } from '#mail/dns-plan/compare';
import { keyRecords } from '#mail/dns-plan/plan-keys';
import type { DnsPlan } from '#mail/dns-plan/record';
import type { ListedKey } from '#store/directory/dkim-keys';
import type { Sight } from './decide.ts';
import { plannedKey } from './planned-key.ts';

/** @param keys not empty, of one domain */
export async function lookForKeys(
  resolver: Resolver,
  domain: string,
  keys: readonly ListedKey[],
  signal?: AbortSignal,
): Promise<Sight> {
  const records = keyRecords({ domain, keys: keys.map(plannedKey) });
  const plan: DnsPlan = { domain, host: undefined, records, gaps: [] };
  const compared = comparePlan(plan, await askPlan(plan, resolver, signal));
  if (compared.every(({ standing }) => standing === 'right')) return 'seen';
  return compared.some(({ standing }) => standing === 'unknown') ? 'unknown' : 'unseen';
}
