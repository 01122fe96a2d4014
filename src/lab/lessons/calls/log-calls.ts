/** The event log of the learner's server, for lessons that want it read. */
import { z } from 'zod';
import type { LessonWorld } from '#lab/lessons/world';
import { listEvents, type ListedEvent } from '#store/lab/event-list';

const DAY = 24 * 60 * 60 * 1000;

const filter = z.object({
  types: z.array(z.string().max(64)).max(20).default([]),
  about: z.string().min(1).max(320).optional(),
  /** Milliseconds of the calendar before now. */
  within: z
    .number()
    .int()
    .min(0)
    .max(400 * DAY)
    .default(DAY),
  limit: z.number().int().min(1).max(5000).default(200),
});

export function logCalls(world: LessonWorld) {
  return {
    log: {
      input: filter,
      run: async ({ types, about, within, limit }: z.infer<typeof filter>) => {
        await world.settle();
        const { store, clock } = world;
        const since = clock.now() - within;
        const found = await listEvents(store.pool, { types, about, since, limit });
        return { events: found.map(told) };
      },
    },
  };
}

function told({ at, id, type, session, message, fields, personal }: ListedEvent) {
  return { id, at: at.toISOString(), type, session, message, fields, personal };
}

export type LogCalls = ReturnType<typeof logCalls>;
