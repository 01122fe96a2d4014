/** `hikyaku lab recording`: the two days of lesson 3.10, counted by hour, so that a learner sees what alerts would have to tell apart. */
import { z } from 'zod';
import { DAY_NAMES, daysOf, type DayName } from '#lab/lessons/made/recorded-days';
import type { LessonWorld } from '#lab/lessons/world';
import { findRun } from '#store/lab/lesson-runs';

export interface RecordedHour {
  /** Of its beginning: ISO 8601. */
  readonly hour: string;
  readonly event: string;
  /** By which fields it is counted apart. */
  readonly about: string;
  readonly count: number;
}

interface NotStarted {
  readonly kind: 'refused';
  readonly reason: 'not-started';
  readonly message: string;
  readonly remedy: string;
}

const HOUR = 60 * 60 * 1000;
const ABOUT = ['site', 'status', 'listener', 'reason'] as const;

export function recordingCalls({ store }: Pick<LessonWorld, 'store'>) {
  return {
    recording: {
      input: z.object({ day: z.enum(DAY_NAMES) }),
      run: async ({ day }: { day: DayName }): Promise<{ hours: RecordedHour[] } | NotStarted> => {
        const run = await findRun(store.pool, '3.10');
        if (run === undefined)
          return {
            kind: 'refused',
            reason: 'not-started',
            message: 'lesson 3.10 was not started',
            remedy: 'hikyaku lab start 3.10 brings two recorded days.',
          };
        const hours = new Map<string, RecordedHour>();
        for (const { type, at, public: fields } of daysOf(run).days[day].events) {
          const hour = new Date(Math.floor(at / HOUR) * HOUR).toISOString();
          const about = ABOUT.flatMap((name) =>
            typeof fields[name] === 'string' ? [`${name}=${fields[name]}`] : [],
          ).join(',');
          const key = `${hour} ${type} ${about}`;
          hours.set(key, { hour, event: type, about, count: (hours.get(key)?.count ?? 0) + 1 });
        }
        return {
          hours: [...hours]
            .toSorted(([one], [other]) => (one < other ? -1 : 1))
            .map(([, row]) => row),
        };
      },
    },
  };
}
