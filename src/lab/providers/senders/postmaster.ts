/** What a provider shows a sender of itself, as Google's Postmaster Tools do: day by day, what passed, what was complained of, what was refused. */
import type { DayRow } from '#store/lab/provider-senders';
import { spamRate, type Counts } from './counts.ts';
import { reputationOf, type Reputation } from './growth.ts';

export interface PostmasterRow {
  /** ISO 8601. */
  readonly day: string;
  readonly kind: 'ip' | 'domain';
  readonly sender: string;
  readonly messages: number;
  readonly inbox: number;
  readonly spam: number;
  /** Shares from 0 to 1; null where nothing was judged. */
  readonly spf: number | null;
  readonly dkim: number | null;
  readonly dmarc: number | null;
  readonly tls: number | null;
  /** Complaints among what lay in inboxes. */
  readonly spamRate: number | null;
  readonly complaints: number;
  /** What else readers did: they drive the reputation too. */
  readonly opened: number;
  readonly replied: number;
  readonly rescued: number;
  readonly deleted: number;
  /** Copies of list mail that nobody can leave by one click. */
  readonly noOneClick: number;
  readonly deferred: number;
  readonly rejected: number;
  /** Reply codes with their number, the most frequent first. */
  readonly errors: readonly { readonly code: string; readonly count: number }[];
  /** Copies that were allowed on that day. */
  readonly quota: number;
  readonly reputation: Reputation;
}

export function postmasterRow({
  day,
  kind,
  name,
  counts,
  codes,
  quota,
  score,
}: DayRow<Counts>): PostmasterRow {
  const share = (passed: number): number | null =>
    counts.judged === 0 ? null : passed / counts.judged;
  return {
    day,
    kind,
    sender: name,
    messages: counts.accepted,
    inbox: counts.inbox,
    spam: counts.spam,
    spf: share(counts.spf),
    dkim: share(counts.dkim),
    dmarc: share(counts.dmarc),
    tls: share(counts.tls),
    spamRate: counts.inbox === 0 ? null : spamRate(counts),
    complaints: counts.complaints,
    opened: counts.opened,
    replied: counts.replied,
    rescued: counts.rescued,
    deleted: counts.deleted,
    noOneClick: counts.noOneClick,
    deferred: counts.deferred,
    rejected: counts.rejected,
    errors: Object.entries(codes)
      .map(([code, count]) => ({ code, count }))
      .toSorted((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1)),
    quota,
    reputation: reputationOf({ score }),
  };
}
