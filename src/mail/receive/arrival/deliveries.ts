/** What goes into mailboxes here: one copy for each account, as the verdict for its recipient has it. */
import { concat, utf8 } from '#bytes';
import { formatMailbox } from '#protocol/address/mailbox';
import type { MessageSummary } from '#protocol/message/summary';
import type { AccountTarget } from '#mail/deliver/expand';
import { deliveredToField, returnPathField } from '#mail/deliver/trace-fields';
import type { AllFacts } from '#mail/receive/inquiry/facts';
import type { Finding } from '#mail/receive/inquiry/findings';
import type { LocalRecipient } from '#mail/receive/recipient';
import type { RecipientVerdict } from '#mail/receive/judgement/verdict';
import { deliverEmail, viewOf } from '#store/emails/emails';
import type { Statement } from '#store/writer/writer';
import type { Arrival } from './arrival.ts';
import { authenticationResults } from './authentication-results.ts';
import { hiddenRanges } from './hidden-fields.ts';
import { verdictField } from './verdict-field.ts';

export interface LocalDelivery {
  readonly recipient: LocalRecipient;
  readonly target: AccountTarget;
  readonly verdict: RecipientVerdict;
}

/** An account gets one copy, for the first recipient that leads to it; as junk only if every one of them would have it so. */
export function oneCopyEach(
  recipients: readonly LocalRecipient[],
  verdicts: ReadonlyMap<number, RecipientVerdict>,
): LocalDelivery[] {
  const byAccount = new Map<string, LocalDelivery>();
  for (const recipient of recipients) {
    const judged = verdicts.get(recipient.id)!;
    for (const target of recipient.expansion.accounts) {
      const before = byAccount.get(target.accountId);
      if (!before || (before.verdict.kind === 'junk' && judged.kind === 'inbox')) {
        byAccount.set(target.accountId, { recipient, target, verdict: judged });
      }
    }
  }
  return [...byAccount.values()];
}

/** What concerns one recipient alone is no other's business. */
function isAbout({ id }: LocalRecipient): (finding: Finding) => boolean {
  return ({ recipientId }) => recipientId === undefined || recipientId === id;
}

/** What all copies of a message share. */
export interface Copied {
  readonly findings: readonly Finding[];
  /** Our name in Authentication-Results. */
  readonly authservId: string;
  readonly facts: AllFacts;
  /** The Received field. */
  readonly received: string;
  readonly summary: MessageSummary;
  readonly now: number;
}

export function deliveryStatement(
  arrival: Arrival,
  { recipient, target, verdict }: LocalDelivery,
  { authservId, facts, findings, received, summary, now }: Copied,
): Statement {
  const { envelope, content, client } = arrival;
  const forwardPath = formatMailbox(recipient.mailbox);
  const prefix = concat([
    utf8(
      returnPathField(envelope.reversePath) +
        deliveredToField(forwardPath) +
        verdictField(verdict, findings.filter(isAbout(recipient))),
    ),
    authenticationResults(authservId, arrival, facts),
    utf8(received),
  ]);
  return deliverEmail({
    accountId: target.accountId,
    role: verdict.kind === 'junk' ? 'junk' : 'inbox',
    messageId: envelope.messageId,
    recipientId: recipient.id,
    sessionId: client.sessionId,
    attemptId: undefined,
    sha256: content.blob.sha256,
    view: viewOf(prefix, content.blob.size, hiddenRanges(content, authservId)),
    reversePath: envelope.reversePath && formatMailbox(envelope.reversePath),
    forwardPath,
    summary,
    receivedAt: now,
  });
}
