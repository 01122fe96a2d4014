/**
 * MAIL and RCPT as lines, with the parameters that the peer offers (RFC 5321 §4.1.1, RFC 1870, RFC 3461, RFC 6152,
 * RFC 6531, RFC 8689). What the peer does not offer is left out; whether the mail may go without it was decided before.
 */
import { formatMailbox } from '#protocol/address/mailbox';
import type { Mail, MailRecipient } from './mail.ts';
import type { Extensions } from '#protocol/smtp/ehlo';

export function mailCommand(mail: Mail, smtputf8: boolean, offer: Extensions): string {
  let line = `MAIL FROM:<${mail.reversePath === null ? '' : formatMailbox(mail.reversePath)}>`;
  if (offer.size !== undefined) line += ` SIZE=${mail.content.size}`;
  if (mail.content.eightBit && offer.eightBitMime) line += ' BODY=8BITMIME';
  if (smtputf8) line += ' SMTPUTF8';
  if (mail.requireTls !== undefined && offer.requireTls) line += ' REQUIRETLS';
  if (offer.dsn) {
    if (mail.ret !== undefined) line += ` RET=${mail.ret}`;
    if (mail.envid !== undefined) line += ` ENVID=${mail.envid}`;
  }
  return oneLine(line);
}

export function rcptCommand(recipient: MailRecipient, offer: Extensions): string {
  let line = `RCPT TO:<${formatMailbox(recipient.mailbox)}>`;
  if (offer.dsn) {
    const { notify, orcpt } = recipient;
    if (notify !== undefined && notify.length > 0) line += ` NOTIFY=${notify.join(',')}`;
    if (orcpt !== undefined) line += ` ORCPT=${orcpt}`;
  }
  return oneLine(line);
}

/** Values come validated; one that could start a second command is a bug, and stops here. */
function oneLine(line: string): string {
  if (/[\x00-\x1f\x7f]/.test(line)) throw new Error('control character in an SMTP command');
  return line;
}
