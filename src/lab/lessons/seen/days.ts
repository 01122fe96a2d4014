/** Days of the learner's address at a provider since a lesson began, as the provider counted them: what its postmaster page shows. */
import { aroundOf, type LessonWorld } from '#lab/lessons/world';
import type { Counts } from '#lab/providers/senders/counts';
import { dateOf } from '#lab/providers/senders/memory';
import type { LessonRun } from '#store/lab/lesson-runs';
import { senderDays, type DayRow } from '#store/lab/provider-senders';

export type SeenDay = DayRow<Counts>;

const DAY = 24 * 3_600_000;
const MOST_ROWS = 5000;

/** Oldest first. @param kind by the address, or by the domain that signs */
export async function daysAt(
  world: LessonWorld,
  run: Pick<LessonRun, 'startedAt'>,
  provider: string,
  kind: 'ip' | 'domain' = 'ip',
): Promise<SeenDay[]> {
  await aroundOf(world).providers.memory.save();
  const rows = await senderDays<Counts>(world.store.pool, {
    provider,
    since: dateOf(Math.floor(run.startedAt / DAY)),
    limit: MOST_ROWS,
  });
  const name = kind === 'ip' ? world.network.addressOf('mail.example.test') : world.server.domain;
  return rows.filter((row) => row.kind === kind && row.name === name).toReversed();
}
