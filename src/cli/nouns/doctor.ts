/**
 * `hikyaku doctor`: examines this server and its domains, and says how to mend what is not well. It asks the running server for what only that
 * knows; everything else it looks at by itself, so that it has something to say when no server runs.
 */
import { Option, type Command } from 'commander';
import path from 'node:path';
import { systemClock } from '#clock';
import type { Mode } from '#config';
import { changesOf, keyOf, type Mark } from '#mail/doctor/difference';
import { beforeOf } from '#mail/doctor/desk';
import {
  formatChange,
  formatResults,
  formatSummary,
  type FormatOptions,
} from '#mail/doctor/format';
import { countOf, type Result } from '#mail/doctor/result';
import { runChecks } from '#mail/doctor/run';
import { resultToJson } from '#mail/doctor/to-json';
import { WORDS } from '#mail/doctor/texts/frame';
import type { CheckId } from '#mail/doctor/texts';
import { say } from '#mail/story/phrase';
import { toAscii } from '#protocol/address/domain';
import { doctorSettings, doctorWorld, secretsIn, type WorldParts } from '#server/doctor-world';
import type { RememberedResult } from '#store/doctor/results';
import { callRows, callValue, NoDatabase, NoServer } from '#cli/control';
import { checksOf, explain } from './doctor/checks.ts';
import { CommandFailure } from '#cli/failure';
import { labHere, stayInside } from '#cli/lab-here';
import { addLanguage, type LanguageOptions } from '#cli/language';
import { printJson, printLine, remark } from '#cli/terminal/output';
import { waiting } from '#cli/terminal/progress';
import type { ExitCode } from '#cli/exit-code';
import { settings } from '#cli/settings';
import { addSettingsOptions } from '#cli/settings-options';
import { localTime, styled, terminalColumns } from '#cli/terminal/terminal';
import type { CommonOptions } from '#cli/verb';

export interface DoctorOptions extends CommonOptions, LanguageOptions {
  readonly mode: Mode;
  readonly domain?: string;
  readonly only?: string;
  readonly strict?: boolean;
  readonly watch?: boolean;
  readonly every?: string;
  readonly evidence?: boolean;
  readonly explain?: string;
}

/** Between rounds of `--watch`. Seconds. */
const EVERY = { usual: '60', most: 86_400 };
const FILE_COLUMNS = 100;

export function doctor(command: Command, end: (code: ExitCode) => void): void {
  command
    .option('--domain <domain>', 'look at this domain alone')
    .option('--only <list>', 'families or checks: dns,tls,H3')
    .option('--json', 'one JSON object a line')
    .option('--strict', 'warnings count as failures')
    .option('--watch', 'look again and again, and show only what changes')
    .option('--every <seconds>', 'how often --watch looks', EVERY.usual)
    .option('--evidence', 'show what was asked, and what the answer was')
    .option('--explain <id>', 'explain one check')
    .addOption(
      new Option('--mode <mode>', 'whose defaults, where no server runs: of dev or of serve')
        .choices(['dev', 'serve'])
        .default('dev'),
    );
  addSettingsOptions(addLanguage(command)).addHelpText(
    'after',
    '\nExamples:\n  $ hikyaku doctor\n  $ hikyaku doctor --domain example.org --only dns,spf,dkim,dmarc\n  $ hikyaku doctor --explain I2 --lang ja',
  );
  command.action(async (options: DoctorOptions) => {
    if (options.explain !== undefined) {
      const { 'doctor.documentation': documentation } = settings(options.mode, options);
      explain(options.explain, options, documentation);
      end(0);
      return;
    }
    end(options.watch === true ? await watch(options) : await once(options));
  });
}

async function once(options: DoctorOptions): Promise<ExitCode> {
  const ids = checksOf(options.only);
  const examined = await waiting('examining', examine(options, ids));
  const { results, hasServer, asksPublic, notKept } = examined;
  if (options.json === true) {
    for (const result of results) printResult(result, examined, options);
  } else {
    for (const line of formatResults(results, screenFormat(options, examined))) printLine(line);
    printLine(`\n${formatSummary(results, options.lang)}`);
    if (!hasServer) remark(say(WORDS['no-server'], options.lang, {}));
    else if (!asksPublic) remark(say(WORDS['not-asked-public'], options.lang, {}));
  }
  if (notKept !== undefined) remark(say(WORDS['not-kept'], options.lang, { cause: notKept }));
  return exitCodeOf(results, options);
}

