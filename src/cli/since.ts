/** `--since`: a time, or how long ago. */
import { CommandFailure } from './failure.ts';

/** How long ago is by the clock of the server. Milliseconds. */
export type Since = { readonly since: number } | { readonly within: number };

export const SINCE_EXAMPLES = '90m, 2h, 3d, 2026-11-24 or 2026-11-24T13:00';

const UNITS: Readonly<Record<string, number>> = { s: 1e3, m: 6e4, h: 36e5, d: 864e5 };

/** @throws CommandFailure */
export function readSince(given: string): Since {
  const length = /^(\d{1,6})([smhd])$/.exec(given);
  if (length) return { within: Number(length[1]) * UNITS[length[2]!]! };
  // without an offset a date with a time is local, a date alone would be UTC
  const time = Date.parse(/^\d{4}-\d\d-\d\d$/.test(given) ? `${given}T00:00` : given);
  if (!Number.isNaN(time)) return { since: time };
  throw new CommandFailure(`--since ${given} is no time`, `Write it like ${SINCE_EXAMPLES}.`);
}
