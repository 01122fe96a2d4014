/** `hikyaku certificate`: how the certificates of TLS stand, and what is done about them by hand. */
import type { Command } from 'commander';
import { CERTIFICATE_ORIGINS, CERTIFICATE_SHOW } from '#mail/story/texts/certificate-texts';
import { say } from '#mail/story/phrase';
import { remedyFor, tellCertificateStep } from '#mail/story/tell/tell-certificate';
import type { Language } from '#protocol/dsn/language';
import { REVOCATION_CODES, type RevocationReason } from '#mail/certificates/revoke';
import type { RowOf, ValueOf } from '#servers/admin/calls';
import { addCertificateFiles } from './certificate/files.ts';
import { callRows, callValue } from '#cli/control';
import { explainedLines } from '#cli/terminal/explained';
import { CommandFailure } from '#cli/failure';
import { addLanguage, type LanguageOptions } from '#cli/language';
import {
  printDone,
  printJson,
  printLine,
  printRows,
  printText,
  timeColumn,
} from '#cli/terminal/output';
import type { ExitCode } from '#cli/exit-code';
import { localTime, terminalColumns } from '#cli/terminal/terminal';
import { addVerb, type CommonOptions } from '#cli/verb';

type ExplainOptions = CommonOptions & LanguageOptions;
type StateRow = RowOf<'certificate/list'>;
type RenewedRow = RowOf<'certificate/renew'>;
type Shown = ValueOf<'certificate/show'>;

interface RenewOptions extends ExplainOptions {
  readonly force?: boolean;
  readonly newKey?: boolean;
}

export function certificate(noun: Command, end: (code: ExitCode) => void): void {
  addVerb(
    noun,
    'list',
    'show the certificates there are, and those that are wanted; exit 1 where one is not well',
    'hikyaku certificate list',
    'hikyaku certificate list --json',
  ).action(async (options: CommonOptions) => {
    end(await listStates(options));
  });

  addLanguage(
    addVerb(
      noun,
      'show <name>',
      'show one by a name it is for (or its id), with the story of its last order',
      'hikyaku certificate show mail.example.org',
      'hikyaku certificate show mail.example.org --lang ja',
    ),
  ).action(async (name: string, options: ExplainOptions) => {
    const found = await callValue(options, 'certificate/show', { which: name });
    if (options.json === true) printJson(found);
    else for (const line of shownLines(found, options.lang)) printLine(line);
    if (found.certificate === undefined || found.order?.state === 'failed') end(1);
  });

  addRenewal(noun, end);

  addVerb(
    noun,
    'revoke <name>',
    'take a certificate back: it is not served any more, and another one with another key is ordered',
    'hikyaku certificate revoke mail.example.org --reason keyCompromise',
  )
    .option(
      '--reason <reason>',
      Object.keys(REVOCATION_CODES).join(', '),
      readReason,
      'unspecified' as const,
    )
    .action(
      async (name: string, options: CommonOptions & { readonly reason: RevocationReason }) => {
        const input = { which: name, reason: options.reason };
        const done = await callValue(options, 'certificate/revoke', input);
        const what = done.result === 'revoked' ? 'is revoked' : 'is taken away';
        printDone(options, done, `The certificate for ${done.names.join(', ')} ${what}.`);
      },
    );

  addVerb(
    noun,
    'remove <name>',
    'want no certificate for these names any more',
    'hikyaku certificate remove www.example.org',
  ).action(async (name: string, options: CommonOptions) => {
    const done = await callValue(options, 'certificate/remove', { which: name });
    printDone(options, done, `None is wanted for ${done.names.join(', ')} any more.`);
  });

  addCertificateFiles(noun);
}

function addRenewal(noun: Command, end: (code: ExitCode) => void): void {
  addLanguage(
    addVerb(
      noun,
      'renew [names...]',
      'order now what is due: the certificates for these names, or all',
      'hikyaku certificate renew',
      'hikyaku certificate renew mail.example.org --force',
    ),
  )
    .option('--force', 'those that are not due as well: authorities limit how many they issue')
    .option('--new-key', 'with the next key, whose TLSA record `certificate show` tells')
    .action(async (names: readonly string[], options: RenewOptions) => {
      const { force = false, newKey = false } = options;
      const which = names.length === 0 ? undefined : [...names];
      const rows = callRows(options, 'certificate/renew', { which, force, newKey });
      end(await printRenewed(options, rows));
    });

  addLanguage(
    addVerb(
      noun,
      'request <names...>',
      'want one certificate for these names from now on, and order it',
      'hikyaku certificate request www.example.org example.org',
    ),
  ).action(async (names: readonly string[], options: ExplainOptions) => {
    const rows = callRows(options, 'certificate/request', { names: [...names] });
    end(await printRenewed(options, rows));
  });
}

async function listStates(options: CommonOptions): Promise<ExitCode> {
  let isWell = true;
  const noted = async function* (): AsyncGenerator<StateRow> {
    for await (const row of callRows(options, 'certificate/list', {})) {
      isWell &&= row.standing === 'good' || !row.isWanted;
      yield row;
    }
  };
  await printRows(
    noted(),
    [
      { title: 'NAMES', value: (row) => row.names.join(' '), shrinks: true },
      { title: 'DAYS', value: (row) => row.daysLeft ?? '', align: 'right' },
      { title: 'STATE', value: stateText },
      timeColumn('UNTIL', (row) => row.notAfter),
      timeColumn('RENEWS', (row) => row.renewAt),
      { title: 'FROM', value: (row) => CERTIFICATE_ORIGINS[row.origin].en, below: true },
      { title: 'ISSUER', value: (row) => row.issuer, below: true },
    ],
    options,
    'There is none.',
  );
  return isWell ? 0 : 1;
}

