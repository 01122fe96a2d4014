/** The part of set-up that works on the server: by the control socket where one runs, otherwise on its database itself. */
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { systemClock } from '#clock';
import { terminalLog } from '#log';
import { PasswordHasher } from '#mail/accounts/password-hash';
import type { SetUpStep } from '#mail/accounts/set-up';
import { setUp } from '#mail/accounts/set-up';
import { readPlan } from '#mail/dns-plan/read-plan';
import { tellPlan, type ToldPlan } from '#mail/dns-plan/rows';
import { formatMailbox, type Mailbox } from '#protocol/address/mailbox';
import { acmeSettings } from '#server/published/certificates';
import { openDatabase } from '#server/database';
import { becomeUser } from '#server/privileges';
import { planSource } from '#server/published/publishing';
import { openTls } from '#server/published/tls';
import { isRefusal } from '#servers/admin/call';
import { setUpAnswer } from '#servers/admin/calls/setup';
import { callValue, NoServer } from '#cli/control';
import { CommandFailure } from '#cli/failure';
import type { LanguageOptions } from '#cli/language';
import { readPassword, type SecretOptions } from '#cli/terminal/secret';
import type { Prompt } from '#cli/terminal/secret-texts';
import { settings } from '#cli/settings';
import type { SettingsOptions } from '#cli/settings-options';
import { SETUP_TEXTS } from './texts.ts';

export interface ServerOptions extends SecretOptions, SettingsOptions, LanguageOptions {
  /** Nothing may be asked. */
  readonly yes?: boolean;
}

export interface Prepared {
  readonly steps: readonly SetUpStep[];
  readonly plan: ToldPlan;
  /** A server runs, and did it. */
  readonly runs: boolean;
}

type Run = (password: string | undefined) => Promise<{
  readonly steps: readonly SetUpStep[];
  readonly needsPassword: boolean;
}>;

/** @throws CommandFailure */
export async function prepareServer(options: ServerOptions, address: Mailbox): Promise<Prepared> {
  const { lang } = options;
  const { domain } = address;
  // once: standard input has it only once
  const given = await givenPassword(options, address);
  try {
    const steps = await withPassword(options, address, given, (password) =>
      callValue(options, 'setup/run', { address: formatMailbox(address), password }),
    );
    return { steps, plan: await callValue(options, 'domain/dns', { domain, lang }), runs: true };
  } catch (error) {
    if (error instanceof NoServer) return prepareDatabase(options, address, given);
    throw error;
  }
}

function promptFor(address: Mailbox): Prompt {
  return { phrase: SETUP_TEXTS['ask-password'], values: { address: formatMailbox(address) } };
}

async function givenPassword(
  options: ServerOptions,
  address: Mailbox,
): Promise<string | undefined> {
  if (options.passwordFile === undefined) return undefined;
  return readPassword(options, promptFor(address), false);
}

/** A password is asked for only where an account is to be made. */
async function withPassword(
  options: ServerOptions,
  address: Mailbox,
  given: string | undefined,
  run: Run,
): Promise<readonly SetUpStep[]> {
  const first = await run(given);
  if (!first.needsPassword) return first.steps;
  if (!process.stdin.isTTY || options.yes === true)
    throw new CommandFailure(
      `${formatMailbox(address)} needs a password`,
      'Give it by --password-file: a file, or - for standard input.',
    );
  return (await run(await readPassword(options, promptFor(address), true))).steps;
}

async function prepareDatabase(
  options: ServerOptions,
  address: Mailbox,
  given: string | undefined,
): Promise<Prepared> {
  const config = settings('serve', options);
  const became = becomeUser(config);
  if (became.kind === 'failed') throw new CommandFailure(became.message, became.remedy);
  const log = terminalLog('warn', (line) => process.stderr.write(line));
  const clock = systemClock;
  const dataDir = path.resolve(config.data_dir);
  await using parts = new AsyncDisposableStack();
  const opened = await openDatabase(config, dataDir, log, clock, parts);
  if (opened.kind === 'failed') throw new CommandFailure(opened.message, opened.remedy);
  const { store } = opened;
  const { pool, notices } = store;
  const hasher = parts.adopt(new PasswordHasher(), (one) => one.close());
  const administer = { pool, notices, clock, hasher, random: randomBytes };
  const steps = await withPassword(options, address, given, async (password) => {
    const answer = setUpAnswer(await setUp(administer, { address, password }), address);
    if (isRefusal(answer)) throw new CommandFailure(answer.message, answer.remedy);
    return answer;
  });
  const tls = await openTls(config, dataDir, log);
  if (tls.kind === 'failed') throw new CommandFailure(tls.message, tls.remedy);
  parts.use(tls);
  const ports = {
    submission: config['submission.port'],
    submissions: config['submissions.port'],
    imap: config['imap.port'],
    imaps: config['imaps.port'],
  };
  const certificates = { settings: acmeSettings(config) };
  const source = planSource({ config, store, clock, tls: tls.tls, ports, certificates });
  const plan = await readPlan(source, address.domain);
  if (plan === undefined) throw new Error('the domain that was made is not there');
  return { steps, plan: tellPlan(plan, options.lang), runs: false };
}
