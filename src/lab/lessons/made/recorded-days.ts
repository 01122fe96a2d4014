/**
 * Two days of a server as events, for lesson 3.10: an ordinary one, with the noise that ordinary days have, and one on which three things went wrong.
 * Made up from a seed. Pure.
 */
import type { AlertEvent } from '#mail/alerts/match';
import { seeded, type Seeded } from '#lab/seeded';
import type { LessonRun } from '#store/lab/lesson-runs';

export const DAY_NAMES = ['quiet', 'incident'] as const;
export type DayName = (typeof DAY_NAMES)[number];

export const INCIDENTS = ['deferrals', 'spray', 'silence'] as const;
export type Incident = (typeof INCIDENTS)[number];

/** Calendar milliseconds. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

export interface RecordedDays {
  readonly days: Readonly<Record<DayName, Span & { readonly events: readonly AlertEvent[] }>>;
  /** When each was, and until when an alert of it is in time. */
  readonly incidents: Readonly<Record<Incident, Span & { readonly inTime: number }>>;
  /** Where mail was put off. */
  readonly site: string;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const SITES = ['bigmail.test', 'hottest.test', 'purple.test'] as const;
/** Puts off nearly half of what comes first, every day. */
const GREY = 'grey.test';

/** Those of a run of the lesson, the same whenever it is asked: the two days before it began. */
export function daysOf({ seed, startedAt }: Pick<LessonRun, 'seed' | 'startedAt'>): RecordedDays {
  return recordDays(seed, Math.floor(startedAt / DAY) * DAY);
}

/** @param end of the second day. Calendar milliseconds */
export function recordDays(seed: number, end: number): RecordedDays {
  const chance = seeded(seed);
  const site = chance.pick(SITES);
  const quiet = { from: end - 2 * DAY, until: end - DAY };
  const bad = { from: end - DAY, until: end };
  // in different parts of the day: an alert that is on through one of them must not be taken for another
  const span = (hour: number, length: number): Span => {
    const from = bad.from + hour * HOUR + chance.number(60) * MINUTE;
    return { from, until: from + length };
  };
  const silence = span(8, 5 * HOUR);
  const deferrals = span(15, 2 * HOUR);
  const spray = span(19, 40 * MINUTE);
  const ordinary = { silence: undefined, deferrals: undefined, spray: undefined, site };
  return {
    site,
    days: {
      quiet: { ...quiet, events: eventsOf(chance, quiet.from, ordinary) },
      incident: { ...bad, events: eventsOf(chance, bad.from, { silence, deferrals, spray, site }) },
    },
    incidents: {
      silence: { ...silence, inTime: silence.from + 4.5 * HOUR },
      deferrals: { ...deferrals, inTime: deferrals.from + 1.5 * HOUR },
      spray: { ...spray, inTime: spray.from + HOUR },
    },
  };
}

type Wrong = Readonly<Record<Incident, Span | undefined>> & { readonly site: string };

function eventsOf(chance: Seeded, from: number, wrong: Wrong): readonly AlertEvent[] {
  const events: AlertEvent[] = [];
  for (let hour = 0; hour < 24; hour++) {
    const start = from + hour * HOUR;
    const spread = (count: number, make: (at: number) => AlertEvent | undefined): void => {
      for (let index = 0; index < count; index++) {
        const made = make(start + Math.floor(((index + chance.number(100) / 100) * HOUR) / count));
        if (made !== undefined) events.push(made);
      }
    };
    const isDay = hour >= 7 && hour < 22;
    for (const site of SITES)
      spread(isDay ? 60 : 24, (at) => {
        const storms = site === wrong.site && isWithin(wrong.deferrals, at);
        const isDeferred = chance.number(100) < (storms ? 70 : 5);
        return attempt(at, site, isDeferred ? (storms ? '4.7.28' : '4.3.2') : '2.0.0');
      });
    spread(24, (at) => attempt(at, GREY, chance.number(100) < 45 ? '4.7.1' : '2.0.0'));
    spread(isDay ? 12 : 3, (at) =>
      isWithin(wrong.silence, at) || isWithin(nightGap(from), at) ? undefined : received(at),
    );
    spread(3, (at) => badLogin(at, `198.51.100.${1 + chance.number(250)}`, 'someone'));
  }
  // a telephone that has the old password
  for (let index = 0; index < 15; index++)
    events.push(badLogin(from + 12 * HOUR + index * 80_000, '203.0.113.7', 'alice'));
  if (wrong.spray !== undefined)
    for (let index = 0; index < 240; index++)
      events.push(badLogin(wrong.spray.from + index * 10_000, '192.0.2.66', `user${index}`));
  return events.toSorted((one, other) => one.at - other.at);
}

/** For nearly two hours nobody writes. */
function nightGap(from: number): Span {
  return { from: from + 2 * HOUR, until: from + 2 * HOUR + 110 * MINUTE };
}

function isWithin(span: Span | undefined, at: number): boolean {
  return span !== undefined && at >= span.from && at < span.until;
}

function attempt(at: number, site: string, status: string): AlertEvent {
  const isDeferred = status.startsWith('4');
  return {
    type: isDeferred ? 'attempt.deferred' : 'attempt.delivered',
    at,
    ids: {},
    public: {
      site,
      stage: 'rcpt',
      code: isDeferred ? 421 : 250,
      status,
      host: `mx.${site}`,
      attempt: 1,
    },
    personal: {},
  };
}

function received(at: number): AlertEvent {
  return {
    type: 'message.received',
    at,
    ids: {},
    public: { listener: 'mx', size: 4096, tls: 'TLSv1.3', with: 'ESMTPS', recipients: 1 },
    personal: { client: '198.51.100.25' },
  };
}

function badLogin(at: number, client: string, login: string): AlertEvent {
  return {
    type: 'session.authentication-failed',
    at,
    ids: {},
    public: { listener: 'submissions', mechanism: 'PLAIN', reason: 'wrong-password' },
    personal: { client, login },
  };
}
