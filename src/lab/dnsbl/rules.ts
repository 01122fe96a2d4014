/**
 * When an address comes onto the block list of the practice Internet, and how it comes off: the table of rules, and pure functions over
 * what was seen. As on the big lists, who asks to be taken off while the cause goes on is refused, and who comes back stays longer.
 */
import type { Listing, Offence } from '#store/lab/block-list';

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;

/**
 * What an address may do so often within a day, and what not at all. A newsletter to a bought list, sent once to see what comes of it (lesson
 * 3.7), has some twenty complaints; an old list (3.3) has a handful of dead addresses; a forwarder breaks a few signatures (2.8).
 */
export const RULES = {
  'spam-trap': {
    most: 0,
    text: {
      en: 'wrote to an address that nobody ever gave to anybody',
      ja: '誰にも教えたことのない宛先（スパムトラップ）へ送りました',
    },
  },
  complaint: {
    most: 59,
    text: {
      en: 'many readers called its mail spam',
      ja: '多くの受信者から迷惑メールと報告されました',
    },
  },
  'unknown-user': {
    most: 49,
    text: {
      en: 'wrote to many mailboxes that do not exist',
      ja: '存在しない宛先へ大量に送りました',
    },
  },
  spoof: {
    most: 9,
    text: { en: 'wrote in the name of others', ja: '他人のドメインを名乗って送りました' },
  },
} as const;

export type OffenceKind = keyof typeof RULES;

/** Offences within this time are counted together. Milliseconds of the calendar. */
export const WINDOW = DAY;
/** Who did nothing for so long is taken off by itself, the first time; each further time it takes twice as long. */
const EXPIRES = 7 * DAY;
/** Who asks to be taken off must have been quiet for so long, the first time; each further time twice as long. */
const QUIET = DAY;
/** A listing counts as an earlier one for so long. */
export const REMEMBERED = 90 * DAY;

export function isListed(
  listing: Listing | undefined,
  offences: readonly Offence[],
  now: number,
): boolean {
  if (listing === undefined || listing.removedAt !== undefined) return false;
  return now < endOf(listing, offences.at(-1));
}

/** The listing that an offence leads to; undefined: none, or it is listed already. @param offences that one included */
export function listingBy(
  { address, kind, at }: Offence,
  offences: readonly Offence[],
  before: Listing | undefined,
): Listing | undefined {
  if (isListed(before, offences.slice(0, -1), at)) return undefined;
  const same = offences.filter((one) => one.kind === kind && one.at > at - WINDOW);
  if (same.length <= RULES[kind as OffenceKind].most) return undefined;
  const again = before !== undefined && at - before.listedAt < REMEMBERED;
  return {
    address,
    listedAt: at,
    cause: kind,
    times: again ? before.times + 1 : 1,
    removedAt: undefined,
  };
}

export type Removal =
  | { readonly kind: 'removed'; readonly listing: Listing }
  | { readonly kind: 'not-listed' }
  /** The cause goes on: nothing may be seen of it until then. */
  | { readonly kind: 'too-early'; readonly until: number; readonly last: Offence };

export function removalOf(
  listing: Listing | undefined,
  offences: readonly Offence[],
  now: number,
): Removal {
  if (listing === undefined || !isListed(listing, offences, now)) return { kind: 'not-listed' };
  const last = offences.at(-1);
  const until = quietUntil(listing, last);
  if (last !== undefined && now < until) return { kind: 'too-early', until, last };
  return { kind: 'removed', listing: { ...listing, removedAt: now } };
}

type Held = Pick<Listing, 'listedAt' | 'times'>;

/** From when on who asks is taken off, unless more is seen. */
export function quietUntil({ listedAt, times }: Held, last: Offence | undefined): number {
  return (last?.at ?? listedAt) + QUIET * 2 ** (times - 1);
}

/** When a listing ends by itself, unless more is seen. */
export function endOf({ listedAt, times }: Held, last: Offence | undefined): number {
  return Math.max(listedAt, last?.at ?? 0) + EXPIRES * 2 ** (times - 1);
}
