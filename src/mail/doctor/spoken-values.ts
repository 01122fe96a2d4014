/** Values of findings, rounded as a person would say them. */
import type { ReportFacts } from './server-facts.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** `{n} d`, `{n} h`, `{n} min`: units that both languages know. */
export function spokenAge(milliseconds: number): string {
  if (milliseconds >= 2 * DAY) return `${Math.floor(milliseconds / DAY)} d`;
  if (milliseconds >= 2 * HOUR) return `${Math.floor(milliseconds / HOUR)} h`;
  return `${Math.max(0, Math.floor(milliseconds / MINUTE))} min`;
}

/** Whole percent; one decimal below ten. */
export function percent(part: number, whole: number): string {
  const share = whole === 0 ? 0 : (100 * part) / whole;
  return share < 10 ? String(Math.round(share * 10) / 10) : String(Math.round(share));
}

/** The day that the last report tells of, and who sent it. */
export function lastReport({ at, from }: ReportFacts): {
  readonly day: string;
  readonly from: string;
} {
  return { day: new Date(at).toISOString().slice(0, 10), from: quoted(from, 60) };
}

const MOST_LISTED = 8;

export function listed(values: readonly string[]): string {
  const shown = values.slice(0, MOST_LISTED).join(', ');
  return values.length > MOST_LISTED ? `${shown}, … (+${values.length - MOST_LISTED})` : shown;
}

/** One line of what others wrote. */
export function quoted(text: string, most = 200): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

/** A path in a line to paste. */
export function shellWord(text: string): string {
  const plain = text.replaceAll(/\p{Cc}/gu, '?');
  return /^[\w@%+=:,./-]+$/.test(plain) ? plain : `'${plain.replaceAll("'", String.raw`'\''`)}'`;
}
