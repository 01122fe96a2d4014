/**
 * What an alias sends on to addresses elsewhere, as a message of the queue: byte for byte as it came, with trace fields before it, under a
 * reverse-path for which this server may send. One message for each alias, so that nobody learns of another alias that was addressed.
 * Called where forwards are queued: `mail/receive/arrival/forwards.ts`, `mail/queue/local/local.ts`.
 */
import { concat, utf8 } from '#bytes';
import { event, type Event, type EventIds } from '#events';
import { formatMailbox, isAscii, type Mailbox } from '#protocol/address/mailbox';
import { formatOriginalRecipient } from '#protocol/smtp/original-recipient';
import type { Directory } from '#store/directory/directory';
import { viewOf } from '#store/emails/emails';
import { enqueue, type QueueMessage, type Stream } from '#store/queue/enqueue';
import type { Statement } from '#store/writer/writer';
import type { Expansion } from './expand.ts';
import { isRedirection, withoutSuccess } from './forwarded-notify.ts';
import { senderOfForward } from './reverse-path.ts';
import { deliveredToField } from './trace-fields.ts';

/** The message as it came. */
export type Original = Pick<
  QueueMessage,
  | 'sessionId'
  | 'accountId'
  | 'sha256'
  | 'reversePath'
  | 'ret'
  | 'envid'
  | 'smtputf8'
  | 'eightBit'
  | 'notifyAuthor'
  | 'tlsRequired'
  | 'expiresAt'
> & {
  readonly id: string;
  readonly blobSize: number;
  /** Offsets of what does not go on. */
  readonly hidden: readonly number[];
};

export interface Forward {
  /** Of the forward; that of the message itself where it is the only one. */
  readonly id: string;
  readonly original: Original;
  /** What was addressed here. */
  readonly alias: Mailbox;
  readonly expansion: Pick<Expansion, 'tenantId' | 'accounts' | 'external' | 'isBounce'>;
  /** Those of `external` to send to: another alias may have brought one its copy. */
  readonly targets: readonly Mailbox[];
  /** Of the recipient, as received. */
  readonly orcpt: string | undefined;
  readonly notify: string | undefined;
  /** Of the first target within the message. */
  readonly firstRecipient: number;
  /** Seals, if there are any. */
  readonly seals: Uint8Array;
  /** The fields of this passage, without Delivered-To. */
  readonly trace: Uint8Array;
  /** Calendar milliseconds. */
  readonly now: number;
}

export interface Forwarded {
  readonly statements: readonly Statement[];
  readonly events: readonly Event[];
}

/** The statements that queue it, in the transaction that takes the message, and what is to be told of it. */
export async function forwardTo(directory: Directory, forward: Forward): Promise<Forwarded> {
  const { id, original, alias, expansion, targets, now } = forward;
  const address = formatMailbox(alias);
  const sender = await senderOfForward(directory, original.reversePath, alias, original.id, now);
  const prefix = concat([forward.seals, utf8(deliveredToField(address)), forward.trace]);
  const { blobSize, hidden, ...kept } = original;
  const stream: Stream = expansion.isBounce === true ? 'dsn' : 'forward';
  const ids: EventIds = {
    messageId: original.id,
    tenantId: expansion.tenantId,
    ...(original.sessionId !== undefined && { sessionId: original.sessionId }),
  };
  const forwarded = event('message.forwarded', now, ids, {
    public: { how: sender.how, bounce: expansion.isBounce === true, forwardId: id },
    personal: {
      forwardPath: address,
      targets: targets.map(formatMailbox),
      reversePath: sender.address ?? '',
    },
  });
  const statements = enqueue({
    ...kept,
    id,
    parentId: id === original.id ? undefined : original.id,
    tenantId: expansion.tenantId,
    view: viewOf(prefix, blobSize, hidden),
    arrivedAt: now,
    recipients: targets.map((target, index) => ({
      id: forward.firstRecipient + index,
      forwardPath: formatMailbox(target),
      domain: target.domain,
      reversePath: sender.address === original.reversePath ? undefined : sender.address,
      orcpt: forward.orcpt ?? originalRecipient(address, original.smtputf8),
      notify: isRedirection(expansion) ? forward.notify : withoutSuccess(forward.notify),
      stream,
      priority: 0,
      sourcePool: '',
      nextAt: now,
    })),
  });
  return { statements, events: [forwarded] };
}

/** RFC 3461 §4.2 */
function originalRecipient(address: string, smtputf8: boolean): string {
  const addressType = isAscii(address) ? 'rfc822' : 'utf-8';
  return formatOriginalRecipient({ addressType, address }, smtputf8);
}
