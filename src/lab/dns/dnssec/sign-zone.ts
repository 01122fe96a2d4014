/** The signatures of a served zone, made when they are first asked for and remembered with their set: nothing is signed that nobody reads. */
import { signSet } from './signature.ts';
import type { RRset, Zone } from '#lab/dns/zone/zone';

const DAY = 86_400;
/** Days that a signature holds after the one it was made on. */
const AFTER = 14;
/** And before: the calendar may have run ahead, and outside programs go by the real time. */
const BEFORE = 400;

interface Made {
  readonly day: number;
  readonly keys: Zone['keys'];
  readonly rdatas: readonly Uint8Array[];
}

const made = new WeakMap<RRset, Made>();

/** The data of the RRSIG records of a set at `now` (milliseconds), one for each signing key. */
export function signaturesOf(zone: Zone, set: RRset, now: number): readonly Uint8Array[] {
  const day = Math.floor(now / 1_000 / DAY);
  const known = made.get(set);
  if (known?.day === day && known.keys === zone.keys) return known.rdatas;
  const validity = { inception: (day - BEFORE) * DAY, expiration: (day + AFTER) * DAY };
  const rdatas = zone.keys.map((key) => signSet(set, zone.apex, key, validity));
  made.set(set, { day, keys: zone.keys, rdatas });
  return rdatas;
}
