/** `hikyaku account`: who has a mailbox here. */
import type { Command } from 'commander';
import { accountLimit } from './account/limit.ts';
import { accountQuota, readSize } from './account/quota.ts';
import { accountSendAs } from './account/send-as.ts';
import { callRows, callValue } from '#cli/control';
import { printDone, printRows, remark, timeColumn } from '#cli/terminal/output';
import { readPassword, type SecretOptions } from '#cli/terminal/secret';
import { promptFor } from '#cli/terminal/secret-texts';
import { shortSize } from '#cli/terminal/terminal';
import { addVerb, type CommonOptions } from '#cli/verb';

const PASSWORD_FILE = 'read the password from a file, - is standard input (else it is asked for)';

export function account(noun: Command): void {
  addVerb(
    noun,
    'add <address>',
    'give somebody a mailbox and a login',
    'hikyaku account add carol@example.test',
    'hikyaku account add carol@example.test --quota 2G --password-file carol.txt',
  )
    .option('--password-file <file>', PASSWORD_FILE)
    .option('--quota <size>', 'how much it may hold: 500M, 2G (without: no limit)', readSize)
    .action(
      async (address: string, options: CommonOptions & SecretOptions & { quota?: number }) => {
        const password = await readPassword(options, promptFor('made', { who: address }), true);
        const added = await callValue(options, 'account/add', {
          address,
          password,
          quotaBytes: options.quota,
        });
        printDone(options, added, `${added.account} can receive mail and log in.`);
      },
    );

  addVerb(noun, 'list', 'show the accounts', 'hikyaku account list').action(
    async (options: CommonOptions) => {
      await printRows(
        callRows(options, 'account/list', {}),
        [
          { title: 'ACCOUNT', value: (row) => row.account },
          { title: 'STATE', value: (row) => row.state },
          { title: 'MESSAGES', value: (row) => row.messages, align: 'right' },
          { title: 'SIZE', value: (row) => shortSize(row.bytes), align: 'right' },
          {
            title: 'QUOTA',
            value: (row) => (row.quotaBytes === null ? '-' : shortSize(row.quotaBytes)),
            align: 'right',
          },
          timeColumn('ADDED', (row) => row.createdAt),
        ],
        options,
        'There is no account yet: hikyaku account add alice@example.org',
      );
    },
  );

  addVerb(
    noun,
    'passwd <address>',
    'set a new password',
    'hikyaku account passwd alice@example.test',
  )
    .option('--password-file <file>', PASSWORD_FILE)
    .action(async (address: string, options: CommonOptions & SecretOptions) => {
      const password = await readPassword(options, promptFor('changed', { who: address }), true);
      const changed = await callValue(options, 'account/passwd', { address, password });
      printDone(options, changed, `${changed.account} has a new password.`);
    });

  accountQuota(noun);
  accountLimit(noun);
  accountSendAs(noun);

  addVerb(
    noun,
    'disable <address>',
    'let nobody log in and take no new mail; what is there stays',
    'hikyaku account disable bob@example.test',
  ).action(async (address: string, options: CommonOptions) => {
    const changed = await callValue(options, 'account/disable', { address });
    printDone(options, changed, `${changed.account} is disabled.`);
  });

  addVerb(
    noun,
    'enable <address>',
    'open a disabled account again',
    'hikyaku account enable bob@example.test',
  ).action(async (address: string, options: CommonOptions) => {
    const changed = await callValue(options, 'account/enable', { address });
    printDone(options, changed, `${changed.account} is open.`);
  });

  addVerb(
    noun,
    'remove <address>',
    'close an account; its mail is erased when the grace period is over',
    'hikyaku account remove bob@example.test',
  ).action(async (address: string, options: CommonOptions) => {
    const removed = await callValue(options, 'account/remove', { address });
    printDone(
      options,
      removed,
      `${removed.account} is removed: it takes no mail and nobody can log in.`,
    );
    remark('Its mail is erased after the time that retention.removed_accounts sets.');
  });
}
