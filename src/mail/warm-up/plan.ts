/**
 * What a warm-up plan makes of a day: the replies that were heard in, the size of the next day out, with the reasons. Pure; called by
 * `keeper.ts` when a day is over.
 *
 * A day is bad by what a site says of us (replies about rate or reputation), by addresses that do not exist, and by complaints: a little of it
 * holds the size, more halves it. Nothing raises it but a day that was good and of which the plan was used. What a site did not take more of is
 * remembered as its ceiling, which the size comes near in small steps only; days that went well beyond it make it forgotten.
 */
import type { WarmUpStep } from './steps.ts';

export interface PlanSettings {
  /** Recipients of the first day. */
  readonly first: number;
  /** After a good day so many times as many. */
  readonly growth: number;
  /** Recipients a day that are needed: with a good day of so many the plan is done. */
  readonly target: number;
}

export const PLAN_DEFAULTS: PlanSettings = { first: 50, growth: 1.5, target: 5000 };

export interface PlanSize {
  /** Recipients of a day. */
  readonly size: number;
  /** So many the site took when it wanted no more. */
  readonly ceiling: number | undefined;
  /** Good days in a row. */
  readonly goodDays: number;
}

/** What was heard in a day, in recipients. */
export interface DayReplies {
  /** The site answered for them, whatever it said. */
  readonly taken: number;
  readonly delivered: number;
  /** Put off, for whatever reason. */
  readonly deferred: number;
  /** Of these for our rate or reputation. */
  readonly slowed: number;
  /** Refused for good for what we are: blocked, reputation, rate, or authentication. */
  readonly refused: number;
  /** Refused because there is no such mailbox. */
  readonly bounced: number;
  readonly complaints: number;
}

export const NO_REPLIES: DayReplies = {
  taken: 0,
  delivered: 0,
  deferred: 0,
  slowed: 0,
  refused: 0,
  bounced: 0,
  complaints: 0,
};

export type Judged = 'grown' | 'held' | 'halved' | 'finished';

export interface NextDay extends PlanSize {
  readonly judged: Judged;
  readonly steps: readonly WarmUpStep[];
}

/** Shares of a day, in parts of one, that hold the size and that halve it; fewer than `least` never halve. */
const SLOWED = { hold: 0, halve: 0.05, least: 2 };
const BOUNCED = { hold: 0.02, halve: 0.05, least: 2 };
/** Gmail: below 0.1 %, never 0.3 % (protocol of the providers' guidelines, 2026-03). */
const COMPLAINTS = { hold: 0.001, halve: 0.003, least: 2 };

/** Of the plan has to be used for a day to say anything. */
const USED = 0.5;
/** Beyond a ceiling. */
const SMALL_STEP = 0.1;
/** Good days in a row after which a ceiling is forgotten. */
const FORGET_AFTER = 3;
/** Of the first size: never less than this part of it. */
const FLOOR = 0.1;

type Gravity = 'none' | 'hold' | 'halve';

export function nextDay(settings: PlanSettings, plan: PlanSize, day: DayReplies): NextDay {
  const slowed = gravity(day.slowed, day.taken, SLOWED);
  const refused: Gravity = day.refused > 0 ? 'halve' : 'none';
  const bounced = gravity(day.bounced, day.taken, BOUNCED);
  const complained = gravity(day.complaints, day.taken, COMPLAINTS);
  const steps: WarmUpStep[] = [
    { key: 'day', planned: plan.size, taken: day.taken, delivered: day.delivered },
    ...reason('slowed', slowed, day.slowed, day.taken),
    ...reason('refused', refused, day.refused, day.taken),
    ...reason('bounced', bounced, day.bounced, day.taken),
    ...reason('complaints', complained, day.complaints, day.taken),
  ];
  const all = new Set([slowed, refused, bounced, complained]);
  const ceiling = slowed === 'none' ? plan.ceiling : atLeastFloor(settings, day.delivered);
  const half = Math.min(plan.size, atLeastFloor(settings, Math.ceil(plan.size / 2)));
  if (all.has('halve')) return after('halved', { size: half, ceiling, goodDays: 0 }, steps);
  if (all.has('hold')) {
    // the site has said how much is enough
    const enough = slowed === 'none' ? plan.size : Math.max(day.delivered, half);
    const size = Math.min(plan.size, enough);
    return after('held', { size, ceiling, goodDays: 0 }, steps);
  }
  if (day.taken < plan.size * USED) {
    return after('held', plan, [...steps, { key: 'unused', planned: plan.size, taken: day.taken }]);
  }
  return grown(settings, plan, day, steps);
}

function grown(
  settings: PlanSettings,
  plan: PlanSize,
  day: DayReplies,
  steps: readonly WarmUpStep[],
): NextDay {
  const goodDays = plan.goodDays + 1;
  if (plan.size >= settings.target) {
    const done: WarmUpStep = { key: 'reached', target: settings.target };
    return { ...plan, goodDays, judged: 'finished', steps: [...steps, done] };
  }
  const known = ceilingAfter(plan.ceiling, goodDays, day.delivered);
  const most = Math.ceil(plan.size * settings.growth);
  const near =
    known === undefined
      ? most
      : Math.max(known, plan.size + Math.max(1, Math.floor(plan.size * SMALL_STEP)));
  const size = Math.min(most, near, settings.target);
  const why: readonly WarmUpStep[] =
    known !== undefined && near < most ? [{ key: 'ceiling', ceiling: known }] : [];
  return after('grown', { size, ceiling: known, goodDays }, [...steps, ...why]);
}

/** Undefined once good days in a row went beyond it. */
function ceilingAfter(
  ceiling: number | undefined,
  goodDays: number,
  delivered: number,
): number | undefined {
  if (ceiling === undefined || delivered <= ceiling) return ceiling;
  return goodDays >= FORGET_AFTER ? undefined : delivered;
}

function after(judged: Judged, size: PlanSize, steps: readonly WarmUpStep[]): NextDay {
  return { ...size, judged, steps: [...steps, { key: judged as WarmUpEnd, size: size.size }] };
}

type WarmUpEnd = Exclude<Judged, 'finished'>;

function gravity(
  count: number,
  taken: number,
  { hold, halve, least }: { hold: number; halve: number; least: number },
): Gravity {
  const share = count / Math.max(taken, 1);
  if (count >= least && share >= halve) return 'halve';
  return count > 0 && share > hold ? 'hold' : 'none';
}

function reason(
  key: 'slowed' | 'refused' | 'bounced' | 'complaints',
  gravity: Gravity,
  count: number,
  taken: number,
): readonly WarmUpStep[] {
  return gravity === 'none' ? [] : [{ key, count, taken }];
}

function atLeastFloor({ first }: PlanSettings, size: number): number {
  return Math.max(size, Math.ceil(first * FLOOR));
}
