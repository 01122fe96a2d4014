/** `hikyaku lab app confirmations`: the app looks for answers to its invitations in the mailbox that it writes from. */
import { z } from 'zod';
import { noteConfirmed } from '#lab/app/opt-in';
import { confirmations } from '#lab/lessons/seen/confirmations';
import type { LessonWorld } from '#lab/lessons/world';

export function optInCalls(world: LessonWorld) {
  return {
    'app-confirmations': {
      input: z.object({}),
      run: async () => {
        const answers = await confirmations(world);
        const fresh = await noteConfirmed(
          world.app,
          answers.map(({ address }) => address),
        );
        return { confirmed: answers, fresh: fresh.length };
      },
    },
  };
}

export type OptInCalls = ReturnType<typeof optInCalls>;
