/** `hikyaku trust`: lists and forwarders that may pass on mail of others although they break what DMARC goes by. */
import type { Command } from 'commander';
import { callRows, callValue } from '#cli/control';
import { printDone, printRows } from '#cli/terminal/output';
import { addVerb, type CommonOptions } from '#cli/verb';

interface TrustOptions extends CommonOptions {
  readonly account?: string;
}

export function trust(noun: Command): void {
  addVerb(
    noun,
    'add <domain>',
    'take mail that a list or forwarder passes on, whatever DMARC says of its author',
    'hikyaku trust add lists.example.org',
    'hikyaku trust add alumni.example.edu --account alice@example.test',
  )
    .option('--account <account>', 'for this account alone, not for all')
    .action(async (domain: string, options: TrustOptions) => {
      const { account } = options;
      const added = await callValue(options, 'trust/add', { domain, account });
      const who = added.account ?? 'Everybody';
      printDone(options, added, `${who} takes what ${added.domain} passes on.`);
    });

  addVerb(noun, 'list', 'show who is trusted, and by whom', 'hikyaku trust list').action(
    async (options: CommonOptions) => {
      await printRows(
        callRows(options, 'trust/list', {}),
        [
          { title: 'DOMAIN', value: (row) => row.domain },
          { title: 'ACCOUNT', value: (row) => row.account ?? '(all)' },
          { title: 'TRUSTED', value: (row) => (row.trusted ? 'yes' : 'not yet') },
          { title: 'BECAUSE', value: whyText, shrinks: true },
        ],
        options,
        'Nobody is trusted to pass on mail of others: hikyaku trust add lists.example.org',
      );
    },
  );

  addVerb(
    noun,
    'remove <domain>',
    'judge what a list or forwarder passes on by DMARC again',
    'hikyaku trust remove lists.example.org',
  )
    .option('--account <account>', 'the trust of this account')
    .action(async (domain: string, options: TrustOptions) => {
      const { account } = options;
      const removed = await callValue(options, 'trust/remove', { domain, account });
      printDone(options, removed, `${removed.domain} is judged by DMARC again.`);
    });
}

function whyText({ byHand, rescued }: { byHand: boolean; rescued: number }): string {
  const moved = `${rescued} moved out of Junk`;
  if (!byHand) return moved;
  return rescued === 0 ? 'set by hand' : `set by hand, ${moved}`;
}
