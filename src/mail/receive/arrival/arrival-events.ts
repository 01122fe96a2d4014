/** The events of a message that arrives: that it came, where its addresses lead, what it was judged to be. */
import { event, type Event } from '#events';
import { formatMailbox } from '#protocol/address/mailbox';
import type { MessageSummary } from '#protocol/message/summary';
import { protocolName } from '#mail/deliver/trace-fields';
import type { LocalRecipient } from '#mail/receive/recipient';
import type { RecipientVerdict } from '#mail/receive/judgement/verdict';
import type { Arrival } from './arrival.ts';

export function arrivalEvents(arrival: Arrival, summary: MessageSummary, now: number): Event[] {
  const { client, envelope, recipients, content } = arrival;
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
    ...recipients.flatMap((recipient) => expansionEvents(arrival, recipient, now)),
  ];
}

/** What became of it for those who do not have it in their inbox. */
export function judgedEvents(
  { client, envelope, recipients }: Arrival,
  verdicts: ReadonlyMap<number, RecipientVerdict>,
  now: number,
): Event[] {
  return recipients.flatMap(({ id, mailbox, expansion }) => {
    const { kind, because } = verdicts.get(id)!;
    if (kind === 'inbox') return [];
    return [
      event(
        'recipient.judged',
        now,
        {
          sessionId: client.sessionId,
          messageId: envelope.messageId,
          recipientId: String(id),
          tenantId: expansion.tenantId,
        },
        {
          public: { verdict: kind, reasons: [...new Set(because.map(({ reason }) => reason))] },
          personal: { forwardPath: formatMailbox(mailbox) },
        },
      ),
    ];
  });
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
