/**
 * The last part of a notice (RFC 6522 §4, RFC 6533 §6): the message that the notice is about, or its header
 * alone. The whole is returned only of small messages, since a notice is one more message of that size to
 * somebody who has a copy already.
 */
import { base64, concat, fromLatin1, latin1 } from '#bytes';
import type { Action } from './delivery-status.ts';

/** What the way of the notice may need: nothing, 8BITMIME, or SMTPUTF8 with it. */
export type Transport = '7bit' | '8bit' | 'smtputf8';

export interface OriginalContent {
  /** The header section with its line ends, with or without the empty line after it. */
  readonly header: Uint8Array;
  /** The body, in any number of pieces; undefined where {@link returnsBody} said no. */
  readonly body: readonly Uint8Array[] | undefined;
}

/** A part of multipart/report: its own header fields, and its content with CRLF at the end. */
export interface NoticePart {
  readonly fields: readonly string[];
  readonly content: Uint8Array;
  readonly encoding: '7bit' | '8bit' | 'base64';
  /** The part holds a header with characters outside ASCII. */
  readonly global: boolean;
}

/** Messages up to this size, header included, are returned whole: text without attachments, by and large. */
export const MAX_RETURNED_OCTETS = 65_536;

/** A header is cut after so many octets; ordinary ones have under ten thousand. */
export const MAX_HEADER_OCTETS = 65_536;

/**
 * Whether the body belongs in the notice, so that the caller need not read it otherwise.
 *
 * @param ret RET of the MAIL command; undefined counts as FULL
 * @param actions of the recipients that the notice is about
 * @param size octets of the whole message
 */
export function returnsBody(
  ret: 'FULL' | 'HDRS' | undefined,
  actions: readonly Action[],
  size: number,
): boolean {
  // RFC 3461 §4.3: RET speaks of failures only; other notices return the header.
  return ret !== 'HDRS' && actions.includes('failed') && size <= MAX_RETURNED_OCTETS;
}

export interface OriginalPart extends NoticePart {
  /** The body is in it. */
  readonly whole: boolean;
}

/** The message as far as it was given and the transport allows, else its header. */
export function originalPart(original: OriginalContent, transport: Transport): OriginalPart {
  const whole = wholePart(original, transport);
  return whole ? { ...whole, whole: true } : { ...headerPart(original, transport), whole: false };
}

/** Content in base64, in lines as RFC 2045 §6.8 wants them. */
export function base64Lines(bytes: Uint8Array): Uint8Array {
  const lines = base64(bytes).match(/.{1,76}/g) ?? [];
  return fromLatin1(lines.map((line) => `${line}\r\n`).join(''));
}

function wholePart(original: OriginalContent, transport: Transport): NoticePart | undefined {
  if (original.body === undefined) return undefined;
  const header = boundedHeader(original.header);
  const content = concat([header, CRLF, ...original.body]);
  const global = hasEightBit(header);
  const eightBit = global || hasEightBit(content);
  // Neither message/rfc822 nor its parts may be encoded anew (RFC 2046 §5.2.1).
  if ((global && transport !== 'smtputf8') || (eightBit && transport === '7bit')) return undefined;
  const type = global ? 'message/global' : 'message/rfc822';
  return part(type, endedLine(content), eightBit ? '8bit' : '7bit', global);
}

function headerPart(original: OriginalContent, transport: Transport): NoticePart {
  const header = boundedHeader(original.header);
  if (!hasEightBit(header)) return part('text/rfc822-headers', header, '7bit', false);
  if (transport === 'smtputf8') return part('message/global-headers', header, '8bit', true);
  // RFC 6522 §4: a header that is not what it should be may be encoded.
  return part('text/rfc822-headers; charset=utf-8', base64Lines(header), 'base64', false);
}

function part(
  type: string,
  content: Uint8Array,
  encoding: NoticePart['encoding'],
  global: boolean,
): NoticePart {
  const fields = [`Content-Type: ${type}`];
  if (encoding !== '7bit') fields.push(`Content-Transfer-Encoding: ${encoding}`);
  return { fields, content, encoding, global };
}

const CRLF = fromLatin1('\r\n');

/** Without the empty line at the end, cut at a line end where it is too long. */
function boundedHeader(header: Uint8Array): Uint8Array {
  const text = latin1(header.subarray(0, MAX_HEADER_OCTETS));
  const whole = header.length <= MAX_HEADER_OCTETS;
  const cut = whole ? text : text.slice(0, text.lastIndexOf('\r\n') + 2);
  const bare = cut.endsWith('\r\n\r\n') || cut === '\r\n' ? cut.slice(0, -2) : cut;
  return endedLine(fromLatin1(bare));
}

function endedLine(content: Uint8Array): Uint8Array {
  return content.length === 0 || content.at(-1) === 0x0a ? content : concat([content, CRLF]);
}

function hasEightBit(bytes: Uint8Array): boolean {
  return bytes.some((octet) => octet > 0x7f);
}
