/** `hikyaku warm-up`: how much goes to a site from an address that it does not know yet. */
import type { Command } from 'commander';
import { momentsIn } from '#mail/story/spoken';
import { sourceText, tellWarmUpStep } from '#mail/story/tell/tell-warm-up';
import { WARM_UP_STATES } from '#mail/story/texts/warm-up-texts';
import type { RowOf, ValueOf } from '#servers/admin/calls';
import { callRows, callValue } from '#cli/control';
import { CommandFailure } from '#cli/failure';
import { addLanguage, type LanguageOptions } from '#cli/language';
import { printDone, printJson, printRows, printText, timeColumn } from '#cli/terminal/output';
import type { Column } from '#cli/terminal/table';
import { addLimit, addVerb, wholeNumber, type CommonOptions } from '#cli/verb';

type Plan = RowOf<'warm-up/list'>;
type Shown = ValueOf<'warm-up/show'>;
type Day = Shown['days'][number];

interface SourceOptions extends CommonOptions {
  readonly source?: string;
}

interface StartOptions extends SourceOptions {
  readonly first?: number;
  readonly growth?: number;
  readonly target?: number;
}

const MOST = 1_000_000;
const SOURCE = 'the address that mail leaves from; default: the one that the system chooses';

export function warmUp(noun: Command): void {
  addLimit(
    addVerb(
      noun,
      'list [site]',
      'show the plans and how their day stands',
      'hikyaku warm-up list',
      'hikyaku warm-up list gmail.com --json',
    ).option('--source <address>', SOURCE),
    'at most so many',
  ).action(async (site: string | undefined, options: SourceOptions & { limit?: number }) => {
    const { source, limit } = options;
    await printRows(
      callRows(options, 'warm-up/list', { site, source, limit }),
      COLUMNS,
      options,
      'Nothing is warmed up. hikyaku warm-up start begins.',
    );
  });

  addLanguage(
    addVerb(
      noun,
      'show <site>',
      'show the days of a plan, planned and sent, and why it is as it is',
      'hikyaku warm-up show gmail.com',
      'hikyaku warm-up show gmail.com --lang ja',
    ).option('--source <address>', SOURCE),
  ).action(showPlan);

  addStart(noun);

  addVerb(
    noun,
    'pause [site]',
    'let nothing go to a site, or to all that are warmed up, until warm-up start; mail waits',
    'hikyaku warm-up pause gmail.com',
  )
    .option('--source <address>', SOURCE)
    .action(async (site: string | undefined, options: SourceOptions) => {
      const { source } = options;
      const { plans } = await callValue(options, 'warm-up/pause', { site, source });
      const done = plans.length === 0 ? 'Nothing was under way.' : `Paused: ${sitesOf(plans)}.`;
      printDone(options, { plans }, done);
    });

  addVerb(
    noun,
    'stop [site]',
    'end a plan, or all: it holds nothing back any more',
    'hikyaku warm-up stop gmail.com',
  )
    .option('--source <address>', SOURCE)
    .action(async (site: string | undefined, options: SourceOptions) => {
      const { source } = options;
      const { plans } = await callValue(options, 'warm-up/stop', { site, source });
      const done = plans.length === 0 ? 'Nothing was under way.' : `Ended: ${sitesOf(plans)}.`;
      printDone(options, { plans }, done);
    });
}

