/**
 * addr-spec of RFC 5322 §3.4.1 with the obsolete forms of §4.4 (white space and comments around each dot, quoted
 * words in between). A local part or domain longer than SMTP carries is read all the same: what a header says and what
 * an envelope can carry are two questions (`isSmtpMailbox` of path.ts answers the second).
 * Called by address-list.ts.
 */
import { parseAddressLiteral } from './address-literal.ts';
import {
  type Cursor,
  failAt,
  skipCfws,
  type SyntaxFailure,
  takeAtext,
  takeDomainLiteral,
  takeQuotedString,
} from './cfws.ts';
import { toAscii } from './domain.ts';
import type { Mailbox } from './mailbox.ts';

/** An atom or quoted string with its value, or a dot between words; `spaced`: CFWS stood before it. */
export type Token = {
  readonly kind: 'word' | 'dot';
  readonly text: string;
  readonly spaced: boolean;
};

/** Words and dots from here up to the first other character: a phrase, or a local part. */
export function takeTokens(cursor: Cursor): Token[] | SyntaxFailure {
  const tokens: Token[] = [];
  for (;;) {
    const before = cursor.at;
    const failed = skipCfws(cursor);
    if (failed) return failed;
    const spaced = cursor.at > before;
    const next = cursor.text[cursor.at];
    if (next === '.') {
      cursor.at++;
      tokens.push({ kind: 'dot', text: '.', spaced });
    } else if (next === '"') {
      const value = takeQuotedString(cursor);
      if (typeof value !== 'string') return value;
      tokens.push({ kind: 'word', text: value, spaced });
    } else {
      const atom = takeAtext(cursor);
      if (atom === '') return tokens;
      tokens.push({ kind: 'word', text: atom, spaced });
    }
  }
}

/** Reads an addr-spec whose local part has been taken as tokens; the cursor stands where `@` must be. */
export function takeAddrSpec(cursor: Cursor, tokens: readonly Token[]): Mailbox | SyntaxFailure {
  // word *("." word): words at even places, dots at odd ones, a word at the end.
  const wellFormed =
    tokens.length % 2 === 1 &&
    tokens.every((token, index) => (token.kind === 'dot') === (index % 2 === 1));
  if (!wellFormed || cursor.text[cursor.at] !== '@') return failAt(cursor, 'bad-local-part');
  cursor.at++;
  const domain = takeDomain(cursor);
  if (typeof domain !== 'string') return domain;
  return { localPart: tokens.map((token) => token.text).join(''), domain };
}

/**
 * Reads a domain with the CFWS around it: lower-case A-labels or a literal in its one spelling. Where it is neither
 * (RFC 5322 allows more), the text as it is in lower case, with U+FFFD for what could break out of an envelope.
 */
export function takeDomain(cursor: Cursor): string | SyntaxFailure {
  const failed = skipCfws(cursor);
  if (failed) return failed;
  return cursor.text[cursor.at] === '[' ? takeLiteral(cursor) : takeName(cursor);
}

function takeLiteral(cursor: Cursor): string | SyntaxFailure {
  const content = takeDomainLiteral(cursor);
  if (typeof content !== 'string') return content;
  const failed = skipCfws(cursor);
  if (failed) return failed;
  const literal = parseAddressLiteral(`[${content}]`);
  return literal.kind === 'literal' ? literal.domain : `[${harmless(content)}]`;
}

function takeName(cursor: Cursor): string | SyntaxFailure {
  let name = '';
  for (;;) {
    const atom = takeAtext(cursor);
    if (atom === '') return failAt(cursor, 'bad-domain');
    name += atom;
    const failed = skipCfws(cursor);
    if (failed) return failed;
    if (cursor.text[cursor.at] !== '.') return toAscii(name) ?? harmless(name);
    cursor.at++;
    name += '.';
    const failedAgain = skipCfws(cursor);
    if (failedAgain) return failedAgain;
  }
}

function harmless(text: string): string {
  return text
    .toWellFormed()
    .toLowerCase()
    .replaceAll(/[\x00-\x20<>"\\[\]@\x7f-\x9f]/g, '\ufffd');
}
