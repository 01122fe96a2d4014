/** `hikyaku lab ca`: the certificate authority of the practice Internet, what it was asked, and how it behaves. */
import type { Command } from 'commander';
import type { CaOrder, CaOrders, CaView } from '#lab/ca/calls';
import { callAdded } from '#cli/control';
import { CommandFailure } from '#cli/failure';
import { addLanguage, type LanguageOptions } from '#cli/language';
import { printDone, printJson, printLine, printRows, timeColumn } from '#cli/terminal/output';
import { localTime } from '#cli/terminal/terminal';
import { addVerb, wholeNumber, type CommonOptions } from '#cli/verb';
import { printable } from '#mail/story/terminal-text';

interface RulesOptions extends CommonOptions {
  readonly profile?: string;
  readonly rateLimits?: string;
  readonly refusedNonces?: number;
  readonly askAgain?: number;
}

const MOST_ORDERS = 1000;

export function addCaVerbs(lab: Command): void {
  const noun = lab
    .command('ca')
    .description('the certificate authority ca.test: what was ordered, and how it behaves');
  addVerb(
    noun,
    'show',
    'where it is asked, what has to be trusted, and its rules',
    'hikyaku lab ca show',
  ).action(async (options: CommonOptions) =>
    printView(options, await callAdded<CaView>(options, 'lab/ca', {})),
  );
  addLanguage(
    addVerb(noun, 'orders', 'what was ordered, the newest first', 'hikyaku lab ca orders'),
  ).action(async (options: CommonOptions & LanguageOptions) => {
    const { orders } = await ordersFor(options);
    await printRows(
      orders,
      [
        { title: 'ORDER', value: (row) => row.id ?? '-' },
        timeColumn('TIME', (row) => row.at),
        { title: 'STATUS', value: (row) => row.status },
        timeColumn('UNTIL', (row) => row.until),
        {
          title: 'NAMES',
          value: (row) => row.names.map((name) => printable(name)).join(' '),
          shrinks: true,
        },
        {
          title: 'PROBLEM',
          value: (row) => (row.problem === null ? '' : printable(row.problem)),
          shrinks: true,
        },
      ],
      options,
      'Nothing was ordered since the practice Internet began.',
    );
  });
  addLanguage(
    addVerb(
      noun,
      'order [id]',
      'what the authority asked and saw for one order: the last one unless named',
      'hikyaku lab ca order',
      'hikyaku lab ca order --lang ja',
    ),
  ).action(async (id: string | undefined, options: CommonOptions & LanguageOptions) => {
    const { orders } = await ordersFor(options);
    const found = id === undefined ? orders[0] : orders.find((one) => one.id === id);
    if (found === undefined) {
      throw new CommandFailure(
        id === undefined ? 'nothing was ordered' : `there is no order ${id}`,
        'hikyaku lab ca orders shows those since the practice Internet began.',
      );
    }
    if (options.json === true) printJson(found);
    else printOrder(found);
  });
  addRulesVerb(noun);
  addVerb(
    noun,
    'recall <name>',
    'want the certificates for a name renewed at once, as after an incident (RFC 9773)',
    'hikyaku lab ca recall mail.example.test',
  ).action(async (name: string, options: CommonOptions) => {
    const answer = await callAdded<{ recalled: number }>(options, 'lab/ca-recall', { name });
    if (answer.recalled === 0) {
      throw new CommandFailure(
        `no certificate was issued for ${name} since the practice Internet began`,
        'hikyaku lab ca orders shows those that were.',
      );
    }
    const sentence = `${answer.recalled} to be renewed: clients see it when they next ask for renewal information.`;
    printDone(options, answer, sentence);
  });
}

function addRulesVerb(noun: Command): void {
  addVerb(
    noun,
    'rules',
    'change how it behaves, until the practice Internet ends',
    'hikyaku lab ca rules --profile short',
    'hikyaku lab ca rules --rate-limits on --refused-nonces 20',
  )
    .option('--profile <name>', 'of orders that name none: classic (90 days) or short (7 days)')
    .option('--rate-limits <on|off>', "refuse what Let's Encrypt would refuse as too much")
    .option(
      '--refused-nonces <percent>',
      'good nonces that are refused by chance',
      wholeNumber('--refused-nonces', 0, 90),
    )
    .option(
      '--ask-again <seconds>',
      'how long clients wait before they ask for renewal information again',
      wholeNumber('--ask-again', 0, 86_400),
    )
    .action(async (options: RulesOptions) =>
      printView(options, await callAdded<CaView>(options, 'lab/ca-rules', changesOf(options))),
    );
}

function changesOf({ profile, rateLimits, refusedNonces, askAgain }: RulesOptions): object {
  if (profile !== undefined && profile !== 'classic' && profile !== 'short') {
    throw new CommandFailure(`there is no profile ${profile}`, 'Write classic or short.');
  }
  if (rateLimits !== undefined && rateLimits !== 'on' && rateLimits !== 'off') {
    throw new CommandFailure(`${rateLimits} is neither on nor off`, 'Write --rate-limits on.');
  }
  return {
    ...(profile !== undefined && { profile }),
    ...(rateLimits !== undefined && { rateLimits: rateLimits === 'on' }),
    ...(refusedNonces !== undefined && { refusedNonces: refusedNonces / 100 }),
    ...(askAgain !== undefined && { askRenewalAgain: askAgain * 1000 }),
  };
}

function ordersFor({ lang, ...options }: CommonOptions & LanguageOptions): Promise<CaOrders> {
  return callAdded<CaOrders>(options, 'lab/ca-orders', { lang, limit: MOST_ORDERS });
}

function printView(options: CommonOptions, view: CaView): void {
  const { profile, rateLimits, refusedNonces, askRenewalAgain } = view.rules;
  printDone(
    options,
    view,
    [
      `directory      ${view.directory}`,
      `by address     ${view.byAddress}`,
      `root           ${view.root}`,
      `profile        ${profile}`,
      `rate limits    ${rateLimits ? 'on' : 'off'}`,
      `nonces refused ${Math.round(refusedNonces * 100)} %`,
      `renewal asked  every ${askRenewalAgain / 1000} s`,
    ].join('\n'),
  );
}

function printOrder({ id, names, status, steps }: CaOrder): void {
  printLine(`${id ?? '-'}  ${status}  ${names.map((name) => printable(name)).join(' ')}`);
  for (const { at, rfc, text } of steps) printLine(`${localTime(at)}  ${text} [${rfc}]`);
}
