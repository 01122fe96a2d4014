/** The sessions of the learner's server since a lesson began, by who was at the other end. */
import type { LabHost } from '#lab/addresses';
import type { Json } from '#events';
import { isLearner, type LessonWorld } from '#lab/lessons/world';
import type { LessonRun } from '#store/lab/lesson-runs';
import { sessionsSince } from '#store/lab/lesson-sessions';
import { exchangesOf, type Exchange } from './exchanges.ts';

export interface SeenSession {
  readonly id: string;
  /** `mx`, `submission`, `submissions` */
  readonly listener: string;
  readonly client: string;
  readonly exchanges: readonly Exchange[];
}

/** @param who the learner, or a host of the practice Internet */
export async function sessionsOf(
  world: LessonWorld,
  run: LessonRun,
  who: 'learner' | LabHost,
): Promise<SeenSession[]> {
  const records = await sessionsSince(world.store.pool, run.startedAt);
  const isTheirs =
    who === 'learner'
      ? (client: string) => isLearner(world, client)
      : (client: string) => client === world.network.addressOf(who);
  return records
    .filter(({ client }) => isTheirs(client))
    .map((record) => ({
      id: record.id,
      listener: record.listener,
      client: record.client,
      exchanges: exchangesOf(record),
    }));
}

/** A field of an event that is a text; '' where it is none, or was erased. */
export function textOf(fields: Readonly<Record<string, Json>>, name: string): string {
  const value = fields[name];
  return typeof value === 'string' ? value : '';
}
