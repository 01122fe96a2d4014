/**
 * Whose name a message bears: the Author Domain (RFC 9989 §5.3.1), read so strictly that no two readers of the header can
 * come to two domains. What the grammar would allow but some program reads otherwise (a second From hidden behind a bare CR, a
 * route, an `@` in quotes, a comment in the middle of an address) is `unreadable` with its reason, and the message is
 * then judged as one without a trustworthy author (§11.5). What only deceives people (another address in the display name, §11.4) leaves the domain as it
 * is and is told as a trick.
 * Called by mail/receive.
 */
import { decodeUtf8, latin1 } from '#bytes';
import {
  type AddressList,
  type NamedMailbox,
  parseAddressList,
} from '#protocol/address/address-list';
import type { SyntaxReason } from '#protocol/address/cfws';
import type { Mailbox } from '#protocol/address/mailbox';
import { decodeEncodedWords } from '#protocol/message/header/encoded-word';
import { type Field, fieldsNamed, type Header } from '#protocol/message/header/fields';
import { outlineOf } from './address-outline.ts';
import { dnsName } from './domain-name.ts';
import { hiddenFrom } from './hidden-from.ts';

/**
 * too-long, too-many: more than any honest From · control-character: NUL, a bare CR, any other of C0, DEL and C1 ·
 * route: `<@a:b@c>` · comment-in-address: `a@b(c).d` · at-in-local-part: `"a@b"@c` · encoded-word-in-address: `=?…?=@c` ·
 * address-literal: `a@[192.0.2.1]`, for which nobody can publish a policy · no-domain-name · hidden-from: after a line that
 * is no field, or behind a bare CR, stands a further From, which some programs find · the rest: the grammar of RFC 5322.
 */
export type UnreadableReason =
  | 'too-long'
  | 'too-many'
  | 'control-character'
  | 'route'
  | 'comment-in-address'
  | 'at-in-local-part'
  | 'encoded-word-in-address'
  | 'address-literal'
  | 'no-domain-name'
  | 'hidden-from'
  | SyntaxReason;

/**
 * address-in-name: the display name, a comment in its place or the name of the group shows an address of another domain, `shown` · group: the authors stand in a group
 * (RFC 6854) · unquoted-address: `a@b <c@b>`, whose name should be quoted · not-utf8: the name is in some old charset.
 */
export type AuthorTrick =
  | { readonly kind: 'address-in-name'; readonly shown: string }
  | { readonly kind: 'group' | 'unquoted-address' | 'not-utf8' };

export type Author =
  | {
      readonly kind: 'author';
      /** A-labels in lower case. */
      readonly domain: string;
      /** One or more, all of that domain. */
      readonly mailboxes: readonly Mailbox[];
      readonly tricks: readonly AuthorTrick[];
    }
  /** No From field, or one that names nobody. */
  | { readonly kind: 'none'; readonly fields: 0 | 1 }
  | { readonly kind: 'several-fields'; readonly count: number }
  /** At most ten of them. */
  | { readonly kind: 'several-domains'; readonly domains: readonly string[] }
  | { readonly kind: 'unreadable'; readonly reason: UnreadableReason };

type ReadList = AddressList & { readonly kind: 'addresses' };

/** Octets; a field of a hundred addresses has some 5,000. */
const MAX_FIELD = 16_384;
const MAX_AUTHORS = 100;
const MAX_DOMAINS = 10;

/** @param head the octets that `header` was split from; what follows the header is not needed */
export function readAuthor(header: Header, head: Uint8Array): Author {
  const fields = fieldsNamed(header, 'From');
  if (fields.length > 1) return { kind: 'several-fields', count: fields.length };
  if (hiddenFrom(header, head)) return unreadable('hidden-from');
  const [field] = fields;
  return field === undefined ? { kind: 'none', fields: 0 } : readAuthorField(head, field);
}

