/** `hikyaku lab app`: the app of the lessons, its mail settings, its contact form and its newsletter. */
import type { Command } from 'commander';
import type { AppCalls } from '#lab/app/calls';
import type { Send } from '#lab/app/files';
import { callAdded } from '#cli/control';
import { CommandFailure } from '#cli/failure';
import {
  printDone,
  printJson,
  printRows,
  printText,
  remark,
  timeColumn,
} from '#cli/terminal/output';
import type { ExitCode } from '#cli/exit-code';
import { readPassword, type SecretOptions } from '#cli/terminal/secret';
import { promptFor } from '#cli/terminal/secret-texts';
import { addVerb, wholeNumber, type CommonOptions } from '#cli/verb';
import type { OptInCalls } from '#lab/lessons/calls/opt-in-calls';

type Answer<Name extends keyof AppCalls> = Exclude<
  Awaited<ReturnType<AppCalls[Name]['run']>>,
  { readonly kind: 'refused' }
>;

type Confirmations = Awaited<ReturnType<OptInCalls['app-confirmations']['run']>>;

interface ConfigOptions extends CommonOptions, SecretOptions {
  readonly host: string;
  readonly port?: number;
  readonly tls: string;
  readonly user: string;
}

interface ContactOptions extends CommonOptions {
  readonly name: string;
  readonly email: string;
  readonly message: string;
}

interface FieldOptions extends CommonOptions {
  readonly remove?: boolean;
}

interface ReadersOptions extends CommonOptions {
  readonly keep?: string;
}

interface ShowOptions extends CommonOptions {
  readonly limit?: number;
}

interface SendOptions extends CommonOptions {
  readonly gap: number;
  readonly direct?: boolean;
}

/** Sends that `show` lists: the last newsletter of most lessons, and not all of ten days. */
const SHOWN = 100;
/** Sends that the server tells of at most. */
const MOST = 1000;
/** Ports of a development server. */
const PORTS: Readonly<Record<string, number>> = { starttls: 2587, implicit: 2465 };

export function addAppVerbs(noun: Command, end: (code: ExitCode) => void): void {
  const app = noun
    .command('app')
    .description('the app of the lessons, which sends through your server');

  addVerb(
    app,
    'config',
    'tell the app how to hand in its mail; the password is asked for',
    'hikyaku lab app config --user alice@example.test',
    'hikyaku lab app config --host mail.example.test --tls implicit --user alice@example.test --password-file secret',
  )
    .option('--host <host>', 'of the server', 'mail.example.test')
    .option(
      '--port <port>',
      'of the server; 2587, with --tls implicit 2465',
      wholeNumber('--port', 1, 65_535),
    )
    .option('--tls <how>', 'starttls or implicit', 'starttls')
    .requiredOption('--user <address>', 'whose login it uses, and from whom it writes')
    .option('--password-file <file>', 'read the password from a file, - for standard input')
    .action(async (options: ConfigOptions) => {
      const { host, user, tls } = options;
      const usual = PORTS[tls];
      if (usual === undefined)
        throw new CommandFailure(`--tls ${tls} is not known`, 'Write starttls or implicit.');
      const password = await readPassword(options, promptFor('login', { who: user }), false);
      const input = { host, port: options.port ?? usual, tls, user, password };
      const done = await callAdded<Answer<'app-config'>>(options, 'lab/app-config', input);
      printDone(
        options,
        done,
        `The app sends as ${user} through ${host}, port ${done.port}, ${tls}.`,
      );
    });

  addVerb(
    app,
    'show',
    'show its settings, its readers and what it tried to send last',
    'hikyaku lab app show',
  )
    .option(
      '--limit <n>',
      `of what it sent, at most so many (${MOST}; without --json: ${SHOWN})`,
      wholeNumber('--limit', 1, MOST),
    )
    .action(async (options: ShowOptions) => {
      const { limit = options.json === true ? MOST : SHOWN } = options;
      const shown = await callAdded<Answer<'app-show'>>(options, 'lab/app-show', { limit });
      if (options.json === true) return printJson(shown);
      const { settings, subscribers } = shown;
      printText(
        settings === null
          ? 'It has no mail settings yet: hikyaku lab app config --user alice@example.test'
          : `It sends as ${settings.user} through ${settings.host}, port ${settings.port}, ${settings.tls}.`,
      );
      printText(`Its newsletter has ${subscribers.length} readers.`);
      for (const field of shown.fields) printText(`  ${field}`);
      await printSends(shown.sends, options);
      const { length } = shown.sends;
      if (shown.earlier > 0) remark(`These are the newest ${length} of ${length + shown.earlier}.`);
    });

  addVerb(
    app,
    'contact',
    'fill in the contact form, as a visitor of its page does',
    `hikyaku lab app contact --name Hanako --email hanako@peer.test --message 'Are you open on Sunday?'`,
  )
    .requiredOption('--name <name>', 'of the visitor')
    .requiredOption('--email <address>', 'of the visitor')
    .requiredOption('--message <text>', 'what the visitor asks')
    .action(async ({ name, email, message, ...options }: ContactOptions) => {
      const send = await callAdded<Send>(options, 'lab/app-contact', { name, email, message });
      printDone(options, send, `The app was answered: ${send.reply}`);
      end(send.outcome === 'taken' ? 0 : 1);
    });

  addListVerbs(app);
  addOptInVerbs(app, end);

  for (const [verb, name, summary] of SENDS) {
    const sending = addVerb(app, verb, summary, `hikyaku lab app ${verb}`)
      .option(
        '--gap <ms>',
        'milliseconds between two letters',
        wholeNumber('--gap', 0, 10_000),
        300,
      )
      .action(async ({ gap, direct, ...options }: SendOptions) => {
        const input = { gap, direct };
        const counts = await callAdded<Answer<'app-newsletter'>>(options, `lab/${name}`, input);
        const { taken, later, never } = counts;
        printDone(options, counts, `Taken: ${taken}. Later: ${later}. Refused for good: ${never}.`);
        end(later + never === 0 ? 0 : 1);
      });
    if (verb === 'newsletter')
      sending.option('--direct', 'past your server, from its address, as fast as it can');
  }
}

