/**
 * The wire text of ENVELOPE (RFC 9051 §7.5.2, RFC 3501 §7.4.2), and of the strings that ENVELOPE and BODYSTRUCTURE are
 * made of. One character per octet; a literal's octets stand in it as they are.
 * Called by servers/imap for FETCH, and by body-structure.ts.
 */
import { decodeUtf8, fromLatin1 } from '#bytes';
import type { Envelope, EnvelopeAddress } from '#protocol/message/structure';
import type { Octets } from '#protocol/message/structure';

/** `utf8`: the client said UTF8=ACCEPT or speaks IMAP4rev2, so that quoted strings may hold UTF-8 (RFC 6855 §3). */
export function formatEnvelope(envelope: Envelope, utf8: boolean): string {
  const { from, sender, replyTo } = envelope;
  const fromText = formatAddresses(from, utf8);
  const orFrom = (list: readonly EnvelopeAddress[]) =>
    list === from ? fromText : formatAddresses(list, utf8);
  return `(${formatNstring(envelope.date, utf8)} ${formatNstring(envelope.subject, utf8)} ${fromText} ${orFrom(sender)} ${orFrom(replyTo)} ${formatAddresses(envelope.to, utf8)} ${formatAddresses(envelope.cc, utf8)} ${formatAddresses(envelope.bcc, utf8)} ${formatNstring(envelope.inReplyTo, utf8)} ${formatNstring(envelope.messageId, utf8)})`;
}

function formatAddresses(list: readonly EnvelopeAddress[], utf8: boolean): string {
  if (list.length === 0) return 'NIL';
  let text = '(';
  for (const [name, adl, mailbox, host] of list)
    text += `(${formatNstring(name, utf8)} ${formatNstring(adl, utf8)} ${formatNstring(mailbox, utf8)} ${formatNstring(host, utf8)})`;
  return `${text})`;
}

/** `NIL` for null and undefined. */
export function formatNstring(octets: Octets | null | undefined, utf8: boolean): string {
  return octets === null || octets === undefined ? 'NIL' : formatString(octets, utf8);
}

/** Quoted where that can be, else a literal. */
export function formatString(octets: Octets, utf8: boolean): string {
  if (!/[^ !#-[\]-~]/.test(octets)) return `"${octets}"`;
  const quotable =
    !/[\0\r\n\x80-\xff]/.test(octets) ||
    (utf8 && !/[\0\r\n]/.test(octets) && decodeUtf8(fromLatin1(octets)) !== undefined);
  if (quotable) return `"${octets.replaceAll(/["\\]/g, '\\$&')}"`;
  return `{${octets.length}}\r\n${octets}`;
}
