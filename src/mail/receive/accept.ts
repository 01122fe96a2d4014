/**
 * The end of DATA or BDAT on the MX listener: checks, verdict, and one transaction that puts the message into every mailbox it goes
 * to, and into the queue for targets elsewhere, with its events. Only after that commit does 250 leave.
 */
import type { Clock } from '#clock';
import { utf8 } from '#bytes';
import { event, type Event } from '#events';
import { formatMailbox, type Mailbox } from '#protocol/address/mailbox';
import { fieldsNamed } from '#protocol/message/fields';
import { summarize, type MessageSummary } from '#protocol/message/summary';
import type { DialogueEntry } from '#protocol/smtp/dialogue';
import { blobOrder, storeBlob } from '#store/blobs';
import { writeDialogue } from '#store/dialogues';
import { deliverEmail, viewOf } from '#store/emails';
import { writeEvents } from '#store/events';
import { enqueue, type DestinationKey } from '#store/queue/enqueue';
import type { Statement, Writer } from '#store/writer';
import type { AccountTarget } from '#mail/deliver/expand';
import { isRedirection, withoutSuccess } from '#mail/deliver/forwarded-notify';
import {
  deliveredToField,
  protocolName,
  receivedField,
  returnPathField,
} from '#mail/deliver/trace-fields';
import { runChecks } from './checks.ts';
import type { Client, Envelope } from './envelope.ts';
import { verdict, type FindingReason, type RecipientVerdict } from './findings.ts';
import type { Content } from './intake.ts';
import type { LocalRecipient } from './recipient.ts';

export interface AcceptContext {
  readonly writer: Writer;
  readonly clock: Clock;
  readonly hostname: string;
  /** How long a forward is tried. Milliseconds. */
  readonly queueLifetime: number;
  /** Called after the commit. */
  readonly stored: (
    accountIds: readonly string[],
    destinations: readonly DestinationKey[],
    events: readonly Event[],
  ) => void;
}

export interface Arrival {
  readonly client: Client;
  readonly envelope: Envelope;
  readonly recipients: readonly LocalRecipient[];
  readonly content: Content;
  /** What was said so far; kept with the message. */
  readonly dialogue: readonly DialogueEntry[];
}

export type Accepted =
  | { readonly kind: 'stored' }
  | { readonly kind: 'refused'; readonly reason: FindingReason };

/** @throws StoreUnavailable, DatabaseError: nothing is stored, the client keeps its message */
export async function accept(context: AcceptContext, arrival: Arrival): Promise<Accepted> {
  const findings = await runChecks(arrival);
  const judged = verdict(
    findings,
    arrival.recipients.map(({ id, expansion }) => ({
      id,
      forwardOnly: expansion.accounts.length === 0,
    })),
  );
  if (judged.kind === 'refuse') return { kind: 'refused', reason: judged.reason };
  const now = context.clock.now();
  const { blob, head } = arrival.content;
  const deliveries = oneCopyEach(arrival.recipients, judged.recipients);
  const forwards = arrival.recipients.filter(
    ({ id, expansion }) => expansion.external.length > 0 && judged.recipients.get(id) === 'inbox',
  );
  const received = receivedField({
    client: arrival.client,
    hostname: context.hostname,
    messageId: arrival.envelope.messageId,
    smtputf8: arrival.envelope.smtputf8,
    authenticated: false,
    only: arrival.recipients.length === 1 ? arrival.recipients[0]!.mailbox : undefined,
    hideClient: false,
    now,
  });
  const summary = summarize(head);
  const events = [
    ...arrivalEvents(arrival, summary, now),
    ...arrival.recipients.flatMap((r) => expansionEvents(arrival, r, now)),
  ];
  const queued = forwardStatements(context, arrival, forwards, received, now);
  const results = await context.writer.run({
    accounts: deliveries.map(({ target }) => target.accountId),
    order: blobOrder(blob),
    bytes: blob.kind === 'whole' ? blob.size : head.length,
    statements: [
      storeBlob(blob, now),
      writeEvents(events),
      ...deliveries.map((delivery) => deliveryStatement(arrival, delivery, received, summary, now)),
      writeDialogue(arrival.envelope.messageId, arrival.client.sessionId, now, arrival.dialogue),
      ...queued,
    ],
  });
  const destinations =
    queued.length === 0 ? [] : (results.at(-1)!.rows as unknown as DestinationKey[]);
  context.stored(
    deliveries.map(({ target }) => target.accountId),
    destinations,
    events,
  );
  return { kind: 'stored' };
}

interface LocalDelivery {
  readonly recipient: LocalRecipient;
  readonly target: AccountTarget;
  readonly verdict: RecipientVerdict;
}

