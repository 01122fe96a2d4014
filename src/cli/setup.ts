/**
 * `hikyaku setup`: from nothing to a server for a domain. Asks or takes flags, writes the settings, makes domain, keys, account and the
 * addresses that every domain has, shows the DNS records, and lets the doctor look. Each step leaves alone what is there.
 */
import { chmodSync, existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { say } from '#mail/story/phrase';
import { formatMailbox } from '#protocol/address/mailbox';
import { printPlan } from './domain-dns.ts';
import { CommandFailure } from './failure.ts';
import { addLanguage, type LanguageOptions } from './language.ts';
import { printJson, printText, remark, type OutputOptions } from './output.ts';
import type { ExitCode } from './run.ts';
import type { SecretOptions } from './secret.ts';
import { readSettings, reportProblems, settings } from './settings.ts';
import { addSettings, type AddedSettings } from './settings-file.ts';
import { addSettingsOptions, type SettingsOptions } from './settings-options.ts';
import {
  answersFor,
  askTerminal,
  type Known,
  type SetupAnswers,
  type SetupFlags,
} from './setup-answers.ts';
import { prepareServer } from './setup-server.ts';
import { SETUP_TEXTS, STEP_TEXTS } from './setup-texts.ts';
import { styled } from './terminal.ts';

export interface SetupOptions
  extends SetupFlags, SecretOptions, SettingsOptions, LanguageOptions, OutputOptions {
  /** False with --no-doctor. */
  readonly doctor: boolean;
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
    .option('--no-doctor', 'do not let the doctor look')
    .option('--json', 'one JSON object for each step');
  addSettingsOptions(addLanguage(command)).addHelpText(
    'after',
    '\nExamples:\n  $ hikyaku setup\n  $ hikyaku setup --address me@example.org --hostname mail.example.org --password-file secret --yes',
  );
  command.action(async (options: SetupOptions) => {
    await runSetup(options);
    end(0);
  });
}

/** @throws CommandFailure */
export async function runSetup(options: SetupOptions): Promise<void> {
  const { lang, json } = options;
  const tell = (text: string): void => (json === true ? undefined : printText(text));
  const isTerminal = process.stdin.isTTY;
  if (isTerminal && options.yes !== true) remark(`${say(SETUP_TEXTS.welcome, lang, {})}\n`);
  const known = knownBy(options);
  const answers = await answersFor(options, known, lang, isTerminal ? askTerminal : undefined);
  const domain = answers.address.domain;
  const file = writeSettings(options, known, answers);
  if (json === true)
    printJson({ what: 'settings', name: file ?? '', state: file ? 'made' : 'there' });
  tell(
    file ? say(SETUP_TEXTS.settings, lang, { file }) : say(SETUP_TEXTS['settings-there'], lang, {}),
  );

  const made = await prepareServer(options, answers.address);
  for (const { what, name, state } of made.steps) {
    if (json === true) printJson({ what, name, state });
    tell(say(STEP_TEXTS[what][state], lang, { name }));
  }
  if (json === true) return;
  tell('');
  printPlan(made.plan, { lang, format: 'table' });
  if (options.doctor) await letDoctorLook(options, domain);
  tell(styled('bold', say(SETUP_TEXTS.next, lang, {})));
  tell(`  ${say(SETUP_TEXTS['next-dns'], lang, { domain })}`);
  if (!answers.agreesToTerms) tell(`  ${say(SETUP_TEXTS['next-terms'], lang, {})}`);
  if (made.runs && file !== undefined) tell(`  ${say(SETUP_TEXTS['next-restart'], lang, {})}`);
  if (!made.runs) tell(`  ${say(SETUP_TEXTS['next-serve'], lang, {})}`);
  tell(`  ${say(SETUP_TEXTS['next-doctor'], lang, { domain })}`);
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

/** @throws CommandFailure */
async function letDoctorLook(options: SetupOptions, domain: string): Promise<void> {
  const { lang, config, set = [] } = options;
  remark(`\n${say(SETUP_TEXTS['doctor-runs'], lang, {})}\n`);
  // it is loaded only here, and ends in its own way
  const { run } = await import('./run.ts');
  await run([
    'doctor',
    '--mode',
    'serve',
    '--domain',
    domain,
    '--lang',
    lang,
    ...(config === undefined ? [] : ['--config', config]),
    ...set.flatMap((setting) => ['--set', setting]),
  ]);
  remark('');
}
