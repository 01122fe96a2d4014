/** The providers of `hikyaku lab`: who there is, what lies in their mailboxes, by which rules mail is judged, what is thought of senders. */
import { Readable } from 'node:stream';
import type { Command } from 'commander';
import type {
  Explained,
  ListedProvider,
  ListedRule,
  ShownMail,
  ShownOutgoing,
} from '#lab/providers/calls';
import type { WebView } from '#lab/web/calls';
import { WHY } from '#lab/web/sites';
import type { Language } from '#protocol/dsn/language';
import { utf8 } from '#bytes';
import { callAdded } from '#cli/control';
import { CommandFailure } from '#cli/failure';
import { addLanguage, type LanguageOptions } from '#cli/language';
import { LAB_PROVIDER_TEXTS } from './provider-texts.ts';
import { printDone, printJson, printRows, printText, timeColumn } from '#cli/terminal/output';
import { localTime } from '#cli/terminal/terminal';
import { addLimit, addVerb, wholeNumber, type CommonOptions } from '#cli/verb';
import type { ListedPerson } from '#lab/providers/reception/list-people';
import { entryLines } from '#lab/providers/rules/tell-trace';
import type { PostmasterRow } from '#lab/providers/senders/postmaster';

type SpokenOptions = CommonOptions & LanguageOptions;
type MailboxOptions = CommonOptions & { readonly limit?: number };
type PostmasterOptions = CommonOptions & { readonly days?: number; readonly sender?: string };

export function addProviderVerbs(lab: Command): void {
  addProviders(lab);
  addMailbox(lab);
  addWhy(lab);
  addPostmaster(lab);
  addOutgoing(lab);
  addMode(lab);
}

function addProviders(lab: Command): void {
  addVerb(lab, 'providers', 'list the providers and their people', 'hikyaku lab providers').action(
    async (options: CommonOptions) => {
      const asked = await callAdded<{ providers: ListedProvider[] }>(options, 'lab/providers', {});
      await printRows(
        asked.providers,
        [
          { title: 'PROVIDER', value: (row) => row.provider },
          { title: 'MX', value: (row) => row.mx },
          { title: 'ADDRESS', value: (row) => row.address },
          { title: 'RULES', value: (row) => row.rules, align: 'right' },
          {
            title: 'PEOPLE',
            value: (row) => [...row.people, ...row.crowds].join(' '),
            below: true,
          },
        ],
        options,
        'No provider runs.',
      );
    },
  );

  addVerb(
    lab,
    'people <provider>',
    'show who reads mail at a provider, and how they take it',
    'hikyaku lab people bigmail',
  ).action(async (provider: string, options: CommonOptions) => {
    const asked = await callAdded<{ people: ListedPerson[] }>(options, 'lab/people', { provider });
    await printRows(
      asked.people,
      [
        { title: 'ADDRESS', value: (row) => row.address, shrinks: true },
        { title: 'NAME', value: (row) => row.name },
        { title: 'TEMPER', value: (row) => row.temper, shrinks: true },
        { title: 'BOX', value: (row) => row.box },
        {
          title: 'ASKED FOR MAIL',
          briefTitle: 'ASKED',
          value: (row) => (row.asked ? 'yes' : 'no'),
        },
        { title: 'LETS IN', value: (row) => row.allows.join(' ') || 'everybody', shrinks: true },
      ],
      options,
      'Nobody reads mail there.',
    );
  });

  addLanguage(
    addVerb(
      lab,
      'rules <provider>',
      'show the table of rules by which a provider judges mail, in order, with replies and sources',
      'hikyaku lab rules bigmail',
      'hikyaku lab rules purple --lang ja',
    ),
  ).action(async (provider: string, options: SpokenOptions) => {
    const input = { provider, lang: options.lang };
    const { rules } = await callAdded<{ rules: ListedRule[] }>(options, 'lab/rules', input);
    await printRows(
      rules,
      [
        { title: 'STAGE', value: (row) => row.stage },
        { title: 'RULE', value: (row) => row.rule },
        { title: 'REPLY', value: (row) => row.reply, shrinks: true },
        { title: 'ASKS', value: (row) => row.asks, shrinks: true },
        { title: 'SOURCE', value: (row) => row.source, below: true },
      ],
      options,
      'It has no rules.',
    );
  });
}

