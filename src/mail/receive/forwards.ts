/** What goes on to addresses elsewhere: rows of the queue, in the transaction that accepts the message. */
import { utf8 } from '#bytes';
import { formatMailbox, type Mailbox } from '#protocol/address/mailbox';
import { viewOf } from '#store/emails';
import { enqueue } from '#store/queue/enqueue';
import type { Statement } from '#store/writer';
import { isRedirection, withoutSuccess } from '#mail/deliver/forwarded-notify';
import { deliveredToField } from '#mail/deliver/trace-fields';
import type { AcceptContext, Arrival } from './accept.ts';
import { returnPathRanges } from './hidden-fields.ts';
import type { LocalRecipient } from './recipient.ts';

export function forwardStatements(
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
    view: viewOf(utf8(aliases + received), content.blob.size, returnPathRanges(content)),
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
