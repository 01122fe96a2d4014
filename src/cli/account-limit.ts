/** `hikyaku account limit`: what an account may send in a day. */
import type { Command } from 'commander';
import { callValue } from './control.ts';
import { CommandFailure } from './failure.ts';
import { printDone } from './output.ts';
import { localTime } from './terminal.ts';
import { addVerb, type CommonOptions } from './verb.ts';

type Most = number | 'default';

interface LimitOptions extends CommonOptions {
  readonly messages?: Most;
  readonly newRecipients?: Most;
}

export function accountLimit(noun: Command): void {
  addVerb(
    noun,
    'limit <address>',
    'show or set what an account may send in a day: a thief of its password sends no more',
    'hikyaku account limit alice@example.test',
    'hikyaku account limit shop@example.test --messages 20000 --new-recipients none',
  )
    .option('--messages <number>', 'messages a day: a number, none, or default', readMost)
    .option(
      '--new-recipients <number>',
      'recipients to whom it never wrote before: a number, none, or default',
      readMost,
    )
    .action(async (address: string, options: LimitOptions) => {
      const limits = await callValue(options, 'account/limit', {
        address,
        messages: asSent(options.messages),
        newRecipients: asSent(options.newRecipients),
      });
      const lines = [
        `${limits.account} may send in a day (of UTC; this one ends ${localTime(limits.until)}):`,
        `  messages        ${allowed(limits.messages)}`,
        `  new recipients  ${allowed(limits.newRecipients)}`,
      ];
      printDone(options, limits, lines.join('\n'));
    });
}

function allowed({ most, own, today }: { most: number; own: boolean; today: number }): string {
  const limit = most === 0 ? 'without limit' : String(most);
  return `${limit} (${own ? 'its own' : 'as the settings say'}), ${today} today`;
}

/** Null: as the settings say. */
function asSent(most: Most | undefined): number | null | undefined {
  return most === 'default' ? null : most;
}

function readMost(given: string): Most {
  if (given === 'default') return given;
  if (given === 'none') return 0;
  if (/^[1-9]\d{0,8}$/.test(given)) return Number(given);
  throw new CommandFailure(
    `${given} is no number of messages`,
    'Write a number, none for no limit, or default for what the settings say.',
  );
}
