/** What set-up has to know: from flags, from the settings that are there, and from whoever sits at the terminal. */
import { createInterface } from 'node:readline/promises';
import { say, type Phrase } from '#mail/story/phrase';
import { toAscii } from '#protocol/address/domain';
import type { Mailbox } from '#protocol/address/mailbox';
import { parseMailbox } from '#protocol/address/path';
import type { Language } from '#protocol/dsn/language';
import { CommandFailure } from '#cli/failure';
import { SETUP_TEXTS } from './texts.ts';

export interface SetupFlags {
  readonly hostname?: string;
  readonly domain?: string;
  readonly address?: string;
  readonly agreeTerms?: boolean;
  readonly yes?: boolean;
}

export interface SetupAnswers {
  readonly hostname: string;
  readonly address: Mailbox;
  readonly agreesToTerms: boolean;
}

export interface Known {
  /** From the settings. */
  readonly hostname: string | undefined;
  readonly agreesToTerms: boolean;
}

/** Asks one question; the answer may be the one that is offered. */
export type Ask = (question: string, offered: string | undefined) => Promise<string>;

/** @param ask undefined: nobody can be asked @throws CommandFailure */
export async function answersFor(
  flags: SetupFlags,
  known: Known,
  lang: Language,
  ask: Ask | undefined,
): Promise<SetupAnswers> {
  const answer = async (
    flag: '--address' | '--domain' | '--hostname',
    given: string | undefined,
    question: Phrase,
    offered: string | undefined,
  ): Promise<string> => {
    if (given !== undefined) return given;
    if (flags.yes === true && offered !== undefined) return offered;
    if (ask !== undefined && flags.yes !== true) return ask(question[lang], offered);
    throw new CommandFailure(
      `${flag} is missing`,
      'Give it, or run this on a terminal and be asked.',
    );
  };
  const given = await answer('--address', flags.address, SETUP_TEXTS['ask-address'], undefined);
  const at = given.lastIndexOf('@');
  const domain =
    at >= 0
      ? given.slice(at + 1)
      : await answer('--domain', flags.domain, SETUP_TEXTS['ask-domain'], undefined);
  const address = parseMailbox(at >= 0 ? given : `${given}@${domain}`);
  if (address === undefined)
    throw new CommandFailure(`${given} is not a mail address`, 'Write it like me@example.org.');
  const wanted = flags.domain === undefined ? address.domain : toAscii(flags.domain);
  if (wanted !== address.domain)
    throw new CommandFailure(
      `${given} is not in ${flags.domain}`,
      'The account is made in the domain: give an address of it.',
    );
  const offered = known.hostname ?? `mail.${address.domain}`;
  const named = await answer('--hostname', flags.hostname, SETUP_TEXTS['ask-hostname'], offered);
  const hostname = toAscii(named);
  if (hostname === undefined || !hostname.includes('.'))
    throw new CommandFailure(`${named} is no full host name`, 'Write it like mail.example.org.');
  return { hostname, address, agreesToTerms: await agreement(flags, known, lang, ask) };
}

/** Consent is said, never supposed: `--yes` is none. */
async function agreement(
  { agreeTerms, yes }: SetupFlags,
  { agreesToTerms }: Known,
  lang: Language,
  ask: Ask | undefined,
): Promise<boolean> {
  if (agreeTerms === true || agreesToTerms) return true;
  if (ask === undefined || yes === true) return false;
  return /^(?:y|yes|はい)$/i.test(await ask(say(SETUP_TEXTS['ask-terms'], lang, {}), 'no'));
}

/** Asks at the terminal, on standard error. @throws CommandFailure when it is left */
export async function askTerminal(question: string, offered: string | undefined): Promise<string> {
  const left = new AbortController();
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const leave = (): void => left.abort();
  lines.once('SIGINT', leave).once('close', leave);
  try {
    for (;;) {
      const hint = offered === undefined ? '' : ` [${offered}]`;
      const given = (await lines.question(`${question}${hint}: `, { signal: left.signal })).trim();
      if (given !== '') return given;
      if (offered !== undefined) return offered;
    }
  } catch (error) {
    if (!left.signal.aborted) throw error;
    throw new CommandFailure('interrupted', 'Run it again: it goes on where it broke off.');
  } finally {
    // its own listeners stay: they take it off the terminal, which else would show the password that is typed next
    lines.off('close', leave);
    lines.close();
  }
}
