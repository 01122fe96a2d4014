/**
 * What a list of messages shows, and what threads them: subject, people, date and identifiers, read once when the
 * message is delivered (RFC 5322 §3.6). Reading is total and bounded, for it meets every message that arrives: a field that
 * its grammar does not cover is still shown as well as it can be, but its addresses are never to be trusted for a decision
 * (mail/submit and the DMARC check read From themselves, strictly). All text is safe for PostgreSQL.
 * Called by the store's callers at delivery.
 */
import { fromLatin1, storable } from '#bytes';
import { type NamedMailbox, parseAddressList } from '#protocol/address/address-list';
import type { Mailbox } from '#protocol/address/mailbox';
import { parseMailbox } from '#protocol/address/path';
import { baseSubject } from './header/base-subject.ts';
import { parseDate } from './header/date.ts';
import { decodeCharset, decodeEncodedWords } from './header/encoded-word.ts';
import { type Field, fieldValue, type Header, splitHeader } from './header/fields.ts';
import { parseMessageIds } from './header/message-id.ts';

/** A person of a header; `localPart` is '' where the field gave a name alone, `domain` where the address has none. */
export type Person = {
  /** Decoded display name, '' without one. */
  readonly name: string;
  readonly localPart: string;
  readonly domain: string;
};

export type MessageSummary = {
  /** Decoded, white space folded to single spaces, at most 998 characters. */
  readonly subject: string;
  /** By RFC 5256 §2.1, lower case: for threading and sorting. */
  readonly baseSubject: string;
  /** At most 100 of each. */
  readonly from: readonly Person[];
  readonly to: readonly Person[];
  readonly cc: readonly Person[];
  /** The names of groups that these fields begin with. Summaries stored by version 1 have none. */
  readonly leadingGroups?: Readonly<Partial<Record<'from' | 'to' | 'cc', string>>>;
  /** Milliseconds since 1970 UTC; undefined where the Date field is missing or names no instant. */
  readonly date: number | undefined;
  /** Identifiers without angle brackets. */
  readonly messageId: string | undefined;
  readonly inReplyTo: readonly string[];
  /** At most 50: the root and the nearest ones. */
  readonly references: readonly string[];
};

const MAX_SUBJECT = 998;
const MAX_PEOPLE = 100;
const MAX_NAME = 320;
/** Longer values are cut before they are read: 100 addresses of any sense fit. */
const MAX_VALUE = 64 * 1024;

/** Reads the header of a message; `bytes` holds that at least, `header` is what splitHeader made of it. */
export function summarize(bytes: Uint8Array, header: Header = splitHeader(bytes)): MessageSummary {
  const found = wantedFields(header);
  const value = (name: string): string => {
    const field = found.get(name);
    return field ? storable(fieldValue(bytes, cut(field))) : '';
  };
  const subject = clean(value('subject'), MAX_SUBJECT);
  const [from, to, cc] = [people(value('from')), people(value('to')), people(value('cc'))];
  const leadingGroups = {
    ...(from.leadingGroup !== undefined && { from: from.leadingGroup }),
    ...(to.leadingGroup !== undefined && { to: to.leadingGroup }),
    ...(cc.leadingGroup !== undefined && { cc: cc.leadingGroup }),
  };
  return {
    subject,
    baseSubject: baseSubject(subject).toLowerCase(),
    from: from.people,
    to: to.people,
    cc: cc.people,
    ...(Object.keys(leadingGroups).length > 0 && { leadingGroups }),
    date: parseDate(value('date')),
    messageId: parseMessageIds(value('message-id'), 1)[0],
    inReplyTo: parseMessageIds(value('in-reply-to'), 50),
    references: parseMessageIds(value('references'), 50),
  };
}

const WANTED = new Set([
  'subject',
  'from',
  'to',
  'cc',
  'date',
  'message-id',
  'in-reply-to',
  'references',
]);

/** The first field of each name: RFC 5322 §3.6 allows no second, and readers show the first. */
function wantedFields(header: Header): Map<string, Field> {
  const found = new Map<string, Field>();
  for (const field of header.fields) {
    if (field.name.length > 11) continue;
    const name = field.name.toLowerCase();
    if (WANTED.has(name) && !found.has(name)) found.set(name, field);
  }
  return found;
}

function cut(field: Field): Field {
  return field.end - field.valueStart <= MAX_VALUE
    ? field
    : { ...field, end: field.valueStart + MAX_VALUE };
}

interface Named {
  readonly people: readonly Person[];
  readonly leadingGroup: string | undefined;
}

function people(text: string): Named {
  if (text === '') return NOBODY;
  const list = parseAddressList(text);
  const { mailboxes, leadingGroup } =
    list.kind === 'addresses' ? list : { mailboxes: salvage(text), leadingGroup: undefined };
  return {
    people: mailboxes.slice(0, MAX_PEOPLE).map(({ displayName, mailbox }) => ({
      name: displayName === undefined ? '' : clean(displayName, MAX_NAME),
      localPart: mailbox.localPart,
      domain: mailbox.domain,
    })),
    leadingGroup: leadingGroup === undefined ? undefined : clean(leadingGroup, MAX_NAME),
  };
}

const NOBODY: Named = { people: [], leadingGroup: undefined };

/** A field that breaks its grammar, cut at commas: an address in angle brackets or a word alone, and the rest a name. */
function salvage(text: string): NamedMailbox[] {
  return text.split(',', MAX_PEOPLE).flatMap((part) => {
    const open = part.lastIndexOf('<');
    const close = part.indexOf('>', open);
    const bracketed = open >= 0 && close > open;
    const mailbox = looseMailbox((bracketed ? part.slice(open + 1, close) : part).trim());
    const name = (bracketed ? part.slice(0, open) : part).replaceAll('"', '').trim();
    if (mailbox.localPart === '' && name === '') return [];
    return [{ mailbox, ...((bracketed || mailbox.localPart === '') && { displayName: name }) }];
  });
}

/** A mailbox to be looked at: a lone word is a local part (`MAILER-DAEMON`), other text is none. */
function looseMailbox(text: string): Mailbox {
  const read = parseMailbox(text);
  if (read) return read;
  if (text.length > MAX_NAME || /\s/.test(text)) return { localPart: '', domain: '' };
  const at = text.lastIndexOf('@');
  if (at < 0) return { localPart: text, domain: '' };
  return { localPart: text.slice(0, at), domain: text.slice(at + 1).toLowerCase() };
}

/** Header text for people: decoded, controls and runs of white space to one space, cut without breaking a character. */
function clean(text: string, limit: number): string {
  // Raw ISO-2022-JP, from before encoded words, announces itself by its escape character.
  const raw = text.includes('\x1b')
    ? (decodeCharset(fromLatin1(text), 'iso-2022-jp') ?? text)
    : text;
  const decoded = decodeEncodedWords(raw)
    .replaceAll(/[\x00-\x1f\x7f-\x9f]| {2,}/g, ' ')
    .trim();
  return decoded.length > limit ? storable(decoded.slice(0, limit)) : decoded;
}
