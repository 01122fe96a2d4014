/**
 * Windows slide by steps of the calendar, so that counting takes the same memory however much happens: a time counts for the step that it lies in,
 * and at the end of each step the window is the so many steps before it.
 */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const SHORTEST_WINDOW = MINUTE;
export const LONGEST_WINDOW = 31 * DAY;
const STEPS = [
  SECOND,
  5 * SECOND,
  15 * SECOND,
  MINUTE,
  5 * MINUTE,
  15 * MINUTE,
  HOUR,
  6 * HOUR,
] as const;
/** A step is at most this part of a window, and at least the other one. */
const FEWEST_STEPS = 60;
const MOST_STEPS = 300;

export interface Window {
  /** Milliseconds. */
  readonly step: number;
  /** Steps of a window. */
  readonly steps: number;
}

/** Undefined: no step divides it into a number of parts that can be kept, as 301 minutes; or it is too short or too long. */
export function windowOf(over: number): Window | undefined {
  if (!(over >= SHORTEST_WINDOW && over <= LONGEST_WINDOW)) return undefined;
  const step = STEPS.findLast((each) => over % each === 0 && over / each >= FEWEST_STEPS);
  if (step === undefined || over / step > MOST_STEPS) return undefined;
  return { step, steps: over / step };
}

const UNITS = { m: MINUTE, h: HOUR, d: DAY } as const;

/** `15m`, `1h`, `1d`. @returns undefined where it is none */
export function readWindow(given: string): number | undefined {
  const match = /^(\d{1,5})([mhd])$/.exec(given);
  const over = match ? Number(match[1]) * UNITS[match[2] as keyof typeof UNITS] : 0;
  return windowOf(over) === undefined ? undefined : over;
}

export function formatWindow(over: number): string {
  for (const unit of ['d', 'h'] as const)
    if (over % UNITS[unit] === 0) return `${over / UNITS[unit]}${unit}`;
  return `${over / MINUTE}m`;
}
