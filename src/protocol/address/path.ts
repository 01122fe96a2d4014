/**
 * The paths of MAIL and RCPT: `Reverse-path` and `Forward-path` of RFC 5321 §4.1.2, with the UTF-8 of RFC 6531 §3.3.
 * This is not the grammar of message headers (address-list.ts): no comments, no white space, no obsolete forms.
 * A source route is read and dropped (RFC 5321 §4.1.1.3 lets a server ignore it), so that it never relays.
 * UTF-8 is always read; the result says whether there was any, since without the SMTPUTF8 parameter the command
 * must be refused even where the domain turned into A-labels. Linear in the text, which is cut off at the limit first.
 * Called by servers/smtp; parseMailbox by configuration, the command line and the store's callers.
 */
import { utf8 } from '#bytes';
import { parseAddressLiteral } from './address-literal.ts';
import { toAscii } from './domain.ts';
import { formatMailbox, isAscii, type Mailbox } from './mailbox.ts';

/** Why a path is refused; {@link pathErrorText} says it to the postmaster of the other side. */
export type PathError =
  | 'no-angle-brackets'
  | 'null-path'
  | 'path-too-long'
  | 'control-character'
  | 'bad-source-route'
  | 'no-local-part'
  | 'bad-local-part'
  | 'bad-quoted-string'
  | 'local-part-too-long'
  | 'no-domain'
  | 'bad-domain'
  | 'domain-too-long'
  | 'bad-address-literal'
  | 'unknown-literal-tag';

/** One line of ASCII for each reason, for the text of a 501 or 553 reply. */
export const pathErrorText: Readonly<Record<PathError, string>> = {
  'no-angle-brackets': 'The address must stand in angle brackets, like <user@example.com>',
  'null-path': 'The null path <> is allowed in MAIL only',
  'path-too-long': 'The address is longer than 254 octets',
  'control-character': 'The address contains a control character or malformed text',
  'bad-source-route': 'The source route before the address is malformed; leave it out',
  'no-local-part': 'Nothing stands before the @ of the address',
  'bad-local-part':
    'The part before the @ contains a misplaced dot, a space or a character that must be quoted',
  'bad-quoted-string': 'The quoted part before the @ is malformed',
  'local-part-too-long': 'The part before the @ is longer than 64 octets',
  'no-domain': 'The address has no domain: write it like <user@example.com>',
  'bad-domain':
    'The domain is malformed: labels hold letters, digits and inner hyphens, separated by single dots',
  'domain-too-long': 'The domain is longer than 253 octets, or a label longer than 63',
  'bad-address-literal':
    'The address literal is malformed: write it like [192.0.2.1] or [IPv6:2001:db8::1]',
  'unknown-literal-tag': 'The address literal has an unknown tag: only [IPv6:...] is known',
};

type Failure = { readonly kind: 'error'; readonly reason: PathError };
/** `utf8`: the text held characters outside ASCII, so the transaction must have asked for SMTPUTF8. */
export type ReversePath =
  | { readonly kind: 'path'; readonly mailbox: Mailbox | null; readonly utf8: boolean }
  | Failure;
export type ForwardPath =
  | { readonly kind: 'path'; readonly mailbox: Mailbox; readonly utf8: boolean }
  | Failure;

/** RFC 5321 §4.5.3.1.3: a path has 256 octets with its brackets. */
const MAX_ADDRESS = 254;
/** RFC 5321 §4.5.3.1.1 */
const MAX_LOCAL_PART = 64;

// RFC 5321 §4.1.2 and RFC 6531 §3.3; sticky, so that each reads on from where the last one stopped.
const DOT_STRING =
  /[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~\u00a0-\uffff]+(?:\.[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~\u00a0-\uffff]+)*/y;
const QUOTED_STRING = /"(?:[ !#-[\]-~\u00a0-\uffff]|\\[ -~])*"/y;
const AT_DOMAIN = /@[^@,:<>[\]\s]+/y;

/** Reads the reverse-path of MAIL, brackets included; `<>` gives a null mailbox. */
export function parseReversePath(text: string): ReversePath {
  if (text === '<>') return { kind: 'path', mailbox: null, utf8: false };
  return parseBracketed(text);
}

/** Reads the forward-path of RCPT, brackets included; `<postmaster>` needs no domain (RFC 5321 §4.1.1.3). */
export function parseForwardPath(text: string): ForwardPath {
  if (text === '<>') return failure('null-path');
  if (text.length === 12 && text.toLowerCase() === '<postmaster>')
    return {
      kind: 'path',
      mailbox: { localPart: text.slice(1, -1), domain: '' },
      utf8: false,
    };
  return parseBracketed(text);
}

