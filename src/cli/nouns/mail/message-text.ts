/**
 * A message as `mail show` prints it: its header decoded, then its text. A body of one text part is decoded (RFC 2045 §6, RFC 2046
 * §4.1); one of several parts is shown as it was sent. Nothing of it can move the cursor or colour the screen.
 */
import { decodeUtf8Lossy, fromLatin1, latin1 } from '#bytes';
import { printable } from '#mail/story/terminal-text';
import { decodeCharset, decodeEncodedWords } from '#protocol/message/header/encoded-word';
import { fieldsNamed, fieldValue, splitHeader, type Header } from '#protocol/message/header/fields';
import type { ValueOf } from '#servers/admin/calls';
import { localTime, styled } from '#cli/terminal/terminal';

type Shown = ValueOf<'mail/show'>;

/** The fields that a person reads. */
const READ = ['From', 'To', 'Cc', 'Reply-To', 'Date', 'Subject', 'Message-ID'];
const MOST_LINE = 2000;

export function messageLines(shown: Shown, allFields: boolean): string[] {
  const source = Buffer.from(shown.source, 'base64');
  const header = splitHeader(source);
  const fields = allFields
    ? header.fields
    : READ.flatMap((name) => fieldsNamed(header, name).slice(0, 10));
  const facts: [string, string][] = [
    ['Message', shown.messageId],
    ['Mailbox', `${shown.mailbox}, UID ${shown.uid} ${shown.flags.join(' ')}`.trimEnd()],
    ['Received', localTime(shown.receivedAt)],
    ['Size', `${shown.size} octets`],
  ];
  const body = bodyText(source, header);
  const isCut = source.length < shown.size;
  return [
    ...facts.map(([name, value]) => styled('dim', `${name}: ${printable(value)}`)),
    '',
    ...fields.map((field) => {
      const value = decodeEncodedWords(fieldValue(source, field).trim());
      return `${styled('bold', `${printable(field.name)}:`)} ${printable(value, MOST_LINE)}`;
    }),
    '',
    ...body.split(/\r?\n/).map((line) => printable(line.replaceAll('\t', '    '), MOST_LINE)),
    ...(isCut ? [styled('dim', `… (the rest: hikyaku mail raw)`)] : []),
  ];
}

function bodyText(source: Uint8Array, header: Header): string {
  const body = source.subarray(header.bodyStart);
  const first = (name: string): string => {
    const field = fieldsNamed(header, name)[0];
    return field ? fieldValue(source, field).trim() : '';
  };
  const type = first('Content-Type') || 'text/plain';
  if (!/^text\//i.test(type)) return decodeUtf8Lossy(body);
  const octets = decodeTransfer(body, first('Content-Transfer-Encoding').toLowerCase());
  const charset = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(type)?.[1] ?? 'utf-8';
  return decodeCharset(octets, charset) ?? decodeUtf8Lossy(octets);
}

function decodeTransfer(body: Uint8Array, encoding: string): Uint8Array {
  if (encoding === 'base64') return Buffer.from(latin1(body), 'base64');
  if (encoding !== 'quoted-printable') return body;
  // RFC 2045 §6.7: soft line breaks, then octets; what is neither stays as it is
  return fromLatin1(
    latin1(body)
      .replaceAll(/=[ \t]*\r?\n/g, '')
      .replaceAll(/=([0-9A-F]{2})/gi, (_, digits: string) =>
        String.fromCodePoint(Number.parseInt(digits, 16)),
      ),
  );
}
