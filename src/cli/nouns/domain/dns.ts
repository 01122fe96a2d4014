/** `hikyaku domain dns`: what a domain should have in the DNS, and whether it has. */
import { randomInt } from 'node:crypto';
import { Option, type Command } from 'commander';
import { StubResolver } from '#clients/dns/stub-resolver';
import { systemClock } from '#clock';
import { formatZone } from '#mail/dns-plan/format-zone';
import { parkedPlan } from '#mail/dns-plan/plan';
import { tellPlan, type PlanRow, type ToldPlan } from '#mail/dns-plan/rows';
import type { PlanZone } from '#mail/dns-plan/record';
import {
  COLUMN_HEADS,
  NEED_WORDS,
  PLAN_PIECES,
  STANDING_WORDS,
  ZONE_HEADS,
} from '#mail/dns-plan/texts';
import { compareByAll } from '#mail/publish/desk';
import { say } from '#mail/story/phrase';
import { wrap } from '#mail/story/terminal-text';
import { toAscii, toUnicode } from '#protocol/address/domain';
import type { Language } from '#protocol/dsn/language';
import { callValue } from '#cli/control';
import { CommandFailure } from '#cli/failure';
import { addLanguage, type LanguageOptions } from '#cli/language';
import { printJson, printLine, printText, remark, type OutputOptions } from '#cli/terminal/output';
import { waiting } from '#cli/terminal/progress';
import { addResolver, cliResolver, type ResolverOptions } from '#cli/resolver';
import type { ExitCode } from '#cli/exit-code';
import { Table, type Column } from '#cli/terminal/table';
import { styled, terminalColumns } from '#cli/terminal/terminal';
import { addVerb } from '#cli/verb';

interface PrintOptions extends OutputOptions, LanguageOptions {
  readonly format: 'table' | 'zone' | 'json';
  readonly check?: boolean;
}

interface DnsOptions extends ResolverOptions, PrintOptions {
  readonly parked?: boolean;
}

export function addDomainDns(noun: Command, end: (code: ExitCode) => void): void {
  const verb = addVerb(
    noun,
    'dns <domain>',
    'show the DNS records that a domain should have, each with why; --check says which it has',
    'hikyaku domain dns example.org',
    'hikyaku domain dns example.org --format zone > example.org.zone',
    'hikyaku domain dns example.org --check',
    'hikyaku domain dns shop.example --parked',
  )
    .addOption(
      new Option('--format <format>', 'a table, a fragment of a zone file, or JSON')
        .choices(['table', 'zone', 'json'])
        .default('table'),
    )
    .option('--check', 'compare with what the DNS says; exits with 1 where something is wrong')
    .option('--parked', 'of a domain that has no mail, here or elsewhere; needs no server');
  addLanguage(addResolver(verb)).action(async (name: string, options: DnsOptions) => {
    const plan =
      options.parked === true
        ? await parked(name, options)
        : await callValue(options, 'domain/dns', {
            domain: name,
            lang: options.lang,
            check: options.check === true,
          });
    printPlan(plan, options);
    end(options.check === true && !isMet(plan.records) ? 1 : 0);
  });
}

/** A look-up of a whole plan. Milliseconds. */
const PATIENCE = 30_000;

async function parked(name: string, options: DnsOptions): Promise<ToldPlan> {
  const domain = toAscii(name);
  if (domain === undefined)
    throw new CommandFailure(`${name} is not a domain name`, 'Write it like example.org.');
  const plan = parkedPlan(domain);
  if (options.check !== true) return tellPlan(plan, options.lang);
  using resolver = await cliResolver(options);
  using stack = new DisposableStack();
  const at = (address: string) =>
    stack.use(
      new StubResolver({
        servers: [{ address, port: 53, trusted: false }],
        clock: systemClock,
        randomId: () => randomInt(0x1_0000),
        timeouts: [2000, 3000],
      }),
    );
  const signal = AbortSignal.timeout(PATIENCE);
  const compared = await waiting(
    `asking the DNS for ${domain}`,
    compareByAll(plan, { resolver, at, signal }),
  );
  resolver.assertReached();
  return tellPlan(plan, options.lang, compared);
}

