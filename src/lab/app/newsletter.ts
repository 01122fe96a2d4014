/**
 * The newsletter, as functions: one letter for each subscriber, each with a Message-ID of its own that says which letter it is, so that a second try
 * is known for one. What was deferred is sent again by `sendAgain`; what was taken or refused for good never is.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parseMailbox } from '#protocol/address/path';
import type { App } from './app.ts';
import {
  readFields,
  readSettings,
  readSubscribers,
  sendsSince,
  type Send,
  type SendOutcome,
} from './files.ts';
import { newsletterId, newsletterLetter } from './letters.ts';
import { openSender } from './send.ts';

export interface Issue {
  readonly subject: string;
  readonly text: string;
  /** Between two letters. Milliseconds of real time. */
  readonly gap: number;
  /** Past the server. */
  readonly direct?: boolean;
  /** Told after each letter. */
  readonly sent?: (send: Send) => void | Promise<void>;
}

export type NewsletterOutcome =
  | { readonly kind: 'not-configured' }
  | { readonly kind: 'no-subscribers' }
  /** Letters by what they were answered. */
  | ({ readonly kind: 'sent' } & Readonly<Record<SendOutcome, number>>);

export async function sendNewsletter(app: App, issue: Issue): Promise<NewsletterOutcome> {
  const subscribers = await readSubscribers(app);
  if (subscribers.length === 0) return { kind: 'no-subscribers' };
  const name = Buffer.from(app.random(5)).toString('hex');
  const letters = subscribers.map((recipient, index) => ({
    recipient,
    messageId: newsletterId(name, index + 1),
  }));
  return sendLetters(app, letters, issue);
}

/** The letters since then whose last answer was «later». */
export async function sendAgain(app: App, since: number, issue: Issue): Promise<NewsletterOutcome> {
  const last = new Map<string, Send>();
  for (const send of await sendsSince(app, since)) {
    if (send.kind === 'newsletter' && send.messageId !== null) last.set(send.messageId, send);
  }
  const letters = [...last.values()]
    .filter(({ outcome }) => outcome === 'later')
    .map(({ recipient, messageId }) => ({ recipient, messageId: messageId! }));
  return sendLetters(app, letters, issue);
}

async function sendLetters(
  app: App,
  letters: readonly { readonly recipient: string; readonly messageId: string }[],
  { subject, text, gap, direct, sent }: Issue,
): Promise<NewsletterOutcome> {
  const settings = await readSettings(app);
  await using sender = await openSender(app, direct);
  if (settings === undefined || sender === undefined) return { kind: 'not-configured' };
  const fields = await readFields(app);
  const counts = { taken: 0, later: 0, never: 0 };
  for (const [index, { recipient, messageId }] of letters.entries()) {
    if (parseMailbox(recipient) === undefined) continue;
    if (index > 0 && gap > 0) await delay(gap);
    const newsletter = { messageId, subject, text, fields, date: app.clock.now() };
    const letter = newsletterLetter(newsletter, settings.user, recipient);
    const send = await sender.send({ kind: 'newsletter', messageId, recipient, letter });
    counts[send.outcome] += 1;
    await sent?.(send);
  }
  return { kind: 'sent', ...counts };
}
