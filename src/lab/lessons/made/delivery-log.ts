/**
 * A delivery log made up from a seed, for lesson 3.11: three days of one sender, with a provider that is slow and a reason that is met most; and the
 * answers to the five questions, reckoned from the recipients and not by SQL. Pure.
 */
import type { LogRow } from '#store/lab/delivery-log';
import { seeded, type Seeded } from '#lab/seeded';

export const SITES = [
  'bigmail.test',
  'hottest.test',
  'purple.test',
  'keitai.test',
  'grey.test',
] as const;
type Site = (typeof SITES)[number];

export const LOG_QUESTIONS = ['p95', 'reason', 'slowest', 'retried', 'failed'] as const;
export type LogQuestion = (typeof LOG_QUESTIONS)[number];

export interface MadeLog {
  readonly rows: readonly LogRow[];
  /** The provider that the last question asks of. */
  readonly site: Site;
  readonly answers: {
    /** Seconds, between the nearest two ranks and at them. */
    readonly p95: readonly [number, number];
    readonly reason: string;
    readonly slowest: Site;
    readonly retried: number;
    /** Per cent. */
    readonly failed: number;
  };
}

const RECIPIENTS = 600;
const DAYS = 3;
const DAY = 24 * 60 * 60 * 1000;
const SECOND = 1000;

const REASONS = [
  ['4.7.28', 421, 'an unusual rate of mail from your address'],
  ['4.7.1', 451, 'greylisted, come back in five minutes'],
  ['4.2.2', 452, 'the mailbox is out of space'],
  ['4.4.1', null, 'connection timed out'],
  ['4.3.2', 421, 'the service is not available now'],
] as const;

type Reason = (typeof REASONS)[number];

interface Course {
  readonly site: Site;
  /** Of each deferral. */
  readonly deferred: readonly Reason[];
  readonly end: 'delivered' | 'failed';
  /** Calendar milliseconds. */
  readonly queuedAt: number;
  readonly endedAt: number;
}

/** @param until the log ends before it. Calendar milliseconds */
export function makeDeliveryLog(seed: number, until: number): MadeLog {
  const chance = seeded(seed);
  const [frequent, ...others] = chance.shuffled(REASONS);
  const [slow, ...sites] = chance.shuffled(SITES);
  const asked = chance.pick(sites);
  // met three times out of five, the rest by the others
  const reason = (): Reason => (chance.number(5) < 3 ? frequent! : chance.pick(others));
  const courses = Array.from({ length: RECIPIENTS }, (_, index) => {
    const site = SITES[index % SITES.length]!;
    const begun = until - DAYS * DAY + chance.number((DAYS - 1) * DAY);
    return courseOf(chance, {
      site,
      isSlow: site === slow,
      isAsked: site === asked,
      begun,
      reason,
    });
  });
  const rows = rowsOf(courses);
  return { rows, site: asked, answers: answersOf(courses, frequent![0], slow!, asked) };
}

interface CourseTerms {
  readonly site: Site;
  readonly isSlow: boolean;
  readonly isAsked: boolean;
  readonly begun: number;
  readonly reason: () => Reason;
}

function courseOf(chance: Seeded, { site, isSlow, isAsked, begun, reason }: CourseTerms): Course {
  const tries = chance.number(10) < (isSlow ? 8 : 3) ? 1 + chance.number(3) : 0;
  const deferred = Array.from({ length: tries }, reason);
  const waits = deferred.map(() => 300 + chance.number(900));
  const took = 1 + chance.number(20) + waits.reduce((sum, wait) => sum + wait, 0);
  const fails = chance.number(100) < (isAsked ? 15 : 5);
  return {
    site,
    deferred,
    end: fails ? 'failed' : 'delivered',
    queuedAt: begun,
    endedAt: begun + took * SECOND + chance.number(SECOND),
  };
}

/** In the order of time, as a log is. */
function rowsOf(courses: readonly Course[]): LogRow[] {
  const rows = courses.flatMap((course, index): Omit<LogRow, 'id'>[] => {
    const { site, deferred, queuedAt, endedAt, end } = course;
    const of = { messageId: `m${(index >> 1) + 1}`, recipientId: (index % 2) + 1 };
    const personal = { forwardPath: `reader${String(index + 1).padStart(4, '0')}@${site}` };
    const told = (type: string, at: number, attempt: number, [status, code, reply]: Answer) => ({
      ...of,
      at,
      type,
      fields: { site, stage: 'rcpt', host: `mx.${site}`, attempt, status, code },
      personal: { ...personal, reply },
    });
    const step = (endedAt - queuedAt) / (deferred.length + 1);
    return [
      { ...of, at: queuedAt, type: 'recipient.queued', fields: { site, stream: 'news' }, personal },
      ...deferred.map((reason, tried) =>
        told(
          'attempt.deferred',
          queuedAt + Math.round(step * (tried + 1) - step / 2),
          tried + 1,
          reason,
        ),
      ),
      told(`attempt.${end}`, endedAt, deferred.length + 1, end === 'failed' ? GONE : TAKEN),
    ];
  });
  return rows
    .toSorted((one, other) => one.at - other.at)
    .map((row, index) => Object.assign(row, { id: index + 1 }));
}

type Answer = readonly [status: string, code: number | null, reply: string];

const TAKEN: Answer = ['2.0.0', 250, 'taken'];
const GONE: Answer = ['5.1.1', 550, 'no such mailbox'];

function answersOf(
  courses: readonly Course[],
  reason: string,
  slowest: Site,
  asked: Site,
): MadeLog['answers'] {
  const delivered = courses.filter(({ end }) => end === 'delivered');
  const seconds = delivered
    .map(({ queuedAt, endedAt }) => (endedAt - queuedAt) / SECOND)
    .toSorted((one, other) => one - other);
  const rank = 0.95 * (seconds.length - 1);
  const ofAsked = courses.filter(({ site }) => site === asked);
  const failed = ofAsked.filter(({ end }) => end === 'failed').length;
  return {
    p95: [seconds[Math.floor(rank)]!, seconds[Math.ceil(rank)]!],
    reason,
    slowest,
    retried: delivered.filter(({ deferred }) => deferred.length > 0).length,
    failed: (100 * failed) / ofAsked.length,
  };
}
