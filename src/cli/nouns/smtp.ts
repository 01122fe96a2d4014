/** `hikyaku smtp probe`: speaks SMTP to any server and explains every line; works without a server here. */
import { randomBytes } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { Option, type Command } from 'commander';
import { hex } from '#bytes';
import {
  DIALOGUE_LIMITS,
  DialogueRecorder,
  formatEntry,
  type DialogueEntry,
} from '#protocol/smtp/dialogue';
import { tcpDialer } from '#clients/smtp/dial';
import { systemClock, type Clock } from '#clock';
import { say } from '#mail/story/phrase';
import { printable, STICKY, wrap } from '#mail/story/terminal-text';
import { toAscii } from '#protocol/address/domain';
import { formatMailbox, needsSmtputf8, type Mailbox } from '#protocol/address/mailbox';
import { parseMailbox } from '#protocol/address/path';
import { CommandFailure } from '#cli/failure';
import { labHere } from '#cli/lab-here';
import { usualLanguage } from '#cli/language';
import type { ExitCode } from '#cli/exit-code';
import { printJson, printLine } from '#cli/terminal/output';
import { crlf, makeMessage } from './smtp/content.ts';
import { Explainer } from './smtp/explain.ts';
import {
  runProbe,
  STAGES,
  TLS_CHOICES,
  type ProbePlan,
  type ProbeResult,
  type ProbeStage,
  type ProbeTls,
} from './smtp/run.ts';
import { RESULTS } from './smtp/texts.ts';
import { Progress, waiting } from '#cli/terminal/progress';
import { cliResolver } from '#cli/resolver';
import { readPassword, type SecretOptions } from '#cli/terminal/secret';
import { promptFor } from '#cli/terminal/secret-texts';
import { styled, terminalColumns } from '#cli/terminal/terminal';
import { wholeNumber, type CommonOptions } from '#cli/verb';

interface ProbeOptions extends CommonOptions, SecretOptions {
  readonly port?: number;
  readonly tls: ProbeTls;
  readonly helo?: string;
  readonly from?: string;
  readonly to?: readonly string[];
  readonly auth?: string;
  readonly subject: string;
  readonly body: string;
  readonly data?: string;
  readonly quitAfter?: ProbeStage;
  readonly timeout: number;
  readonly lang: 'en' | 'ja';
  readonly explain: boolean;
}

export function smtp(noun: Command, end: (code: ExitCode) => void): void {
  noun
    .command('probe <host>')
    .description('speak SMTP to a server, show the dialogue and explain every line')
    .option(
      '--port <port>',
      'its port (25; 465 with --tls implicit)',
      wholeNumber('--port', 1, 65_535),
    )
    .addOption(
      new Option(
        '--tls <policy>',
        'none; opportunistic: STARTTLS where offered; required: STARTTLS or stop; verified: and a certificate ' +
          'for the host, or stop; implicit: TLS from the first octet',
      )
        .choices(TLS_CHOICES)
        .default('opportunistic'),
    )
    .option('--helo <name>', 'how we call ourselves (the name of this machine)')
    .option('--from <address>', 'the reverse-path; <> is the null one')
    .option('--to <address>', 'a recipient (repeatable); a message is sent to those given', collect)
    .option('--auth <user>', 'log in')
    .option('--password-file <file>', 'read the password from a file, - is standard input')
    .option('--subject <text>', 'of the message that is sent', 'A probe of SMTP')
    .option('--body <text>', 'its text', 'This message was sent by hikyaku smtp probe.')
    .option('--data <file>', 'send this whole message instead, - is standard input')
    .addOption(new Option('--quit-after <stage>', 'say QUIT after this').choices(STAGES))
    .option('--timeout <seconds>', 'for each answer', wholeNumber('--timeout', 1, 3600), 30)
    .addOption(
      new Option('--lang <language>', 'of what explains')
        .choices(['en', 'ja'])
        .default(usualLanguage()),
    )
    .option('--no-explain', 'the dialogue alone')
    .option('--json', 'one JSON object a line')
    .addHelpText('after', EXAMPLES)
    .action(async (host: string, options: ProbeOptions) => {
      const result = await probe(host, options);
      end(result.kind === 'well' ? 0 : 1);
    });
}

