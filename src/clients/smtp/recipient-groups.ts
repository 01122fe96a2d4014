/** Which recipients go into one transaction: our own bound and what the peer announces by LIMITS (RFC 9422). */
import type { Limits } from '#protocol/smtp/ehlo';
import type { MailRecipient } from './mail.ts';

/**
 * The first of `waiting` (indices into `recipients`, in order) that the next transaction can hold; none where the
 * session can take no more of their domains.
 *
 * @param most our own bound on recipients of a transaction
 * @param domains recipient domains already named in this session
 */
export function nextGroup(
  recipients: readonly MailRecipient[],
  waiting: readonly number[],
  limits: Limits,
  most: number,
  domains: ReadonlySet<string>,
): readonly number[] {
  const room = Math.min(most, limits.rcptMax ?? most);
  // RFC 9422 §4.3: counted over the session.
  const { rcptDomainMax } = limits;
  if (rcptDomainMax === undefined) return waiting.slice(0, room);
  const named = new Set(domains);
  const group: number[] = [];
  for (const index of waiting) {
    const { domain } = recipients[index]!.mailbox;
    if (!named.has(domain) && named.size >= rcptDomainMax) continue;
    named.add(domain);
    if (group.push(index) >= room) break;
  }
  return group;
}
