/** What a provider wants of a sender, item by item: fine, or needs work, as Google's Postmaster Tools say it since their second version. Pure. */
import type { PostmasterRow } from '#lab/providers/senders/postmaster';

export const ITEMS = ['spf', 'dkim', 'dmarc', 'ptr', 'tls', 'one-click', 'spam-rate'] as const;
export type Item = (typeof ITEMS)[number];
export const VERDICTS = ['fine', 'needs-work', 'no-data'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Google: keep below 0.1 %, never reach 0.3 %. */
const SPAM_RATE = 0.003;
/** A share of messages; that nearly all must pass is our choice. */
const NEARLY_ALL = 0.98;
/** Replies of the rule of reverse names. */
const WITHOUT_PTR = /\b[45]\.7\.(?:23|25)$/;

export function complianceOf(rows: readonly PostmasterRow[]): Readonly<Record<Item, Verdict>> {
  const share = (of: (row: PostmasterRow) => number | null): Verdict => {
    const mean = meanOf(rows, of);
    return mean === undefined ? 'no-data' : mean >= NEARLY_ALL ? 'fine' : 'needs-work';
  };
  const without = (is: (row: PostmasterRow) => boolean): Verdict =>
    rows.length === 0 ? 'no-data' : rows.some(is) ? 'needs-work' : 'fine';
  const isOverRate = ({ spamRate }: PostmasterRow): boolean => (spamRate ?? 0) >= SPAM_RATE;
  return {
    spf: share(({ spf }) => spf),
    dkim: share(({ dkim }) => dkim),
    dmarc: share(({ dmarc }) => dmarc),
    ptr: without(({ errors }) => errors.some(({ code }) => WITHOUT_PTR.test(code))),
    tls: share(({ tls }) => tls),
    'one-click': without(({ noOneClick }) => noOneClick > 0),
    'spam-rate': rows.every(({ spamRate }) => spamRate === null) ? 'no-data' : without(isOverRate),
  };
}

/** Days weigh by what was taken on them, one message at least. */
function meanOf(
  rows: readonly PostmasterRow[],
  of: (row: PostmasterRow) => number | null,
): number | undefined {
  let [sum, weight] = [0, 0];
  for (const row of rows) {
    const value = of(row);
    if (value === null) continue;
    const messages = Math.max(1, row.messages);
    sum += value * messages;
    weight += messages;
  }
  return weight === 0 ? undefined : sum / weight;
}
