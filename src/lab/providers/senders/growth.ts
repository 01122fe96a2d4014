/**
 * How much a sender may send, and what is thought of it: both change when a day ends, by what was counted in it, so that within a day it
 * does not matter in which order mail comes. Pure.
 */
import { deletedRate, spamRate, unknownRate, type Counts } from './counts.ts';

/** A provider's taste. */
export interface Growth {
  /** What a sender that nobody knows may send on its first day. Copies. */
  readonly first: number;
  /** The quota never falls below, and never grows above. */
  readonly least: number;
  readonly most: number;
  /** After a day with so many copies the sender is one of bulk mail, for good. */
  readonly bulkLine: number;
  /** What makes a day a bad one. */
  readonly bad: {
    /** From this share of complaints on. */
    readonly spamRate: number;
    /** Fewer complaints say nothing. */
    readonly fewestComplaints: number;
    /** From this share of unknown mailboxes on, of at least `fewestUnknown`. */
    readonly unknownRate: number;
    readonly fewestUnknown: number;
    /** Pressed beyond the quota by more than this share of it. */
    readonly pressed: number;
  };
  /** So many copies of list mail without one-click, of a sender of bulk mail, and the quota shrinks; Infinity: nobody minds. */
  readonly noOneClick: number;
  /** Days without mail after which a sender is as good as new. */
  readonly forgets: number;
}

export interface Standing {
  /** Copies a day. */
  readonly quota: number;
  /** From −4 (bad) to 4 (good); 0: unknown. One bad day makes a newcomer poor, two make it bad. */
  readonly score: number;
  /** Has been over the bulk line. */
  readonly bulk: boolean;
}

export type Reputation = 'bad' | 'poor' | 'unknown' | 'good';

/** A bad day weighs as much as three good ones. */
const GOOD_DAY = 1;
const BAD_DAY = -3;
const EXTREME = 4;
/** From this share of the quota on a day shows that the sender can be trusted with more. */
const USED = 0.25;

/** From this share of copies on that were thrown away unread, of at least so many, a day shows nothing good. */
const UNWANTED = { share: 0.55, fewest: 50 };
/** So many answers and rescues speak for a sender whose reputation is bad. */
const VOICES = 2;

/** careless: what is sent lacks what bulk mail has to have */
export type DayKind = 'good' | 'bad' | 'careless' | 'quiet';

export function newcomer({ first }: Growth): Standing {
  return { quota: first, score: 0, bulk: false };
}

export function reputationOf({ score }: Pick<Standing, 'score'>): Reputation {
  if (score <= -EXTREME) return 'bad';
  if (score < 0) return 'poor';
  return score < 3 ? 'unknown' : 'good';
}

/** @param standing on that day */
export function kindOfDay(
  growth: Growth,
  { quota, bulk }: Pick<Standing, 'quota' | 'bulk'>,
  day: Counts,
): DayKind {
  const { bad } = growth;
  const complained = day.complaints >= bad.fewestComplaints && spamRate(day) >= bad.spamRate;
  const guessed = day.unknown >= bad.fewestUnknown && unknownRate(day) >= bad.unknownRate;
  if (complained || guessed || day.pressed > quota * bad.pressed) return 'bad';
  const isBulk = bulk || day.accepted >= growth.bulkLine;
  if (isBulk && day.noOneClick >= growth.noOneClick) return 'careless';
  const unwanted = day.inbox >= UNWANTED.fewest && deletedRate(day) >= UNWANTED.share;
  return day.accepted >= quota * USED && !unwanted ? 'good' : 'quiet';
}

/** What the sender may do tomorrow. */
export function afterDay(growth: Growth, standing: Standing, day: Counts): Standing {
  const { quota, score } = standing;
  const bulk = standing.bulk || day.accepted >= growth.bulkLine;
  const halved = Math.max(growth.least, Math.floor(quota / 2));
  // who is answered and looked for is forgiven sooner
  const heard = day.replied + day.rescued >= VOICES ? healed(score, 1) : score;
  switch (kindOfDay(growth, standing, day)) {
    case 'good':
      return { quota: Math.min(growth.most, quota * 2), score: bounded(heard + GOOD_DAY), bulk };
    case 'bad':
      return { quota: halved, score: bounded(score + BAD_DAY), bulk };
    case 'careless':
      return { quota: halved, score, bulk };
    case 'quiet':
      return { quota, score: healed(heard, 1), bulk };
  }
}

/** Days without mail: what was bad is forgotten, a little each day; what was good stays. */
export function afterSilence(standing: Standing, days: number): Standing {
  return { ...standing, score: healed(standing.score, days) };
}

function healed(score: number, days: number): number {
  return score < 0 ? Math.min(0, score + days) : score;
}

function bounded(score: number): number {
  return Math.max(-EXTREME, Math.min(EXTREME, score));
}
