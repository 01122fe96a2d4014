/** What a simulation is told: how long, by which seed, how much, and whether by a plan. */
import type { PlanTerms } from '#store/warm-up/plans';

/**
 * plan: through the server, whose queue keeps to a warm-up plan · queue: through the server without a plan · straight: past the server, by a program
 * of the shop's own
 */
export const WAYS = ['plan', 'queue', 'straight'] as const;
export type Way = (typeof WAYS)[number];

export interface SimulationSettings {
  readonly days: number;
  /** The same seed, the same readers and the same chances. */
  readonly seed: number;
  /** Letters of the newsletter to each provider on the first day. */
  readonly letters: number;
  readonly way: Way;
}

export const DEFAULTS = { days: 30, seed: 1, letters: 60 };

/** The first day is what a newcomer may send; the last is never reached in a month, so that every day is judged. */
export const PLAN: PlanTerms = { first: 20, growth: 1.5, target: 2000 };

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
