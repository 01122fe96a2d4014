/** `hikyaku alias`: addresses that lead to others. */
import type { Command } from 'commander';
import { callRows, callValue } from '#cli/control';
import { printDone, printRows, remark } from '#cli/terminal/output';
import { shellWord } from '#cli/terminal/shell-word';
import { addVerb, type CommonOptions } from '#cli/verb';

interface SetOptions extends CommonOptions {
  readonly sendAs?: boolean;
}

export function alias(noun: Command): void {
  addVerb(
    noun,
    'set <alias> <targets...>',
    'let an address lead to others, here or elsewhere; *@domain takes what nobody else has',
    'hikyaku alias set sales@example.test alice@example.test bob@example.test',
    "hikyaku alias set '*@example.test' alice@example.test",
    'hikyaku alias set info@example.test alice@example.test --send-as',
  )
    .alias('add')
    .option('--send-as', 'its targets that are accounts here may write as it too')
    .addHelpText(
      'after',
      '\nAn alias keeps nothing itself: it may not lead to its own address, nor only to aliases that lead back.',
    )
    .action(async (name: string, targets: string[], options: SetOptions) => {
      const { sendAs } = options;
      const set = await callValue(options, 'alias/set', { alias: name, targets, sendAs });
      const { alias: address, senders, onlyReceive } = set;
      const lines = [`${address} leads to ${set.targets.join(', ')}.`];
      if (senders.length > 0) lines.push(`As ${address} may write: ${senders.join(', ')}.`);
      printDone(options, set, lines.join('\n'));
      if (onlyReceive.length === 0) return;
      remark(`To let ${onlyReceive.join(', ')} write as ${address} too:`);
      remark(`  hikyaku account send-as add ${onlyReceive[0]} ${shellWord(address)}`);
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
