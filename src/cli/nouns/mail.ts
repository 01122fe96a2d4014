/** `hikyaku mail`: what is in the mailboxes. */
import type { Command } from 'commander';
import { callBytes, callRows, callValue } from '#cli/control';
import { printJson, printLine, printRows, remark, timeColumn } from '#cli/terminal/output';
import { shortSize } from '#cli/terminal/terminal';
import type { ExportOptions, ImportOptions } from './mail/transfer.ts';
import type { UndeleteOptions } from './mail/undelete.ts';
import { readSince, SINCE_EXAMPLES } from '#cli/since';
import { addMailbox } from './mail/mailbox-path.ts';
import { addLimit, addVerb, type CommonOptions } from '#cli/verb';

interface ListOptions extends CommonOptions {
  readonly mailbox?: string;
  readonly limit?: number;
}

/** What people see of a long mailbox unless they ask for more; programs get all of it. */
const SHOWN = 100;

export function mail(noun: Command): void {
  const list = addVerb(
    noun,
    'list <account>',
    'show the messages of an account, newest first',
    'hikyaku mail list bob@example.test',
    'hikyaku mail list bob@example.test --mailbox Archive/2019 --json',
  );
  addMailbox(list, 'only what is in this one');
  addLimit(list, `at most so many (without --json: ${SHOWN})`).action(listMail);

  addVerb(
    noun,
    'show <account> <id>',
    'show a message: its header and its text',
    'hikyaku mail show bob@example.test 12',
  )
    .option('--headers', 'all fields of the header')
    .action(showMail);

  addVerb(
    noun,
    'raw <account> <id>',
    'print a message as it is, octet by octet; with --json in base64',
    'hikyaku mail raw bob@example.test 12 > message.eml',
  ).action(rawMail);

  addVerb(
    noun,
    'mailboxes <account>',
    'show the mailboxes of an account, and how long each keeps a message',
    'hikyaku mail mailboxes bob@example.test',
  ).action(async (account: string, options: CommonOptions) => {
    const { listMailboxes } = await import('./mail/expire.ts');
    await listMailboxes(account, options);
  });

  addUndelete(noun);
  addExpire(noun);
  addTransfer(noun);
}

function addExpire(noun: Command): void {
  addVerb(
    noun,
    'expire <account> [mailbox] [time]',
    'show the mailboxes and how long each keeps a message; with a time, set it: 12h, 30d, 8w, or never',
    'hikyaku mail expire bob@example.test',
    'hikyaku mail expire bob@example.test Trash 30d',
    'hikyaku mail expire bob@example.test Archive/2019 never',
  ).action(
    async (
      account: string,
      mailbox: string | undefined,
      time: string | undefined,
      options: CommonOptions,
    ) => {
      const { expireMail } = await import('./mail/expire.ts');
      await expireMail(account, mailbox, time, options);
    },
  );
}

function addUndelete(noun: Command): void {
  const undelete = addVerb(
    noun,
    'undelete <account> [ids...]',
    'show what was expunged and can be brought back; with ids or --since, bring it back',
    'hikyaku mail undelete bob@example.test',
    'hikyaku mail undelete bob@example.test 12 15',
    'hikyaku mail undelete bob@example.test --since 2h --mailbox Sent',
  ).option('--since <time>', `all that was expunged since: ${SINCE_EXAMPLES}`, readSince);
  addMailbox(undelete, 'only what was in this one');
  addLimit(undelete, 'show at most so many').action(
    async (account: string, ids: string[], options: UndeleteOptions) => {
      const { undeleteMail } = await import('./mail/undelete.ts');
      await undeleteMail(account, ids, options);
    },
  );
}

function addTransfer(noun: Command): void {
  const bringIn = addVerb(
    noun,
    'import <account> <path>',
    'bring in the messages of a Maildir, an mbox file, or a folder of mbox files; run again, it brings what is missing',
    'hikyaku mail import bob@example.test ~/Maildir',
    'hikyaku mail import bob@example.test old.mbox --mailbox Archive/2019',
  );
  addMailbox(bringIn, 'where it goes; folders go below it').action(
    async (account: string, from: string, options: ImportOptions) => {
      const { importMail } = await import('./mail/transfer.ts');
      await importMail(account, from, options);
    },
  );

  const write = addVerb(
    noun,
    'export <account> <folder>',
    'write the messages of an account into a Maildir (only what it lacks) or into mbox files',
    'hikyaku mail export bob@example.test backup/bob',
    'hikyaku mail export bob@example.test backup/bob --format mbox --mailbox INBOX',
  );
  addMailbox(write, 'only this one and what lies below it')
    .option('--format <name>', 'maildir or mbox', 'maildir')
    .action(async (account: string, to: string, options: ExportOptions) => {
      const { exportMail } = await import('./mail/transfer.ts');
      await exportMail(account, to, options);
    });
}

async function rawMail(account: string, id: string, options: CommonOptions): Promise<void> {
  const chunks = callBytes(options, 'mail/raw', { account, id });
  if (options.json === true) {
    const parts: Uint8Array[] = [];
    for await (const chunk of chunks) parts.push(chunk);
    printJson({ account, id, source: Buffer.concat(parts).toString('base64') });
    return;
  }
  if (process.stdout.isTTY) {
    const { visibleText } = await import('#cli/terminal/visible-text');
    for await (const text of visibleText(chunks)) process.stdout.write(text);
    remark('Control characters are shown as escapes; in a file or a pipe every octet is as it is.');
    return;
  }
  for await (const chunk of chunks) {
    if (!process.stdout.write(chunk)) await drained();
  }
}

async function listMail(account: string, options: ListOptions): Promise<void> {
  const { mailbox, json } = options;
  const limit = options.limit ?? (json === true ? undefined : SHOWN);
  const count = await printRows(
    callRows(options, 'mail/list', { account, mailbox, limit }),
    [
      { title: 'ID', value: (row) => row.id, align: 'right' },
      { title: 'MESSAGE', value: (row) => row.messageId },
      timeColumn('RECEIVED', (row) => row.receivedAt),
      { title: 'MAILBOX', value: (row) => row.mailbox },
      { title: 'SIZE', value: (row) => shortSize(row.size), align: 'right' },
      { title: 'FROM', value: (row) => row.from, shrinks: true },
      { title: 'SUBJECT', value: (row) => row.subject, shrinks: true },
    ],
    options,
    `There is no message in ${mailbox ?? 'the mailboxes'} of ${account}.`,
  );
  if (json !== true && options.limit === undefined && count === SHOWN) {
    remark(`These are the newest ${SHOWN}; --limit shows more.`);
  }
}

async function showMail(
  account: string,
  id: string,
  options: CommonOptions & { headers?: boolean },
): Promise<void> {
  const shown = await callValue(options, 'mail/show', { account, id });
  if (options.json === true) {
    printJson(shown);
    return;
  }
  const { messageLines } = await import('./mail/message-text.ts');
  printLine(messageLines(shown, options.headers === true).join('\n'));
}

function drained(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  process.stdout.once('drain', resolve);
  return promise;
}