function addStart(noun: Command): void {
  addVerb(
    noun,
    'start [site]',
    'warm up an address for a site; without one for every site that mail goes to from now on. Goes on with what is paused or stopped',
    'hikyaku warm-up start',
    'hikyaku warm-up start gmail.com --first 50 --growth 1.5 --target 5000',
  )
    .option('--source <address>', SOURCE)
    .option('--first <n>', 'recipients of the first day (50)', wholeNumber('--first', 1, MOST))
    .option('--growth <factor>', 'after a good day so many times as many (1.5)', readGrowth)
    .option(
      '--target <n>',
      'recipients a day that are needed (5000)',
      wholeNumber('--target', 1, MOST),
    )
    .action(async (site: string | undefined, options: StartOptions) => {
      const { source, first, growth, target } = options;
      const input = { site, source, first, growth, target };
      const started = await callValue(options, 'warm-up/start', input);
      const name = sourceText(started.source, 'en');
      const done =
        started.site === null
          ? [
              `Mail from ${name} is warmed up for every site, beginning with the first mail there.`,
              ...(started.sites.length > 0 ? [`Begun already: ${started.sites.join('; ')}.`] : []),
            ].join('\n')
          : `Mail from ${name} to ${started.site} is warmed up.`;
      printDone(options, started, done);
    });
}

/** Exported for its test. */
export const COLUMNS: readonly Column<Plan>[] = [
  { title: 'SITE', value: (row) => row.site, shrinks: true },
  { title: 'SOURCE', value: (row) => sourceText(row.source, 'en'), shrinks: true },
  { title: 'STATE', value: (row) => row.state },
  { title: 'DAY', value: (row) => row.day, align: 'right' },
  { title: 'PLANNED', value: (row) => row.planned, align: 'right' },
  { title: 'SENT', value: (row) => row.taken, align: 'right' },
  { title: 'DEFERRED', value: (row) => row.deferred, align: 'right' },
  { title: 'BOUNCED', value: (row) => row.bounced, align: 'right' },
  timeColumn('RESTS UNTIL', (row) => row.restsUntil),
  { title: 'TARGET', value: (row) => row.target, align: 'right' },
];

/** Exported for its test. */
export const DAY_COLUMNS: readonly Column<Day>[] = [
  { title: 'DAY', value: (row) => row.day, align: 'right' },
  timeColumn('BEGAN', (row) => row.beganAt),
  { title: 'PLANNED', value: (row) => row.planned, align: 'right' },
  { title: 'SENT', value: (row) => row.taken, align: 'right' },
  { title: 'TAKEN', value: (row) => row.delivered, align: 'right' },
  { title: 'DEFERRED', briefTitle: 'DEFER.', value: (row) => row.deferred, align: 'right' },
  { title: 'SLOWED', value: (row) => row.slowed, align: 'right' },
  { title: 'REFUSED', value: (row) => row.refused, align: 'right' },
  { title: 'BOUNCED', value: (row) => row.bounced, align: 'right' },
  { title: 'COMPLAINTS', briefTitle: 'COMPL.', value: (row) => row.complaints, align: 'right' },
  { title: 'RESULT', value: (row) => row.judged ?? '' },
];

async function showPlan(site: string, options: SourceOptions & LanguageOptions): Promise<void> {
  const { source, lang } = options;
  const shown = await callValue(options, 'warm-up/show', { site, source });
  if (options.json === true) {
    printJson(shown);
    return;
  }
  const { state, first, target, growth } = shown;
  printText(`${shown.site}, ${sourceText(shown.source, lang)}: ${WARM_UP_STATES[state][lang]}`);
  printText(`${first} × ${growth} … ${target}\n`);
  await printRows(shown.days, DAY_COLUMNS, options, '');
  const momentOf = momentsIn(Intl.DateTimeFormat().resolvedOptions().timeZone);
  for (const { day, steps } of shown.days) {
    if (steps.length === 0) continue;
    printText('');
    for (const step of steps) printText(`${day}  ${tellWarmUpStep(step, lang, { momentOf })}`);
  }
}

function sitesOf(plans: readonly { readonly site: string }[]): string {
  return plans.map(({ site }) => site).join('; ');
}

/** @throws CommandFailure */
function readGrowth(given: string): number {
  const growth = Number(given);
  if (/^\d+(\.\d+)?$/.test(given) && growth >= 1.05 && growth <= 3) return growth;
  throw new CommandFailure(
    `--growth ${given} is no number from 1.05 to 3`,
    'Write for example --growth 1.5.',
  );
}
