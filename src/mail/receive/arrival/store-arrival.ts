/**
 * A message that is accepted: one transaction puts it into every mailbox it goes to, and into the queue for targets elsewhere, with its
 * events. Called by accept.ts.
 */
import type { Event } from '#events';
import type { Consequence } from '#mail/bounces/consequence';
import { takeBounces } from '#mail/bounces/take-bounces';
import type { Forwarded } from '#mail/deliver/forward';
import { receivedField } from '#mail/deliver/trace-fields';
import { summarize } from '#protocol/message/summary';
import { destinationsOf, type DestinationKey } from '#store/queue/enqueue';
import { rememberKnown } from '#store/reception/greylist';
import { knownOf } from '#mail/receive/inquiry/fact';
import type { AllFacts } from '#mail/receive/inquiry/facts';
import { KNOWN_FOR } from '#mail/receive/inquiry/greylisting';
import type { Judgement } from '#mail/receive/judgement/judgement';
import type { RecipientVerdict } from '#mail/receive/judgement/verdict';
import type { Pool } from '#store/database/open';
import { blobOrder, storeBlob } from '#store/emails/blobs';
import { writeDialogue } from '#store/events/dialogues';
import { writeEvents } from '#store/events/events';
import type { Statement, Writer } from '#store/writer/writer';
import type { NoticeOptions } from '#mail/queue/settle/notice';
import type { Arrival } from './arrival.ts';
import { arrivalEvents, judgedEvents } from './arrival-events.ts';
import { deliveryStatement, oneCopyEach } from './deliveries.ts';
import { forwardArrival, type ForwardContext } from './forwards.ts';
import type { TakenMail } from './own-mail.ts';
import { reportSuccess } from './success-reports.ts';

export interface StoreContext extends ForwardContext {
  readonly writer: Writer;
  readonly pool: Pool;
  /** Of what authors are told. */
  readonly notices: NoticeOptions;
  /** What mail for the server itself comes to. */
  readonly takeOwnMail?: (
    arrival: Arrival,
    facts: AllFacts,
    now: number,
  ) => TakenMail | Promise<TakenMail>;
}

/** What came of the judgement. */
export interface ToStore {
  readonly judgement: Judgement;
  readonly verdicts: ReadonlyMap<number, RecipientVerdict>;
  /** The event that tells of it. */
  readonly judged: Event;
  readonly now: number;
}

/** What the transaction did. */
export interface StoredArrival {
  readonly accountIds: readonly string[];
  readonly destinations: readonly DestinationKey[];
  readonly events: readonly Event[];
}

/** @throws StoreUnavailable, DatabaseError: nothing is stored */
export async function storeArrival(
  context: StoreContext,
  arrival: Arrival,
  toStore: ToStore,
): Promise<StoredArrival> {
  const { judgement, verdicts, judged, now } = toStore;
  const { client, envelope, recipients, content, dialogue } = arrival;
  const { blob, head, header } = content;
  const { messageId } = envelope;
  const received = receivedLine(context, arrival, now);
  const summary = summarize(head, header);
  const own = await context.takeOwnMail?.(arrival, judgement.facts, now);
  const deliveries = oneCopyEach(own?.recipients ?? recipients, verdicts);
  const forwarded = await forwardGood(context, arrival, toStore, received);
  const bounced = await takeBouncesOf(context, arrival, now);
  const reported = await reportSuccess(context.notices, arrival, {
    recipients: own?.recipients ?? recipients,
    verdicts,
    facts: judgement.facts,
    now,
  });
  const events = [
    ...arrivalEvents(arrival, summary, now),
    judged,
    ...judgedEvents(arrival, verdicts, now),
    ...forwarded.events,
    ...bounced.events,
    ...(own?.events ?? []),
    ...reported.events,
  ];
  const copied = { ...judgement, authservId: context.hostname, received, summary, now };
  const results = await context.writer.run({
    accounts: deliveries.map(({ target }) => target.accountId),
    order: blobOrder(blob),
    bytes: (blob.kind === 'whole' ? blob.size : head.length) + reported.bytes,
    statements: [
      storeBlob(blob, now),
      writeEvents(events),
      ...deliveries.map((delivery) => deliveryStatement(arrival, delivery, copied)),
      writeDialogue(messageId, client.sessionId, now, dialogue),
      ...forwarded.statements,
      ...bounced.statements,
      ...(own?.statements ?? []),
      ...reported.statements,
      ...knownFromNowOn(judgement, verdicts, now),
    ],
  });
  const queuesNothing = forwarded === NOTHING_FORWARDED && reported.statements.length === 0;
  return {
    accountIds: deliveries.map(({ target }) => target.accountId),
    destinations: queuesNothing ? [] : destinationsOf(results),
    events,
  };
}

function receivedLine(
  { hostname }: StoreContext,
  { client, envelope, recipients }: Arrival,
  now: number,
): string {
  return receivedField({
    client,
    hostname,
    messageId: envelope.messageId,
    smtputf8: envelope.smtputf8,
    authenticated: false,
    only: recipients.length === 1 ? recipients[0]!.mailbox : undefined,
    hideClient: false,
    now,
  });
}

/** Junk is not passed on. */
function forwardGood(
  context: StoreContext,
  arrival: Arrival,
  { judgement: { facts }, verdicts, now }: ToStore,
  received: string,
): Promise<Forwarded> | Forwarded {
  const forwards = arrival.recipients.filter(
    ({ id, expansion }) => expansion.external.length > 0 && verdicts.get(id)!.kind === 'inbox',
  );
  return forwards.length === 0
    ? NOTHING_FORWARDED
    : forwardArrival(context, arrival, forwards, { facts, received, now });
}

const NOTHING_FORWARDED: Forwarded = { statements: [], events: [] };

/** Notices about bulk mail, junk or not: whoever has the address was told it by us. */
function takeBouncesOf(
  { pool }: StoreContext,
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
