/**
 * Every limit by which clients are judged, each with its reason; those that operators choose are settings (`abuse.…`, `submission.…`).
 * How the owner of a name is told apart from who guesses at it: docs/decisions/0024. Times are milliseconds.
 */
import type { Misconduct } from './conduct.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How fast checks may follow one another at one key: so many failures are free, then each doubles the gap, up to `most`. */
export interface PaceRule {
  readonly free: number;
  readonly most: number;
}

/** The gap after the first failure that is not free. */
export const FIRST_GAP = SECOND;

export const LOGIN_PACES = {
  // The owner's own address, for this name: an old password in three programs, and whoever sits in the same office.
  // 17,000 guesses a day at most, all from where the owner is; the owner waits five seconds at worst.
  'name-at-address': { free: 10, most: 5 * SECOND },
  // The owner's network: a telephone whose provider gives it another address every hour.
  'name-at-network': { free: 10, most: 10 * SECOND },
  // Strangers, all names together: one address has 1,500 guesses a day, its network 6,000.
  address: { free: 10, most: MINUTE },
  network: { free: 30, most: 15 * SECOND },
  // Strangers at one name who have not failed yet: their network has one guess a day in this lane, so that a botnet has to
  // spend a network for each, and an owner on a journey stands in a queue of seconds.
  'name-first': { free: 20, most: 5 * SECOND },
  // Strangers at one name whose network has failed there: 2,900 guesses a day, whatever number of networks.
  'name-again': { free: 10, most: 30 * SECOND },
} as const satisfies Record<string, PaceRule>;

/** What is no guess (an app password has 128 random bits; a secret that is known to be wrong) only costs a hash. */
export const CHEAP_PACE = { gap: SECOND / 2, atOnce: 30 } as const;

/** Nobody waits longer for a check; a client gives up after some time too. */
export const LOGIN_PATIENCE = MINUTE;

/** Checks of strangers that run at once in this process: the hashes that owners wait for have room beside them. */
export const STRANGERS_AT_ONCE = 32;

/** Half of the window in which failures count. */
export const LOGIN_SLOT = 12 * HOUR;
export const OFFENCE_SLOT = 30 * MINUTE;
export const TRAFFIC_SLOT = 30 * SECOND;

/** Keys in memory, about 300 octets each; under attack three such tables are 25 MB. */
export const CAPACITY = { logins: 50_000, offences: 20_000, traffic: 20_000 } as const;
/** Wrong secrets, and verdicts on places, that are remembered. */
export const REMEMBERED = 10_000;

/** Traffic below this is nobody else's business: a flood of addresses that come once makes no rows. */
export const SHARE_TRAFFIC_FROM = 20;

/** What each misconduct weighs, within an hour, against `BAN_FROM`. */
export const WEIGHTS: Readonly<Record<Misconduct, number>> = {
  // Five sessions.
  'early-talker': 4,
  'protocol-errors': 4,
  // Twenty mailboxes that are not there; see `HARVEST_SHARE`.
  'unknown-recipient': 1,
  // Ten names. One name never bans: that is an old password in a telephone.
  'failed-login': 2,
};
export const BAN_FROM = 20;
/** A /48 is one customer, who has 65,536 /64s. An IPv4 /24 is many customers: it is never banned but by hand. */
export const BAN_NETWORK_FROM = 5 * BAN_FROM;
/** Unknown recipients are a harvest where they are so many times those that were taken: a large relay has some of each. */
export const HARVEST_SHARE = 4;

/** The first ban; each further one is four times as long. */
export const FIRST_BAN = 10 * MINUTE;
export const BAN_GROWTH = 4;
export const LONGEST_BAN = DAY;
/** After this long without one the next ban is a first one again. */
export const BANS_REMEMBERED = 7 * DAY;
/** Bans in memory. Beyond it the oldest is let go. */
export const MOST_BANS = 50_000;

/** A network may do so many times what an address may. */
export const NETWORK_SHARE = 3;

/** A place where nobody logged in for so long is strange again. */
export const PLACES_REMEMBERED = 90 * DAY;
/** A place is noted once in this time. */
export const PLACE_NOTED_EVERY = DAY;
/** What was found out about a place holds so long: another node may have let its owner in meanwhile. */
export const STANDING_HOLDS = MINUTE;

/** Nodes hear of one another this often. */
export const EXCHANGE_EVERY = SECOND;
/** Rows that one round writes at most: 10 ms of the database's time. */
export const ROUND_ROWS = 500;
/** How often what has ended is removed from the tables. */
export const FORGET_EVERY = MINUTE;

/** A refused connection of one address is told to the event log this often. */
export const REFUSAL_TOLD_EVERY = MINUTE;
