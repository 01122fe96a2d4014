/**
 * The end of DATA or BDAT on the MX listener: the facts of the inquiry, the verdict, and one transaction that puts the message into every
 * mailbox it goes to, and into the queue for targets elsewhere, with its events. Only after that commit does 250 leave.
 */
import { event, type Event } from '#events';
import { summarize } from '#protocol/message/summary';
import { blobOrder, storeBlob } from '#store/blobs';
import { writeDialogue } from '#store/dialogues';
import { writeEvents } from '#store/events';
import { destinationsOf, type DestinationKey } from '#store/queue/enqueue';
import type { Pool } from '#store/open';
import { rememberKnown } from '#store/reception/greylist';
import type { Statement, Writer } from '#store/writer';
import type { SenderHistory } from '#mail/reputation/history';
import type { Consequence } from '#mail/bounces/consequence';
import { takeBounces } from '#mail/bounces/take-bounces';
import type { Forwarded } from '#mail/deliver/forward';
import { receivedField } from '#mail/deliver/trace-fields';
import type { Arrival } from './arrival.ts';
import { arrivalEvents, judgedEvents } from './arrival-events.ts';
import { creditsOf, type Credit } from './credit.ts';
import { deliveryStatement, oneCopyEach } from './deliveries.ts';
import type { Finding } from './findings.ts';
import { forwardArrival, type ForwardContext } from './forwards.ts';
import { knownOf } from './fact.ts';
import type { AllFacts } from './facts.ts';
import { KNOWN_FOR } from './greylisting.ts';
import { judge, judgedFields, type Judgement } from './judgement.ts';
import type { TakenMail } from './own-mail.ts';
import type { Policies } from './policies.ts';
import type { LocalRecipient } from './recipient.ts';
import type { Judged, RecipientVerdict, Refusing } from './verdict.ts';

export interface AcceptContext extends ForwardContext {
  readonly writer: Writer;
  readonly pool: Pool;
  readonly policies: Policies;
  /** Of senders. Undefined: none is kept. */
  readonly history: Pick<SenderHistory, 'count' | 'isRepeated'> | undefined;
  /** Told of each message that was judged, for reports of DMARC. */
  readonly seen?: ((arrival: Arrival, judgement: Judgement) => void) | undefined;
  /** What mail for the server itself comes to. */
  readonly takeOwnMail?: (
    arrival: Arrival,
    facts: AllFacts,
    now: number,
  ) => TakenMail | Promise<TakenMail>;
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
  const now = context.clock.now();
  const { sessionId } = arrival.client;
  const { messageId } = arrival.envelope;
  const credits = creditsFor(context, arrival, judgement);
  const judged = event(
    'message.judged',
    now,
    { sessionId, messageId },
    judgedFields(
      judgement,
      credits.map(({ sender }) => sender),
    ),
  );
  if (judgement.verdict.kind === 'refuse') {
    countCredits(context, arrival, credits);
    context.seen?.(arrival, judgement);
    const { how, because } = judgement.verdict;
    return { kind: 'refused', how, finding: because[0], judged };
  }
  const verdicts = judgement.verdict.recipients;
  const { blob, head, header } = arrival.content;
  const received = receivedField({
    client: arrival.client,
    hostname: context.hostname,
    messageId,
    smtputf8: arrival.envelope.smtputf8,
    authenticated: false,
    only: arrival.recipients.length === 1 ? arrival.recipients[0]!.mailbox : undefined,
    hideClient: false,
    now,
  });
  const summary = summarize(head, header);
  const { facts } = judgement;
  const own = await context.takeOwnMail?.(arrival, facts, now);
  const deliveries = oneCopyEach(own?.recipients ?? arrival.recipients, verdicts);
  const forwards = arrival.recipients.filter(
    ({ id, expansion }) => expansion.external.length > 0 && verdicts.get(id)!.kind === 'inbox',
  );
  const forwarded =
    forwards.length === 0
      ? NOTHING_FORWARDED
      : await forwardArrival(context, arrival, forwards, { facts, received, now });
  const bounced = await takeBouncesOf(context, arrival, now);
  const events = [
    ...arrivalEvents(arrival, summary, now),
    judged,
    ...judgedEvents(arrival, verdicts, now),
    ...forwarded.events,
    ...bounced.events,
    ...(own?.events ?? []),
  ];
  const stored = { ...judgement, authservId: context.hostname, received, summary, now };
  const results = await context.writer.run({
    accounts: deliveries.map(({ target }) => target.accountId),
    order: blobOrder(blob),
    bytes: blob.kind === 'whole' ? blob.size : head.length,
    statements: [
      storeBlob(blob, now),
      writeEvents(events),
      ...deliveries.map((delivery) => deliveryStatement(arrival, delivery, stored)),
      writeDialogue(messageId, sessionId, now, arrival.dialogue),
      ...forwarded.statements,
      ...bounced.statements,
      ...(own?.statements ?? []),
      ...knownFromNowOn(judgement, verdicts, now),
    ],
  });
  countCredits(context, arrival, credits);
  context.seen?.(arrival, judgement);
  context.stored(
    deliveries.map(({ target }) => target.accountId),
    forwards.length === 0 ? [] : destinationsOf(results),
    events,
  );
  return { kind: 'stored' };
}

/** Notices about bulk mail, junk or not: whoever has the address was told it by us. */
function takeBouncesOf(
  { pool }: AcceptContext,
  { client: { sessionId }, envelope: { messageId }, recipients, content: { blob } }: Arrival,
  now: number,
): Promise<Consequence> | Consequence {
  const about = recipients.flatMap(({ expansion }) => expansion.bounced ?? []);
  if (about.length === 0) return NOTHING_BOUNCED;
  return takeBounces(pool, { sessionId, messageId, blob, about }, now);
}

const NOTHING_BOUNCED: Consequence = { statements: [], events: [] };

/** Greylisting remembers whose mail was taken, as far as it was for no junk mailbox. */
function knownFromNowOn(
  { facts }: Judgement,
  verdicts: ReadonlyMap<number, RecipientVerdict>,
  now: number,
): Statement[] {
  const known = knownOf(facts.greylist)?.known ?? [];
  const isGood = [...verdicts.values()].every(({ kind }) => kind === 'inbox');
  return known.length > 0 && isGood ? [rememberKnown(known, now, now + KNOWN_FOR)] : [];
}

const NOTHING_FORWARDED: Forwarded = { statements: [], events: [] };

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

async function judgeArrival(
  { clock, policies }: AcceptContext,
  { inquiry, recipients, ...arrival }: Arrival,
): Promise<Judgement> {
  const since = clock.monotonic();
  inquiry.begin('end', { ...arrival, recipients });
  const facts = await inquiry.facts();
  return judge(facts, recipients.map(judgedAs), policies, clock.monotonic() - since);
}

function judgedAs({ id, expansion }: LocalRecipient): Judged {
  const isForServer = expansion.bounced !== undefined || expansion.isLeaving === true;
  return { id, forwardOnly: expansion.accounts.length === 0 && !isForServer };
}