/** An account gets one copy, for the first recipient that leads to it; as junk only if every one of them would have it so. */
function oneCopyEach(
  recipients: readonly LocalRecipient[],
  verdicts: ReadonlyMap<number, RecipientVerdict>,
): LocalDelivery[] {
  const byAccount = new Map<string, LocalDelivery>();
  for (const recipient of recipients) {
    const judged = verdicts.get(recipient.id)!;
    for (const target of recipient.expansion.accounts) {
      const before = byAccount.get(target.accountId);
      if (!before || (before.verdict === 'junk' && judged === 'inbox')) {
        byAccount.set(target.accountId, { recipient, target, verdict: judged });
      }
    }
  }
  return [...byAccount.values()];
}

function deliveryStatement(
  arrival: Arrival,
  { recipient, target, verdict: judged }: LocalDelivery,
  received: string,
  summary: MessageSummary,
  now: number,
): Statement {
  const { envelope, content, client } = arrival;
  const forwardPath = formatMailbox(recipient.mailbox);
  const prefix = returnPathField(envelope.reversePath) + deliveredToField(forwardPath) + received;
  return deliverEmail({
    accountId: target.accountId,
    role: judged === 'junk' ? 'junk' : 'inbox',
    messageId: envelope.messageId,
    recipientId: recipient.id,
    sessionId: client.sessionId,
    attemptId: undefined,
    sha256: content.blob.sha256,
    view: viewOf(utf8(prefix), content.blob.size, hiddenRanges(content)),
    reversePath: envelope.reversePath && formatMailbox(envelope.reversePath),
    forwardPath,
    summary,
    receivedAt: now,
  });
}

/** A Return-Path is ours to write (RFC 5321 §4.4); one that came along is not shown. */
function hiddenRanges({ header }: Content): number[] {
  return fieldsNamed(header, 'Return-Path').flatMap(({ start, end }) => [start, end]);
}

function forwardStatements(
  context: AcceptContext,
  arrival: Arrival,
  forwards: readonly LocalRecipient[],
  received: string,
  now: number,
): Statement[] {
  if (forwards.length === 0) return [];
  const { envelope, content, client } = arrival;
  const targets = new Map<string, { mailbox: Mailbox; via: LocalRecipient }>();
  for (const via of forwards) {
    for (const mailbox of via.expansion.external)
      targets.set(formatMailbox(mailbox), { mailbox, via });
  }
  const aliases = forwards.map(({ mailbox }) => deliveredToField(formatMailbox(mailbox))).join('');
  return enqueue({
    id: envelope.messageId,
    parentId: undefined,
    sessionId: client.sessionId,
    tenantId: forwards[0]!.expansion.tenantId,
    accountId: undefined,
    sha256: content.blob.sha256,
    view: viewOf(utf8(aliases + received), content.blob.size, hiddenRanges(content)),
    reversePath: envelope.reversePath && formatMailbox(envelope.reversePath),
    ret: envelope.ret,
    envid: envelope.envid,
    smtputf8: envelope.smtputf8,
    eightBit: content.eightBit,
    notifyAuthor: false,
    arrivedAt: now,
    expiresAt: now + context.queueLifetime,
    recipients: [...targets.values()].map(({ mailbox, via }, index) => ({
      // after those of the envelope, so that no two recipients of a message share an id
      id: arrival.recipients.length + 1 + index,
      forwardPath: formatMailbox(mailbox),
      domain: mailbox.domain,
      reversePath: undefined,
      orcpt: via.orcpt ?? `rfc822;${formatMailbox(via.mailbox)}`,
      notify: isRedirection(via.expansion) ? via.notify : withoutSuccess(via.notify),
      stream: 'forward',
      priority: 0,
      sourcePool: '',
      nextAt: now,
    })),
  });
}

function arrivalEvents(
  { client, envelope, recipients, content }: Arrival,
  summary: MessageSummary,
  now: number,
): Event[] {
  return [
    event(
      'message.received',
      now,
      { sessionId: client.sessionId, messageId: envelope.messageId },
      {
        public: {
          listener: client.listener,
          size: content.blob.size,
          tls: client.tls?.version ?? null,
          with: protocolName({ client, smtputf8: envelope.smtputf8, authenticated: false }),
          recipients: recipients.length,
        },
        personal: {
          client: client.address,
          ehlo: client.ehlo,
          reversePath: envelope.reversePath ? formatMailbox(envelope.reversePath) : '',
          messageIdField: summary.messageId ?? null,
        },
      },
    ),
  ];
}

function expansionEvents(
  { client, envelope }: Arrival,
  { id, expansion }: LocalRecipient,
  now: number,
): Event[] {
  return expansion.steps.map(({ address, rule, targets }) =>
    event(
      'recipient.expanded',
      now,
      {
        sessionId: client.sessionId,
        messageId: envelope.messageId,
        recipientId: String(id),
        tenantId: expansion.tenantId,
      },
      { public: { rule }, personal: { forwardPath: address, targets } },
    ),
  );
}
