/**
 * The date-time of RFC 5322 §3.3: written strictly, read with the obsolete forms of §4.3 (two-digit years, named and
 * military zones, comments) and with what is seen in mail beside them: full month names, hyphens between day, month
 * and year, a missing zone, the order of C's asctime, ISO 8601.
 * Called by summary.ts, mail/submit, dsn/*, received fields.
 */

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const MONTH_NAMES = MONTHS.map((name) => name[0]!.toUpperCase() + name.slice(1));

/** RFC 5322 §4.3: hours east of Greenwich. Every other name, the military letters too, counts as -0000. */
const ZONES: Readonly<Record<string, number>> = {
  EDT: -4,
  EST: -5,
  CDT: -5,
  CST: -6,
  MDT: -6,
  MST: -7,
  PDT: -7,
  PST: -8,
  // Not in the RFC, but common in the mail of its country.
  JST: 9,
};

/** A Date value: `ms` since 1970 UTC, shown at `offset` minutes east of Greenwich. */
export function formatDate(ms: number, offset = 0): string {
  const local = new Date(ms + offset * 60_000);
  const day = DAYS[local.getUTCDay()]!;
  const date = `${local.getUTCDate()} ${MONTH_NAMES[local.getUTCMonth()]!} ${String(local.getUTCFullYear()).padStart(4, '0')}`;
  const time = [local.getUTCHours(), local.getUTCMinutes(), local.getUTCSeconds()]
    .map(two)
    .join(':');
  const away = Math.abs(offset);
  return `${day}, ${date} ${time} ${offset < 0 ? '-' : '+'}${two(Math.floor(away / 60))}${two(away % 60)}`;
}

/** Milliseconds since 1970 UTC, or undefined where the text names no instant of the years 1900 to 9999. */
export function parseDate(text: string): number | undefined {
  const parts = partsOf(text);
  return parts && instant(parts);
}

/** The day as it stands there, whatever its zone: midnight UTC of that day. SEARCH SENTON asks for it (RFC 9051 §6.4.4). */
export function parseDay(text: string): number | undefined {
  const parts = partsOf(text);
  if (parts === undefined || instant(parts) === undefined) return undefined;
  return instant({ ...parts, hour: '0', minute: '0', second: '0', zone: undefined });
}

function partsOf(text: string): Readonly<Record<string, string | undefined>> | undefined {
  const clean = normalize(text);
  return (RFC_ORDER.exec(clean) ?? ASCTIME.exec(clean) ?? ISO.exec(clean))?.groups;
}

const TIME = String.raw`(?<hour>\d{1,2}) ?[:.] ?(?<minute>\d{2})(?: ?[:.] ?(?<second>\d{2})(?:[.,]\d{1,9})?)?`;
const ZONE = String.raw`(?: ?(?<zone>(?:GMT|UTC)?[+-]\d{2}:?\d{2}|[A-Za-z]{1,5}))?`;
const RFC_ORDER = new RegExp(
  String.raw`^(?:[A-Za-z]{3,9}\.? ?,? ?)?(?<day>\d{1,2})[ -]?(?<month>[A-Za-z]{3,9})\.?[ -]?(?<year>\d{2,4})[ ,]{1,2}${TIME}${ZONE}`,
);
const ASCTIME = new RegExp(
  String.raw`^[A-Za-z]{3,9},? (?<month>[A-Za-z]{3,9}) (?<day>\d{1,2}),? ${TIME}(?: (?<zone>[A-Za-z]{1,5}|[+-]\d{4}))? (?<year>\d{4})`,
);
const ISO = new RegExp(
  String.raw`^(?<year>\d{4})-(?<number>\d{2})-(?<day>\d{2})[T ]${TIME}${ZONE}`,
);

/** Comments out, white space to single spaces, at most 128 characters: patterns run on what is left. */
function normalize(text: string): string {
  const start = text.slice(0, 512);
  const bare = start.includes('(') ? withoutComments(start) : start;
  return bare
    .replaceAll(/[ \t\r\n]+/g, ' ')
    .trim()
    .slice(0, 128);
}

function withoutComments(text: string): string {
  let result = '';
  let depth = 0;
  for (const character of text) {
    if (character === '(') depth++;
    else if (character === ')') depth = Math.max(0, depth - 1);
    else if (depth === 0) result += character;
  }
  return result;
}

function instant(parts: Readonly<Record<string, string | undefined>>): number | undefined {
  const month =
    parts['number'] === undefined
      ? MONTHS.indexOf(parts['month']!.slice(0, 3).toLowerCase())
      : Number(parts['number']) - 1;
  const year = fullYear(parts['year']!);
  const day = Number(parts['day']);
  const hour = Number(parts['hour']);
  const minute = Number(parts['minute']);
  const second = Number(parts['second'] ?? 0);
  if (month < 0 || month > 11 || year < 1900 || hour > 23 || minute > 59 || second > 60)
    return undefined;
  if (day < 1 || day > new Date(Date.UTC(year, month + 1, 0)).getUTCDate()) return undefined;
  // A leap second, 60, falls on the first of the next minute.
  return Date.UTC(year, month, day, hour, minute, second) - zoneMinutes(parts['zone']) * 60_000;
}

/** RFC 5322 §4.3: 00 to 49 are of this century, other two- and three-digit years count from 1900. */
function fullYear(digits: string): number {
  const year = Number(digits);
  if (digits.length >= 4) return year;
  return digits.length === 2 && year < 50 ? year + 2000 : year + 1900;
}

function zoneMinutes(zone: string | undefined): number {
  if (zone === undefined) return 0;
  const digits = /([+-])(\d{2}):?(\d{2})$/.exec(zone);
  if (!digits) return (ZONES[zone.toUpperCase()] ?? 0) * 60;
  const minutes = Number(digits[2]) * 60 + Number(digits[3]);
  return digits[1] === '-' ? -minutes : minutes;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
