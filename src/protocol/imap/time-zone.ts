/**
 * The time zone in which a server tells INTERNALDATE and SAVEDATE, and whose days SEARCH means by them (RFC 9051 §2.3.3, §6.4.4: «disregarding
 * time and timezone»). Pure: what Node.js knows of zones.
 */

/** Minutes east of UTC at an instant, in calendar milliseconds. */
export type ZoneOffset = (instant: number) => number;

export const UTC: ZoneOffset = () => 0;

/** Offsets change at whole quarters of an hour. */
const QUARTER = 15 * 60_000;
const MINUTE = 60_000;
/** Quarters whose offset is remembered: asking Node.js costs more than all else of a line of FETCH. */
const REMEMBERED = 20_000;

export function isTimeZone(name: string): boolean {
  try {
    offsetsIn(name);
    return true;
  } catch {
    return false;
  }
}

/**
 * @param name of the IANA database
 * @throws RangeError for a name that it has not
 */
export function offsetsIn(name: string): ZoneOffset {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    timeZoneName: 'longOffset',
  });
  const known = new Map<number, number>();
  return (instant) => {
    const quarter = Math.floor(instant / QUARTER);
    let offset = known.get(quarter);
    if (offset === undefined) {
      if (known.size >= REMEMBERED) known.clear();
      offset = offsetAt(format, quarter * QUARTER);
      known.set(quarter, offset);
    }
    return offset;
  };
}

/** `GMT`, `GMT+09:00`; before there were zones, with seconds, which INTERNALDATE cannot tell. */
function offsetAt(format: Intl.DateTimeFormat, instant: number): number {
  const name = format.formatToParts(instant).find(({ type }) => type === 'timeZoneName')!.value;
  const found = /([+-])(\d{2}):(\d{2})/.exec(name);
  if (!found) return 0;
  const minutes = Number(found[2]) * 60 + Number(found[3]);
  return found[1] === '-' ? -minutes : minutes;
}

/** An instant as if its zone were UTC. */
export function localTime(instant: number, offset: number): number {
  return instant + offset * MINUTE;
}
