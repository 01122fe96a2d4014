/**
 * Where readers' complaints are told to: `fbl@` of each domain, and the addresses of duty, where providers that ask nobody write
 * (RFC 6650 §4, RFC 2142). Called by mail/receive.
 */
import type { Mailbox } from '#protocol/address/mailbox';

/** For reports alone: one that is understood there is in nobody's way. */
export const FEEDBACK = 'fbl';

const TAKING: ReadonlySet<string> = new Set([FEEDBACK, 'abuse', 'postmaster']);

export function takesFeedback({ localPart }: Mailbox): boolean {
  return TAKING.has(localPart.toLowerCase());
}

export function isFeedbackAlone({ localPart }: Mailbox): boolean {
  return localPart.toLowerCase() === FEEDBACK;
}
