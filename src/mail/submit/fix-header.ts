/**
 * What a submission server puts right in a header (RFC 6409 §8): From, Date and Message-ID are added where they are missing, Bcc and
 * Resent-Bcc are hidden, and what is for us alone. Nothing else changes, and the body never.
 */
import { formatMailbox, type Mailbox } from '#protocol/address/mailbox';
import { formatDate } from '#protocol/message/header/date';
import { fieldsNamed, type Header } from '#protocol/message/header/fields';
import { STREAM_FIELD } from './stream.ts';
import { formatMessageId, newMessageId } from '#protocol/message/header/message-id';

export interface HeaderFix {
  /** Fields to stand before the header, each with its line end. */
  readonly added: string;
  readonly addedNames: readonly string[];
  /** start, end, …: octet ranges of the message that nobody else sees. */
  readonly hidden: readonly number[];
  readonly hiddenNames: readonly string[];
  /** Value of the Message-ID that was added; undefined where the message has one. */
  readonly addedMessageId: string | undefined;
}

export interface FixFacts {
  readonly author: Mailbox;
  readonly hostname: string;
  /** Calendar milliseconds. */
  readonly now: number;
  readonly random: (octets: number) => Uint8Array;
}

/** A Return-Path is the last server's to write. */
const HIDDEN = new Set(['bcc', 'resent-bcc', 'return-path', STREAM_FIELD.toLowerCase()]);

export function fixHeader(header: Header, { author, hostname, now, random }: FixFacts): HeaderFix {
  const added: [name: string, value: string][] = [];
  if (fieldsNamed(header, 'From').length === 0) added.push(['From', formatMailbox(author)]);
  if (fieldsNamed(header, 'Date').length === 0) added.push(['Date', formatDate(now)]);
  let addedMessageId: string | undefined;
  if (fieldsNamed(header, 'Message-ID').length === 0) {
    addedMessageId = formatMessageId(
      newMessageId({ time: now, random: random(9), domain: author.domain || hostname }),
    );
    added.push(['Message-ID', addedMessageId]);
  }
  const hidden = header.fields.filter(({ name }) => HIDDEN.has(name.toLowerCase()));
  // a message without any field still needs the empty line that parts header and body
  const separator = header.fields.length === 0 && header.bodyStart === 0 ? '\r\n' : '';
  return {
    added: added.map(([name, value]) => `${name}: ${value}\r\n`).join('') + separator,
    addedNames: added.map(([name]) => name),
    hidden: hidden.flatMap(({ start, end }) => [start, end]),
    hiddenNames: hidden.map(({ name }) => name),
    addedMessageId,
  };
}
