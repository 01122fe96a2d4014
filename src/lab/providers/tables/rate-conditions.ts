/** The conditions of rules about how much is sent: by address, by domain, by netblock, each pure. Their texts are in `texts.ts`. */
import type { Condition, MessageCase } from '#lab/providers/rule';
import { reputationOf } from '#lab/providers/senders/growth';

export const addressOverQuota: Condition<MessageCase> = {
  key: 'address-over-quota',
  test: ({ client: { ip }, address: { quota, today } }) => ({
    matched: today.accepted >= quota,
    seen: { ip, accepted: today.accepted, quota },
  }),
};

export function domainOverQuota(by: 'spf' | 'dkim'): Condition<MessageCase> {
  return {
    key: by === 'spf' ? 'spf-domain-over-quota' : 'dkim-domain-over-quota',
    test: ({ identity, domain: { name, quota, today } }) => ({
      matched: identity?.by === by && today.accepted >= quota,
      seen: { domain: name, by: identity?.by ?? null, accepted: today.accepted, quota },
    }),
  };
}

/** Who is put off elsewhere is blocked, where nothing good is left to be said of it. */
export const addressBlocked: Condition<MessageCase> = {
  key: 'address-blocked',
  test: ({ client: { ip }, address }) => {
    const { quota, today, score } = address;
    const reputation = reputationOf(address);
    return {
      matched: reputation === 'bad' && today.accepted >= quota,
      seen: { ip, reputation, score, accepted: today.accepted, quota },
    };
  },
};

export function domainBlocked(by: 'spf' | 'dkim'): Condition<MessageCase> {
  return {
    key: by === 'spf' ? 'spf-domain-blocked' : 'dkim-domain-blocked',
    test: ({ identity, domain }) => {
      const { name, quota, today, score } = domain;
      const reputation = reputationOf(domain);
      const { accepted } = today;
      return {
        matched: identity?.by === by && reputation === 'bad' && accepted >= quota,
        seen: { domain: name, by: identity?.by ?? null, reputation, score, accepted, quota },
      };
    },
  };
}

/** Many addresses that each stay within their quota: of all together, so many times what this one may send. */
export function netblockOverQuota(times: number): Condition<MessageCase> {
  return {
    key: 'netblock-over-quota',
    test: ({ netblock: { name, accepted }, address: { quota } }) => ({
      matched: accepted >= quota * times,
      seen: { netblock: name, accepted, most: quota * times },
    }),
  };
}
