/** The time in an SRS address: its day, of 1024, as two digits of base 32 (RFC 4648 §6, without case). */

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const DAY = 86_400_000;
const DAYS = 1024;
/** How long a bounce may take: queues try for five days, some hosts for two weeks. The field has three weeks. */
const VALID_DAYS = 21;
/** Another node may be a little ahead. */
const AHEAD_DAYS = 1;

/** Days since 1970. */
export function dayOf(time: number): number {
  return Math.floor(time / DAY);
}

export function stampOf(day: number): string {
  const value = day % DAYS;
  return DIGITS[value >> 5]! + DIGITS[value & 31]!;
}

/** The last day that a stamp can be of; undefined where it is none. */
export function dayOfStamp(stamp: string, now: number): number | undefined {
  if (!/^[A-Za-z2-7]{2}$/.test(stamp)) return undefined;
  const [high, low] = stamp
    .toUpperCase()
    .split('')
    .map((digit) => DIGITS.indexOf(digit));
  const latest = dayOf(now) + AHEAD_DAYS;
  const before = (((latest - (high! * 32 + low!)) % DAYS) + DAYS) % DAYS;
  return latest - before;
}

export function isExpired(day: number, now: number): boolean {
  return dayOf(now) - day > VALID_DAYS;
}

/** Whole groups of five octets. */
export function base32(octets: Uint8Array): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const octet of octets) {
    held = ((held << 8) | octet) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += DIGITS[(held >> bits) & 31]!;
    }
  }
  return text;
}
