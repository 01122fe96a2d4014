/** Numbers and times as a person reads them in a story: lengths of time, counts with their noun, points in time. */
import type { Language } from '#protocol/dsn/language';
import { COUNTED, UNITS } from './texts/frame-texts.ts';

const STEPS = [
  ['day', 864e5],
  ['hour', 36e5],
  ['minute', 6e4],
  ['second', 1000],
] as const;

/** `1 min 3 s`, `5 days`: the two largest units, in whole seconds; below a second in milliseconds. */
export function duration(milliseconds: number, language: Language): string {
  if (!Number.isFinite(milliseconds)) return '?';
  const whole = Math.max(0, Math.round(milliseconds));
  if (whole < 1000) return unit('millisecond', whole, language);
  let rest = Math.round(whole / 1000) * 1000;
  const parts: string[] = [];
  for (const [name, size] of STEPS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0 && parts.length < 2) parts.push(unit(name, count, language));
    else if (parts.length > 0) break;
  }
  return parts.join(' ');
}

function unit(name: keyof typeof UNITS, count: number, language: Language): string {
  const { one, other, ja } = UNITS[name];
  if (language === 'ja') return `${count} ${ja}`;
  return `${count} ${count === 1 ? one : other}`;
}

/** `1,234 octets`, `宛先 2 件`. */
export function counted(noun: keyof typeof COUNTED, count: number, language: Language): string {
  const { one, other, ja } = COUNTED[noun];
  const shown = grouped(count);
  if (language === 'ja') return ja.replace('{n}', shown);
  return `${shown} ${count === 1 ? one : other}`;
}

function grouped(value: number): string {
  return String(value).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
}

/** A point in time in a time zone: `{ date: '2026-11-24', time: '03:25:08' }`. */
export interface Moment {
  readonly date: string;
  readonly time: string;
}

export type MomentOf = (at: number) => Moment;

/**
 * Makes the function that shows points in time in a time zone.
 * @param timeZone an IANA name; one that is not known counts as UTC
 */
export function momentsIn(timeZone: string): MomentOf {
  const format = formatIn(timeZone) ?? formatIn('UTC')!;
  return (at) => {
    if (!(Math.abs(at) <= LAST)) return { date: '?', time: '?' };
    const parts: Record<string, string> = {};
    for (const { type, value } of format.formatToParts(at)) parts[type] = value;
    const { year, month, day, hour, minute, second } = parts;
    return { date: `${year}-${month}-${day}`, time: `${hour}:${minute}:${second}` };
  };
}

/** ECMA-262: the largest time value. */
const LAST = 8.64e15;

function formatIn(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-CA', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
  } catch {
    return undefined;
  }
}
