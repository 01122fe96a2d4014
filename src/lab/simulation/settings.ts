/** What a simulation is told: how long, by which seed, how much, and whether by a plan. */
import { BIGMAIL } from '#lab/providers/bigmail';
import { HOTTEST } from '#lab/providers/hottest';
import { PURPLE } from '#lab/providers/purple';
import type { Provider } from '#lab/providers/rule';
import type { PlanTerms } from '#store/warm-up/plans';

export interface SimulationSettings {
  readonly days: number;
  /** The same seed, the same readers and the same chances. */
  readonly seed: number;
  /** Letters of the newsletter to each provider on the first day. */
  readonly letters: number;
  /** Undefined: everything goes as fast as it can. */
  readonly plan: PlanTerms | undefined;
}

export const DEFAULTS = { days: 30, seed: 1, letters: 80 };

/** The first day is what a newcomer may send; the last is never reached in a month, so that every day is judged. */
export const PLAN: PlanTerms = { first: 20, growth: 1.5, target: 2000 };

/** Who is written to. */
export const RECEIVERS: readonly Provider[] = [BIGMAIL, HOTTEST, PURPLE];

/** The list grows: each day so many times as many letters. */
const GROWTH = 1.015;

/** @param day 0 is the first */
export function lettersOn(day: number, { letters }: Pick<SimulationSettings, 'letters'>): number {
  return Math.round(letters * GROWTH ** day);
}

/**
 * Where the calendar begins: a Monday, always the same, because people go by the day. Certificates are judged by real time, so that it does not
 * matter how long ago it was.
 */
export const BEGINNING = Date.UTC(2026, 0, 5);
