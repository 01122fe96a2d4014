/** `hikyaku lab simulate`: the verb; what it does is loaded when it is asked for, since it takes a whole server. */
import { Option, type Command } from 'commander';
import { DEFAULTS, WAYS } from '#lab/simulation/settings';
import { addLanguage } from '#cli/language';
import type { SimulateOptions } from './run-simulation.ts';
import { addVerb, wholeNumber } from '#cli/verb';

const MOST_DAYS = 90;
const MOST_SEED = 2 ** 31 - 1;
/** So many a day are delivered within the patience of a person. */
const MOST_LETTERS = 1000;

export function addSimulateVerb(noun: Command): void {
  addLanguage(
    addVerb(
      noun,
      'simulate',
      'watch a month of warm-up at three providers, in a world of its own beside any server',
      'hikyaku lab simulate',
      'hikyaku lab simulate --compare   # then without a plan, and past the server',
      'hikyaku lab simulate --way straight --days 7',
    ),
  )
    .option('--days <n>', 'how long', wholeNumber('--days', 1, MOST_DAYS), DEFAULTS.days)
    .option(
      '--seed <n>',
      'the same seed, the same readers and the same days',
      wholeNumber('--seed', 0, MOST_SEED),
      DEFAULTS.seed,
    )
    .option(
      '--letters <n>',
      'to each provider on the first day; a little more each day',
      wholeNumber('--letters', 1, MOST_LETTERS),
      DEFAULTS.letters,
    )
    .addOption(
      new Option(
        '--way <way>',
        'plan: by a warm-up plan; queue: without one; straight: past the server, by a program that waits for nobody',
      )
        .choices(WAYS)
        .default('plan'),
    )
    .option('--compare', 'the other two ways as well, each in a world of its own')
    .action(async (options: SimulateOptions) => {
      const { runSimulation } = await import('./run-simulation.ts');
      await runSimulation(options);
    });
}
