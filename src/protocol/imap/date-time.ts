/** Dates of IMAP (RFC 9051 §9 date, date-time): `17-Jul-1996`, and `17-Jul-1996 02:44:25 -0700`. */
import { Malformed, type Decoder } from './decoder.ts';
import { localTime } from './time-zone.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** Years that can be written in UTC: 1 to 9999. */
const FIRST = -62_135_596_800_000;
const BEHIND = 253_402_300_800_000;
const DATE = /^ ?([0-9]{1,2})-([A-Za-z]{3})-([0-9]{4})$/;
const DATE_TIME =
  /^ ?([0-9]{1,2}-[A-Za-z]{3}-[0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) ([+-])([0-9]{2})([0-9]{2})$/;

/** `17-Jul-1996 02:44:25 -0700` to milliseconds since 1970 UTC; undefined where it names no instant. */
export function parseDateTime(text: string): number | undefined {
  const found = DATE_TIME.exec(text);
  if (!found) return undefined;
  const [, date, hours, minutes, seconds, sign, zoneHours, zoneMinutes] = found;
  const day = parseDate(date!);
  const [hour, minute, second] = [Number(hours), Number(minutes), Number(seconds)];
  const zone = Number(zoneHours) * 60 + Number(zoneMinutes);
  if (day === undefined || hour > 23 || minute > 59 || second > 60 || Number(zoneMinutes) > 59)
    return undefined;
  const local = day + ((hour * 60 + minute) * 60 + second) * 1000;
  const instant = local - (sign === '-' ? -zone : zone) * 60_000;
  return instant >= FIRST && instant < BEHIND ? instant : undefined;
}

/** `17-Jul-1996` to the midnight of that day in UTC. */
export function parseDate(text: string): number | undefined {
  const found = DATE.exec(text);
  if (!found) return undefined;
  const name = found[2]!.toLowerCase();
  const month = MONTHS.findIndex((known) => known.toLowerCase() === name);
  const [day, year] = [Number(found[1]), Number(found[3])];
  if (month < 0 || day < 1 || day > new Date(Date.UTC(year, month + 1, 0)).getUTCDate())
    return undefined;
  const date = new Date(0);
  return date.setUTCFullYear(year, month, day);
}

/** A date of SEARCH, quoted or not. */
export function decodeDate(decoder: Decoder): number {
  const day = parseDate(decoder.peek === '"' ? decoder.string() : decoder.atom());
  if (day === undefined) throw new Malformed('A date is 17-Jul-1996');
  return day;
}

/**
 * `17-Jul-1996 02:44:25 -0700`, without quotes.
 * @param offset minutes east of UTC; not kept where the year could not be written
 */
export function formatDateTime(milliseconds: number, offset = 0): string {
  const local = localTime(milliseconds, offset);
  if (offset !== 0 && !(local >= FIRST && local < BEHIND)) return formatDateTime(milliseconds);
  const date = new Date(local);
  const day = `${two(date.getUTCDate())}-${MONTHS[date.getUTCMonth()]!}-${String(date.getUTCFullYear()).padStart(4, '0')}`;
  const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  return `${day} ${time} ${formatZone(offset)}`;
}

function formatZone(offset: number): string {
  const minutes = Math.abs(offset);
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${two(minutes % 60)}`;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}
