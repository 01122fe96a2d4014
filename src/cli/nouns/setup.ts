/**
 * `hikyaku setup`: from nothing to a server for a domain. Asks or takes flags, writes the settings, makes domain, keys, account and the
 * addresses that every domain has, shows the DNS records, starts the server where it is asked to, and lets the doctor look. Each step leaves alone what
 * is there; what was said is kept in the data folder.
 */
import { chmodSync, existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { formatZone } from '#mail/dns-plan/format-zone';
import { say } from '#mail/story/phrase';
import { formatMailbox } from '#protocol/address/mailbox';
import { willBecome } from '#server/privileges';
import { printPlan } from './domain/dns.ts';
import { CommandFailure } from '#cli/failure';
import { addLanguage } from '#cli/language';
import { printLine, remark, type OutputOptions } from '#cli/terminal/output';
import type { ExitCode } from '#cli/exit-code';
import { readSettings, reportProblems, settings } from '#cli/settings';
import { addSettings, type AddedSettings } from '#cli/settings-file';
import { addSettingsOptions, type SettingsOptions } from '#cli/settings-options';
import {
  answersFor,
  askTerminal,
  type Known,
  type SetupAnswers,
  type SetupFlags,
} from './setup/answers.ts';
import { SetupLog } from './setup/log.ts';
import { prepareServer, type Prepared, type ServerOptions } from './setup/server.ts';
import { SERVE_LOG, serviceCommands, startProcess, startService } from './setup/start.ts';
import { SETUP_TEXTS, STEP_TEXTS } from './setup/texts.ts';
import { styled } from '#cli/terminal/terminal';

interface SetupOptions extends ServerOptions, SetupFlags, OutputOptions {
  /** False with --no-doctor. */
  readonly doctor: boolean;
  readonly start?: boolean;
  /** The server is started as soon as this has ended. */
  readonly startFollows?: boolean;
}

export function setup(command: Command, end: (code: ExitCode) => void): void {
  command
    .option('--address <address>', 'your mail address here; its domain is the one that is made')
    .option('--domain <domain>', 'the domain, where the address is given without it')
    .option('--hostname <name>', 'the name of this host (mail.DOMAIN where nothing else is said)')
    .option('--password-file <file>', 'holds the password of the account; - is standard input')
    .option(
      '--agree-terms',
      'you have read the terms of service of Let’s Encrypt and agree to them',
    )
    .option('--yes', 'ask nothing: what is offered is taken')
    .option(
      '--start',
      'start the server: by systemd where its units are installed and this is root',
    )
    .option('--no-doctor', 'do not let the doctor look')
    .option('--json', 'one JSON object for each step, each record and each check');
  addSettingsOptions(addLanguage(command)).addHelpText(
    'after',
    '\nExamples:\n  $ hikyaku setup\n  $ hikyaku setup --address me@example.org --hostname mail.example.org --password-file secret --yes --start',
  );
  command.action(async (options: SetupOptions) => {
    end((await runSetup(options)) ? 0 : 1);
  });
}

/** @returns whether nothing that the doctor looked at fails @throws CommandFailure */
export async function runSetup(options: SetupOptions): Promise<boolean> {
  const { lang } = options;
  const log = new SetupLog(options);
  const isTerminal = process.stdin.isTTY;
  if (isTerminal && options.yes !== true) remark(`${say(SETUP_TEXTS.welcome, lang, {})}\n`);
  const known = knownBy(options);
  const answers = await answersFor(options, known, lang, isTerminal ? askTerminal : undefined);
  const file = writeSettings(options, known, answers);
  log.tell(
    file ? say(SETUP_TEXTS.settings, lang, { file }) : say(SETUP_TEXTS['settings-there'], lang, {}),
    { what: 'settings', name: file ?? '', state: file ? 'made' : 'there' },
  );
  const config = settings('serve', options);
  const dataDir = path.resolve(config.data_dir);
  if (options.start === true && willBecome(config) && serviceCommands() === undefined)
    throw new CommandFailure(
      `--start: only root takes the ports, before it becomes ${config.user}`,
      'Run it without --start, then start the server as root: hikyaku serve',
    );
  try {
    return await setUpServer(options, answers, { log, dataDir, changed: file !== undefined });
  } catch (error) {
    if (error instanceof CommandFailure) log.keep(`${error.message}\n${error.remedy}`);
    throw error;
  } finally {
    const written = log.write(dataDir, Date.now());
    if (written !== undefined) {
      log.show(() => remark(say(SETUP_TEXTS.log, lang, { file: written })));
      log.json({ what: 'log', name: written, state: 'made' });
    }
  }
}

interface Run {
  readonly log: SetupLog;
  readonly dataDir: string;
  /** Whether the settings were. */
  readonly changed: boolean;
}

async function setUpServer(
  options: SetupOptions,
  answers: SetupAnswers,
  run: Run,
): Promise<boolean> {
  const { lang } = options;
  const { log } = run;
  const { domain } = answers.address;
  const made = await prepareServer(options, answers.address);
  for (const { what, name, state } of made.steps)
    log.tell(say(STEP_TEXTS[what][state], lang, { name }), { what, name, state });
  log.tell('');
  log.show(() => printPlan(made.plan, { lang, format: 'table' }));
  log.keep(formatZone(made.plan, lang));
  for (const record of made.plan.records) log.json({ what: 'record', domain, ...record });
  const runs = made.runs || (await start(options, run));
  const isNew = made.steps.some(({ what, state }) => what === 'domain' && state === 'made');
  let isWell = true;
  if (options.doctor) {
    // it is loaded only here
    const { letDoctorLook } = await import('./setup/doctor.ts');
    const asked = { ...options, mode: 'serve', domain } as const;
    isWell = await letDoctorLook(asked, { runs, isNew }, log);
  }
  tellNext(options, answers, made, { ...run, runs });
  return isWell;
}

/** @returns whether the server runs now @throws CommandFailure */
async function start(options: SetupOptions, { log, dataDir }: Run): Promise<boolean> {
  if (options.start !== true) return false;
  const { lang } = options;
  const commands = serviceCommands();
  if (commands === undefined) {
    const id = await startProcess(options, dataDir);
    const values = { id: String(id), file: path.join(dataDir, SERVE_LOG) };
    const value = { what: 'server', name: String(id), state: 'made' };
    log.tell(say(SETUP_TEXTS['server-started'], lang, values), value);
    return true;
  }
  // who is not root is told how
  if (process.geteuid!() !== 0) return false;
  startService(commands);
  const value = { what: 'server', name: 'hikyaku.service', state: 'made' };
  log.tell(say(SETUP_TEXTS['service-started'], lang, {}), value);
  return true;
}

function tellNext(
  { lang, startFollows }: SetupOptions,
  { address: { domain }, agreesToTerms }: SetupAnswers,
  made: Prepared,
  { log, changed, runs }: Run & { readonly runs: boolean },
): void {
  const next = (text: string): void => log.tell(`  ${text}`, { what: 'next', text });
  const title = say(SETUP_TEXTS.next, lang, {});
  log.show(() => printLine(styled('bold', title)));
  log.keep(title);
  next(say(SETUP_TEXTS['next-dns'], lang, { domain }));
  if (!agreesToTerms) next(say(SETUP_TEXTS['next-terms'], lang, {}));
  if (made.runs && changed) next(say(SETUP_TEXTS['next-restart'], lang, {}));
  if (!runs && startFollows !== true) {
    const commands = serviceCommands()?.join(' && ');
    next(
      commands === undefined
        ? say(SETUP_TEXTS['next-serve'], lang, {})
        : say(SETUP_TEXTS['next-service'], lang, { commands }),
    );
  }
  next(say(SETUP_TEXTS['next-doctor'], lang, { domain }));
}

/** What the settings say already. @throws CommandFailure where they are wrong */
function knownBy(given: SettingsOptions): Known {
  // the file that is going to be written is not missed
  const options = existsSync(settingsFile(given)) ? given : { ...given, config: '/dev/null' };
  const read = readSettings('serve', options);
  if (read.kind === 'config') {
    const { hostname, 'acme.terms_agreed': agreesToTerms } = read.config;
    return { hostname, agreesToTerms };
  }
  if (read.problems.some(({ key }) => key !== 'hostname')) reportProblems(read.problems);
  const withName = { ...options, set: [...(options.set ?? []), 'hostname=mail.invalid'] };
  const rest = settings('serve', withName);
  return { hostname: undefined, agreesToTerms: rest['acme.terms_agreed'] };
}

function settingsFile({ config }: SettingsOptions): string {
  return config ?? process.env['HIKYAKU_CONFIG'] ?? 'hikyaku.toml';
}

/** The file that was written; undefined: nothing was missing. @throws CommandFailure */
function writeSettings(
  options: SetupOptions,
  known: Known,
  { hostname, address, agreesToTerms }: SetupAnswers,
): string | undefined {
  if (known.hostname !== undefined && known.hostname !== hostname)
    throw new CommandFailure(
      `the settings say hostname = ${known.hostname}, not ${hostname}`,
      'Change it where it is set (hikyaku config show --mode serve --origin), or give the same.',
    );
  const file = settingsFile(options);
  const isNew = !existsSync(file);
  const added: AddedSettings = {
    '': {
      ...(known.hostname === undefined && { hostname }),
      ...(isNew && options.lang !== 'en' && { lang: options.lang }),
    },
    acme:
      agreesToTerms && !known.agreesToTerms
        ? { terms_agreed: true, contact: formatMailbox(address) }
        : {},
  };
  if (Object.values(added).every((table) => Object.keys(table).length === 0)) return undefined;
  try {
    const text = addSettings(isNew ? '' : readFileSync(file, 'utf8'), added);
    // whole or not at all; what it may hold one day is nobody else's to read
    writeFileSync(`${file}.new`, text, { mode: 0o600 });
    chmodSync(`${file}.new`, isNew ? 0o600 : statSync(file).mode & 0o777);
    renameSync(`${file}.new`, file);
  } catch (error) {
    throw new CommandFailure(
      `the settings cannot be written: ${(error as Error).message}`,
      'Run it in a folder that this user may write to, or name a file with --config.',
    );
  }
  return path.resolve(file);
}
