/** The files of the app: settings with a password in it (mode 0600), subscribers, and the log of what it tried to send, one JSON object a line. */
import { appendFile, readFile, rename, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { App, AppSettings } from './app.ts';

const settings = z.object({
  host: z.string(),
  port: z.number(),
  tls: z.enum(['implicit', 'starttls']),
  user: z.string(),
  password: z.string(),
});

export type SendOutcome = 'taken' | 'later' | 'never';

/** One try to hand in one letter. */
export interface Send {
  /** Calendar milliseconds. */
  readonly at: number;
  readonly kind: 'contact' | 'newsletter' | 'invitation';
  /** Without angle brackets; null: the app writes none. */
  readonly messageId: string | null;
  readonly recipient: string;
  readonly outcome: SendOutcome;
  /** Of the reply; null: there was none. */
  readonly code: number | null;
  readonly reply: string;
}

/** More than any lesson has readers. */
const REMOVALS = 1000;
/** Past this the log is put aside, under a name that is overwritten the next time. */
const LOG_OCTETS = 8 * 1024 * 1024;

const settingsFile = ({ folder }: App): string => path.join(folder, 'settings.json');
const subscribersFile = ({ folder }: App): string => path.join(folder, 'subscribers.json');
const fieldsFile = ({ folder }: App): string => path.join(folder, 'fields.json');
const signupsFile = ({ folder }: App): string => path.join(folder, 'signups.json');
const invitationsFile = ({ folder }: App): string => path.join(folder, 'invitations.json');
const removalsFile = ({ folder }: App): string => path.join(folder, 'removals.json');
const logFile = ({ folder }: App): string => path.join(folder, 'sends.jsonl');

/** Undefined: it was never configured. */
export async function readSettings(app: App): Promise<AppSettings | undefined> {
  const text = await textOf(settingsFile(app));
  return text === undefined ? undefined : settings.parse(JSON.parse(text));
}

export async function writeSettings(app: App, given: AppSettings): Promise<void> {
  await replace(settingsFile(app), `${JSON.stringify(given, null, 2)}\n`);
}

export async function readSubscribers(app: App): Promise<string[]> {
  const text = await textOf(subscribersFile(app));
  return text === undefined ? [] : z.array(z.string()).parse(JSON.parse(text));
}

export async function writeSubscribers(app: App, addresses: readonly string[]): Promise<void> {
  await replace(subscribersFile(app), `${JSON.stringify(addresses, null, 2)}\n`);
}

/** Fields that the newsletter has besides its own, `Name: value` each. */
export async function readFields(app: App): Promise<string[]> {
  const text = await textOf(fieldsFile(app));
  return text === undefined ? [] : z.array(z.string()).parse(JSON.parse(text));
}

export async function writeFields(app: App, lines: readonly string[]): Promise<void> {
  await replace(fieldsFile(app), `${JSON.stringify(lines, null, 2)}\n`);
}

/** How readers came to the newsletter: bought with a list, typed into the form by anybody, or typed and then confirmed from the mailbox itself. */
export const SIGNUPS = ['bought', 'form', 'confirmed'] as const;
export type Signup = (typeof SIGNUPS)[number];

/** By address; of many nobody knows. */
export async function readSignups(app: App): Promise<Readonly<Record<string, Signup>>> {
  const text = await textOf(signupsFile(app));
  return text === undefined ? {} : z.record(z.string(), z.enum(SIGNUPS)).parse(JSON.parse(text));
}

export async function writeSignups(
  app: App,
  signups: Readonly<Record<string, Signup>>,
): Promise<void> {
  await replace(signupsFile(app), `${JSON.stringify(signups, null, 2)}\n`);
}

/** Letters that asked a reader to confirm: Message-ID → address. */
export async function readInvitations(app: App): Promise<Readonly<Record<string, string>>> {
  const text = await textOf(invitationsFile(app));
  return text === undefined ? {} : z.record(z.string(), z.string()).parse(JSON.parse(text));
}

export async function writeInvitations(
  app: App,
  invitations: Readonly<Record<string, string>>,
): Promise<void> {
  await replace(invitationsFile(app), `${JSON.stringify(invitations, null, 2)}\n`);
}

/** When readers were taken off the newsletter's list, by address. Calendar milliseconds; of the newest {@link REMOVALS}. */
export async function readRemovals(app: App): Promise<Readonly<Record<string, number>>> {
  const text = await textOf(removalsFile(app));
  return text === undefined ? {} : z.record(z.string(), z.number()).parse(JSON.parse(text));
}

/** A new list has no history. */
export async function forgetRemovals(app: App): Promise<void> {
  await replace(removalsFile(app), '{}\n');
}

export async function noteRemovals(app: App, addresses: readonly string[]): Promise<void> {
  const now = app.clock.now();
  const others = Object.entries(await readRemovals(app)).filter(
    ([address]) => !addresses.includes(address),
  );
  const removals = [...others, ...addresses.map((address) => [address, now] as const)];
  const kept = Object.fromEntries(removals.slice(-REMOVALS));
  await replace(removalsFile(app), `${JSON.stringify(kept, null, 2)}\n`);
}

export async function noteSend(app: App, send: Send): Promise<void> {
  const file = logFile(app);
  const { size } = await stat(file).catch(() => ({ size: 0 }));
  if (size > LOG_OCTETS) await rename(file, `${file}.1`);
  await appendFile(file, `${JSON.stringify(send)}\n`, { mode: 0o600 });
}

/** What it tried since then, in order. */
export async function sendsSince(app: App, at: number): Promise<Send[]> {
  const text = (await textOf(logFile(app))) ?? '';
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Send)
    .filter((send) => send.at >= at);
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whole or not at all. */
async function replace(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text, { mode: 0o600 });
  await rename(`${file}.new`, file);
}
