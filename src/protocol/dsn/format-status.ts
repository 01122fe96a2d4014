/**
 * The body of message/delivery-status (RFC 3464 §2) or, with characters outside ASCII as they are, of
 * message/global-delivery-status (RFC 6533 §5). In the first, such characters of addresses take the escape of
 * RFC 6533 §3, those of other values the same notation. Whatever stands in a value, a line end never gets out.
 */
import { fromLatin1, latin1, utf8 } from '#bytes';
import { formatDate } from '#protocol/message/header/date';
import { formatOriginalRecipient } from '#protocol/smtp/original-recipient';
import type { OriginalRecipient } from '#protocol/smtp/original-recipient';
import type { DeliveryStatus, RecipientStatus, TypedValue } from './delivery-status.ts';

export type StatusForm = 'ascii' | 'global';

/** A peer's words longer than this say nothing more (a reply of RFC 5321 §4.5.3.1.5 has 512 octets a line). */
const MAX_VALUE = 2_000;
const MAX_WORD = 500;
const FOLD_AT = 76;

/** The body, in lines with CRLF; `parseDeliveryStatus` gives the same value again. */
export function formatDeliveryStatus(status: DeliveryStatus, form: StatusForm): Uint8Array {
  const groups = [messageFields(status), ...status.recipients.map((r) => recipientFields(r, form))];
  const text = groups
    .map((fields) => fields.map(([name, value]) => foldField(name, clean(value, form))).join(''))
    .join('\r\n');
  return form === 'global' ? utf8(text) : fromLatin1(text);
}

/** Whether the form `ascii` would have to escape something. */
export function needsGlobalForm(status: DeliveryStatus): boolean {
  return /[^\x00-\x7f]/.test(latin1(formatDeliveryStatus(status, 'global')));
}

type FieldText = readonly [name: string, value: string];

function messageFields(status: DeliveryStatus): FieldText[] {
  return [
    ...present('Original-Envelope-Id', status.originalEnvelopeId),
    ['Reporting-MTA', typed(status.reportingMta)],
    ...present('Arrival-Date', date(status.arrivalDate)),
  ];
}

function recipientFields(recipient: RecipientStatus, form: StatusForm): FieldText[] {
  const { originalRecipient, remoteMta, diagnosticCode } = recipient;
  return [
    ...present('Original-Recipient', originalRecipient && address(originalRecipient, form)),
    ['Final-Recipient', address(recipient.finalRecipient, form)],
    ['Action', recipient.action],
    ['Status', recipient.status],
    ...present('Remote-MTA', remoteMta && typed(remoteMta)),
    ...present('Diagnostic-Code', diagnosticCode && typed(diagnosticCode)),
    ...present('Last-Attempt-Date', date(recipient.lastAttempt)),
    ...present('Will-Retry-Until', date(recipient.willRetryUntil)),
  ];
}

function present(name: string, value: string | undefined): FieldText[] {
  return value === undefined ? [] : [[name, value]];
}

function typed({ type, value }: TypedValue): string {
  return `${type}; ${value}`;
}

function date(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : formatDate(ms);
}

/** RFC 3464 §2.3.1: the address is not xtext here; RFC 6533 §3 has its own escape for the type utf-8. */
function address(recipient: OriginalRecipient, form: StatusForm): string {
  if (recipient.addressType !== 'utf-8') return `${recipient.addressType}; ${recipient.address}`;
  return formatOriginalRecipient(recipient, form === 'global').replace(';', '; ');
}

/** One printable line of bounded length. */
function clean(value: string, form: StatusForm): string {
  const line = value
    .slice(0, MAX_VALUE)
    .toWellFormed()
    .replaceAll(/[\x00-\x1f\x7f-\x9f]+/g, ' ')
    .trim();
  return form === 'global' ? line : line.replaceAll(/[^ -~]/gu, (c) => `\\x{${hexOf(c)}}`);
}

function hexOf(character: string): string {
  return character.codePointAt(0)!.toString(16).toUpperCase();
}

/** RFC 5322 §2.2.3: broken before white space where the line grows long; a word without end is cut. */
function foldField(name: string, value: string): string {
  let folded = `${name}:`;
  let length = folded.length;
  for (const word of ` ${value}`.match(/ +[^ ]+/g) ?? []) {
    const piece = word.slice(0, MAX_WORD);
    if (length + piece.length > FOLD_AT && length > name.length + 1) {
      folded += '\r\n';
      length = 0;
    }
    folded += piece;
    length += piece.length;
  }
  return `${folded}\r\n`;
}
