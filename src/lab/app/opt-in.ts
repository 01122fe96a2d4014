/**
 * Confirmed opt-in: whoever was typed into the form gets one letter that asks, and is on the list once its owner has answered from there. The
 * Message-ID of the letter is the proof: nobody knows it who did not get the letter, and an answer names it in In-Reply-To (RFC 5322 §3.6.4).
 */
import { parseMailbox } from '#protocol/address/path';
import { APP_HOST, type App } from './app.ts';
import {
  readInvitations,
  readSettings,
  readSignups,
  readSubscribers,
  writeInvitations,
  writeSignups,
} from './files.ts';
import { invitationLetter } from './letters.ts';
import type { NewsletterOutcome } from './newsletter.ts';
import { openSender } from './send.ts';

/** Octets that nobody guesses. */
const PROOF = 16;

/** Asks everybody on the list who came by the form and was not asked yet; who was put off is asked the next time. */
export async function inviteReaders(app: App): Promise<NewsletterOutcome> {
  const settings = await readSettings(app);
  await using sender = await openSender(app);
  if (settings === undefined || sender === undefined) return { kind: 'not-configured' };
  const [signups, invitations] = [await readSignups(app), await readInvitations(app)];
  const asked = new Set(Object.values(invitations));
  const open = (await readSubscribers(app)).filter(
    (address) =>
      signups[address] === 'form' && !asked.has(address) && parseMailbox(address) !== undefined,
  );
  const counts = { taken: 0, later: 0, never: 0 };
  const sent: Record<string, string> = {};
  for (const recipient of open) {
    const messageId = `opt-in-${Buffer.from(app.random(PROOF)).toString('hex')}@${APP_HOST}`;
    const date = app.clock.now();
    const letter = invitationLetter({ messageId, date }, settings.user, recipient);
    const { outcome } = await sender.send({ kind: 'invitation', messageId, recipient, letter });
    counts[outcome] += 1;
    if (outcome === 'taken') sent[messageId] = recipient;
  }
  await writeInvitations(app, { ...invitations, ...sent });
  return { kind: 'sent', ...counts };
}

/** A letter that came to the address that the app writes from. */
export interface Answer {
  /** Its authors, as addresses. */
  readonly from: readonly string[];
  readonly inReplyTo: readonly string[];
}

/** Whose invitation it answers, from the mailbox that was asked; undefined: nobody's. Pure. */
export function confirmedBy(
  { from, inReplyTo }: Answer,
  invitations: Readonly<Record<string, string>>,
): string | undefined {
  return inReplyTo
    .map((id) => (Object.hasOwn(invitations, id) ? invitations[id] : undefined))
    .find((address) => address !== undefined && from.includes(address));
}

/** @returns those of them who were not confirmed before */
export async function noteConfirmed(app: App, addresses: readonly string[]): Promise<string[]> {
  const signups = await readSignups(app);
  const fresh = [...new Set(addresses)].filter((address) => signups[address] === 'form');
  const confirmed = Object.fromEntries(fresh.map((address) => [address, 'confirmed' as const]));
  if (fresh.length > 0) await writeSignups(app, { ...signups, ...confirmed });
  return fresh;
}
