/**
 * The mailbox: a local part and a domain, as value. Both grammars (RFC 5321 Path in path.ts, RFC 5322
 * addr-spec in address-list.ts) end in it; quoting, comments and source routes are gone by then.
 * Two mailboxes are the same when their keys are: local parts compare without case here (RFC 5321 §2.4
 * leaves that to the host that owns them), after Unicode NFC (RFC 6532 §3.1).
 * Called by everything that names a sender or a recipient.
 */
import { toUnicode } from './domain.ts';

export type Mailbox = {
  /** The value: quotes and backslashes removed, case as written. */
  readonly localPart: string;
  /** Lower-case A-labels, or a literal (`[192.0.2.1]`, `[IPv6:2001:db8::1]`); '' only for <postmaster>. */
  readonly domain: string;
};

// atext of RFC 5321 §4.1.2, widened by RFC 6531 §3.3 (UTF8-non-ascii; U+0080 to U+009F are controls).
const DOT_STRING =
  /^[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~\u00a0-\uffff]+(?:\.[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~\u00a0-\uffff]+)*$/;

/**
 * The mailbox as RFC 5321 §4.1.2 writes it, without angle brackets; the local part is quoted only where it must be.
 * Safe for any value: a control character, which no Mailbox of SMTP can hold, comes out as U+FFFD.
 */
export function formatMailbox(mailbox: Mailbox): string {
  const local = formatLocalPart(mailbox.localPart);
  return mailbox.domain === '' ? local : `${local}@${mailbox.domain}`;
}

/** The mailbox for people: as {@link formatMailbox}, with U-labels in the domain. Reads back as the same mailbox. */
export function displayMailbox(mailbox: Mailbox): string {
  return formatMailbox({ localPart: mailbox.localPart, domain: toUnicode(mailbox.domain) });
}

/**
 * The key under which mailboxes are compared and stored: local part in NFC and lower case, domain as it is.
 * The domain follows the last `@`. For comparing only: never sent.
 */
export function mailboxKey(mailbox: Mailbox): string {
  const local = isAscii(mailbox.localPart)
    ? mailbox.localPart.toLowerCase()
    : mailbox.localPart.normalize('NFC').toLowerCase().normalize('NFC');
  return `${local}@${mailbox.domain}`;
}

/** Whether the mailbox can travel only under SMTPUTF8: its local part is not ASCII (RFC 6531 §3.2). */
export function needsSmtputf8(mailbox: Mailbox): boolean {
  return !isAscii(mailbox.localPart);
}

export function isAscii(text: string): boolean {
  return !/[^\x00-\x7f]/.test(text);
}

function formatLocalPart(localPart: string): string {
  if (DOT_STRING.test(localPart)) return localPart;
  const safe = localPart.toWellFormed().replaceAll(/[\x00-\x1f\x7f-\x9f]/g, '\ufffd');
  if (DOT_STRING.test(safe)) return safe;
  return `"${safe.replaceAll(/["\\]/g, '\\$&')}"`;
}