/** Reads a bare Mailbox without brackets and route; undefined where SMTP could not carry it. */
export function parseMailbox(text: string): Mailbox | undefined {
  const path = parseAddress(text, 0);
  return path.kind === 'path' ? path.mailbox : undefined;
}

/** Whether SMTP can carry a mailbox that a message header named: header grammar allows what paths do not. */
export function isSmtpMailbox(mailbox: Mailbox): boolean {
  const read = parseMailbox(formatMailbox(mailbox));
  return read?.localPart === mailbox.localPart && read.domain === mailbox.domain;
}

function parseBracketed(text: string): ForwardPath {
  if (!text.startsWith('<') || !text.endsWith('>') || text.length < 2)
    return failure('no-angle-brackets');
  const inner = text.slice(1, -1);
  const start = sourceRouteEnd(inner);
  return start === undefined ? failure('bad-source-route') : parseAddress(inner, start);
}

/** Where the Mailbox starts, after an A-d-l and its colon if there is one. */
function sourceRouteEnd(inner: string): number | undefined {
  if (!inner.startsWith('@') || inner.length > MAX_ADDRESS || !inner.includes(':')) return 0;
  let at = 0;
  for (;;) {
    AT_DOMAIN.lastIndex = at;
    const hop = AT_DOMAIN.exec(inner);
    if (!hop || toAscii(hop[0].slice(1)) === undefined) return undefined;
    at = AT_DOMAIN.lastIndex;
    if (inner[at] === ':') return at + 1;
    if (inner[at] !== ',') return undefined;
    at++;
  }
}

function parseAddress(text: string, start: number): ForwardPath {
  if (text.length > MAX_ADDRESS) return failure('path-too-long');
  if (/[\x00-\x1f\x7f-\x9f]/.test(text) || !text.isWellFormed())
    return failure('control-character');
  const ascii = isAscii(text);
  if (!ascii && octets(text) > MAX_ADDRESS) return failure('path-too-long');
  const end = localPartEnd(text, start);
  if (typeof end !== 'number') return end;
  const localPart = text.slice(start, end);
  if (localPart.length > MAX_LOCAL_PART || octets(localPart) > MAX_LOCAL_PART)
    return failure('local-part-too-long');
  if (end + 1 >= text.length) return failure('no-domain');
  const domain = parseDomain(text.slice(end + 1));
  if (domain.kind === 'error') return domain;
  const mailbox = { localPart: unquote(localPart), domain: domain.domain };
  // A domain grows when it turns into A-labels; what is sent on must fit as well.
  if (!ascii && octets(formatMailbox(mailbox)) > MAX_ADDRESS) return failure('path-too-long');
  return { kind: 'path', mailbox, utf8: !ascii };
}

/** The offset of the `@` that ends the local part. */
function localPartEnd(text: string, start: number): number | Failure {
  const quoted = text[start] === '"';
  const pattern = quoted ? QUOTED_STRING : DOT_STRING;
  pattern.lastIndex = start;
  if (!pattern.test(text)) {
    if (quoted) return failure('bad-quoted-string');
    return failure(
      text.length === start || text[start] === '@' ? 'no-local-part' : 'bad-local-part',
    );
  }
  const end = pattern.lastIndex;
  if (end === text.length) return failure('no-domain');
  if (text[end] !== '@') return failure(quoted ? 'bad-quoted-string' : 'bad-local-part');
  return end;
}

function parseDomain(text: string): { readonly kind: 'domain'; readonly domain: string } | Failure {
  if (text.startsWith('[')) {
    const literal = parseAddressLiteral(text);
    return literal.kind === 'literal' ? { kind: 'domain', domain: literal.domain } : literal;
  }
  const domain = toAscii(text);
  if (domain !== undefined) return { kind: 'domain', domain };
  const long = text.length > 253 || text.split('.').some((label) => label.length > 63);
  return failure(long ? 'domain-too-long' : 'bad-domain');
}

function unquote(localPart: string): string {
  return localPart.startsWith('"') ? localPart.slice(1, -1).replaceAll(/\\(.)/g, '$1') : localPart;
}

function octets(text: string): number {
  return utf8(text).length;
}

function failure(reason: PathError): Failure {
  return { kind: 'error', reason };
}
