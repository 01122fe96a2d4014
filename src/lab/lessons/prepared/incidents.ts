/** Incidents that are planted in the log of the learner's server, and the noise around them: all of it is done by real sessions. */
import { flood } from '#lab/mallory/flood';
import { harvest } from '#lab/mallory/harvest';
import { tryToRelay } from '#lab/mallory/relay-try';
import { scan } from '#lab/mallory/scan';
import { guess, NAMES, spray } from '#lab/mallory/spray';
import type { Victim } from '#lab/mallory/victim';

export const INCIDENTS: Readonly<
  Record<string, (victim: Victim, from: string) => Promise<unknown>>
> = {
  spray,
  flood,
  harvest: (victim, from) =>
    harvest(
      victim,
      from,
      NAMES.map((name) => `${name}.yamada`),
    ),
  relay: (victim, from) => tryToRelay({ ...victim, port: victim.ports.smtp, localAddress: from }),
  scan: (victim, from) => scan(victim, from, 8),
};

/** What happens every day, once from one address: nobody is to be woken for it. */
export const NOISE: readonly ((victim: Victim, from: string) => Promise<unknown>)[] = [
  (victim, from) => guess(victim, from, 'bob', 'carry-my-leter'),
  (victim, from) => harvest(victim, from, ['alcie']),
  (victim, from) => scan(victim, from, 1),
  (victim, from) => guess(victim, from, 'alice', 'Spring2025'),
  (victim, from) => harvest(victim, from, ['webmaster', 'bob']),
];
