/**
 * The message of a delivery status notification: multipart/report (RFC 6522) of words for people, the report
 * for programs (RFC 3464), and the message in question or its header; with RFC 6533 where addresses or headers
 * are not ASCII. It is sent with a null reverse-path (RFC 3461 §6.1), which is the caller's to do, as are
 * the id, the boundary and the time. Pure; called by mail/queue.
 */
import { concat, fromLatin1, utf8 } from '#bytes';
import { toUnicode } from '#protocol/address/domain';
import { formatMailbox, isAscii, needsSmtputf8 } from '#protocol/address/mailbox';
import type { Mailbox } from '#protocol/address/mailbox';
import { formatDate } from '#protocol/message/header/date';
import { decodeEncodedWords, encodeUnstructured } from '#protocol/message/header/encoded-word';
import { fieldsNamed, fieldValue, splitHeader } from '#protocol/message/header/fields';
import { formatMessageId, parseMessageIds } from '#protocol/message/header/message-id';
import type { OriginalRecipient } from '#protocol/smtp/original-recipient';
import type { DeliveryStatus } from './delivery-status.ts';
import { formatDeliveryStatus, needsGlobalForm } from './format-status.ts';
import { humanPart, leadingAction } from './human-part.ts';
import type { NoticeRecipient } from './human-part.ts';
import type { Language } from './language.ts';
import { base64Lines, originalPart } from './original-part.ts';
import type { NoticePart, OriginalContent, OriginalPart, Transport } from './original-part.ts';
import { NOTICE_TEXTS } from './texts.ts';

export interface NoticeInput {
  /** Our own host name: who reports. */
  readonly host: string;
  /** From: who looks after the mail here (RFC 3464 §2). */
  readonly sender: Mailbox;
  /** The reverse-path of the message in question: who is told. */
  readonly author: Mailbox;
  /** At least one; `finalRecipientOf` makes the address. */
  readonly recipients: readonly NoticeRecipient[];
  /** When we took the message, milliseconds since 1970 UTC. */
  readonly arrivalDate: number;
  readonly envid: string | undefined;
  /** RET, as `returnsBody` was asked with it. */
  readonly ret: 'FULL' | 'HDRS' | undefined;
  readonly original: OriginalContent;
  /** One or more; the Subject is in the first. */
  readonly languages: readonly [Language, ...Language[]];
  /** The most that the way to the author is known to carry: `smtputf8` if the message came with it. */
  readonly transport: Transport;
  /** Message-ID of the notice, without angle brackets. */
  readonly messageId: string;
  /** The time of the notice, milliseconds since 1970 UTC. */
  readonly date: number;
  /** Made of random characters (letters and digits, up to 60), so that no content can hold it. */
  readonly boundary: string;
}

export interface Notice {
  readonly message: Uint8Array;
  /** For `BODY=8BITMIME`. */
  readonly eightBit: boolean;
  /** For the parameter SMTPUTF8. */
  readonly smtputf8: boolean;
}

/** A recipient's address as a report names it. */
export function finalRecipientOf(mailbox: Mailbox): OriginalRecipient {
  const addressType = needsSmtputf8(mailbox) ? 'utf-8' : 'rfc822';
  return { addressType, address: formatMailbox(mailbox) };
}

export function composeNotice(input: NoticeInput): Notice {
  const original = originalPart(input.original, input.transport);
  const status = statusPart(input);
  const text = humanTextPart(input, original);
  const parts = [text, status, original];
  const smtputf8 = needsSmtputf8(input.author) || parts.some((part) => part.global);
  const eightBit = parts.some((part) => part.encoding === '8bit');
  const delimiter = `--${input.boundary}`;
  const pieces: Uint8Array[] = [utf8(headerOf(input, eightBit))];
  for (const part of parts) {
    pieces.push(
      fromLatin1(`\r\n${delimiter}\r\n${part.fields.join('\r\n')}\r\n\r\n`),
      part.content,
    );
  }
  pieces.push(fromLatin1(`\r\n${delimiter}--\r\n`));
  return { message: concat(pieces), eightBit: eightBit || smtputf8, smtputf8 };
}