function printResult(
  result: Result,
  { hostname, known, documentation }: Examined,
  { lang }: DoctorOptions,
): void {
  printJson(resultToJson(result, hostname, lang, sinceBy(known)(result), documentation));
}

function exitCodeOf(results: readonly Result[], { strict }: DoctorOptions): ExitCode {
  const { fail, warn } = countOf(results);
  return fail > 0 || (strict === true && warn > 0) ? 1 : 0;
}

/** Until it is ended by a signal. */
async function watch(options: DoctorOptions): Promise<ExitCode> {
  const ids = checksOf(options.only);
  const every = readEvery(options.every ?? EVERY.usual);
  let told: ReadonlyMap<string, Mark> | undefined;
  for (;;) {
    const examined = await examine(options, ids);
    const { results } = examined;
    const format = screenFormat(options, examined);
    const changes = told && everyChange(results, told);
    const shown = changes?.map(({ result }) => result) ?? results;
    if (options.json === true) for (const result of shown) printResult(result, examined, options);
    else {
      const lines = changes
        ? changes.flatMap((change) => formatChange(change, format))
        : formatResults(results, format);
      for (const line of lines) printLine(line);
    }
    told = new Map(results.map((result) => [keyOf(result), result]));
    await systemClock.sleep(every, holdOpen(every));
  }
}

/** Of who watches every change is told, those between kinds of quiet too. */
function everyChange(results: readonly Result[], told: ReadonlyMap<string, Mark>) {
  const trouble = changesOf(results, told);
  const other = results.flatMap((result) => {
    const before = told.get(keyOf(result));
    const isTold = trouble.some((change) => change.result === result);
    return before === undefined || isTold || before.status === result.status
      ? []
      : [{ result, before }];
  });
  return [...trouble, ...other];
}

/** The clock's sleep does not keep a process alive by itself. */
function holdOpen(milliseconds: number): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), milliseconds);
  return controller.signal;
}

export interface Examined {
  readonly results: readonly Result[];
  readonly hostname: string;
  readonly known: readonly RememberedResult[];
  readonly hasServer: boolean;
  readonly asksPublic: boolean;
  /** Why the server could not remember it. */
  readonly notKept: string | undefined;
  readonly documentation: string;
}

/** Called by set-up too. @throws CommandFailure */
export async function examine(options: DoctorOptions, ids: readonly CheckId[]): Promise<Examined> {
  const config = settings(options.mode, options);
  const answer = await askServer(options);
  const databaseDown = answer instanceof NoDatabase ? answer.cause : undefined;
  const asked = answer instanceof NoDatabase ? undefined : answer;
  const own = asked?.settings ?? doctorSettings(options.mode, config);
  const here = asked?.facts.domains.map(({ name }) => name) ?? [];
  const domains = options.domain === undefined ? here : [readDomain(options.domain)];
  const dataDir = path.resolve(config.data_dir);
  const known = asked?.before ?? [];
  const lab = await labHere(options);
  using _inside = await stayInside(lab);
  using world = await doctorWorld({
    settings: own,
    dataDir,
    clock: lab?.clock ?? systemClock,
    server: asked?.facts,
    echo: asked && echoOf(options),
    challenge: asked && ((type) => callValue(options, 'doctor/challenge', { type })),
    before: beforeOf(known),
    domains: here,
    secretPaths: asked?.facts.secretPaths ?? [dataDir],
    secretsInEnvironment: asked?.facts.secretsInEnvironment ?? secretsIn(process.env, own.mode),
    network: lab && {
      ...lab.network,
      isOutside: lab.network.has,
      trustedRoots: lab.trustedRoots,
    },
  });
  const results = await runChecks(world, { ids, domains, databaseDown });
  const kept = asked && (await keep(options, results, here, own.hostname));
  return {
    results,
    hostname: own.hostname,
    known: kept?.known ?? known,
    notKept: kept?.failure,
    hasServer: answer !== undefined,
    asksPublic: own.publicResolvers.length > 0 || !own.outside,
    documentation: own.documentation,
  };
}

