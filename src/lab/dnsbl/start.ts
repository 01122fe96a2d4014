/** The block list of the practice Internet: told of offences by whoever meets them, asked by the DNS, and by the learner. */
import type { Clock } from '#clock';
import type { Log } from '#log';
import type { Pool } from '#store/database/open';
import {
  forgetAddress,
  keepListing,
  keepOffence,
  readBlockList,
  type Listing,
  type Offence,
} from '#store/lab/block-list';
import { answerOf, type Refused } from './answer.ts';
import {
  isListed,
  listingBy,
  REMEMBERED,
  removalOf,
  RULES,
  type OffenceKind,
  type Removal,
} from './rules.ts';

export interface BlockListGround {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly log: Log;
}

/** Questions of one day of the calendar; whoever asks more is told so. */
const QUESTIONS_A_DAY = 10_000;
const DAY = 24 * 60 * 60 * 1000;
/** Offences kept of one address in memory: the oldest go. */
const MOST_EACH = 200;

export interface BlockList {
  /** Something was seen of an address. Resolves once it is kept. */
  report(address: string, kind: OffenceKind, detail: string): Promise<void>;
  isListed(address: string): boolean;
  /** Values of the zone; undefined: no such name. */
  answer(name: string, type: string): readonly string[] | undefined;
  /** Asks for an address to be taken off. */
  remove(address: string): Promise<Removal>;
  /** For lessons: forgets all that was seen of an address, and its listing. */
  pardon(address: string): Promise<void>;
  view(address?: string): readonly BlockListView[];
  /** For lessons: everybody is refused, or nobody. */
  refuse(why: Refused | undefined): void;
}

export interface BlockListView {
  readonly address: string;
  readonly listed: boolean;
  readonly since: number | null;
  /** When it was last put on and by hand taken off, if ever. Calendar milliseconds. */
  readonly listedAt: number | null;
  readonly removedAt: number | null;
  readonly cause: string | null;
  readonly times: number;
  readonly offences: readonly Offence[];
}

export async function startBlockList({ pool, clock, log }: BlockListGround): Promise<BlockList> {
  const rows = await readBlockList(pool, clock.now() - REMEMBERED);
  const offences = new Map<string, Offence[]>();
  for (const one of rows.offences) remember(offences, one);
  const listings = new Map(rows.listings.map((one) => [one.address, one]));
  const asked = { day: 0, count: 0 };
  let refused: Refused | undefined;

  const of = (address: string): readonly Offence[] => offences.get(address) ?? [];
  const listed = (address: string): boolean =>
    isListed(listings.get(address), of(address), clock.now());
  const reason = (address: string): string =>
    `https://why.lab.test/dnsbl-${listings.get(address)?.cause ?? 'test'}?ip=${address}`;

  return {
    isListed: listed,
    async report(address, kind, detail) {
      const offence = { address, kind, at: clock.now(), detail: detail.slice(0, 300) };
      remember(offences, offence);
      const listing = listingBy(offence, of(address), listings.get(address));
      if (listing !== undefined) {
        listings.set(address, listing);
        log.info('lab.listed', { address, cause: kind, times: listing.times });
      }
      await keepOffence(pool, offence, listing, clock.now() - REMEMBERED);
    },
    answer(name, type) {
      const day = Math.floor(clock.now() / DAY);
      if (asked.day !== day) Object.assign(asked, { day, count: 0 });
      asked.count++;
      const tooMany = asked.count > QUESTIONS_A_DAY ? 'too-many' : undefined;
      return answerOf(name, type, { isListed: listed, reason, refused: refused ?? tooMany });
    },
    async remove(address) {
      const removal = removalOf(listings.get(address), of(address), clock.now());
      if (removal.kind === 'removed') {
        listings.set(address, removal.listing);
        await keepListing(pool, removal.listing);
        log.info('lab.delisted', { address });
      }
      return removal;
    },
    async pardon(address) {
      offences.delete(address);
      listings.delete(address);
      await forgetAddress(pool, address);
    },
    view(address) {
      const known = [...new Set([...offences.keys(), ...listings.keys()])].toSorted();
      return known
        .filter((one) => address === undefined || one === address)
        .map((one) => viewOf(one, listings.get(one), of(one), listed(one)));
    },
    refuse(why) {
      refused = why;
    },
  };
}

function remember(offences: Map<string, Offence[]>, offence: Offence): void {
  const known = offences.get(offence.address) ?? [];
  known.push(offence);
  if (known.length > MOST_EACH) known.shift();
  offences.set(offence.address, known);
}

function viewOf(
  address: string,
  listing: Listing | undefined,
  offences: readonly Offence[],
  listed: boolean,
): BlockListView {
  return {
    address,
    listed,
    since: listed ? listing!.listedAt : null,
    listedAt: listing?.listedAt ?? null,
    removedAt: listing?.removedAt ?? null,
    cause: listed ? listing!.cause : null,
    times: listing?.times ?? 0,
    offences: offences.slice(-20),
  };
}

export function causeText(cause: string, lang: 'en' | 'ja'): string {
  return Object.hasOwn(RULES, cause) ? RULES[cause as OffenceKind].text[lang] : cause;
}
