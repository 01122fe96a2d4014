/** `hikyaku suppression`: whom bulk mail is not sent to any more, and why. */
import { Option, type Command } from 'commander';
import { streamText } from '#mail/story/tell/tell-bounce';
import { SUPPRESSION_TEXTS } from '#mail/story/texts/bounce-texts';
import { ALL_BULK, SUPPRESSION_REASONS, type SuppressionReason } from '#store/suppression';
import type { RowOf } from '#servers/admin/calls';
import { callRows, callValue } from '#cli/control';
import { readLength } from '#cli/terminal/length';
import { printDone, printJson, printRows, printText, timeColumn } from '#cli/terminal/output';
import { localTime } from '#cli/terminal/terminal';
import { addLimit, addVerb, type CommonOptions } from '#cli/verb';

type Suppression = RowOf<'suppression/list'>;

interface Selecting extends CommonOptions {
  readonly stream?: string;
  readonly reason?: SuppressionReason;
}

interface ListOptions extends Selecting {
  readonly all?: boolean;
  readonly limit?: number;
}

interface AddOptions extends Selecting {
  readonly for?: number;
  readonly detail?: string;
}

const STREAM = 'a list, by its List-Id, or bulk for what holds for all bulk mail';

export function suppression(noun: Command): void {
  addLimit(
    addReason(
      addVerb(
        noun,
        'list',
        'show who is suppressed now, the newest first',
        'hikyaku suppression list',
        'hikyaku suppression list --reason complaint --json',
      )
        .option('--stream <stream>', STREAM)
        .option('--all', 'those too whose time is over'),
      'only these',
    ),
    'rows at most (1000 unless told)',
  ).action(async (options: ListOptions) => {
    const { stream, reason, all = false, limit } = options;
    await printRows(
      callRows(options, 'suppression/list', { stream, reason, all, limit }),
      COLUMNS,
      options,
      'Nobody is suppressed.',
    );
  });

  addVerb(
    noun,
    'show <address>',
    'tell why bulk mail is not sent to an address, now or in the past',
    'hikyaku suppression show ann@example.org',
  ).action(async (address: string, options: CommonOptions) => {
    for await (const one of callRows(options, 'suppression/show', { address })) {
      if (options.json === true) printJson(one);
      else printText(told(one));
    }
  });

  addReason(
    addVerb(
      noun,
      'add <address>',
      'send no bulk mail to an address',
      'hikyaku suppression add ann@example.org --detail "asked by telephone"',
      'hikyaku suppression add ann@example.org --stream news.example.test --for 30d',
    )
      .option('--stream <stream>', STREAM, ALL_BULK)
      .option('--for <time>', 'how long: 90m, 2h, 30d (without: for good)', readLength)
      .option('--detail <text>', 'what is behind it, for the list'),
    'manual unless told',
  ).action(async (address: string, options: AddOptions) => {
    const { stream = ALL_BULK, reason = 'manual', detail = '', for: within } = options;
    const input = { address, stream, reason, detail, within };
    const added = await callValue(options, 'suppression/add', input);
    printDone(
      options,
      added,
      `${added.address} is suppressed for ${streamText(added.stream, 'en')}, ${untilText(added.until)}.`,
    );
  });

  addReason(
    addVerb(
      noun,
      'remove <address>',
      'send bulk mail to an address again, and forget its bounces',
      'hikyaku suppression remove ann@example.org',
      'hikyaku suppression remove ann@example.org --reason hard-bounce',
    ).option('--stream <stream>', STREAM),
    'only what is for this reason',
  ).action(async (address: string, options: Selecting) => {
    const { stream, reason } = options;
    for await (const one of callRows(options, 'suppression/remove', { address, stream, reason })) {
      const sentence = `${one.address} gets ${streamText(one.stream, 'en')} again (${SUPPRESSION_TEXTS[one.reason].en}).`;
      printDone(options, one, sentence);
    }
  });
}

function addReason(command: Command, summary: string): Command {
  return command.addOption(new Option('--reason <reason>', summary).choices(SUPPRESSION_REASONS));
}

/** Exported for its test. */
export const COLUMNS = [
  { title: 'ADDRESS', value: (row: Suppression) => row.address, shrinks: true },
  { title: 'STREAM', value: (row: Suppression) => row.stream },
  { title: 'REASON', value: (row: Suppression) => row.reason },
  timeColumn('SINCE', (row: Suppression) => row.since),
  timeColumn('UNTIL', (row: Suppression) => row.until, 'for good'),
  { title: 'DETAIL', value: (row: Suppression) => row.detail, below: true },
];

function told({ address, stream, reason, detail, since, until, messageId }: Suppression): string {
  const why = SUPPRESSION_TEXTS[reason].en;
  return [
    `${address} is suppressed for ${streamText(stream, 'en')} since ${localTime(since)}, ${untilText(until)}: ${why}.`,
    ...(detail === '' ? [] : [`  ${detail}`]),
    ...(messageId === null ? [] : [`  hikyaku message trace ${messageId} tells the story.`]),
  ].join('\n');
}

function untilText(until: string | null): string {
  return until === null ? 'for good' : `until ${localTime(until)}`;
}