const EXAMPLES = `
Examples:
  $ hikyaku smtp probe mx.example.net
  $ hikyaku smtp probe 127.0.0.1 --port 2587 --tls required --auth alice@example.test --from alice@example.test --to bob@example.test
  $ hikyaku smtp probe mx.example.net --to someone@example.net --quit-after rcpt --lang ja`;

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

async function probe(host: string, options: ProbeOptions): Promise<ProbeResult> {
  const lab = await labHere(options);
  const plan = await planOf(host, options, lab?.clock ?? systemClock);
  const explainer = new Explainer(options.lang);
  const progress = new Progress(`waiting for ${host}`);
  const show = (entry: DialogueEntry): void => {
    progress.touch();
    const meaning = options.explain ? explainer.explain(entry) : undefined;
    if (options.json === true) printJson(meaning === undefined ? entry : { ...entry, meaning });
    else showEntry(entry, meaning);
  };
  const start = systemClock.monotonic();
  const running = runProbe(plan, {
    dialer: lab?.network.machineDialer ?? tcpDialer,
    ca: isInTest(host) || plan.address.address.startsWith('127.') ? lab?.trustedRoots : undefined,
    recorder: new DialogueRecorder(start, DIALOGUE_LIMITS, show),
    monotonic: () => systemClock.monotonic(),
    randomBytes,
  });
  const result = await running.finally(() => progress.stop());
  if (options.json === true) printJson(result);
  else showResult(result, options.lang);
  return result;
}

/** @param clock whose calendar the date of the message is read from */
async function planOf(
  host: string,
  options: ProbeOptions,
  clock: Pick<Clock, 'now'>,
): Promise<ProbePlan> {
  const from = readFrom(options);
  const to = (options.to ?? []).map(readMailbox);
  const helo = options.helo ?? hostname();
  const { tls, port = tls === 'implicit' ? 465 : 25 } = options;
  const content = await contentOf(options, from, to, helo, clock.now());
  const isUtf8 = [from, ...to].some((mailbox) => mailbox !== null && needsSmtputf8(mailbox));
  const parameters =
    (content.some((octet) => octet > 127) ? ' BODY=8BITMIME' : '') + (isUtf8 ? ' SMTPUTF8' : '');
  const sends = to.length > 0;
  const path = from === null ? '' : formatMailbox(from);
  return {
    host: isIP(host) === 0 ? (toAscii(host) ?? host) : host,
    address: await addressOf(host, options),
    port,
    tls,
    helo: oneLine('--helo', helo),
    credentials: await credentialsOf(options),
    mail: sends || options.from !== undefined ? `FROM:<${path}>${parameters}` : undefined,
    recipients: to.map((mailbox) => formatMailbox(mailbox)),
    content,
    quitAfter: options.quitAfter ?? lastStage(options),
    timeout: options.timeout * 1000,
  };
}

/** A message goes to whoever was named; without recipients the probe goes as far as what was given. */
function lastStage({ to, from, auth, tls }: ProbeOptions): ProbeStage {
  if (to !== undefined) return 'data';
  if (from !== undefined) return 'mail';
  if (auth !== undefined) return 'auth';
  return tls === 'none' || tls === 'implicit' ? 'ehlo' : 'tls';
}

/** Null is the null reverse-path. */
function readFrom({ from, auth }: ProbeOptions): Mailbox | null {
  if (from === '<>' || from === '') return null;
  if (from !== undefined) return readMailbox(from);
  return parseMailbox(auth ?? '') ?? null;
}

function readMailbox(given: string): Mailbox {
  const mailbox = parseMailbox(given);
  if (mailbox) return mailbox;
  throw new CommandFailure(`${given} is not an address`, 'Write it like alice@example.test.');
}