function headerOf(input: NoticeInput, eightBit: boolean): string {
  const [language] = input.languages;
  const action = leadingAction(input.recipients);
  const subject = NOTICE_TEXTS[language].subject(action, shortSubject(input.original.header));
  const answered = originalMessageId(input.original.header);
  return [
    `Date: ${formatDate(input.date)}`,
    `From: Mail Delivery System <${formatMailbox(input.sender)}>`,
    `To: <${formatMailbox(input.author)}>`,
    `Subject: ${encodeUnstructured(subject, 'Subject: '.length)}`,
    `Message-ID: ${formatMessageId(input.messageId)}`,
    ...(answered === undefined ? [] : [`In-Reply-To: ${answered}`, `References: ${answered}`]),
    // RFC 3834 §5: nothing that answers by itself answers this.
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status;',
    `\tboundary="${input.boundary}"`,
    ...(eightBit ? ['Content-Transfer-Encoding: 8bit'] : []),
    `Content-Language: ${input.languages.join(', ')}`,
    '',
  ].join('\r\n');
}

function humanTextPart(input: NoticeInput, { whole }: OriginalPart): NoticePart {
  const wanted = input.ret !== 'HDRS' && leadingAction(input.recipients) === 'failed';
  const text = humanPart(
    {
      host: input.host,
      arrivalDate: input.arrivalDate,
      subject: originalField(input.original.header, 'Subject'),
      recipients: input.recipients.map(displayed),
      attached: whole ? 'message' : 'header',
      contentLeftOut: wanted && !whole,
    },
    input.languages,
  );
  const plain = isAscii(text) && !/[^\r\n]{900}/.test(text);
  const fields = ['Content-Type: text/plain; charset=utf-8'];
  if (!plain) fields.push('Content-Transfer-Encoding: base64');
  return {
    fields,
    content: plain ? fromLatin1(text) : base64Lines(utf8(text)),
    encoding: plain ? '7bit' : 'base64',
    global: false,
  };
}

function statusPart(input: NoticeInput): NoticePart {
  const status: DeliveryStatus = {
    ...(input.envid !== undefined && { originalEnvelopeId: input.envid }),
    reportingMta: { type: 'dns', value: input.host },
    arrivalDate: input.arrivalDate,
    recipients: input.recipients,
  };
  const global = input.transport === 'smtputf8' && needsGlobalForm(status);
  const fields = global
    ? ['Content-Type: message/global-delivery-status', 'Content-Transfer-Encoding: 8bit']
    : ['Content-Type: message/delivery-status'];
  return {
    fields,
    content: formatDeliveryStatus(status, global ? 'global' : 'ascii'),
    encoding: global ? '8bit' : '7bit',
    global,
  };
}

/** Domains as people read them. */
function displayed(recipient: NoticeRecipient): NoticeRecipient {
  const { address } = recipient.finalRecipient;
  const domainAt = address.lastIndexOf('@') + 1;
  if (domainAt === 0 || !address.includes('xn--', domainAt)) return recipient;
  const readable = address.slice(0, domainAt) + toUnicode(address.slice(domainAt));
  return { ...recipient, finalRecipient: { ...recipient.finalRecipient, address: readable } };
}

/** The original's subject, short enough for one line of a list of messages. */
function shortSubject(header: Uint8Array): string | undefined {
  const subject = originalField(header, 'Subject');
  if (subject === undefined || subject.length <= MAX_SUBJECT) return subject;
  return `${subject.slice(0, MAX_SUBJECT).toWellFormed()}…`;
}

const MAX_SUBJECT = 80;

/** `<id>` for the fields that link the notice to the message, where it is one that can stand in them. */
function originalMessageId(header: Uint8Array): string | undefined {
  const [id] = parseMessageIds(originalField(header, 'Message-ID') ?? '');
  return id !== undefined && id.length < 500 && isAscii(id) ? formatMessageId(id) : undefined;
}

/** The first field of that name, decoded for people. */
function originalField(bytes: Uint8Array, name: string): string | undefined {
  const [field] = fieldsNamed(splitHeader(bytes), name);
  const value = field && decodeEncodedWords(fieldValue(bytes, field).slice(0, 2_000)).trim();
  return value === '' ? undefined : value;
}
