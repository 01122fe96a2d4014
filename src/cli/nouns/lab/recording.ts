/** `hikyaku lab recording`: the two recorded days of lesson 3.10, by hour. */
import { Argument, type Command } from 'commander';
import { callAdded } from '#cli/control';
import { printRows } from '#cli/terminal/output';
import { addVerb, type CommonOptions } from '#cli/verb';
import type { RecordedHour } from '#lab/lessons/calls/recording-calls';
import { DAY_NAMES } from '#lab/lessons/made/recorded-days';

export function addRecordingVerb(noun: Command): void {
  const verb = addVerb(
    noun,
    'recording',
    'count the events of the two recorded days of lesson 3.10 by hour, in UTC',
    'hikyaku lab recording quiet',
    'hikyaku lab recording incident',
  );
  verb
    .addArgument(new Argument('<day>', 'which of them').choices(DAY_NAMES))
    .action(async (day: string, options: CommonOptions) => {
      const { hours } = await callAdded<{ hours: readonly RecordedHour[] }>(
        options,
        'lab/recording',
        { day },
      );
      await printRows(
        hours,
        [
          { title: 'HOUR', value: ({ hour }) => hour.slice(0, 16).replace('T', ' ') },
          { title: 'EVENT', value: ({ event }) => event },
          { title: 'COUNT', value: ({ count }) => count, align: 'right' },
          { title: 'OF', value: ({ about }) => about, shrinks: true },
        ],
        options,
        'Nothing was recorded.',
      );
    });
}
