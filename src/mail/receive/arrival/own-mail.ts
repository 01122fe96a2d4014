/**
 * Mail that comes for the server itself: somebody leaves a list by mail, a provider tells of a complaint. What follows from it is in the
 * transaction that accepts it. Mail to people is left where it goes; what came for the server alone and is done with is kept nowhere.
 */
import type { Event } from '#events';
import { isFeedbackAlone, takesFeedback } from '#mail/complaints/feedback-address';
import { takeComplaint } from '#mail/complaints/take-complaint';
import { leavingAsked } from '#mail/unsubscribe/by-mail';
import { leavingByMail } from '#mail/unsubscribe/leave';
import type { TokenKeys } from '#mail/unsubscribe/token';
import type { Directory } from '#store/directory/directory';
import { knownOf } from '#mail/receive/inquiry/fact';
import type { AllFacts } from '#mail/receive/inquiry/facts';
import type { LocalRecipient } from '#mail/receive/recipient';
import { signersOf, vouchedFor } from '#mail/receive/inquiry/vouching';
import type { Pool } from '#store/database/open';
import type { Statement } from '#store/writer/writer';
import type { Arrival } from './arrival.ts';

export interface OwnMailContext {
  readonly pool: Pool;
  readonly directory: Directory;
  readonly hostname: string;
  readonly keys: TokenKeys;
}

export interface TakenMail {
  readonly statements: readonly Statement[];
  readonly events: readonly Event[];
  /** Those whose mailboxes get it. */
  readonly recipients: readonly LocalRecipient[];
}

/** @returns without a promise where nothing of it is for the server: nearly always */
export function takeOwnMail(
  context: OwnMailContext,
  arrival: Arrival,
  facts: AllFacts,
  now: number,
): TakenMail | Promise<TakenMail> {
  const { recipients, content } = arrival;
  if (recipients.some(({ mailbox }) => takesFeedback(mailbox)))
    return takeReport(context, arrival, facts, now);
  if (!recipients.some(({ expansion }) => expansion.isLeaving))
    return { statements: [], events: [], recipients };
  const asked = leavingAsked(context.keys, content.head, content.header);
  const left = asked === undefined ? NOTHING : leavingByMail(asked, now);
  return { ...left, recipients };
}

const NOTHING = { statements: [], events: [] };

async function takeReport(
  { pool, directory, hostname, keys }: OwnMailContext,
  { client, envelope, recipients, content }: Arrival,
  facts: AllFacts,
  now: number,
): Promise<TakenMail> {
  const spf = knownOf(facts.spf);
  const dkim = knownOf(facts.dkim);
  const mail = {
    sessionId: client.sessionId,
    messageId: envelope.messageId,
    blob: content.blob,
    vouching: [...signersOf(dkim), ...vouchedFor(spf, undefined).domains],
  };
  const secrets = await directory.srsSecrets();
  const taken = await takeComplaint(pool, mail, { keys, secrets, hostname }, now);
  return {
    ...taken,
    recipients: taken.isUnderstood ? recipients.filter((one) => !isForServer(one)) : recipients,
  };
}

/** Nobody has the address: it is the postmaster's only so that somebody reads what is not understood. */
function isForServer({ mailbox, expansion: { accounts } }: LocalRecipient): boolean {
  return isFeedbackAlone(mailbox) && accounts.every(({ rule }) => rule === 'role');
}
