/** Which recipients go into one transaction: our own bound and what the peer announces by LIMITS (RFC 9422). */
import type { MailRecipient } from './mail.ts';
import type { Offer } from './offer.ts';

/**
 * The first of `waiting` (indices into `recipients`, in order) that one transaction can hold; empty only where
 * `waiting` is.
 */
export function nextGroup(
  recipients: readonly MailRecipient[],
  waiting: readonly number[],
  offer: Offer,
  most: number,
): readonly number[] {
  const room = Math.max(1, Math.min(most, offer.rcptMax ?? most));
  // RFC 9422 §4.3
  if (offer.rcptDomainMax === undefined) return waiting.slice(0, room);
  const domains = new Set<string>();
  const group: number[] = [];
  for (const index of waiting) {
    const { domain } = recipients[index]!.mailbox;
    if (!domains.has(domain) && domains.size >= Math.max(1, offer.rcptDomainMax)) continue;
    domains.add(domain);
    if (group.push(index) >= room) break;
  }
  return group;
}
