/** `hikyaku alert`: rules on the event log, which of them are on, and what one would have told. */
import { Option, type Command } from 'commander';
import { CONDITION_EXAMPLES } from '#mail/alerts/read-condition';
import { asTyped } from '#mail/story/as-typed';
import { PER, SEVERITIES, type Per, type Severity } from '#mail/alerts/rule';
import type { RowOf, ValueOf } from '#servers/admin/calls';
import { readRunbook } from './alert/runbook.ts';
import { callRows, callValue } from '#cli/control';
import { addLanguage, type LanguageOptions } from '#cli/language';
import { printDone, printJson, printRows, printText, timeColumn } from '#cli/terminal/output';
import { readSince, SINCE_EXAMPLES, type Since } from '#cli/since';
import type { Column } from '#cli/terminal/table';
import { addLimit, addVerb, wholeNumber, type CommonOptions } from '#cli/verb';

type Listed = RowOf<'alert/list'>;
type Shown = ValueOf<'alert/show'>;
type Told = Shown['alerts'][number] | RowOf<'alert/test'>;

interface RuleOptions extends CommonOptions {
  readonly when?: string;
  readonly over?: string;
  readonly least?: number;
  readonly per?: Per;
  readonly severity?: Severity;
  readonly runbook?: string;
  readonly text?: string;
}

type TestOptions = RuleOptions & { readonly since?: Since };

const MOST = 1_000_000;

export function alert(noun: Command): void {
  addVerb(
    noun,
    'list',
    'show the rules, and which alerts are on',
    'hikyaku alert list',
    'hikyaku alert list --json',
  ).action(async (options: CommonOptions) => {
    await printRows(callRows(options, 'alert/list', {}), COLUMNS, options, 'There is no rule.');
  });

  addLanguage(
    addLimit(
      addVerb(
        noun,
        'show <name>',
        'show a rule and when it told something, with what is behind it',
        'hikyaku alert show deferrals',
        'hikyaku alert show deferrals --lang ja',
      ),
      'alerts at most (20 unless told)',
    ),
  ).action(show);

  addRule(
    addVerb(
      noun,
      'add <name>',
      'tell when something happens that counts',
      `hikyaku alert add bad-list --when '${CONDITION_EXAMPLES[1]}' --over 1h --least 20 --runbook docs/alerts.md`,
      `hikyaku alert add no-mail --when '${CONDITION_EXAMPLES[2]}' --over 6h --severity critical`,
    ),
  ).action(async (name: string, options: RuleOptions) => {
    const rule = await callValue(options, 'alert/add', { name, ...ruleOf(options) });
    printDone(options, rule, `${rule.name} is looked after from now on: ${ruleText(rule)}.`);
  });

  addRule(
    addVerb(
      noun,
      'change <name>',
      'change a rule, one that is built in too; it begins to count anew',
      'hikyaku alert change deferrals --least 200 --severity critical',
    ),
  ).action(async (name: string, options: RuleOptions) => {
    const rule = await callValue(options, 'alert/change', { name, ...ruleOf(options) });
    printDone(options, rule, `${rule.name} is now: ${ruleText(rule)}.`);
  });

  addVerb(
    noun,
    'pause <name>',
    'let a rule tell nothing until alert resume',
    'hikyaku alert pause complaints',
  ).action(async (name: string, options: CommonOptions) => {
    const rule = await callValue(options, 'alert/pause', { name });
    printDone(options, rule, `${rule.name} tells nothing until hikyaku alert resume ${rule.name}.`);
  });

  addVerb(
    noun,
    'resume <name>',
    'look after a rule again; what happened meanwhile does not count',
    'hikyaku alert resume complaints',
  ).action(async (name: string, options: CommonOptions) => {
    const rule = await callValue(options, 'alert/resume', { name });
    printDone(options, rule, `${rule.name} is looked after: ${ruleText(rule)}.`);
  });

  addVerb(
    noun,
    'remove <name>',
    'take a rule away; of a changed one that is built in, the changes',
    'hikyaku alert remove bad-list',
  ).action(async (name: string, options: CommonOptions) => {
    const removed = await callValue(options, 'alert/remove', { name });
    const left = removed.left === 'built-in' ? 'is as it was built in' : 'is gone';
    printDone(options, removed, `${removed.name} ${left}.`);
  });

  addTest(noun);

  addVerb(
    noun,
    'events',
    'show the events that rules can count, with their fields',
    'hikyaku alert events',
  ).action(async (options: CommonOptions) => {
    await printRows(callRows(options, 'alert/events', {}), EVENT_COLUMNS, options, '');
  });
}