function addOptInVerbs(app: Command, end: (code: ExitCode) => void): void {
  addVerb(
    app,
    'invite',
    'ask the readers who came by the form, by one letter each, whether they want the newsletter; exit 1 where a letter was not taken',
    'hikyaku lab app invite',
  ).action(async (options: CommonOptions) => {
    const counts = await callAdded<Answer<'app-invite'>>(options, 'lab/app-invite', {});
    const { taken, later, never } = counts;
    printDone(options, counts, `Taken: ${taken}. Later: ${later}. Refused for good: ${never}.`);
    end(later + never === 0 ? 0 : 1);
  });

  addVerb(
    app,
    'confirmations',
    'take in the answers to these letters: whoever answered from the mailbox that was asked has confirmed',
    'hikyaku lab app confirmations',
  ).action(async (options: CommonOptions) => {
    const { confirmed, fresh } = await callAdded<Confirmations>(
      options,
      'lab/app-confirmations',
      {},
    );
    if (options.json !== true) printText(`New: ${fresh}.`);
    await printRows(
      confirmed,
      [
        { title: 'READER', value: (row) => row.address },
        { title: 'ANSWER', value: (row) => row.message },
      ],
      options,
      'Nobody has answered yet.',
    );
  });
}

function addListVerbs(app: Command): void {
  addVerb(
    app,
    'field <field>',
    'let the newsletter have a header field, in place of one of the same name; with --remove have it no more',
    "hikyaku lab app field 'List-Id: The paper lantern shop <lanterns.example.test>'",
    'hikyaku lab app field List-Unsubscribe --remove',
  )
    .option('--remove', 'take the field of this name away')
    .action(async (field: string, { remove = false, ...options }: FieldOptions) => {
      const input = { field, remove };
      const done = await callAdded<Answer<'app-field'>>(options, 'lab/app-field', input);
      const fields = done.fields.map((one) => `  ${one}`).join('\n') || '  none';
      printDone(options, done, `The newsletter has these fields besides its own:\n${fields}`);
    });

  addVerb(
    app,
    'readers',
    'list the readers of the newsletter and how they came to it, or keep only some of them',
    'hikyaku lab app readers',
    'hikyaku lab app readers --keep confirmed',
  )
    .option('--keep <how>', 'only those who came so: confirmed, form or bought')
    .action(async ({ keep, ...options }: ReadersOptions) => {
      if (keep !== undefined && !['confirmed', 'form', 'bought'].includes(keep))
        throw new CommandFailure(
          `nobody came as «${keep}»`,
          'Write --keep confirmed, form or bought.',
        );
      const asked = await callAdded<Answer<'app-readers'>>(options, 'lab/app-readers', { keep });
      if (options.json !== true && keep !== undefined)
        printText(`Kept: ${asked.readers.length}. Removed: ${asked.removed}.`);
      await printRows(
        asked.readers,
        [
          { title: 'READER', value: (row) => row.address },
          { title: 'CAME', value: (row) => row.came ?? 'nobody knows' },
        ],
        options,
        'The newsletter has no readers.',
      );
    });
}

const SENDS = [
  [
    'newsletter',
    'app-newsletter',
    'send the newsletter to its readers; exit 1 where a letter was not taken',
  ],
  [
    'retry',
    'app-retry',
    'send the letters again that were answered «later»; exit 1 where one is still not taken',
  ],
] as const;

async function printSends(sends: readonly Send[], options: CommonOptions): Promise<void> {
  await printRows(
    sends,
    [
      timeColumn('TIME', ({ at }) => new Date(at).toISOString()),
      { title: 'KIND', value: ({ kind }) => kind },
      { title: 'RECIPIENT', value: ({ recipient }) => recipient },
      { title: 'ANSWER', value: ({ reply }) => reply, below: true },
    ],
    options,
    'Nothing was sent yet.',
  );
}
