/** Lesson 2.14: three incidents lie in the event log among what happens every day. The learner names the event with which each began, in time. */
import type { EventType } from '#events';
import { rentedAddresses } from '#lab/mallory/victim';
import { eventsSince } from '#store/lab/lesson-events';
import type { LessonRun } from '#store/lab/lesson-runs';
import {
  lesson,
  MISSING,
  missing,
  seen,
  wrong,
  type Question,
  type Sight,
} from '#lab/lessons/lesson';
import { INCIDENTS, NOISE } from '#lab/lessons/prepared/incidents';
import { victimOf } from '#lab/lessons/prepared/victim';
import { textOf } from '#lab/lessons/seen/sessions';
import { seeded } from '#lab/seeded';

type Key = 'first' | 'second' | 'third' | 'in-time';

const NAMES = ['first', 'second', 'third'] as const;
const MINUTES = 10;

/** Of strangers that come to the ports. */
const EVENTS = [
  'session.refused',
  'session.handshake-failed',
  'session.authentication-failed',
  'session.authentication-slowed',
  'command.refused',
  'message.refused',
  'address.banned',
] as const satisfies EventType[];

export const incidents = lesson<Key>({
  number: '2.14',
  slug: 'incidents',
  criteria: {
    first: {
      en: 'You named the event with which one incident began',
      ja: '一つ目の異常が始まったイベントを答えた',
    },
    second: {
      en: 'You named the event with which another one began',
      ja: '二つ目の異常が始まったイベントを答えた',
    },
    third: {
      en: 'You named the event with which the last one began',
      ja: '三つ目の異常が始まったイベントを答えた',
    },
    'in-time': {
      en: 'It took you less than ten minutes, by the clock on the wall',
      ja: '現実の時計で 10 分以内に終えた',
    },
  },
  questions: () =>
    NAMES.map((name): Question => ({
      name,
      text: {
        en: 'the number of the event with which an incident began, in any order',
        ja: '異常が始まったイベントの番号（順不同）',
      },
    })),
  async begin(world, run) {
    const chance = seeded(run.seed);
    const addresses = rentedAddresses(world.network, chance, run.startedAt);
    const kinds = chance.shuffled(Object.keys(INCIDENTS)).slice(0, NAMES.length);
    const planted = kinds.map((kind, index) => ({ kind, address: addresses[index]! }));
    const victim = victimOf(world);
    const acts = [
      ...planted.map(
        ({ kind, address }) =>
          () =>
            INCIDENTS[kind]!(victim, address),
      ),
      ...NOISE.map((noise, index) => () => noise(victim, addresses[NAMES.length + index]!)),
    ];
    for (const act of chance.shuffled(acts)) await act();
    await world.settle();
    const events = await eventsSince(world.store.pool, run, EVENTS);
    const begun = planted.map(({ kind, address }) => ({
      kind,
      address,
      event:
        events.find(
          ({ personal }) =>
            textOf(personal, 'client') === address || textOf(personal, 'network') === address,
        )?.id ?? null,
    }));
    const unseen = begun.find(({ event }) => event === null);
    if (unseen) return { failure: `${unseen.address} left no trace: is it banned already?` };
    return {
      // the clock on the wall, whatever the calendar does
      prepared: { incidents: begun, wall: Date.now() },
      told: [
        {
          en: `Three incidents lie in the event log, among what happens every day. You have ${MINUTES} minutes, from now until the check.`,
          ja: `イベントログに、日常の出来事に混じって三つの異常があります。いまから判定まで ${MINUTES} 分です。`,
        },
      ],
    };
  },
  check(_world, run) {
    const right = new Set(plantedIn(run).map(({ event }) => event));
    const given = NAMES.map((name) => run.answers?.[name]?.trim() ?? '');
    const isWhole = given.every((answer) => answer !== '');
    const isRight = new Set(given).size === NAMES.length && given.every((one) => right.has(one));
    const sights = given.map((answer, index): Sight => {
      if (isRight) return seen({ event: answer });
      if (answer !== '' && given.indexOf(answer) < index) return missing(TWICE);
      return isWhole ? wrong(WRONG) : MISSING;
    });
    return Promise.resolve({
      first: sights[0]!,
      second: sights[1]!,
      third: sights[2]!,
      'in-time': timeSight(
        run,
        sights.every(({ kind }) => kind === 'seen'),
      ),
    });
  },
  reset: () => Promise.resolve(),
});

const WRONG = {
  en: 'Not with each of the three events an incident began: one at least is of every day, or a later one of an incident.',
  ja: '三つのうち少なくとも一つは、異常が始まったイベントではありません。日常の出来事か、異常の途中のイベントです。',
};
const TWICE = {
  en: 'You have named this one already.',
  ja: 'この番号はすでに答えています。',
};

interface Planted {
  readonly kind: string;
  readonly address: string;
  readonly event: string;
}

function plantedIn({ prepared }: LessonRun): readonly Planted[] {
  return prepared['incidents'] as unknown as readonly Planted[];
}

/** By the clock on the wall: the calendar may be put forward, or stand still. Nothing was in time while there is nothing. */
function timeSight({ prepared }: LessonRun, isDone: boolean): Sight {
  const minutes = (Date.now() - Number(prepared['wall'])) / 60_000;
  const taken = Math.ceil(minutes);
  if (minutes > MINUTES) {
    return missing({
      en: `It has been ${taken} minutes. Start the lesson again: the incidents will be others.`,
      ja: `${taken} 分が経過しました。レッスンを始め直してください。異常も別のものになります。`,
    });
  }
  return isDone ? seen({ at: `${taken} min` }) : MISSING;
}