function stateText({ standing, order, origin, isWanted }: StateRow): string {
  if (order?.state === 'running') return 'being ordered';
  if (order?.state === 'failed') return `${standing}, order failed`;
  if (origin === 'self-signed') return 'fallback';
  return isWanted ? standing : 'not renewed';
}

async function printRenewed(
  options: ExplainOptions,
  rows: AsyncIterable<RenewedRow>,
): Promise<ExitCode> {
  let code: ExitCode = 0;
  let count = 0;
  for await (const row of rows) {
    if (row.kind === 'busy') {
      throw new CommandFailure(
        `another node (${row.node}) is ordering certificates`,
        'Try again in a minute.',
      );
    }
    count++;
    if (row.kind === 'failed') code = 1;
    if (options.json === true) printJson(row);
    else for (const line of renewedLines(row, options.lang)) printLine(line);
  }
  if (count === 0 && options.json !== true) printText('No certificate is wanted.');
  return code;
}

function renewedLines(row: Exclude<RenewedRow, { kind: 'busy' }>, lang: Language): string[] {
  const title = say(CERTIFICATE_SHOW.title, lang, { names: row.names.join(', ') });
  const width = terminalColumns() ?? 100;
  switch (row.kind) {
    case 'not-due': {
      const result = say(CERTIFICATE_SHOW.renews, lang, { at: localTime(row.at) });
      return explainedLines({ title, result, well: true, steps: [] }, width);
    }
    case 'rate-limited': {
      const result = say(CERTIFICATE_SHOW.waits, lang, { at: localTime(row.at) });
      return explainedLines({ title, result, well: undefined, steps: [] }, width);
    }
    case 'issued': {
      const { issuer } = row;
      const result = say(CERTIFICATE_SHOW.issued, lang, { issuer, until: localTime(row.notAfter) });
      return explainedLines(
        { title, result, well: true, steps: toldSteps(row.steps, lang) },
        width,
      );
    }
    case 'failed': {
      const remedy = remedyFor(row.failure.cause, lang);
      const result = say(CERTIFICATE_SHOW.remedy, lang, { remedy: remedy ?? '' });
      return explainedLines(
        { title, result, well: false, steps: toldSteps(row.steps, lang) },
        width,
      );
    }
  }
}

function shownLines({ names, certificate: found, order }: Shown, lang: Language): string[] {
  const title = say(CERTIFICATE_SHOW.title, lang, { names: names.join(', ') });
  const facts: string[] = [];
  if (found?.renewAt)
    facts.push(say(CERTIFICATE_SHOW.renews, lang, { at: localTime(found.renewAt) }));
  if (found?.explanation) {
    facts.push(say(CERTIFICATE_SHOW.explanation, lang, { url: found.explanation }));
  }
  if (found) facts.push(say(CERTIFICATE_SHOW.key, lang, { digest: found.tlsa }));
  if (found?.nextTlsa) facts.push(say(CERTIFICATE_SHOW.nextKey, lang, { digest: found.nextTlsa }));
  if (order) facts.push(say(CERTIFICATE_SHOW.order, lang, { at: localTime(order.startedAt) }));
  const remedy = remedyFor(order?.failure?.['cause'], lang);
  const after =
    order?.state === 'failed' && order.nextAt !== null
      ? [
          say(CERTIFICATE_SHOW.next, lang, {
            failures: String(order.failures),
            at: localTime(order.nextAt),
          }),
          ...(remedy === undefined ? [] : [say(CERTIFICATE_SHOW.remedy, lang, { remedy })]),
        ]
      : [];
  return explainedLines(
    {
      title,
      result: found ? validText(found, lang) : CERTIFICATE_SHOW.missing[lang],
      well: found !== undefined && order?.state !== 'failed',
      steps: [
        ...facts.map((text) => ({ text })),
        ...toldSteps(order?.steps ?? [], lang, 1),
        ...after.map((text) => ({ text, isAdvice: true })),
      ],
    },
    terminalColumns() ?? 100,
  );
}

function validText(found: NonNullable<Shown['certificate']>, lang: Language): string {
  const left = Date.parse(found.notAfter) - Date.now();
  return say(CERTIFICATE_SHOW.valid, lang, {
    issuer: found.issuer,
    from: localTime(found.notBefore),
    until: localTime(found.notAfter),
    days: String(Math.floor(left / 864e5)),
    origin: CERTIFICATE_ORIGINS[found.origin][lang],
  });
}

function toldSteps(steps: NonNullable<Shown['order']>['steps'], lang: Language, depth = 0) {
  return steps.map((step) => ({ text: tellCertificateStep(step, lang), rfc: step.rfc, depth }));
}

function readReason(given: string): RevocationReason {
  if (Object.hasOwn(REVOCATION_CODES, given)) return given as RevocationReason;
  throw new CommandFailure(
    `--reason ${given} is no reason`,
    `Give one of ${Object.keys(REVOCATION_CODES).join(', ')}.`,
  );
}