async function credentialsOf(options: ProbeOptions): Promise<ProbePlan['credentials']> {
  const { auth: username } = options;
  if (username === undefined) return undefined;
  const prompt = promptFor('login', { who: username });
  return { username, password: await readPassword(options, prompt, false) };
}

async function contentOf(
  { data, subject, body }: ProbeOptions,
  from: Mailbox | null,
  to: readonly Mailbox[],
  helo: string,
  now: number,
): Promise<Uint8Array> {
  if (data === undefined) {
    return makeMessage({
      from: from === null ? `postmaster@${helo}` : formatMailbox(from),
      to: to.map((mailbox) => formatMailbox(mailbox)),
      subject,
      body,
      now,
      unique: hex(randomBytes(12)),
      host: helo,
    });
  }
  try {
    return crlf(await readFile(data === '-' ? '/dev/stdin' : data));
  } catch (error) {
    throw new CommandFailure(
      `the message cannot be read: ${(error as Error).message}`,
      'Name a file that holds header, empty line and body.',
    );
  }
}

async function addressOf(host: string, options: ProbeOptions): Promise<ProbePlan['address']> {
  if (isInTest(host)) return addressInTest(host, options);
  try {
    return await waiting(`looking up ${host}`, lookup(host));
  } catch (error) {
    throw new CommandFailure(
      `${host} has no address: ${(error as NodeJS.ErrnoException).code}`,
      'Name a host (for the MX of a domain: dig MX example.net), or give an address.',
    );
  }
}

/** Names below test are the practice Internet's, and nobody else's (RFC 6761 §6.2). */
function isInTest(host: string): boolean {
  return host.endsWith('.test');
}

async function addressInTest(host: string, options: ProbeOptions): Promise<ProbePlan['address']> {
  using resolver = await cliResolver(options);
  const answer = await waiting(`looking up ${host}`, resolver.resolve(host, 'A'));
  if (answer.kind === 'records') return { address: answer.records[0]!, family: 4 };
  throw new CommandFailure(
    `${host} has no address in the practice Internet`,
    'Start it with npm start; dig MX for its domain at the resolver shows who is there.',
  );
}

/** Nothing that is put into a command may start a second one. */
function oneLine(option: string, text: string): string {
  if (/^[\x21-\x7e]+$/.test(text)) return text;
  throw new CommandFailure(
    `${option} ${JSON.stringify(text)} cannot be sent`,
    'Give a host name or an address literal like [192.0.2.1].',
  );
}

/** Columns of a dialogue that goes to a file. */
const FILE_COLUMNS = 100;
const INDENT = 6;

function showEntry(entry: DialogueEntry, meaning: string | undefined): void {
  const line = printable(formatEntry(entry, 'client'), 2000);
  printLine(styled(styleOf(entry), line));
  if (meaning === undefined) return;
  const width = (terminalColumns() ?? FILE_COLUMNS) - INDENT;
  // references are not broken between lines
  const kept = meaning.replaceAll(/\[RFC [^\]]*\]/g, (mark) => mark.replaceAll(' ', STICKY));
  for (const part of wrap(kept, width)) printLine(styled('dim', ' '.repeat(INDENT) + part));
}

function styleOf(entry: DialogueEntry): Parameters<typeof styled>[0] {
  if (entry.kind !== 'received') return entry.kind === 'sent' ? 'cyan' : 'bold';
  return /^[45]/.test(entry.line) ? 'red' : 'green';
}

function showResult(result: ProbeResult, lang: ProbeOptions['lang']): void {
  const isWell = result.kind === 'well';
  const text = isWell
    ? say(RESULTS.well, lang, { stage: result.stage })
    : say(RESULTS.unwell, lang, { stage: result.stage, reason: printable(result.reason) });
  printLine(`\n${styled(isWell ? 'green' : 'red', text)}`);
}
