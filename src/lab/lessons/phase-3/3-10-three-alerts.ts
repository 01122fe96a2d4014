/**
 * Lesson 3.10: three alerts of the learner's own, replayed over two recorded days: each incident has to be told of by another one, in time, and nothing
 * else by any of them.
 */
import { allRules } from '#mail/alerts/in-force';
import { firings, type Firing } from '#mail/alerts/firings';
import { typesOf, type AlertRule } from '#mail/alerts/rule';
import { listRules } from '#store/alerts/rules';
import type { LessonRun } from '#store/lab/lesson-runs';
import {
  lesson,
  missing,
  NOTHING_LAID_OUT,
  seen,
  type Said,
  type Sight,
} from '#lab/lessons/lesson';
import {
  INCIDENTS,
  daysOf,
  type DayName,
  type Incident,
  type RecordedDays,
} from '#lab/lessons/made/recorded-days';
import type { LessonWorld } from '#lab/lessons/world';

type Key = Incident | 'different' | 'no-false-alarm';

/** After an incident an alert may be on for as long, by what its window still holds; going on anew then is no false alarm. */
const AFTERMATH = 60 * 60 * 1000;

/** What counts other events and goes on at that time does so by chance. */
const SHOWN_BY: Readonly<Record<Incident, readonly string[]>> = {
  deferrals: ['attempt.deferred', 'attempt.delivered'],
  spray: ['session.authentication-failed'],
  silence: ['message.received'],
};

export const threeAlerts = lesson<Key>({
  number: '3.10',
  slug: 'three-alerts',
  criteria: {
    deferrals: {
      en: 'An alert of yours tells within 90 minutes that a provider puts off most mail',
      ja: 'プロバイダーが大半のメールを一時拒否していることを、自分のアラートが 90 分以内に知らせる',
    },
    spray: {
      en: 'One tells within an hour that somebody tries passwords at many names',
      ja: '何者かが多数の名前にパスワードを試していることを、1 時間以内に知らせる',
    },
    silence: {
      en: 'One tells within four and a half hours that no mail comes in any more',
      ja: 'メールがまったく届かなくなったことを、4 時間半以内に知らせる',
    },
    different: {
      en: 'They are three different alerts',
      ja: '三つの異なるアラートである',
    },
    'no-false-alarm': {
      en: 'None of your alerts tells anything on the quiet day, or on the other day for no reason',
      ja: '自分のアラートが、平穏な日には何も知らせず、もう一方の日にも理由なく知らせない',
    },
  },
  ...NOTHING_LAID_OUT,
  begin(_world, run) {
    const { days, site } = daysOf(run);
    const date = (day: DayName): string => new Date(days[day].from).toISOString().slice(0, 10);
    return Promise.resolve({
      told: [
        {
          en: `Two days were recorded. ${date('quiet')} was quiet. On ${date('incident')} no mail came in for hours, then ${site} put off most of what you sent, and in the evening somebody tried passwords at many names. Nobody noticed.`,
          ja: `2 日分が記録されています。${date('quiet')} は平穏な日でした。${date('incident')} には、何時間もメールが届かず、続いて ${site} が送信の大半を一時的に拒否し、夜には何者かが多数の名前にパスワードを試しました。誰も気づきませんでした。`,
        },
      ],
    });
  },
  async check(world, run) {
    const rules = await ownRules(world, run);
    if (rules.length === 0) {
      const none = missing({
        en: 'No alert was made or changed since the lesson began: hikyaku alert add',
        ja: 'レッスンを始めてから、アラートが一つも作成・変更されていません：hikyaku alert add',
      });
      return {
        deferrals: none,
        spray: none,
        silence: none,
        different: none,
        'no-false-alarm': none,
      };
    }
    const recorded = daysOf(run);
    const told = new Map(
      rules.map((rule) => [rule.name, firingsOf(rule, recorded, 'incident')] as const),
    );
    const inTime = (incident: Incident): string[] =>
      rules
        .filter((rule) => isAbout(rule, incident))
        .map(({ name }) => name)
        .filter((name) => told.get(name)!.some((one) => isInTime(one, recorded, incident)));
    return {
      deferrals: toldSight(inTime('deferrals')),
      spray: toldSight(inTime('spray')),
      silence: toldSight(inTime('silence')),
      different: differentSight(INCIDENTS.map(inTime)),
      'no-false-alarm': falseAlarmSight(rules, recorded, told),
    };
  },
});

/** Bounded: so many are replayed. */
const MOST_RULES = 20;

async function ownRules({ store }: LessonWorld, run: LessonRun): Promise<AlertRule[]> {
  return allRules(await listRules(store.pool))
    .filter(
      ({ origin, paused, beginsAt }) =>
        origin === 'own' && !paused && beginsAt !== undefined && beginsAt >= run.startedAt,
    )
    .map(({ rule }) => rule)
    .slice(0, MOST_RULES);
}

function firingsOf(rule: AlertRule, { days }: RecordedDays, day: DayName): readonly Firing[] {
  const { from, until, events } = days[day];
  return firings(rule, events, { from, until });
}

function isInTime({ firedAt }: Firing, { incidents }: RecordedDays, incident: Incident): boolean {
  const { from, inTime } = incidents[incident];
  return firedAt >= from && firedAt <= inTime;
}

function toldSight(names: readonly string[]): Sight {
  if (names.length > 0) return seen({ at: names.join(', ') });
  return missing({
    en: 'None of yours tells it in time. What happened then: hikyaku lab recording incident',
    ja: '間に合って知らせるアラートがありません。起きたことは hikyaku lab recording incident で確認できます。',
  });
}

/** Whether each incident can be given a rule of its own. */
function differentSight([first = [], second = [], third = []]: readonly string[][]): Sight {
  for (const one of first)
    for (const two of second)
      for (const three of third)
        if (new Set([one, two, three]).size === 3)
          return seen({ at: [one, two, three].join(', ') });
  return missing({
    en: 'There are not three of them, one for each incident.',
    ja: '三つの出来事それぞれに対応する、別々のアラートがそろっていません。',
  });
}

function falseAlarmSight(
  rules: readonly AlertRule[],
  recorded: RecordedDays,
  told: ReadonlyMap<string, readonly Firing[]>,
): Sight {
  const alarms = rules.flatMap((rule) =>
    [
      ...firingsOf(rule, recorded, 'quiet'),
      ...told.get(rule.name)!.filter((one) => !hasReason(rule, one, recorded)),
    ].map(({ firedAt, subject }) => ({ name: rule.name, firedAt, subject })),
  );
  const [first] = alarms;
  if (first === undefined) return seen({ at: `${rules.length} × 2` });
  const at = `${new Date(first.firedAt).toISOString().slice(0, 16)}Z`;
  const what = `${first.name}${first.subject === '' ? '' : ` (${first.subject})`}`;
  const why: Said = {
    en: `False alarms: ${alarms.length}; the first of ${what} at ${at}.`,
    ja: `誤報：${alarms.length} 件。最初のものは ${what}、${at}。`,
  };
  return missing(why);
}

function hasReason(rule: AlertRule, { firedAt }: Firing, { incidents }: RecordedDays): boolean {
  return INCIDENTS.some(
    (incident) =>
      isAbout(rule, incident) &&
      firedAt >= incidents[incident].from &&
      firedAt <= incidents[incident].until + AFTERMATH,
  );
}

function isAbout(rule: AlertRule, incident: Incident): boolean {
  return typesOf(rule).some((type) => SHOWN_BY[incident].includes(type));
}
