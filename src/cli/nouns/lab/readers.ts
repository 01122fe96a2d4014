/** `hikyaku lab unsubscribe`: lets a reader at a provider press the button of their mail program. */
import type { Command } from 'commander';
import { callAdded } from '#cli/control';
import { printDone } from '#cli/terminal/output';
import { addVerb, type CommonOptions } from '#cli/verb';
import type { ReaderCalls } from '#lab/lessons/calls/reader-calls';

type Left = Exclude<
  Awaited<ReturnType<ReaderCalls['unsubscribe']['run']>>,
  { readonly kind: 'refused' }
>;

export function addReaderVerbs(noun: Command): void {
  addVerb(
    noun,
    'unsubscribe <address>',
    'let a reader at a provider press «unsubscribe» in the newest letter that offers one click',
    'hikyaku lab unsubscribe noah@bigmail.test',
  ).action(async (address: string, options: CommonOptions) => {
    const left = await callAdded<Left>(options, 'lab/unsubscribe', { address });
    printDone(options, left, `${address} pressed the button; the click went to ${left.url}`);
  });
}
