/** `hikyaku reputation`: what became of mail, by the network and the domains that brought it. */
import { Option, type Command } from 'commander';
import { tellHistory } from '#mail/story/tell/tell-history';
import type { RowOf } from '#servers/admin/calls';
import { callRows, callValue } from '#cli/control';
import { addLanguage, type LanguageOptions } from '#cli/language';
import { printDone, printRows } from '#cli/terminal/output';
import { localTime, shortDuration } from '#cli/terminal/terminal';
import type { Column } from '#cli/terminal/table';
import { addLimit, addVerb, type CommonOptions } from '#cli/verb';

const STANDINGS = ['good', 'unknown', 'poor', 'bad'] as const;

interface ListOptions extends CommonOptions {
  readonly standing?: (typeof STANDINGS)[number];
  readonly limit?: number;
}

/** Exported for its test. */
export const COLUMNS: readonly Column<RowOf<'reputation/list'>>[] = [
  { title: 'SENDER', value: (row) => row.name, shrinks: true },
  { title: 'STANDING', value: (row) => row.standing },
  { title: 'SCORE', value: (row) => row.score, align: 'right' },
  { title: 'TAKEN', value: (row) => row.accepted, align: 'right' },
  { title: 'JUNK', value: (row) => row.junked, align: 'right' },
  { title: 'REFUSED', value: (row) => row.refused, align: 'right' },
  { title: 'INTO JUNK', briefTitle: 'TO JUNK', value: (row) => row.toJunk, align: 'right' },
  { title: 'OUT OF IT', briefTitle: 'BACK', value: (row) => row.fromJunk, align: 'right' },
  {
    title: 'LAST',
    value: (row) => localTime(row.countedAt),
    brief: (row) => `${shortDuration(Date.now() - Date.parse(row.countedAt))} ago`,
  },
];

export function reputation(noun: Command): void {
  addLanguage(
    addVerb(
      noun,
      'show <sender>',
      'tell what is known of an address or a domain, and what follows from it',
      'hikyaku reputation show 192.0.2.1',
      'hikyaku reputation show example.org --lang ja',
    ),
  ).action(async (sender: string, options: CommonOptions & LanguageOptions) => {
    const shown = await callValue(options, 'reputation/show', { sender });
    const { firstSeen, countedAt } = shown;
    const times = { since: localTime(firstSeen), last: localTime(countedAt) };
    printDone(options, shown, tellHistory(shown, times, options.lang).join('\n'));
  });

  addLimit(
    addVerb(
      noun,
      'list',
      'show who is known, those first that wrote last',
      'hikyaku reputation list',
      'hikyaku reputation list --standing bad --json',
    ).addOption(new Option('--standing <standing>', 'only these').choices(STANDINGS)),
    'rows at most',
  ).action(async (options: ListOptions) => {
    const { standing, limit } = options;
    await printRows(
      callRows(options, 'reputation/list', { standing, limit }),
      COLUMNS,
      options,
      standing === undefined ? 'Nobody is known yet.' : `Nobody is ${standing}.`,
    );
  });

  addVerb(
    noun,
    'forget <sender>',
    'begin anew with an address or a domain, on every node within a minute',
    'hikyaku reputation forget 192.0.2.1',
  ).action(async (sender: string, options: CommonOptions) => {
    const forgotten = await callValue(options, 'reputation/forget', { sender });
    printDone(options, forgotten, `${forgotten.name} is a stranger again.`);
  });
}
