/** `hikyaku complaint`: which readers complained, by feedback reports of their providers, and what share of the mail that is. */
import type { Command } from 'commander';
import type { RowOf } from '#servers/admin/calls';
import { callRows } from '#cli/control';
import { printRows, timeColumn } from '#cli/terminal/output';
import { readSince, SINCE_EXAMPLES, type Since } from '#cli/since';
import { addLimit, addVerb, type CommonOptions } from '#cli/verb';

interface PeriodOptions extends CommonOptions {
  readonly since?: Since;
}

interface ListOptions extends PeriodOptions {
  readonly site?: string;
  readonly limit?: number;
}

export function complaint(noun: Command): void {
  addLimit(
    addVerb(
      noun,
      'list',
      'show complaints of readers, the newest first',
      'hikyaku complaint list',
      'hikyaku complaint list --since 2h --json',
    )
      .option('--since <time>', `${SINCE_EXAMPLES} (30d)`, readSince)
      .option('--site <site>', 'only of readers there, as hikyaku queue shape calls it'),
    'rows at most (1000 unless told)',
  ).action(async ({ since, site, limit, ...options }: ListOptions) => {
    await printRows(
      callRows(options, 'complaint/list', {
        ...since,
        ...(site !== undefined && { site }),
        ...(limit !== undefined && { limit }),
      }),
      LIST,
      options,
      'Nobody complained.',
    );
  });

  addVerb(
    noun,
    'rate',
    'show by day, site and stream what share of the delivered mail was complained about',
    'hikyaku complaint rate',
    'hikyaku complaint rate --since 30d --json',
  )
    .option('--since <time>', `${SINCE_EXAMPLES} (7d)`, readSince)
    .action(async ({ since, ...options }: PeriodOptions) => {
      await printRows(
        callRows(options, 'complaint/rate', { ...since }),
        RATES,
        options,
        'Nothing was delivered to other hosts.',
      );
    });
}

type Listed = RowOf<'complaint/list'>;
type Rate = RowOf<'complaint/rate'>;

/** Exported for its test. */
export const LIST = [
  timeColumn('RECEIVED', (row: Listed) => row.receivedAt),
  { title: 'ADDRESS', value: (row: Listed) => row.address, shrinks: true },
  { title: 'TYPE', value: (row: Listed) => row.feedbackType },
  { title: 'MESSAGE', value: (row: Listed) => row.messageId },
  { title: 'STREAM', value: (row: Listed) => row.stream },
  { title: 'REPORTER', value: (row: Listed) => row.reporter || '-', below: true },
  { title: 'SITE', value: (row: Listed) => row.site, below: true },
];

const RATES = [
  { title: 'DAY', value: (row: Rate) => row.day },
  { title: 'STREAM', value: (row: Rate) => row.stream },
  { title: 'DELIVERED', value: (row: Rate) => String(row.delivered) },
  { title: 'COMPLAINTS', value: (row: Rate) => String(row.complaints) },
  { title: 'RATE', value: (row: Rate) => (row.rate === null ? '-' : `${row.rate} %`) },
  { title: 'SITE', value: (row: Rate) => row.site, shrinks: true },
];
