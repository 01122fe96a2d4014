/** Whether numbers are beyond the limit of a rule, clearly below it, or worse than others. Pure. */
import type { Condition } from './rule.ts';

interface Counts {
  readonly counted: number;
  readonly base: number;
}

/** An alert goes off below this part of its limit. */
const MARGIN = 0.8;

export function holds(when: Condition, counted: number, base: number): boolean {
  switch (when.kind) {
    case 'count':
      return counted >= when.least;
    case 'share':
      return base > 0 && base >= when.fewest && isShare(counted, base, when.least);
    case 'silence':
      return counted === 0;
  }
}

/** Below its limit by a margin. */
export function isCalm(when: Condition, counted: number, base: number): boolean {
  switch (when.kind) {
    case 'count':
      return counted < Math.max(1, Math.ceil(when.least * MARGIN));
    case 'share':
      return (
        base === 0 || base < when.fewest * MARGIN || !isShare(counted, base, when.least * MARGIN)
      );
    case 'silence':
      return counted > 0;
  }
}

/** 5 of 100 are 5 %, whatever binary fractions make of it. */
function isShare(counted: number, base: number, least: number): boolean {
  return counted / base >= least - 1e-12;
}

export function worse(when: Condition, now: Counts, before: Counts): boolean {
  if (when.kind !== 'share') return now.counted > before.counted;
  return now.counted * Math.max(1, before.base) > before.counted * Math.max(1, now.base);
}
