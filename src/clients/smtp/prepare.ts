/**
 * What can be decided before MAIL: content that must not leave, and mail that this peer cannot take as it is. Nothing
 * is re-encoded, so what the peer's extensions do not allow fails here with the status that says which.
 */
import { needsSmtputf8 } from '#protocol/address/mailbox';
import { checkWhole } from './check-content.ts';
import type { Mail } from './mail.ts';
import type { Extensions } from '#protocol/smtp/ehlo';
import type { Cause, Failed } from './outcome.ts';
import { failed } from './status.ts';

/** For each recipient: why it cannot be tried, or undefined. */
export function refuseUntried(mail: Mail, offer: Extensions): readonly (Failed | undefined)[] {
  const all = refuseMail(mail, offer);
  return mail.recipients.map(({ mailbox }) => {
    if (all !== undefined) return all;
    return needsSmtputf8(mailbox) && !offer.smtputf8
      ? notOffered('5.6.7', 'SMTPUTF8', 'the address of the recipient is not ASCII')
      : undefined;
  });
}

function refuseMail(mail: Mail, offer: Extensions): Failed | undefined {
  const { content } = mail;
  // RFC 8689 §4.2.1
  if (mail.requireTls === 'must' && !offer.requireTls) {
    return notOffered('5.7.30', 'REQUIRETLS', 'the author asks for TLS on the whole way');
  }
  if (typeof content.chunks !== 'function') {
    const fault = checkWhole(content, content.chunks);
    if (fault !== undefined) {
      const detail = `declared ${content.size} octets`;
      return failed('mail', '5.6.0', { kind: 'content', reason: fault, detail });
    }
  }
  // RFC 1870 §6.1: 0 means no fixed maximum.
  if (offer.size !== undefined && offer.size > 0 && content.size > offer.size) {
    const detail = `${content.size} octets, the peer takes ${offer.size}`;
    return notOffered('5.3.4', 'SIZE', detail);
  }
  // RFC 6152 §3
  if (content.eightBit && !offer.eightBitMime) {
    return notOffered('5.6.3', '8BITMIME', 'the content has 8-bit octets');
  }
  if (offer.smtputf8) return undefined;
  // RFC 6531 §3.2
  if (content.smtputf8) return notOffered('5.6.7', 'SMTPUTF8', 'the header is not ASCII');
  if (mail.reversePath !== null && needsSmtputf8(mail.reversePath)) {
    return notOffered('5.6.7', 'SMTPUTF8', 'the address of the sender is not ASCII');
  }
  return undefined;
}

function notOffered(
  status: string,
  extension: Extract<Cause, { kind: 'not-offered' }>['extension'],
  detail: string,
): Failed {
  return failed('mail', status, { kind: 'not-offered', extension, detail });
}

/** Whether MAIL needs SMTPUTF8 for these recipients; the peer offers it, or they would have been refused. */
export function asksSmtputf8(mail: Mail, recipients: readonly number[]): boolean {
  return (
    mail.content.smtputf8 ||
    (mail.reversePath !== null && needsSmtputf8(mail.reversePath)) ||
    recipients.some((index) => needsSmtputf8(mail.recipients[index]!.mailbox))
  );
}
