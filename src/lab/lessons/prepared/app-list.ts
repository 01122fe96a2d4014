/** The list of the app's newsletter, as lessons lay it out and take it away. */
import {
  readSignups,
  readSubscribers,
  writeFields,
  writeInvitations,
  writeSignups,
  writeSubscribers,
  type Signup,
} from '#lab/app/files';
import type { LessonWorld } from '#lab/lessons/world';
import { unsuppress } from '#store/suppression';
import { seeded } from '#lab/seeded';

export interface AppList {
  readonly readers: readonly string[];
  /** `Name: value` each; none unless told. */
  readonly fields?: readonly string[];
  readonly signups?: Readonly<Record<string, Signup>>;
}

/** Says of a newsletter that it is one; the server adds the way out of it. */
export const LIST_FIELD = 'List-Id: The paper lantern shop <lanterns.example.test>';

/** In place of what the app has; people have the same names in every run, and are written to anew. */
export async function layOutList(
  { app, store }: Pick<LessonWorld, 'app' | 'store'>,
  { readers, fields = [], signups = {} }: AppList,
): Promise<void> {
  for (const address of readers) await unsuppress(store.pool, { address });
  await writeSubscribers(app, readers);
  await writeFields(app, fields);
  await writeSignups(app, signups);
  await writeInvitations(app, {});
}

/** Who was on it may be written to again, as before the lesson: those as well whom the learner took off it. */
export async function takeListAway(
  world: Pick<LessonWorld, 'app' | 'store'>,
  laidOut: readonly string[] = [],
): Promise<void> {
  const { app, store } = world;
  const signups = Object.keys(await readSignups(app));
  const known = new Set([...laidOut, ...signups, ...(await readSubscribers(app))]);
  for (const address of known) await unsuppress(store.pool, { address });
  await layOutList(world, { readers: [] });
}

/**
 * So many of a crowd at a provider, by their numbers in a row from a seeded one on.
 * @param crowd `reader`, `guest`: 5000 of each
 */
export function crowdOf(seed: number, crowd: string, domain: string, count: number): string[] {
  const first = 1 + seeded(seed).number(5000 - count);
  return Array.from(
    { length: count },
    (_, index) => `${crowd}${String(first + index).padStart(4, '0')}@${domain}`,
  );
}
