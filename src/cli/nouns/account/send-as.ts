/** `hikyaku account send-as`: as whom an account may write besides itself. */
import type { Command } from 'commander';
import { callRows, callValue } from '#cli/control';
import { printDone, printRows, remark } from '#cli/terminal/output';
import { addVerb, type CommonOptions } from '#cli/verb';

export function accountSendAs(account: Command): void {
  const noun = account
    .command('send-as')
    .description(
      'as whom an account may write besides itself: an alias, an address that it shares, a domain',
    );

  addVerb(
    noun,
    'add <account> <address>',
    'let an account write as another address of a domain here; *@domain is every address of it',
    'hikyaku account send-as add alice@example.test sales@example.test',
    "hikyaku account send-as add shop@example.test '*@example.test'",
  ).action(async (address: string, name: string, options: CommonOptions) => {
    const added = await callValue(options, 'send-as/add', { account: address, name });
    const already = added.isNew ? '' : ' already';
    printDone(options, added, `${added.account} may${already} write as ${added.sendAs}.`);
    if (added.isReceived) return;
    remark(
      `Nobody receives mail to ${added.sendAs}: answers and notices of failure would be lost.`,
    );
    remark(`  hikyaku alias set ${added.sendAs} ${added.account}`);
  });

  addVerb(
    noun,
    'list [account]',
    'show as whom an account may write, or all accounts',
    'hikyaku account send-as list alice@example.test',
  ).action(async (address: string | undefined, options: CommonOptions) => {
    await printRows(
      callRows(options, 'send-as/list', { account: address }),
      [
        { title: 'ACCOUNT', value: (row) => row.account },
        { title: 'MAY WRITE AS', value: (row) => row.sendAs },
        { title: 'BY', value: (row) => (row.isOwn ? 'its own address' : 'account send-as') },
      ],
      options,
      'There is no account yet: hikyaku account add alice@example.org',
    );
  });

  addVerb(
    noun,
    'remove <account> <address>',
    'take that back',
    'hikyaku account send-as remove alice@example.test sales@example.test',
  ).action(async (address: string, name: string, options: CommonOptions) => {
    const removed = await callValue(options, 'send-as/remove', { account: address, name });
    printDone(options, removed, `${removed.account} may not write as ${removed.sendAs} any more.`);
  });
}
