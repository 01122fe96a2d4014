/**
 * What an author who asked for it (NOTIFY=SUCCESS, RFC 3461 §5.2) is told of mail that came in by MX: it is in a mailbox here, or went
 * on to the addresses behind an alias. Queued in the transaction that accepts the message, for the recipients of which nobody else
 * reports. Called by store-arrival.ts.
 */
import { isRedirection } from '#mail/deliver/forwarded-notify';
import { withoutRanges } from '#mail/deliver/seal';
import {
  dueNotices,
  queueNotices,
  type NoticeCandidate,
  type NoticeOptions,
  type QueuedNotice,
} from '#mail/queue/settle/notice';
import { ownResult } from '#mail/queue/settle/result';
import { knownOf } from '#mail/receive/inquiry/fact';
import type { AllFacts } from '#mail/receive/inquiry/facts';
import type { RecipientVerdict } from '#mail/receive/judgement/verdict';
import type { LocalRecipient } from '#mail/receive/recipient';
import { tlsRequiredOf } from '#mail/tls-policy/author-wish';
import { formatMailbox } from '#protocol/address/mailbox';
import type { Arrival } from './arrival.ts';
import { returnPathRanges } from './hidden-fields.ts';

/** The owner of the reverse-path may hear from us: he sent the message (docs/decisions/0009). */
export function mayNotify({ spf }: AllFacts): boolean {
  const report = knownOf(spf);
  return report?.result === 'pass' && report.identity === 'mailfrom';
}

export interface Stored {
  /** Those whose mailboxes get it, or who are forwarded. */
  readonly recipients: readonly LocalRecipient[];
  readonly verdicts: ReadonlyMap<number, RecipientVerdict>;
  readonly facts: AllFacts;
  readonly now: number;
}

const STATUS = '2.1.5';

/** @returns without a promise where nobody asked: nearly always */
export function reportSuccess(
  options: NoticeOptions,
  arrival: Arrival,
  { recipients, verdicts, facts, now }: Stored,
): QueuedNotice | Promise<QueuedNotice> {
  const asking = recipients.filter(({ notify }) => notify?.includes('SUCCESS'));
  if (asking.length === 0) return NOTHING_REPORTED;
  const { envelope, content } = arrival;
  const reversePath = envelope.reversePath && formatMailbox(envelope.reversePath);
  const candidates = asking.flatMap((recipient) =>
    candidateOf(recipient, verdicts.get(recipient.id)!, reversePath),
  );
  const head = withoutRanges(content.head, returnPathRanges(content));
  const message = {
    id: envelope.messageId,
    tenantId: asking[0]!.expansion.tenantId,
    accountId: null,
    size: content.blob.size,
    reversePath,
    ret: envelope.ret ?? null,
    envid: envelope.envid ?? null,
    smtputf8: envelope.smtputf8,
    eightBit: content.eightBit,
    notifyAuthor: mayNotify(facts),
    tlsRequired: tlsRequiredOf(envelope, content) ?? null,
    arrivedAt: now,
    expiresAt: now + options.schedule.lifetime,
  };
  const context = { options, message, head: () => head, attemptId: undefined, now };
  return queueNotices(context, dueNotices(message, candidates));
}

const NOTHING_REPORTED: QueuedNotice = { statements: [], events: [], bytes: 0 };

/** None of what is in no mailbox, nor of what one address elsewhere answers for (RFC 3461 §5.2.7.2). */
function candidateOf(
  { id, mailbox, expansion, orcpt, notify }: LocalRecipient,
  verdict: RecipientVerdict,
  reversePath: string | null,
): NoticeCandidate[] {
  const { accounts, external } = expansion;
  if (accounts.length + external.length === 0 || isRedirection(expansion)) return [];
  // junk is not passed on
  const isExpanded = external.length > 0 && verdict.kind === 'inbox';
  const recipient = {
    recipientId: id,
    forwardPath: formatMailbox(mailbox),
    domain: '',
    reversePath,
    orcpt: orcpt ?? null,
    notify: notify ?? null,
    attempts: 0,
    delayNotified: false,
    released: false,
  };
  return [
    isExpanded
      ? {
          result: ownResult(
            recipient,
            'expanded',
            'alias',
            STATUS,
            'Sent on to the addresses behind it',
          ),
          fate: 'expanded',
        }
      : {
          result: ownResult(recipient, 'delivered', 'mailbox', STATUS, 'Delivered to the mailbox'),
          fate: 'delivered',
        },
  ];
}
