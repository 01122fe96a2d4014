/**
 * How much a sender may send, and what is thought of it: both change when a day ends, by what was counted in it, so that within a day it
 * does not matter in which order mail comes. Pure.
 */
import { spamRate, unknownRate, type Counts } from './counts.ts';

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

export type DayKind = 'good' | 'bad' | 'quiet';

export function newcomer({ first }: Growth): Standing {
  return { quota: first, score: 0, bulk: false };
}

export function reputationOf({ score }: Pick<Standing, 'score'>): Reputation {
  if (score <= -EXTREME) return 'bad';
  if (score < 0) return 'poor';
  return score < 3 ? 'unknown' : 'good';
}

/** @param quota of that day */
export function kindOfDay(growth: Growth, quota: number, day: Counts): DayKind {
  const { bad } = growth;
  const complained = day.complaints >= bad.fewestComplaints && spamRate(day) >= bad.spamRate;
  const guessed = day.unknown >= bad.fewestUnknown && unknownRate(day) >= bad.unknownRate;
  if (complained || guessed || day.pressed > quota * bad.pressed) return 'bad';
  return day.accepted >= quota * USED ? 'good' : 'quiet';
}

/** What the sender may do tomorrow. */
export function afterDay(growth: Growth, standing: Standing, day: Counts): Standing {
  const { quota, score } = standing;
  const bulk = standing.bulk || day.accepted >= growth.bulkLine;
  switch (kindOfDay(growth, quota, day)) {
    case 'good':
      return { quota: Math.min(growth.most, quota * 2), score: bounded(score + GOOD_DAY), bulk };
    case 'bad':
      return {
        quota: Math.max(growth.least, Math.floor(quota / 2)),
        score: bounded(score + BAD_DAY),
        bulk,
      };
    case 'quiet':
      return { quota, score: healed(score, 1), bulk };
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
