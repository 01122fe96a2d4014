/**
 * What the checks of reception find, and the verdict. A check looks at one thing and says what it found; the verdict alone
 * decides, per recipient, from the findings: it is pure, so that a decision can be told and tested without a server.
 */

/** What a finding asks for; without any the message is accepted. */
export type Wish = 'junk' | 'reject';

export interface Finding {
  /** The check that found it. */
  readonly check: string;
  readonly reason: FindingReason;
  readonly wish: Wish;
  /** Undefined: of the whole message. */
  readonly recipientId: number | undefined;
}

export type FindingReason =
  /** Over a hundred Received fields (RFC 5321 §6.3). */
  | 'too-many-hops'
  /** Our own Delivered-To for this recipient stands in it already. */
  | 'delivered-before';

export type RecipientVerdict = 'inbox' | 'junk' | 'drop';

export type Verdict =
  | { readonly kind: 'refuse'; readonly reason: FindingReason }
  | { readonly kind: 'accept'; readonly recipients: ReadonlyMap<number, RecipientVerdict> };

/**
 * Per recipient, with one reply: the message is refused only if every recipient refuses it; otherwise it is accepted, and whoever
 * would refuse gets it as junk. `forwardOnly` names recipients without a mailbox here: what they would refuse is dropped.
 */
export function verdict(
  findings: readonly Finding[],
  recipients: readonly { readonly id: number; readonly forwardOnly: boolean }[],
): Verdict {
  const decided = new Map<number, RecipientVerdict>();
  let firstRefusal: FindingReason | undefined;
  let refusals = 0;
  for (const { id, forwardOnly } of recipients) {
    const own = findings.filter(
      ({ recipientId }) => recipientId === undefined || recipientId === id,
    );
    const refusal = own.find(({ wish }) => wish === 'reject');
    if (refusal) {
      refusals++;
      firstRefusal ??= refusal.reason;
      decided.set(id, forwardOnly ? 'drop' : 'junk');
    } else
      decided.set(id, own.some(({ wish }) => wish === 'junk') && !forwardOnly ? 'junk' : 'inbox');
  }
  return firstRefusal !== undefined && refusals === recipients.length
    ? { kind: 'refuse', reason: firstRefusal }
    : { kind: 'accept', recipients: decided };
}
