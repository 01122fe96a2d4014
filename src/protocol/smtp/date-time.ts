/**
 * The date-time of RFC 3339 §5.6, as FUTURERELEASE uses it (RFC 4865 §3, erratum 2040): `2026-11-24T09:00:00Z`.
 * Invariant: parse(format(t)) = t for whole seconds of the years 0 to 9999. Called by parameters.ts and ehlo.ts.
 */

const DATE_TIME =
  /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/** Milliseconds since 1970-01-01 UTC, or undefined where the text is no date-time or names no instant. */
export function parseDateTime(text: string): number | undefined {
  const match = DATE_TIME.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const [offsetHour, offsetMinute] = [Number(match[9] ?? 0), Number(match[10] ?? 0)];
  // RFC 3339 §5.7: a leap second is written as second 60; it is taken for the second after it.
  if (hour > 23 || minute > 59 || second > 60 || offsetHour > 23 || offsetMinute > 59)
    return undefined;
  const midnight = new Date(0);
  midnight.setUTCFullYear(year, month - 1, day);
  // A day that the month does not have would have moved on into another month.
  if (midnight.getUTCMonth() !== month - 1 || midnight.getUTCDate() !== day) return undefined;
  const fraction = Math.floor(Number(`0.${match[7] ?? 0}`) * 1000);
  const east = (offsetHour * 60 + offsetMinute) * (match[8] === '-' ? -1 : 1);
  return midnight.getTime() + ((hour * 60 + minute - east) * 60 + second) * 1000 + fraction;
}

/** In UTC, cut to the second. */
export function formatDateTime(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}