export function printPlan(plan: ToldPlan, options: PrintOptions): void {
  const { lang, format } = options;
  if (options.json === true || format === 'json') {
    for (const record of plan.records) printJson({ domain: plan.domain, ...record });
    return;
  }
  if (format === 'zone') {
    printText(formatZone(plan, lang));
    return;
  }
  const sections = ZONES.map(
    (zone) => [zone, plan.records.filter((row) => row.zone === zone)] as const,
  );
  for (const [zone, rows] of sections) if (rows.length > 0) printSection(plan, zone, rows, lang);
  for (const { text } of plan.gaps) remark(text);
  if (options.check === true) printVerdict(plan, lang);
}

const ZONES: readonly (PlanZone | null)[] = ['domain', 'host', 'reverse', null];

function printSection(
  plan: ToldPlan,
  zone: PlanZone | null,
  rows: readonly PlanRow[],
  lang: Language,
): void {
  const unicode = toUnicode(plan.domain);
  const domain = unicode === plan.domain ? unicode : `${unicode} (${plan.domain})`;
  const head =
    zone === null
      ? say(PLAN_PIECES.notInPlan, lang, {})
      : say(ZONE_HEADS[zone], lang, { domain, host: plan.host ?? '' });
  printLine(styled('bold', head));
  const columns = terminalColumns();
  const table = new Table(columnsOf(rows, lang), {
    columns,
    heading: (line) => styled('dim', line),
  });
  const [heading, ...lines] = table.lines(rows);
  printLine(heading ?? '');
  for (const [index, line] of lines.entries()) {
    const row = rows[index]!;
    printLine(row.standing === undefined ? line : styled(TONES[row.standing], line));
    for (const text of remarksOf(row, rows[index + 1], lang))
      for (const part of wrap(text, Math.max(40, (columns ?? 100) - 4))) printText(`    ${part}`);
  }
  printLine('');
}

const TONES = {
  right: 'green',
  missing: 'red',
  different: 'red',
  extra: 'yellow',
  'not-propagated': 'yellow',
  unknown: 'yellow',
} as const;

function columnsOf(rows: readonly PlanRow[], lang: Language): readonly Column<PlanRow>[] {
  const isCompared = rows.some(({ standing }) => standing !== undefined);
  const standing: Column<PlanRow> = isCompared
    ? {
        title: COLUMN_HEADS.standing[lang],
        value: (row) => (row.standing ? STANDING_WORDS[row.standing][lang] : ''),
      }
    : { title: COLUMN_HEADS.need[lang], value: ({ need }) => (need ? NEED_WORDS[need][lang] : '') };
  return [
    standing,
    { title: COLUMN_HEADS.type[lang], value: ({ type }) => type },
    { title: COLUMN_HEADS.name[lang], value: ({ name }) => `${name}.` },
    {
      title: COLUMN_HEADS.data[lang],
      value: (row) => row.data ?? row.observed?.[0] ?? '',
      isCopied: true,
    },
  ];
}

/** Why, once for records of one purpose; and what is there instead. */
function remarksOf(row: PlanRow, next: PlanRow | undefined, lang: Language): readonly string[] {
  const rfc = row.rfc === null ? '' : ` [${row.rfc}]`;
  const why = row.why === null || next?.why === row.why ? [] : [row.why + rfc];
  const isOdd = row.standing === 'different' || row.standing === 'unknown';
  const records = row.observed?.join(', ') ?? '';
  return isOdd && records !== '' ? [...why, say(PLAN_PIECES.observed, lang, { records })] : why;
}

/** As `isPlanMet` of mail/dns-plan, of rows. */
function isMet(rows: readonly PlanRow[]): boolean {
  return !rows.some(
    ({ standing, need }) =>
      standing === 'different' || (standing === 'missing' && need === 'publish'),
  );
}

function printVerdict({ domain, records }: ToldPlan, lang: Language): void {
  const count = (isIt: (row: PlanRow) => boolean): number => records.filter(isIt).length;
  const unknown = count(({ standing }) => standing === 'unknown');
  if (!isMet(records)) {
    const missing = count(({ standing, need }) => standing === 'missing' && need === 'publish');
    const different = count(({ standing }) => standing === 'different');
    const values = { domain, missing: String(missing), different: String(different) };
    printLine(styled('red', say(PLAN_PIECES.unmet, lang, values)));
  } else if (unknown === 0) printLine(styled('green', say(PLAN_PIECES.met, lang, { domain })));
  if (unknown > 0)
    printLine(styled('yellow', say(PLAN_PIECES.unknown, lang, { count: String(unknown) })));
}
