/** `hikyaku ban`: addresses and networks whose connections are refused. */
import type { Command } from 'commander';
import { callRows, callValue } from '#cli/control';
import { readLength } from '#cli/terminal/length';
import { printDone, printRows, timeColumn } from '#cli/terminal/output';
import { localTime } from '#cli/terminal/terminal';
import { addVerb, type CommonOptions } from '#cli/verb';

interface AddOptions extends CommonOptions {
  readonly for?: number;
  readonly reason?: string;
}

export function ban(noun: Command): void {
  addVerb(
    noun,
    'list',
    'show who is banned, why and until when',
    'hikyaku ban list',
    'hikyaku ban list --json',
  ).action(async (options: CommonOptions) => {
    await printRows(
      callRows(options, 'ban/list', {}),
      [
        { title: 'NETWORK', value: (row) => row.network },
        { title: 'FROM', value: (row) => (row.scope === 'mx' ? 'port 25' : 'everything') },
        timeColumn('SINCE', (row) => row.since),
        timeColumn('UNTIL', (row) => row.until, 'lifted'),
        { title: 'TIMES', value: (row) => row.times, align: 'right' },
        { title: 'BECAUSE', value: becauseText, below: true },
      ],
      options,
      'Nobody is banned.',
    );
  });

  addVerb(
    noun,
    'add <network>',
    'refuse connections from an address or a network, on every node',
    'hikyaku ban add 192.0.2.1 --for 2d',
    'hikyaku ban add 2001:db8::/48 --reason "spam run"',
  )
    .option('--for <time>', 'how long: 90m, 2h, 3d (without: until it is lifted)', readLength)
    .option('--reason <text>', 'why, for the list')
    .action(async (network: string, options: AddOptions) => {
      const { for: within, reason } = options;
      const added = await callValue(options, 'ban/add', { network, within, reason: reason ?? '' });
      const until = added.until === null ? 'it is lifted' : localTime(added.until);
      printDone(options, added, `${added.network} is banned until ${until}.`);
    });

  addVerb(
    noun,
    'remove <network>',
    'let it in again, and forget what it did',
    'hikyaku ban remove 192.0.2.1',
  ).action(async (network: string, options: CommonOptions) => {
    const removed = await callValue(options, 'ban/remove', { network });
    printDone(options, removed, `${removed.network} may connect again.`);
  });
}

const REASONS: Readonly<Record<string, string>> = {
  'early-talker': 'spoke before the greeting',
  'protocol-errors': 'broke the protocol',
  'unknown-recipient': 'went through names of mailboxes',
  'failed-login': 'failed to log in by many names',
};

function becauseText({ reason, byHand }: { reason: string; byHand: boolean }): string {
  if (byHand) return reason === '' ? 'by hand' : `by hand: ${reason}`;
  return REASONS[reason] ?? reason;
}