function addTest(noun: Command): void {
  addRule(
    addVerb(
      noun,
      'test [name]',
      'show when a rule would have told something, by the events that are stored; nobody is written to',
      'hikyaku alert test deferrals --since 7d',
      'hikyaku alert test deferrals --least 10',
      `hikyaku alert test --when '${CONDITION_EXAMPLES[0]}' --per network --since 30d`,
    ).option('--since <time>', `${SINCE_EXAMPLES} (7d)`, readSince),
  ).action(async (name: string | undefined, options: TestOptions) => {
    const input = { name, ...options.since, ...ruleOf(options) };
    await printRows(
      callRows(options, 'alert/test', input),
      TOLD_COLUMNS,
      options,
      'It would have told nothing in that time.',
    );
  });
}

function addRule(command: Command): Command {
  return command
    .option('--when <condition>', 'count of …, share of … in …, or nothing of …')
    .option('--over <time>', 'the window: 15m, 1h, 1d (1h unless told)')
    .option(
      '--least <n>',
      'of a share: with fewer nothing is said (20 unless told)',
      wholeNumber('--least', 1, MOST),
    )
    .addOption(new Option('--per <what>', 'what is counted apart').choices(PER))
    .addOption(new Option('--severity <severity>', 'warning unless told').choices(SEVERITIES))
    .option('--runbook <path>', 'a page that says what to do: a file here, or a URL')
    .option('--text <text>', 'what it means, for who reads it');
}

function ruleOf({ when, over, least, per, severity, runbook, text }: RuleOptions) {
  const page = runbook === undefined ? undefined : readRunbook(runbook);
  return { when, over, least, per, severity, runbook: page, text };
}

function ruleText({
  when,
  over,
  per,
  least,
}: Pick<Listed, 'when' | 'over' | 'per' | 'least'>): string {
  const apart = per === 'all' ? '' : ` per ${per}`;
  return `${when} over ${over}${apart}${least === null ? '' : `, of ${least} at least`}`;
}

const COLUMNS: readonly Column<Listed>[] = [
  { title: 'ALERT', value: (row) => row.name },
  {
    title: 'STATE',
    value: (row) => (row.state === 'firing' ? `firing (${row.on})` : row.state),
  },
  { title: 'SEVERITY', value: (row) => row.severity },
  { title: 'OVER', value: (row) => row.over, align: 'right' },
  { title: 'PER', value: (row) => row.per },
  { title: 'RULE', value: (row) => row.origin },
  { title: 'WHEN', value: (row) => row.when, below: true },
];

const TOLD_COLUMNS: readonly Column<Told>[] = [
  timeColumn('FIRED', (row) => row.firedAt),
  timeColumn('OVER', (row) => row.endedAt, 'still on'),
  { title: 'ABOUT', value: (row) => row.subject, shrinks: true },
  { title: 'COUNTED', value: (row) => row.counted, align: 'right' },
  { title: 'OF', value: (row) => row.of ?? '', align: 'right' },
  { title: 'SHARE', value: (row) => row.share ?? '', align: 'right' },
  timeColumn('SINCE', (row) => row.since),
];

const EVENT_COLUMNS: readonly Column<RowOf<'alert/events'>>[] = [
  { title: 'EVENT', value: (row) => row.event },
  { title: 'FIELDS', value: (row) => row.fields.join(' '), shrinks: true },
];

async function show(
  name: string,
  options: CommonOptions & LanguageOptions & { limit?: number },
): Promise<void> {
  const { runbookOf, textOf } = await import('#mail/alerts/built-in');
  const shown = await callValue(options, 'alert/show', { name, limit: options.limit });
  if (options.json === true) {
    printJson(shown);
    return;
  }
  const { severity, state, origin, alerts } = shown;
  const text = textOf(shown, options.lang);
  const runbook = runbookOf(shown, options.lang);
  printText(`${shown.name}: ${state}, ${severity}, ${origin}`);
  if (text !== '') printText(text);
  printText(ruleText(shown));
  if (runbook !== '') printText(`What to do: ${runbook}`);
  printText('');
  await printRows(alerts, TOLD_COLUMNS, options, 'It has told nothing yet.');
  const evidence = (alerts[0]?.evidence ?? []) as readonly { messageId?: string }[];
  const messages = [...new Set(evidence.flatMap(({ messageId }) => messageId ?? []))];
  if (messages.length === 0) return;
  printText('\nBehind the first one:');
  for (const id of messages) printText(asTyped(`  hikyaku message trace ${id}`));
}
