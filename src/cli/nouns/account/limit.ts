/** `hikyaku account limit`: what an account may send in a day, an hour and a minute. */
import type { Command } from 'commander';
import { callValue } from '#cli/control';
import { CommandFailure } from '#cli/failure';
import { printDone } from '#cli/terminal/output';
import { localTime } from '#cli/terminal/terminal';
import { addVerb, type CommonOptions } from '#cli/verb';

type Most = number | 'default';

interface LimitOptions extends CommonOptions {
  readonly messages?: Most;
  readonly newRecipients?: Most;
  readonly perMinute?: Most;
  readonly perHour?: Most;
}

export function accountLimit(noun: Command): void {
  addVerb(
    noun,
    'limit <address>',
    'show or set what an account may send: a thief of its password sends no more',
    'hikyaku account limit alice@example.test',
    'hikyaku account limit shop@example.test --messages 20000 --new-recipients none',
  )
    .option('--messages <number>', 'messages a day: a number, none, or default', readMost)
    .option(
      '--new-recipients <number>',
      'recipients to whom it never wrote before: a number, none, or default',
      readMost,
    )
    .option('--per-minute <number>', 'messages a minute: a number, none, or default', readMost)
    .option('--per-hour <number>', 'messages an hour: a number, none, or default', readMost)
    .action(async (address: string, options: LimitOptions) => {
      const limits = await callValue(options, 'account/limit', {
        address,
        messages: asSent(options.messages),
        newRecipients: asSent(options.newRecipients),
        messagesAMinute: asSent(options.perMinute),
        messagesAnHour: asSent(options.perHour),
      });
      const lines = [
        `${limits.account} may send in a day (of UTC; this one ends ${localTime(limits.until)}):`,
        `  messages        ${allowed(limits.messages)}`,
        `  new recipients  ${allowed(limits.newRecipients)}`,
        `in an hour:         ${paced(limits.messagesAnHour)}`,
        `in a minute:        ${paced(limits.messagesAMinute)}`,
      ];
      printDone(options, limits, lines.join('\n'));
    });
}

interface Limit {
  readonly most: number;
  readonly own: boolean;
}

function allowed({ today, ...limit }: Limit & { readonly today: number }): string {
  return `${limitText(limit)}, ${today} today`;
}

/** Without a limit nothing is counted. */
function paced({ now, ...limit }: Limit & { readonly now: number }): string {
  return limitText(limit) + (limit.most === 0 ? '' : `, ${now} by now`);
}

function limitText({ most, own }: Limit): string {
  const limit = most === 0 ? 'without limit' : String(most);
  return `${limit} (${own ? 'its own' : 'as the settings say'})`;
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
