/** DKIM keys of the plan: those that sign, the next ones, those that signed a few days ago, and those whose record may go. */
import type { PartFacts, PlannedKey } from './facts.ts';
import { textStrings, type Need, type PlannedRecord, type Purpose } from './record.ts';

const BY_STATE = {
  active: { purpose: 'dkim-active', need: 'publish' },
  pending: { purpose: 'dkim-next', need: 'publish' },
  retired: { purpose: 'dkim-retired', need: 'publish' },
  revoked: { purpose: 'dkim-revoked', need: 'remove' },
} as const satisfies Record<PlannedKey['state'], { purpose: Purpose; need: Need }>;

export function keyRecords({ domain, keys }: Pick<PartFacts, 'domain' | 'keys'>): PlannedRecord[] {
  return (Object.keys(BY_STATE) as PlannedKey['state'][]).flatMap((wanted) => {
    const { purpose, need } = BY_STATE[wanted];
    return keys
      .filter(({ state }) => state === wanted)
      .map(({ selector, record }) => ({
        type: 'TXT',
        name: `${selector}._domainkey.${domain}`,
        data: textStrings(record),
        purpose,
        need,
        zone: 'domain',
      }));
  });
}