function addMailbox(lab: Command): void {
  addLimit(
    addVerb(
      lab,
      'mailbox <address> [id]',
      'list what lies in a mailbox at a provider, or read one message as it came',
      'hikyaku lab mailbox hana@bigmail.test',
      'hikyaku lab mailbox bigmail.test     # of all its people',
      'hikyaku lab mailbox hana@bigmail.test 17',
    ),
    'how many at most, newest first',
  ).action(async (address: string, id: string | undefined, options: MailboxOptions) => {
    if (id !== undefined) {
      const one = await callAdded<ShownMail & { raw: string }>(options, 'lab/mailbox-read', {
        address,
        id,
      });
      if (options.json === true) printJson(one);
      else await printRaw(one.raw);
      return;
    }
    const { limit } = options;
    const input = { address, ...(limit !== undefined && { limit: Math.min(limit, MOST_LISTED) }) };
    const { messages } = await callAdded<{ messages: ShownMail[] }>(options, 'lab/mailbox', input);
    await printRows(
      messages,
      [
        { title: 'ID', value: (row) => row.id, align: 'right' },
        timeColumn('RECEIVED', (row) => row.receivedAt),
        { title: 'TO', value: (row) => row.to, shrinks: true },
        { title: 'FOLDER', value: (row) => row.folder },
        { title: 'FROM', value: (row) => row.author, below: true },
        { title: 'SUBJECT', value: (row) => row.subject, below: true },
        { title: 'DONE', value: (row) => row.acts.join(' '), below: true },
        { title: 'WHY', value: (row) => row.traceId },
      ],
      options,
      'Nothing lies there.',
    );
  });
}

/** As `hikyaku mail raw` does: a terminal is shown no control characters, a file or a pipe gets what came. */
async function printRaw(raw: string): Promise<void> {
  if (!process.stdout.isTTY) {
    process.stdout.write(raw);
    return;
  }
  const { visibleText } = await import('#cli/terminal/visible-text');
  for await (const text of visibleText(Readable.from([utf8(raw)]))) process.stdout.write(text);
}

const MOST_LISTED = 1000;

function addWhy(lab: Command): void {
  addLanguage(
    addVerb(
      lab,
      'why <id>',
      'show by which rules a provider judged a message, taken or refused; the id stands in its reply, or is ours',
      'hikyaku lab why 01k9z0c4d2e1f',
      'hikyaku lab why https://why.lab.test/01k9z0c4d2e1f --lang ja',
    ),
  ).action(async (id: string, options: SpokenOptions) => {
    const told = await callAdded<Explained>(options, 'lab/why', { id, lang: options.lang });
    if (options.json === true) return printJson(told);
    const { url } = await callAdded<WebView>(options, 'lab/web', {});
    const page = `${LAB_PROVIDER_TEXTS[options.lang].page}${url}${WHY}/${told.id}?lang=${options.lang}`;
    printText([...explainedLines(told, options.lang), page].join('\n'));
  });
}

function explainedLines(told: Explained, lang: Language): string[] {
  const texts = LAB_PROVIDER_TEXTS[lang];
  const reply = `${told.code}${told.enhanced === null ? '' : ` ${told.enhanced}`}`;
  const head = `${told.id} ${told.provider} ${localTime(told.at)}: ${reply}`;
  const others = told.others.length === 0 ? [] : [`${texts.others}${told.others.join(' ')}`];
  if (told.mode === 'exam') return [head, texts.exam, ...others];
  return [
    told.verdict === null ? head : `${head} (${told.verdict})`,
    '',
    ...told.trace.flatMap(entryLines),
    '',
    ...others,
    texts.caveat,
  ];
}

