/**
 * Lexical tokens of message headers (RFC 5322 §3.2, the obsolete forms of §4.1 and §4.2, UTF-8 by RFC 6532 §3.2):
 * white space with folding, comments, atoms, quoted strings. A cursor walks over the text once; nothing recurses
 * and nothing goes back, so that time is linear whatever the input.
 * Called by addr-spec.ts and address-list.ts.
 */

/** A place in a text; `comment` is the text of the comment passed last. */
export type Cursor = { readonly text: string; at: number; comment: string | undefined };

export type SyntaxReason =
  | 'bad-comment'
  | 'bad-folding'
  | 'bad-quoted-string'
  | 'bad-local-part'
  | 'bad-domain'
  | 'bad-angle-address'
  | 'bad-separator'
  | 'no-address'
  | 'too-many-addresses';

/** Where reading stopped (a UTF-16 offset) and why. */
export type SyntaxFailure = {
  readonly kind: 'error';
  readonly reason: SyntaxReason;
  readonly at: number;
};

export function cursorOver(text: string): Cursor {
  return { text, at: 0, comment: undefined };
}

export function failAt(cursor: Cursor, reason: SyntaxReason): SyntaxFailure {
  return { kind: 'error', reason, at: cursor.at };
}

/** Steps over white space and comments (CFWS, obs-FWS); undefined when all was well. */
export function skipCfws(cursor: Cursor): SyntaxFailure | undefined {
  for (;;) {
    const code = cursor.text.charCodeAt(cursor.at);
    if (code === OPEN) {
      const failed = skipComment(cursor);
      if (failed) return failed;
    } else {
      const length = foldingSpace(cursor.text, cursor.at);
      if (length < 0) return failAt(cursor, 'bad-folding');
      if (length === 0) return undefined;
      cursor.at += length;
    }
  }
}

/** Steps over white space alone (FWS, obs-FWS). */
export function skipFws(cursor: Cursor): SyntaxFailure | undefined {
  for (;;) {
    const length = foldingSpace(cursor.text, cursor.at);
    if (length < 0) return failAt(cursor, 'bad-folding');
    if (length === 0) return undefined;
    cursor.at += length;
  }
}

/** The atext from here on, '' if there is none. */
export function takeAtext(cursor: Cursor): string {
  const start = cursor.at;
  while (isAtext(cursor.text.charCodeAt(cursor.at))) cursor.at++;
  return cursor.text.slice(start, cursor.at);
}

/** The value of the quoted string that starts here: quotes, backslashes and line ends removed. */
export function takeQuotedString(cursor: Cursor): string | SyntaxFailure {
  return takeDelimited(cursor, QUOTE, 'bad-quoted-string');
}

/** The value of the domain literal that starts here, without its brackets and its white space. */
export function takeDomainLiteral(cursor: Cursor): string | SyntaxFailure {
  const value = takeDelimited(cursor, CLOSE_BRACKET, 'bad-domain');
  return typeof value === 'string' ? value.replaceAll(/[ \t]/g, '') : value;
}

const HT = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SP = 0x20;
const QUOTE = 0x22;
const OPEN = 0x28;
const CLOSE = 0x29;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;

const ATEXT = /[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]/;
const ATEXT_TABLE = Uint8Array.from({ length: 128 }, (_, code) =>
  ATEXT.test(String.fromCharCode(code)) ? 1 : 0,
);

function isAtext(code: number): boolean {
  // NaN, the end of the text, is neither.
  return code < 128 ? ATEXT_TABLE[code] === 1 : code >= 128;
}

/** Length of one step of white space: 0 where there is none, -1 where a CR does not fold. */
function foldingSpace(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code === SP || code === HT) return 1;
  if (code !== CR) return 0;
  const next = text.charCodeAt(at + 2);
  return text.charCodeAt(at + 1) === LF && (next === SP || next === HT) ? 3 : -1;
}

/** Steps over a comment, which may hold others; a counter stands for the recursion. */
function skipComment(cursor: Cursor): SyntaxFailure | undefined {
  const { text } = cursor;
  const start = cursor.at + 1;
  let depth = 0;
  for (;;) {
    const code = text.charCodeAt(cursor.at);
    if (code === BACKSLASH) {
      if (!isQuotable(text.charCodeAt(cursor.at + 1))) return failAt(cursor, 'bad-comment');
      cursor.at += 2;
      continue;
    }
    const step = code === CR ? foldingSpace(text, cursor.at) : 1;
    if (step < 0) return failAt(cursor, 'bad-folding');
    if (step === 1 && !isPlain(code)) return failAt(cursor, 'bad-comment');
    cursor.at += step;
    if (code === OPEN) depth++;
    else if (code === CLOSE && --depth === 0) break;
  }
  cursor.comment = text
    .slice(start, cursor.at - 1)
    .replaceAll('\r\n', '')
    .replaceAll(/\\(.)/gs, '$1');
  return undefined;
}

/** What stands between the delimiter here and `close`, quoted pairs resolved. */
function takeDelimited(
  cursor: Cursor,
  close: number,
  reason: 'bad-quoted-string' | 'bad-domain',
): string | SyntaxFailure {
  const { text } = cursor;
  let value = '';
  let from = ++cursor.at;
  for (;;) {
    const code = text.charCodeAt(cursor.at);
    if (code === close) break;
    if (code === BACKSLASH) {
      if (!isQuotable(text.charCodeAt(cursor.at + 1))) return failAt(cursor, reason);
      value += text.slice(from, cursor.at);
      from = cursor.at + 1;
      cursor.at += 2;
    } else if (code === CR) {
      if (foldingSpace(text, cursor.at) < 0) return failAt(cursor, 'bad-folding');
      value += text.slice(from, cursor.at);
      cursor.at += 2;
      from = cursor.at;
    } else {
      if (!isPlain(code) || (code === OPEN_BRACKET && close === CLOSE_BRACKET))
        return failAt(cursor, reason);
      cursor.at++;
    }
  }
  value += text.slice(from, cursor.at);
  cursor.at++;
  return value;
}

/** Text, white space, and the control characters that obs-ctext, obs-qtext and obs-dtext allow: all but NUL, LF, CR. */
function isPlain(code: number): boolean {
  return code > 0 && code !== LF && code !== CR;
}

/** What may follow a backslash (quoted-pair, obs-qp): any character at all, not the end of the text. */
function isQuotable(code: number): boolean {
  return code >= 0;
}
