/** Lesson 3.4: a new address is warmed up at three providers for ten days. Their own counts say whether it went too fast. */
import { lesson, MISSING, missing, seen, type Said, type Sight } from '#lab/lessons/lesson';
import { crowdOf, layOutList, LIST_FIELD, takeListAway } from '#lab/lessons/prepared/app-list';
import { placeLearner, putBack } from '#lab/lessons/prepared/standing';
import { daysAt, type SeenDay } from '#lab/lessons/seen/days';
import { eventsSince } from '#store/lab/lesson-events';
import { listPlans, planDays, type PlanDay } from '#store/warm-up/plans';
import { aroundOf, type LessonWorld } from '#lab/lessons/world';
import { dateOf } from '#lab/providers/senders/memory';
import { findProvider } from '#lab/providers/tables/list';

type Key = 'plans' | 'days' | 'inside' | 'deferrals';

const PROVIDERS = ['bigmail', 'hottest', 'purple'] as const;
/** At each provider: more than a newcomer may send in a day. */
const READERS = 30;
const DAYS = 10;
const MOST_DEFERRED = 0.05;
const DAY = 24 * 3_600_000;
const PLANS = 200;

/** What was seen of one provider. */
interface Site {
  readonly name: string;
  /** A plan was begun since the lesson was. */
  readonly begun: string | undefined;
  readonly planned: readonly PlanDay[];
  /** By the provider. */
  readonly counted: readonly SeenDay[];
}

export const warmUpPlan = lesson<Key>({
  number: '3.4',
  slug: 'warm-up',
  criteria: {
    plans: {
      en: 'A warm-up plan was begun for bigmail.test, hottest.test and purple.test',
      ja: 'bigmail.test、hottest.test、purple.test のウォームアップ計画が始まった',
    },
    days: {
      en: 'On ten days of the calendar each of the three took mail of yours',
      ja: '3 社それぞれが、（練習用の時計で）10 日にわたってメールを受け取った',
    },
    inside: {
      en: 'On no day did one of them get more than the plan allows',
      ja: 'どの日も、計画の量を超えて届いたプロバイダーがなかった',
    },
    deferrals: {
      en: 'Each of them put off less than 5 % of it',
      ja: 'どのプロバイダーでも、一時拒否された割合が 5 % 未満だった',
    },
  },
  async begin(world, run) {
    const former = await Promise.all(PROVIDERS.map((name) => placeLearner(world, name)));
    const readers = PROVIDERS.map((name) => crowdOf(run.seed, 'reader', `${name}.test`, READERS));
    // every provider has some of each part of the list
    const mixed = Array.from({ length: READERS }, (_, index) =>
      readers.map((list) => list[index]!),
    );
    await layOutList(world, { readers: mixed.flat(), fields: [LIST_FIELD] });
    return {
      prepared: { former },
      told: [
        {
          en: `None of the three knows you. The newsletter of the app has ${READERS} readers at each, and is written every day.`,
          ja: `3 社とも、まだあなたを知りません。アプリのニュースレターは毎日発行され、読者は各社に ${READERS} 人ずついます。`,
        },
      ],
    };
  },
  async check(world, run) {
    const begun = await eventsSince(world.store.pool, run, ['warm-up.begun', 'warm-up.resumed']);
    const plans = await listPlans(world.store.pool, { limit: PLANS });
    const sites = await Promise.all(
      PROVIDERS.map(async (name): Promise<Site> => {
        const mx = findProvider(name, aroundOf(world).providers.all)!.mx;
        const plan = plans.find(({ site }) => site === mx);
        const days = plan === undefined ? [] : await planDays(world.store.pool, plan);
        return {
          name,
          begun: begun.find(({ public: fields }) => fields['site'] === mx)?.id,
          planned: days.filter(({ beganAt }) => beganAt >= run.startedAt),
          counted: await daysAt(world, run, name),
        };
      }),
    );
    const open = sites.filter((site) => site.begun === undefined);
    if (open.length > 0) {
      const names = open.map(({ name }) => `${name}.test`).join(', ');
      const none = open.length === sites.length;
      const plansSight = none
        ? MISSING
        : missing({ en: `No plan: ${names}`, ja: `計画がないもの：${names}` });
      return { plans: plansSight, days: MISSING, inside: MISSING, deferrals: MISSING };
    }
    return {
      plans: seen({ event: sites.at(-1)!.begun! }),
      days: daysSight(sites),
      inside: insideSight(sites),
      deferrals: deferralsSight(sites),
    };
  },
  async reset(world, { prepared }) {
    await takeListAway(world);
    await putBackAll(world, prepared['former']);
  },
});

async function putBackAll(world: LessonWorld, former: unknown): Promise<void> {
  if (!Array.isArray(former)) return;
  for (const [index, name] of PROVIDERS.entries()) await putBack(world, name, former[index]);
}

function daysSight(sites: readonly Site[]): Sight {
  const counts = sites.map(
    ({ counted }) => counted.filter(({ counts: { accepted } }) => accepted > 0).length,
  );
  const said = sites.map(({ name }, index) => `${name} ${counts[index]}`).join(', ');
  return Math.min(...counts) >= DAYS
    ? seen({ at: said })
    : missing({ en: `Days so far: ${said}`, ja: `これまでの日数：${said}` });
}

/** The day of a plan is one of UTC, as those of providers. */
function insideSight(sites: readonly Site[]): Sight {
  const over = sites.flatMap(({ name, planned, counted }) =>
    counted
      .map(({ day, counts }) => ({
        day,
        sent: counts.accepted,
        most: planned.findLast(({ beganAt }) => dateOf(Math.floor(beganAt / DAY)) <= day)?.planned,
      }))
      .filter(({ sent, most }) => sent > (most ?? 0))
      .map(({ day, sent, most }) => `${name} ${day}: ${sent}/${most ?? 0}`),
  );
  if (over.length > 0) return missing(beyondPlan(over[0]!));
  const last = sites.map(({ name, planned }) => `${name} ${planned.at(-1)?.planned ?? 0}`);
  return sites.every(({ counted }) => counted.length > 0) ? seen({ at: last.join(', ') }) : MISSING;
}

function beyondPlan(what: string): Said {
  return {
    en: `More than the plan allows: ${what}`,
    ja: `計画の量を超えた日：${what}`,
  };
}

function deferralsSight(sites: readonly Site[]): Sight {
  const shares = sites.map(({ name, counted }) => {
    const sum = (of: (day: SeenDay) => number): number =>
      counted.reduce((total, day) => total + of(day), 0);
    const deferred = sum(({ counts }) => counts.deferred);
    const all = deferred + sum(({ counts }) => counts.accepted);
    return { name, all, share: all === 0 ? 0 : deferred / all };
  });
  const said = shares.map(({ name, share }) => `${name} ${(share * 100).toFixed(1)} %`).join(', ');
  if (shares.some(({ share }) => share >= MOST_DEFERRED))
    return missing({ en: `Put off: ${said}`, ja: `一時拒否された割合：${said}` });
  return shares.every(({ all }) => all > 0) ? seen({ at: said }) : MISSING;
}
