/**
 * The search keys that the row of an email answers: days, size, age, thread (RFC 9051 §6.4.4, RFC 5032, RFC 8474, RFC 8514). Days
 * are compared without time or zone: INTERNALDATE and SAVEDATE by their day in the zone in which they are told, the Date field by the day that
 * is written in it.
 * Called by keys-by-stage.ts, look-into-messages.ts, text-keys.ts.
 */
import { localTime, type ZoneOffset } from '#protocol/imap/time-zone';
import type { EmailFacts } from '#store/mailboxes/read/facts';
import { NO, UNKNOWN, YES } from '#store/search/answers';
import type { Leaf } from './truth.ts';

export interface EmailRow {
  readonly facts: EmailFacts;
  /** Calendar milliseconds. */
  readonly savedAt: number | undefined;
}

/** What of the row must be asked for. */
export interface RowNeeds {
  facts: boolean;
  summary: boolean;
  savedAt: boolean;
}

export interface EmailQuestion {
  /** Calendar milliseconds. */
  readonly now: number;
  /** Of the zone in which INTERNALDATE and SAVEDATE are told. */
  readonly offsetAt: ZoneOffset;
  /** The number in a THREADID; undefined for one that no thread has. */
  readonly threadNumber: (id: string) => number | undefined;
}

export interface EmailKey {
  readonly needs: keyof RowNeeds;
  /** YES, NO, or where the row cannot tell UNKNOWN. */
  readonly answer: (row: EmailRow) => number;
}

/** Undefined where the row does not know the answer. */
export function emailKey(
  leaf: Leaf,
  { now, offsetAt, threadNumber }: EmailQuestion,
): EmailKey | undefined {
  const local = (at: number): number => localTime(at, offsetAt(at));
  switch (leaf.key) {
    case 'LARGER':
      return fact(({ size }) => size > leaf.octets);
    case 'SMALLER':
      return fact(({ size }) => size < leaf.octets);
    case 'BEFORE':
    case 'ON':
    case 'SINCE':
      return fact(({ receivedAt }) => dayFits(leaf.key, local(receivedAt), leaf.day));
    case 'OLDER':
      return fact(({ receivedAt }) => now - receivedAt >= leaf.seconds * 1000);
    case 'YOUNGER':
      return fact(({ receivedAt }) => now - receivedAt <= leaf.seconds * 1000);
    case 'THREADID': {
      const thread = threadNumber(leaf.id);
      return fact(({ threadId }) => threadId === thread);
    }
    case 'SAVEDBEFORE':
    case 'SAVEDON':
    case 'SAVEDSINCE':
      return {
        needs: 'savedAt',
        answer: ({ savedAt }) =>
          savedAt !== undefined && dayFits(DAY_KEYS[leaf.key], local(savedAt), leaf.day) ? YES : NO,
      };
    case 'SENTBEFORE':
    case 'SENTON':
    case 'SENTSINCE':
      return {
        needs: 'summary',
        answer: ({ facts }) => sentFits(DAY_KEYS[leaf.key], facts.summary!.date, leaf.day),
      };
    case 'ALL':
    case 'BODY':
    case 'EMAILID':
    case 'FLAG':
    case 'HEADER':
    case 'KEYWORD':
    case 'MODSEQ':
    case 'RECENT':
    case 'SAVEDATESUPPORTED':
    case 'SEQUENCE':
    case 'TEXT':
    case 'UID':
      return undefined;
    default:
      return leaf satisfies never;
  }
}

function fact(fits: (facts: EmailFacts) => boolean): EmailKey {
  return { needs: 'facts', answer: ({ facts }) => (fits(facts) ? YES : NO) };
}

export type DayKey = 'BEFORE' | 'ON' | 'SINCE';

export const DAY_KEYS = {
  SAVEDBEFORE: 'BEFORE',
  SAVEDON: 'ON',
  SAVEDSINCE: 'SINCE',
  SENTBEFORE: 'BEFORE',
  SENTON: 'ON',
  SENTSINCE: 'SINCE',
} as const satisfies Record<string, DayKey>;

const DAY = 86_400_000;
/** A zone is written with four digits: no more than 99 hours and 99 minutes. */
const LARGEST_ZONE = 5 * DAY;

/** Whether a time fits a day, which begins at midnight; both as if their zone were UTC. */
export function dayFits(key: DayKey, at: number, day: number): boolean {
  if (key === 'BEFORE') return at < day;
  return at >= day && (key === 'SINCE' || at < day + DAY);
}

/** The instant leaves open which day is written: close to the day asked for, the field itself must be read. */
function sentFits(key: DayKey, date: number | undefined, day: number): number {
  if (date === undefined) return NO;
  if (Math.abs(date - day) <= LARGEST_ZONE + DAY) return UNKNOWN;
  return dayFits(key, date, day) ? YES : NO;
}
