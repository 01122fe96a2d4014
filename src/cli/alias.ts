/** `hikyaku alias`: addresses that lead to others. */
import type { Command } from 'commander';
import { callRows, callValue } from './control.ts';
import { printDone, printRows } from './output.ts';
import { addVerb, type CommonOptions } from './verb.ts';

export function alias(noun: Command): void {
  addVerb(
    noun,
    'set <alias> <targets...>',
    'let an address lead to others, here or elsewhere; *@domain takes what nobody else has',
    'hikyaku alias set sales@example.test alice@example.test bob@example.test',
    "hikyaku alias set '*@example.test' alice@example.test",
  )
    .alias('add')
    .action(async (name: string, targets: string[], options: CommonOptions) => {
      const set = await callValue(options, 'alias/set', { alias: name, targets });
      printDone(options, set, `${set.alias} leads to ${set.targets.join(', ')}.`);
    });

  addVerb(noun, 'list', 'show the aliases', 'hikyaku alias list').action(
    async (options: CommonOptions) => {
      await printRows(
        callRows(options, 'alias/list', {}),
        [
          { title: 'ALIAS', value: (row) => row.alias },
          { title: 'TARGETS', value: (row) => row.targets.join(', ') },
        ],
        options,
        'There is no alias yet: hikyaku alias set sales@example.org alice@example.org',
      );
    },
  );

  addVerb(
    noun,
    'remove <alias>',
    'take an alias away',
    'hikyaku alias remove sales@example.test',
  ).action(async (name: string, options: CommonOptions) => {
    const removed = await callValue(options, 'alias/remove', { alias: name });
    printDone(options, removed, `${removed.alias} leads nowhere any more.`);
  });
}
