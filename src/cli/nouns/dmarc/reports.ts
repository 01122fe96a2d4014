/** `hikyaku dmarc reports`: what others report of mail in the name of the domains here, and what to do about it. */
import type { Command } from 'commander';
import { percent } from '#mail/doctor/spoken-values';
import { say } from '#mail/story/phrase';
import {
  DMARC_REPORT_ADVICE,
  DMARC_REPORT_PIECES,
  DMARC_REPORT_SOURCES,
} from '#mail/story/texts/dmarc-report-texts';
import type { Language } from '#protocol/dsn/language';
import type { RowOf, ValueOf } from '#servers/admin/calls';
import { callRows, callValue } from '#cli/control';
import { addLanguage, type LanguageOptions } from '#cli/language';
import { printJson, printRows, printText } from '#cli/terminal/output';
import type { Column } from '#cli/terminal/table';
import { addLimit, addVerb, type CommonOptions } from '#cli/verb';

interface ListOptions extends CommonOptions {
  readonly domain?: string;
  readonly limit?: number;
}

export function addReports(noun: Command): void {
  const reports = addVerb(
    noun,
    'reports',
    'show the reports that came on the domains here, newest first',
    'hikyaku dmarc reports',
    'hikyaku dmarc reports --domain example.org --json',
  ).option('--domain <domain>', 'on this one alone');
  // options behind a verb are that verb's
  reports.enablePositionalOptions();
  addLimit(reports, 'at most so many (100)').action(
    async ({ domain, limit, ...options }: ListOptions) => {
      const asked = {
        ...(domain !== undefined && { domain }),
        ...(limit !== undefined && { limit }),
      };
      await printRows(
        callRows(options, 'dmarc/reports', asked),
        REPORT_COLUMNS,
        options,
        'No report came yet: others send them to the address in _dmarc of a domain (hikyaku domain dns).',
      );
    },
  );

  addVerb(
    reports,
    'show <id>',
    'show one report, row by row',
    'hikyaku dmarc reports show 12',
  ).action(async (id: string, options: CommonOptions) => {
    const report = await callValue(options, 'dmarc/report', { id });
    if (options.json === true) printJson(report);
    else await showReport(report, options);
  });

  const sources = addVerb(
    reports,
    'sources',
    'say who sends in the name of the domains here, whether it passes, and what to do next',
    'hikyaku dmarc reports sources --domain example.org --lang ja',
  ).option('--domain <domain>', 'of this one alone');
  addLanguage(sources).action(
    async ({ domain, ...options }: CommonOptions & LanguageOptions & ListOptions) => {
      const asked = domain === undefined ? {} : { domain };
      for await (const row of callRows(options, 'dmarc/sources', asked)) {
        if (options.json === true) printJson(row);
        else printText(tellSource(row, options.lang));
      }
    },
  );
}

type ReportRow = RowOf<'dmarc/reports'>;

/** Exported for its test. */
export const REPORT_COLUMNS: readonly Column<ReportRow>[] = [
  { title: 'ID', value: (row) => row.id, align: 'right' },
  { title: 'DAY', value: (row) => row.beginsAt.slice(0, 10) },
  { title: 'DOMAIN', value: (row) => row.policyDomain, shrinks: true },
  { title: 'POLICY', value: (row) => row.policy.p },
  { title: 'FROM', value: (row) => row.organization, shrinks: true },
  { title: 'SIGNED', value: (row) => (row.signer === '' ? 'no' : row.signer), shrinks: true },
  { title: 'PASSED', value: (row) => row.passed, align: 'right' },
  { title: 'FAILED', value: (row) => row.messages - row.passed, align: 'right' },
];

type Report = ValueOf<'dmarc/report'>;

async function showReport(report: Report, options: CommonOptions): Promise<void> {
  const { policy, organization, contact, reportId, beginsAt, endsAt, signer } = report;
  const vouched = signer === '' ? 'nobody vouches for it' : `signed by ${signer}`;
  printText(
    [
      `Report ${reportId} from ${organization} (${contact}); ${vouched}`,
      `On ${report.policyDomain}, p=${policy.p} sp=${policy.sp}, from ${beginsAt} to ${endsAt}`,
      `${report.passed} of ${report.messages} messages passed`,
    ].join('\n'),
  );
  await printRows(report.rows, ROW_COLUMNS, options, 'None of its rows was kept.');
}

/** Exported for its test. */
export const ROW_COLUMNS: readonly Column<Report['rows'][number]>[] = [
  { title: 'SOURCE', value: (row) => row.sourceIp },
  { title: 'MESSAGES', value: (row) => row.messages, align: 'right' },
  { title: 'DONE', value: (row) => row.disposition },
  { title: 'DKIM', value: (row) => (row.dkimAligned ? 'pass' : 'fail') },
  { title: 'SPF', value: (row) => (row.spfAligned ? 'pass' : 'fail') },
  { title: 'FROM', value: (row) => row.headerFrom, shrinks: true },
  { title: 'ENVELOPE', value: (row) => row.envelopeFrom, shrinks: true },
  {
    title: 'WHY',
    value: (row) => row.reasons.map(({ type, comment }) => `${type} ${comment}`.trim()).join(', '),
    below: true,
  },
];

/** Exported for its test. */
export function tellSource(row: RowOf<'dmarc/sources'>, lang: Language): string {
  const { domain } = row;
  switch (row.kind) {
    case 'reports': {
      const title = say(DMARC_REPORT_PIECES.title, lang, {
        domain,
        reports: String(row.reports),
        days: String(row.days),
      });
      const count = String(row.unsigned);
      return row.unsigned === 0
        ? title
        : `${title}\n${say(DMARC_REPORT_PIECES.unsigned, lang, { count })}`;
    }
    case 'source': {
      const { sourceIp, names, messages, aligned, stopped } = row;
      const source = names.length === 0 ? sourceIp : `${sourceIp} (${names.join(', ')})`;
      const told = say(DMARC_REPORT_SOURCES[row.source], lang, {
        source,
        domain,
        messages: String(messages),
        aligned: String(aligned),
        stopped: String(stopped),
        share: percent(aligned, messages),
      });
      return `  ${told}`;
    }
    case 'advice': {
      const { step, ...counts } = row.advice;
      const values = Object.entries(counts).map(([name, count]) => [name, String(count)] as const);
      return say(DMARC_REPORT_ADVICE[step], lang, {
        days: '',
        messages: '',
        failed: '',
        ...Object.fromEntries(values),
        domain,
      });
    }
  }
}
