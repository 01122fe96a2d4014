/**
 * The address fields of a message header: From, Sender, Reply-To, To, Cc, Bcc and their Resent- forms
 * (RFC 5322 §3.4, obsolete forms §4.4, groups in From by RFC 6854, UTF-8 by RFC 6532). Not the grammar of SMTP
 * commands: that is path.ts. Time is linear in the text; display names come out raw, encoded words and all
 * (message/encoded-word.ts decodes them for people).
 * One leniency: a group that the text ends before its semicolon is read, since `undisclosed-recipients:` is common.
 * Called by message/summary.ts, mail/submit, mail/receive.
 */
import { takeAddrSpec, takeDomain, takeTokens, type Token } from './addr-spec.ts';
import {
  type Cursor,
  cursorOver,
  failAt,
  skipCfws,
  type SyntaxFailure,
  type SyntaxReason,
} from './cfws.ts';
import type { Mailbox } from './mailbox.ts';

export type NamedMailbox = {
  /** The phrase before the angle brackets, quotes removed; or the comment after a bare address. */
  readonly displayName?: string;
  readonly mailbox: Mailbox;
  /** The display name of the group it was listed in. */
  readonly group?: string;
};

export type AddressList =
  | {
      readonly kind: 'addresses';
      /** In their order, those of groups among them; empty when the field names nobody. */
      readonly mailboxes: readonly NamedMailbox[];
      /** The names of all groups, empty groups too. */
      readonly groups: readonly string[];
      /** The name of the group that the list begins with. */
      readonly leadingGroup?: string;
    }
  | SyntaxFailure;

/** Far over what a header within the receiver's limits names in earnest. */
const MAX_ADDRESSES = 20_000;

/** One line of ASCII for each reason, to stand after «the From field is malformed:». */
export const addressListErrorText: Readonly<Record<SyntaxReason, string>> = {
  'bad-comment': 'a comment in parentheses is not closed',
  'bad-folding': 'a line end is not followed by white space',
  'bad-quoted-string': 'a quoted string is not closed or holds a forbidden character',
  'bad-local-part':
    'the part before an @ is malformed; a name with special characters must be quoted',
  'bad-domain': 'the part after an @ is malformed',
  'bad-angle-address': 'an address in angle brackets is malformed',
  'bad-separator': 'addresses must be separated by commas',
  'no-address': 'a name stands without an address',
  'too-many-addresses': 'it names too many addresses',
};

/** Reads an address-list, unfolded or not. */
export function parseAddressList(text: string): AddressList {
  const cursor = cursorOver(text);
  const mailboxes: NamedMailbox[] = [];
  const groups: string[] = [];
  let leadingGroup: string | undefined;
  for (;;) {
    const first = mailboxes.length + groups.length === 0;
    const failed = takeAddress(cursor, mailboxes, groups);
    if (failed) return failed;
    if (first) leadingGroup = groups[0];
    if (cursor.at >= text.length)
      return {
        kind: 'addresses',
        mailboxes,
        groups,
        ...(leadingGroup !== undefined && { leadingGroup }),
      };
    if (text[cursor.at] !== ',') return failAt(cursor, 'bad-separator');
    if (mailboxes.length + groups.length >= MAX_ADDRESSES)
      return failAt(cursor, 'too-many-addresses');
    cursor.at++;
  }
}

/** One element of the list: a mailbox, a group, or nothing (obs-addr-list allows empty elements). */
function takeAddress(
  cursor: Cursor,
  mailboxes: NamedMailbox[],
  groups: string[],
): SyntaxFailure | undefined {
  cursor.comment = undefined;
  const tokens = takeTokens(cursor);
  if (!Array.isArray(tokens)) return tokens;
  if (tokens[0]?.kind === 'word' && cursor.text[cursor.at] === ':')
    return takeGroup(cursor, phraseOf(tokens), mailboxes, groups);
  return takeMailbox(cursor, tokens, mailboxes, undefined);
}