function readEvery(given: string): number {
  const seconds = Number(given);
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= EVERY.most) return seconds * 1000;
  throw new CommandFailure(
    `--every ${given} is no number of seconds`,
    `Give a whole number from 1 to ${EVERY.most}.`,
  );
}

function readDomain(given: string): string {
  const domain = toAscii(given);
  if (domain !== undefined) return domain;
  throw new CommandFailure(`--domain ${given} is no domain name`, 'Write it like example.org.');
}

/** Undefined where no server runs; one that runs and fails is told as every failure, unless its database is what fails. */
async function askServer(options: DoctorOptions) {
  try {
    const { settings: own, facts } = await callValue(options, 'doctor/facts', {});
    const before: RememberedResult[] = [];
    for await (const row of callRows(options, 'doctor/before', {})) before.push(revived(row));
    return { settings: own, facts, before };
  } catch (error) {
    if (error instanceof NoServer) return undefined;
    if (error instanceof NoDatabase) return error;
    throw error;
  }
}

interface Kept {
  /** Undefined with a failure: what was known before holds. */
  readonly known?: readonly RememberedResult[];
  readonly failure?: string;
}

/**
 * Of subjects that are not here nothing is remembered: whoever looks at a stranger's domain leaves no trace. A full disk is a
 * finding, and no reason to say nothing.
 */
async function keep(
  options: DoctorOptions,
  results: readonly Result[],
  domains: readonly string[],
  hostname: string,
): Promise<Kept> {
  const kept = results
    .filter(({ subject }) => [hostname, '', ...domains].includes(subject))
    .map(({ id, subject, status, finding }) => ({ check: id, subject, status, finding }));
  const known: RememberedResult[] = [];
  try {
    for await (const row of callRows(options, 'doctor/keep', { results: kept }))
      known.push(revived(row));
  } catch (error) {
    if (error instanceof CommandFailure) return { failure: error.message };
    throw error;
  }
  return { known };
}

/** Times come as text. */
function revived(row: RememberedResult): RememberedResult {
  return { ...row, since: new Date(row.since) };
}

function echoOf(options: DoctorOptions): NonNullable<WorldParts['echo']> {
  return {
    async open(domain) {
      return (await callValue(options, 'doctor/echo', { domain })).address;
    },
    async look(address) {
      const { junk } = await callValue(options, 'doctor/echoed', { address });
      return junk === null ? undefined : { junk };
    },
  };
}

type Since = (result: Result) => number | undefined;

function sinceBy(known: readonly RememberedResult[]): Since {
  const by = new Map(known.map((one) => [`${one.check} ${one.subject}`, one.since.getTime()]));
  return (result) => by.get(keyOf(result));
}

const STYLES = {
  pass: 'green',
  warn: 'yellow',
  fail: 'red',
  skip: 'dim',
  unknown: 'cyan',
} as const;

/** As this terminal shows it. */
export function screenFormat(
  options: DoctorOptions,
  { hostname, known, documentation }: Examined,
): FormatOptions {
  const since = sinceBy(known);
  return {
    language: options.lang,
    hostname,
    columns: terminalColumns() ?? FILE_COLUMNS,
    style(what, text) {
      if (what === 'heading') return styled('bold', text);
      return styled(what === 'aside' ? 'dim' : STYLES[what], text);
    },
    since(result) {
      const at = since(result);
      return at === undefined ? undefined : localTime(new Date(at).toISOString());
    },
    documentation,
    showsEvidence: options.evidence === true,
    showsFamilies: true,
  };
}

/** For a file. */
export function plainFormat(options: DoctorOptions, examined: Examined): FormatOptions {
  return {
    ...screenFormat(options, examined),
    columns: FILE_COLUMNS,
    style: (_, text) => text,
  };
}
