/**
 * The end of DATA or BDAT on the MX listener: the facts of the inquiry, the verdict, and where it is taken, one transaction with all that
 * it comes to (arrival/store-arrival.ts). Only after that commit does 250 leave.
 */
import { event, type Event } from '#events';
import type { SenderHistory } from '#mail/reputation/history';
import type { DestinationKey } from '#store/queue/enqueue';
import type { Arrival } from './arrival/arrival.ts';
import { creditsOf, type Credit } from './judgement/credit.ts';
import type { Finding } from './inquiry/findings.ts';
import { judge, judgedFields, type Judgement } from './judgement/judgement.ts';
import type { Policies } from './judgement/policies.ts';
import type { LocalRecipient } from './recipient.ts';
import { storeArrival, type StoreContext } from './arrival/store-arrival.ts';
import type { Judged, Refusing } from './judgement/verdict.ts';

export interface AcceptContext extends StoreContext {
  readonly policies: Policies;
  /** Of senders. Undefined: none is kept. */
  readonly history: Pick<SenderHistory, 'count' | 'isRepeated'> | undefined;
  /** Told of each message that was judged, for reports of DMARC. */
  readonly seen?: ((arrival: Arrival, judgement: Judgement) => void) | undefined;
  /** Called after the commit. */
  readonly stored: (
    accountIds: readonly string[],
    destinations: readonly DestinationKey[],
    events: readonly Event[],
  ) => void;
}

export type Accepted =
  | { readonly kind: 'stored' }
  | {
      readonly kind: 'refused';
      readonly how: Refusing;
      /** What the client is told. */
      readonly finding: Finding;
      /** To be noted: nothing of a refused message is in a transaction. */
      readonly judged: Event;
    };

/** @throws StoreUnavailable, DatabaseError: nothing is stored, the client keeps its message */
export async function accept(context: AcceptContext, arrival: Arrival): Promise<Accepted> {
  const judgement = await judgeArrival(context, arrival);
  const { verdict } = judgement;
  const now = context.clock.now();
  const credits = creditsFor(context, arrival, judgement);
  const judged = judgedEvent(arrival, judgement, credits, now);
  const conclude = (): void => {
    countCredits(context, arrival, credits);
    context.seen?.(arrival, judgement);
  };
  if (verdict.kind === 'refuse') {
    conclude();
    return { kind: 'refused', how: verdict.how, finding: verdict.because[0], judged };
  }
  const toStore = { judgement, verdicts: verdict.recipients, judged, now };
  const { accountIds, destinations, events } = await storeArrival(context, arrival, toStore);
  conclude();
  context.stored(accountIds, destinations, events);
  return { kind: 'stored' };
}

async function judgeArrival(
  { clock, policies }: AcceptContext,
  { inquiry, recipients, ...arrival }: Arrival,
): Promise<Judgement> {
  const since = clock.monotonic();
  inquiry.begin('end', { ...arrival, recipients });
  const facts = await inquiry.facts();
  return judge(facts, recipients.map(judgedAs), policies, clock.monotonic() - since);
}

function judgedEvent(
  { client: { sessionId }, envelope: { messageId } }: Arrival,
  judgement: Judgement,
  credits: readonly Credit[],
  now: number,
): Event {
  const senders = credits.map(({ sender }) => sender);
  return event('message.judged', now, { sessionId, messageId }, judgedFields(judgement, senders));
}

function creditsFor(
  { history, policies }: AcceptContext,
  { recipients }: Arrival,
  judgement: Judgement,
): readonly Credit[] {
  if (history === undefined) return [];
  const isRepeated = (signature: string) => history.isRepeated(signature);
  return creditsOf(judgement, recipients.map(judgedAs), policies, isRepeated);
}

function countCredits(
  { history }: AcceptContext,
  { client }: Arrival,
  credits: readonly Credit[],
): void {
  for (const { sender, counts } of credits) history?.count(sender, counts, client.address);
}

function judgedAs({ id, expansion }: LocalRecipient): Judged {
  const isForServer = expansion.bounced !== undefined || expansion.isLeaving === true;
  return { id, forwardOnly: expansion.accounts.length === 0 && !isForServer };
}
