/** `--for`: how long something is to last. */
import { CommandFailure } from '#cli/failure';

const UNITS: Readonly<Record<string, number>> = { m: 6e4, h: 36e5, d: 864e5 };

/** Milliseconds. @throws CommandFailure */
export function readLength(given: string): number {
  const match = /^(\d{1,5})([mhd])$/.exec(given);
  if (match && Number(match[1]) > 0) return Number(match[1]) * UNITS[match[2]!]!;
  throw new CommandFailure(`--for ${given} is no length of time`, 'Write it like 90m, 2h or 3d.');
}
