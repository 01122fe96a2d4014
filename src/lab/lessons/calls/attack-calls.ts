/** Mallory, when she is sent: from the addresses that the lesson under way gave her, or from one that she always has. */
import { z } from 'zod';
import { downgradeAttack, type DowngradeReport } from '#lab/lessons/prepared/downgrade-attack';
import { victimOf } from '#lab/lessons/prepared/victim';
import type { LessonWorld } from '#lab/lessons/world';
import { flood } from '#lab/mallory/flood';
import { harvest } from '#lab/mallory/harvest';
import { scan } from '#lab/mallory/scan';
import { NAMES, spray } from '#lab/mallory/spray';
import { malloryAddress } from '#lab/mallory/victim';
import { findRun } from '#store/lab/lesson-runs';

/** The lesson whose addresses they are, and where she is without it. */
export const ATTACKS = { lesson: '2.13', sprayer: 13, flooder: 14 } as const;
/** From where she looks around. */
const SCOUT = 15;
const SCANS = 8;

export function attackCalls(world: LessonWorld) {
  const from = async (who: 'sprayer' | 'flooder'): Promise<string> => {
    const run = await findRun(world.store.pool, ATTACKS.lesson);
    const prepared = run?.prepared[who];
    return typeof prepared === 'string' ? prepared : malloryAddress(world.network, ATTACKS[who]);
  };
  return {
    'mallory-spray': {
      input: z.object({}),
      run: async () => spray(victimOf(world), await from('sprayer')),
    },
    'mallory-flood': {
      input: z.object({}),
      run: async () => flood(victimOf(world), await from('flooder')),
    },
    'mallory-scan': {
      input: z.object({}),
      run: async () => ({
        there: await scan(victimOf(world), malloryAddress(world.network, SCOUT), SCANS),
        tried: SCANS,
      }),
    },
    'mallory-harvest': {
      input: z.object({}),
      run: () => harvest(victimOf(world), malloryAddress(world.network, SCOUT), NAMES),
    },
    'mallory-downgrade': {
      input: z.object({}),
      run: (): Promise<DowngradeReport> => downgradeAttack(world),
    },
  };
}

export type AttackCalls = ReturnType<typeof attackCalls>;