/** A field of the syntax of From, by itself. */
export function readAuthorField(head: Uint8Array, field: Field): Author {
  const octets = head.subarray(field.valueStart, field.end);
  if (octets.length > MAX_FIELD) return unreadable('too-long');
  const utf8 = decodeUtf8(octets);
  // octets of some other charset may stand in a name; a domain with U+FFFD is none
  const raw = utf8 ?? latin1(octets).replaceAll(/[\x80-\xff]/g, '\ufffd');
  const text = raw.replaceAll(/\r?\n(?=[ \t])/g, '').replace(/\r?\n$/, '');
  if (/[\x00-\x08\x0a-\x1f\x7f-\x9f]/.test(text)) return unreadable('control-character');
  const author = readText(text);
  if (author.kind !== 'author' || utf8 !== undefined) return author;
  return { ...author, tricks: [...author.tricks, { kind: 'not-utf8' }] };
}

function readText(text: string): Author {
  const list = parseAddressList(text);
  if (list.kind === 'addresses') return readList(text, list);
  return readUnquoted(text, list.at) ?? unreadable(list.reason);
}

function readList(text: string, { mailboxes, groups }: ReadList): Author {
  const outline = outlineOf(text);
  if (outline.route) return unreadable('route');
  if (outline.commentInAddress) return unreadable('comment-in-address');
  const author = judge(mailboxes);
  if (author.kind !== 'author' || groups.length === 0) return author;
  const shown = groups.flatMap((name) => addressesIn(name, author.domain));
  return { ...author, tricks: [...author.tricks, { kind: 'group' }, ...shown] };
}

/** `a@b <c@b>`, which careless programs write; read only where both say the same domain. */
function readUnquoted(text: string, at: number): Author | undefined {
  if (text[at] !== '<') return undefined;
  const [shown, author] = [text.slice(0, at), text.slice(at)].map((part) => {
    const list = parseAddressList(part);
    return list.kind === 'addresses' ? readList(part, list) : undefined;
  });
  if (shown?.kind !== 'author' || author?.kind !== 'author') return undefined;
  if (shown.mailboxes.length !== 1 || shown.domain !== author.domain) return undefined;
  return { ...author, tricks: [...author.tricks, { kind: 'unquoted-address' }] };
}

function judge(named: readonly NamedMailbox[]): Author {
  if (named.length === 0) return { kind: 'none', fields: 1 };
  if (named.length > MAX_AUTHORS) return unreadable('too-many');
  const domains = new Set<string>();
  for (const { mailbox } of named) {
    const { localPart, domain } = mailbox;
    if (/[@\uff20\ufe6b]/.test(localPart)) return unreadable('at-in-local-part');
    if (/=\?|\?=/.test(localPart)) return unreadable('encoded-word-in-address');
    if (domain.startsWith('[')) return unreadable('address-literal');
    const name = dnsName(domain);
    if (name === undefined) return unreadable('no-domain-name');
    domains.add(name);
  }
  if (domains.size > 1) {
    return { kind: 'several-domains', domains: [...domains].slice(0, MAX_DOMAINS) };
  }
  const [domain] = domains as unknown as [string];
  return {
    kind: 'author',
    domain,
    mailboxes: named.map(({ mailbox }) => mailbox),
    tricks: named.flatMap(({ displayName }) => addressesIn(displayName ?? '', domain)),
  };
}

/** Something with an `@` in it and a dot behind that; the full-width forms are made plain before. */
const ADDRESS = /@\s{0,3}([\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)+)/gu;
const MAX_NAME = 1000;

/** Addresses of other domains that a name shows once it is decoded. */
function addressesIn(name: string, domain: string): AuthorTrick[] {
  const decoded = decodeEncodedWords(name).slice(0, MAX_NAME).normalize('NFKC');
  for (const [, found] of decoded.matchAll(ADDRESS)) {
    const shown = dnsName(found!) ?? found!;
    if (shown !== domain) return [{ kind: 'address-in-name', shown: shown.slice(0, 253) }];
  }
  return [];
}

function unreadable(reason: UnreadableReason): Author {
  return { kind: 'unreadable', reason };
}