function takeGroup(
  cursor: Cursor,
  group: string,
  mailboxes: NamedMailbox[],
  groups: string[],
): SyntaxFailure | undefined {
  groups.push(group);
  do {
    cursor.at++;
    cursor.comment = undefined;
    const tokens = takeTokens(cursor);
    if (!Array.isArray(tokens)) return tokens;
    const failed = takeMailbox(cursor, tokens, mailboxes, group);
    if (failed) return failed;
    if (mailboxes.length >= MAX_ADDRESSES) return failAt(cursor, 'too-many-addresses');
  } while (cursor.text[cursor.at] === ',');
  if (cursor.at >= cursor.text.length) return undefined;
  if (cursor.text[cursor.at] !== ';') return failAt(cursor, 'bad-separator');
  cursor.at++;
  return skipCfws(cursor);
}

/** A mailbox whose first tokens have been taken, or nothing where there were none. */
function takeMailbox(
  cursor: Cursor,
  tokens: readonly Token[],
  mailboxes: NamedMailbox[],
  group: string | undefined,
): SyntaxFailure | undefined {
  const next = cursor.text[cursor.at];
  if (tokens.length === 0 && (next === undefined || next === ',' || next === ';')) return undefined;
  if (next === '<' && tokens[0]?.kind !== 'dot') {
    const mailbox = takeAngleAddress(cursor);
    if ('kind' in mailbox) return mailbox;
    const displayName = tokens.length > 0 ? phraseOf(tokens) : undefined;
    mailboxes.push(named(mailbox, displayName, group));
    return undefined;
  }
  if (next !== '@')
    return failAt(cursor, next === undefined || next === ',' ? 'no-address' : 'bad-local-part');
  // Only a comment after the address names its owner.
  cursor.comment = undefined;
  const mailbox = takeAddrSpec(cursor, tokens);
  if ('kind' in mailbox) return mailbox;
  mailboxes.push(named(mailbox, cursor.comment, group));
  return undefined;
}

function takeAngleAddress(cursor: Cursor): Mailbox | SyntaxFailure {
  cursor.at++;
  const failed = skipRoute(cursor);
  if (failed) return failed;
  const tokens = takeTokens(cursor);
  if (!Array.isArray(tokens)) return tokens;
  const mailbox = takeAddrSpec(cursor, tokens);
  if ('kind' in mailbox) return mailbox;
  if (cursor.text[cursor.at] !== '>') return failAt(cursor, 'bad-angle-address');
  cursor.at++;
  return skipCfws(cursor) ?? mailbox;
}

/** obs-route: `@a,@b:` before the addr-spec, with CFWS and empty elements; ignored (RFC 5322 §4.4). */
function skipRoute(cursor: Cursor): SyntaxFailure | undefined {
  let hops = 0;
  let commas = 0;
  for (;;) {
    const failed = skipCfws(cursor);
    if (failed) return failed;
    const next = cursor.text[cursor.at];
    if (next === ',') {
      cursor.at++;
      commas++;
    } else if (next === '@') {
      cursor.at++;
      const domain = takeDomain(cursor);
      if (typeof domain !== 'string') return domain;
      const after = cursor.text[cursor.at];
      if (after !== ',' && after !== ':') return failAt(cursor, 'bad-angle-address');
      hops++;
    } else if (next === ':' && hops > 0) {
      cursor.at++;
      return undefined;
    } else {
      return hops + commas > 0 ? failAt(cursor, 'bad-angle-address') : undefined;
    }
  }
}

/** The text of a phrase: one space where white space or a comment stood. */
function phraseOf(tokens: readonly Token[]): string {
  return tokens
    .map((token, index) => (token.spaced && index > 0 ? ` ${token.text}` : token.text))
    .join('');
}

function named(
  mailbox: Mailbox,
  displayName: string | undefined,
  group: string | undefined,
): NamedMailbox {
  return {
    ...(displayName !== undefined && { displayName }),
    mailbox,
    ...(group !== undefined && { group }),
  };
}