function addPostmaster(lab: Command): void {
  addVerb(
    lab,
    'postmaster <provider>',
    'show what a provider thinks of senders, day by day: what passed, complaints, errors, quota',
    'hikyaku lab postmaster bigmail',
    'hikyaku lab postmaster purple --sender example.test --days 30',
  )
    .option('--days <n>', 'how many, today included', wholeNumber('--days', 1, 60))
    .option('--sender <name>', 'an address or a domain alone')
    .action(async (provider: string, options: PostmasterOptions) => {
      const { days, sender } = options;
      const input = { provider, ...(days && { days }), ...(sender && { sender }) };
      const asked = await callAdded<{ days: PostmasterRow[] }>(options, 'lab/postmaster', input);
      await printRows(
        asked.days,
        [
          { title: 'DAY', value: (row) => row.day, brief: (row) => row.day.slice(5) },
          { title: 'SENDER', value: (row) => row.sender, shrinks: true },
          { title: 'TAKEN', value: (row) => row.messages, align: 'right' },
          { title: 'SPAM', value: (row) => row.spam, align: 'right' },
          { title: 'QUOTA', value: (row) => row.quota, align: 'right' },
          { title: 'SPF', value: (row) => share(row.spf), align: 'right' },
          { title: 'DKIM', value: (row) => share(row.dkim), align: 'right' },
          { title: 'DMARC', value: (row) => share(row.dmarc), align: 'right' },
          { title: 'TLS', value: (row) => share(row.tls), align: 'right' },
          {
            title: 'SPAM RATE',
            briefTitle: 'RATE',
            value: (row) => share(row.spamRate, 2),
            align: 'right',
          },
          { title: 'REPUTATION', briefTitle: 'REPUT.', value: (row) => row.reputation },
          {
            title: 'ERRORS',
            value: (row) => row.errors.map(({ code, count }) => `${code} ×${count}`).join(', '),
            below: true,
          },
        ],
        options,
        'Nobody has sent anything there.',
      );
    });
}

function share(value: number | null, digits = 0): string {
  return value === null ? '–' : `${(value * 100).toFixed(digits)} %`;
}

function addOutgoing(lab: Command): void {
  addLimit(
    addVerb(
      lab,
      'outgoing <provider>',
      'show what a provider sent or has to send: answers, notices, complaints, reports',
      'hikyaku lab outgoing purple',
    ),
    'how many at most, newest first',
  ).action(async (provider: string, options: MailboxOptions) => {
    const { limit } = options;
    const input = { provider, ...(limit !== undefined && { limit: Math.min(limit, MOST_LISTED) }) };
    const asked = await callAdded<{ letters: ShownOutgoing[] }>(options, 'lab/outgoing', input);
    await printRows(
      asked.letters,
      [
        timeColumn('MADE', (row) => row.madeAt),
        { title: 'KIND', value: (row) => row.kind },
        { title: 'TO', value: (row) => row.to },
        { title: 'STATE', value: (row) => row.state },
        { title: 'LAST REPLY', value: (row) => row.said, below: true },
      ],
      options,
      'It has sent nothing.',
    );
  });
}

const MODES: ReadonlySet<string> = new Set(['learn', 'exam']);

function addMode(lab: Command): void {
  addVerb(
    lab,
    'mode [mode]',
    'learn: replies say where they are explained; exam: there is the code alone',
    'hikyaku lab mode',
    'hikyaku lab mode exam',
  ).action(async (mode: string | undefined, options: CommonOptions) => {
    if (mode !== undefined && !MODES.has(mode))
      throw new CommandFailure(`${mode} is no mode`, 'Write learn or exam.');
    const set = await callAdded<{ mode: string }>(options, 'lab/mode', mode ? { mode } : {});
    printDone(options, set, `The providers are in mode ${set.mode}.`);
  });

  addVerb(
    lab,
    'end-of-day',
    'let the day end in the practice Internet: quotas change, and reports go out',
    'hikyaku lab end-of-day',
  ).action(async (options: CommonOptions) => {
    const ended = await callAdded<{ day: string; reports: number }>(options, 'lab/end-of-day', {});
    printDone(options, ended, `It is ${ended.day} now; ${ended.reports} reports are on their way.`);
  });
}
