/** The domain that the learner bought for Phase 2: proposed by lesson 2.1, named by them if they want another, and used by all that follow. */
import { findRun } from '#store/lab/lesson-runs';
import type { Begun, Said } from './lesson.ts';
import { seeded } from '#lab/seeded';
import { aroundOf, type LessonWorld } from './world.ts';

/** The lesson in which it is bought. */
export const BUYING = '2.1';
/** How pages write it; whoever reads them in the terminal sees their own. */
export const ON_PAGES = 'hanako.test';

const FIRST = ['hanako', 'sakura', 'kaede', 'tsubaki', 'momiji', 'ayame', 'hinata', 'suzume'];
const SECOND = ['bunko', 'chaya', 'kobo', 'shoten', 'niwa', 'hanare', 'zakka', 'kissa'];

/** The same seed, the same name. */
export function proposedDomain(seed: number): string {
  const chance = seeded(seed);
  return `${chance.pick(FIRST)}-${chance.pick(SECOND)}.test`;
}

/** Undefined: they have none but the one that was theirs from the start. */
export async function learnersDomain(
  world: Pick<LessonWorld, 'around' | 'server' | 'store'>,
): Promise<string | undefined> {
  const owned = aroundOf(world)
    .dns.registrar.domains()
    .map(({ domain }) => domain)
    .filter((domain) => domain !== world.server.domain);
  const run = await findRun(world.store.pool, BUYING);
  const wished = run?.answers?.['domain']?.trim().toLowerCase() ?? run?.prepared['domain'];
  return owned.find((domain) => domain === wished) ?? owned[0];
}

const NO_DOMAIN: Said = {
  en: `you have no domain of your own yet, lesson ${BUYING} buys one`,
  ja: `自分のドメインがまだありません。レッスン ${BUYING} で取得してください`,
};

/** For lessons that need it: keeps the name with the run. */
export async function beginWithDomain(world: LessonWorld): Promise<Begun> {
  const domain = await learnersDomain(world);
  if (domain === undefined) return { failure: NO_DOMAIN };
  return {
    prepared: { domain },
    told: [
      { en: `Your domain in this lesson: ${domain}`, ja: `このレッスンで使うドメイン：${domain}` },
    ],
  };
}
