/** `hikyaku spf check`: may this address send for this sender? Asks the DNS by itself; works without a server here. */
import { hostname } from 'node:os';
import type { Command } from 'commander';
import type { Language } from '#protocol/dsn/language';
import { tellSpfResult, tellSpfStep } from '#mail/story/tell/tell-spf';
import { say } from '#mail/story/phrase';
import { SPF_PIECES } from '#mail/story/texts/spf-texts';
import { formatMailbox, type Mailbox } from '#protocol/address/mailbox';
import { parseMailbox } from '#protocol/address/path';
import { checkHost, type CheckHostOptions } from '#protocol/spf/check-host';
import { parseIp } from '#protocol/address/ip-address';
import type { SpfReport, SpfResult, SpfStep } from '#protocol/spf/report';
import { printExplained, type ExplainedStep } from '#cli/terminal/explained';
import { CommandFailure } from '#cli/failure';
import { addLanguage, type LanguageOptions } from '#cli/language';
import { waiting } from '#cli/terminal/progress';
import { addResolver, cliResolver, type ResolverOptions } from '#cli/resolver';
import type { ExitCode } from '#cli/exit-code';
import { addVerb } from '#cli/verb';

interface SpfOptions extends ResolverOptions, LanguageOptions {
  readonly ip: string;
  readonly from?: string;
  readonly helo?: string;
}

/** RFC 7208 §4.6.4: «at least 20 seconds». Milliseconds. */
const PATIENCE = 30_000;

export function spf(noun: Command, end: (code: ExitCode) => void): void {
  const check = addVerb(
    noun,
    'check',
    'say whether an address may send for a sender, and why, step by step',
    'hikyaku spf check --ip 192.0.2.1 --from alice@example.org',
    'hikyaku spf check --ip 2001:db8::1 --helo mail.example.org --lang ja',
  )
    .requiredOption('--ip <address>', 'from where the mail comes')
    .option('--from <address>', 'its reverse-path; without it, or with <>, the HELO name is judged')
    .option('--helo <name>', 'how the client calls itself (the domain of --from)');
  addLanguage(addResolver(check)).action(async (options: SpfOptions) => {
    const report = await runCheck(options);
    print(report, options);
    end(report.result === 'pass' ? 0 : 1);
  });
}

async function runCheck(options: SpfOptions): Promise<SpfReport> {
  const asked = questionOf(options);
  using resolver = await cliResolver(options);
  const signal = AbortSignal.timeout(PATIENCE);
  const receiver = hostname();
  const now = Math.floor(resolver.now() / 1000);
  const domain = asked.mailFrom?.domain ?? asked.helo;
  const report = await waiting(
    `asking the DNS for ${domain}`,
    checkHost({ ...asked, resolver, receiver, now, signal }),
  );
  resolver.assertReached();
  return report;
}

function questionOf({
  ip,
  from,
  helo,
}: SpfOptions): Pick<CheckHostOptions, 'ip' | 'helo' | 'mailFrom'> {
  if (parseIp(ip) === undefined)
    throw new CommandFailure(
      `--ip ${ip} is no IP address`,
      'Write it like 192.0.2.1 or 2001:db8::1.',
    );
  const mailFrom = from === undefined || from === '' || from === '<>' ? null : readMailbox(from);
  const name = helo ?? mailFrom?.domain;
  if (name === undefined)
    throw new CommandFailure(
      'there is nobody to judge',
      'Name a sender by --from alice@example.org, or a host by --helo mail.example.org.',
    );
  return { ip, helo: name, mailFrom };
}

function readMailbox(given: string): Mailbox {
  const mailbox = parseMailbox(given);
  if (mailbox) return mailbox;
  throw new CommandFailure(`${given} is not an address`, 'Write it like alice@example.org.');
}

function print(report: SpfReport, options: SpfOptions): void {
  const { lang } = options;
  const explained = {
    title: titleOf(report, options),
    result: resultOf(report, lang),
    well: WELL[report.result],
    steps: stepsOf(report.steps, lang),
  };
  printExplained(options, explained, report);
}

function titleOf({ identity, ip, domain }: SpfReport, { from, lang }: SpfOptions): string {
  const mailbox = identity === 'mailfrom' ? parseMailbox(from ?? '') : undefined;
  const who = mailbox ? formatMailbox(mailbox) : domain;
  return say(SPF_PIECES.title, lang, { who, ip });
}

function resultOf(report: SpfReport, lang: Language): string {
  const said = tellSpfResult(report, lang);
  const { explanation } = report;
  if (explanation === undefined) return said;
  const quoted = say(SPF_PIECES.quoted, lang, { explanation });
  return lang === 'ja' ? said + quoted : `${said} ${quoted}`;
}

const WELL: Readonly<Record<SpfResult, boolean | undefined>> = {
  pass: true,
  fail: false,
  softfail: false,
  neutral: undefined,
  none: undefined,
  temperror: undefined,
  permerror: false,
};

/** What lies within an include is set in. */
function stepsOf(steps: readonly SpfStep[], lang: Language): readonly ExplainedStep[] {
  let depth = 0;
  return steps.map((step) => {
    if (step.step === 'include-left') depth--;
    const isAdvice = step.step === 'advice';
    const told = { text: tellSpfStep(step, lang), rfc: step.rfc, depth, isAdvice };
    if (step.step === 'include-entered') depth++;
    return told;
  });
}
