/**
 * Address fields as ENVELOPE tells them (RFC 9051 §7.5.2): raw, with routes and group marks, from whatever stands in the
 * field. Reading is total, linear and one way; what is no address becomes one without a host. `address/address-list.ts`
 * reads the same fields by their grammar, for decisions.
 * Called by envelope.ts.
 */
import type { EnvelopeAddress } from '#protocol/message/structure';

/** Far over what is sent in earnest within the 64 KB read of a field. */
const MAX_ADDRESSES = 2_000;

const GROUP_END: EnvelopeAddress = [null, null, null, null];

/** A word, or one of `@ . :`; `spaced`: white space or a comment stood before it. */
type Token = { readonly text: string; readonly mark: boolean; readonly spaced: boolean };

type Reader = {
  readonly text: string;
  at: number;
  /** Tokens of the address now read, and its last comment. */
  tokens: Token[];
  comment: string | undefined;
  /** The phrase before the angle bracket, while it is open. */
  phrase: string | undefined;
  inGroup: boolean;
  /** An address in angle brackets has just ended, and no comma came since. */
  ended: boolean;
  spaced: boolean;
  readonly found: EnvelopeAddress[];
};

/** `text` is the unfolded value, one character per octet, as all strings in the result. */
export function parseEnvelopeAddresses(text: string): EnvelopeAddress[] {
  const reader: Reader = {
    text,
    at: 0,
    tokens: [],
    comment: undefined,
    phrase: undefined,
    inGroup: false,
    ended: false,
    spaced: false,
    found: [],
  };
  while (reader.at < text.length && reader.found.length < MAX_ADDRESSES) step(reader);
  finishAddress(reader);
  if (reader.inGroup) reader.found.push(GROUP_END);
  return reader.found;
}

function step(reader: Reader): void {
  const { text } = reader;
  const character = text[reader.at]!;
  switch (character) {
    case ' ':
    case '\t':
      reader.at++;
      reader.spaced = true;
      return;
    case '(':
      reader.comment = takeDelimited(reader, ')');
      reader.spaced = true;
      return;
    case '"':
      push(reader, takeDelimited(reader, '"'), false);
      return;
    case '[':
      push(reader, `[${takeDelimited(reader, ']')}]`, false);
      return;
    case '<':
      reader.at++;
      reader.phrase ??= phraseOf(reader.tokens);
      reader.tokens = [];
      return;
    case '>':
    case ';':
    case ',':
      reader.at++;
      separate(reader, character);
      return;
    case ':':
      reader.at++;
      takeColon(reader);
      return;
    case '@':
    case '.':
      reader.at++;
      push(reader, character, true);
      return;
    default:
      push(reader, takeAtom(reader), false);
  }
}

function separate(reader: Reader, character: string): void {
  if (character === '>' && reader.phrase === undefined) return;
  // Commas separate the hops of a route: `<@a,@b:c@d>`.
  if (character === ',' && reader.phrase !== undefined && reader.tokens[0]?.text === '@') {
    push(reader, ',', true);
    return;
  }
  finishAddress(reader);
  reader.ended = character === '>';
  if (character === ';' && reader.inGroup) {
    reader.found.push(GROUP_END);
    reader.inGroup = false;
  }
}

function takeColon(reader: Reader): void {
  if (reader.phrase === undefined && !reader.inGroup && reader.tokens.length > 0) {
    reader.found.push([null, null, phraseOf(reader.tokens), null]);
    reader.inGroup = true;
    reader.tokens = [];
    reader.comment = undefined;
    return;
  }
  push(reader, ':', true);
}

function push(reader: Reader, text: string, mark: boolean): void {
  reader.tokens.push({ text, mark, spaced: reader.spaced });
  reader.spaced = false;
}

/** Makes an address of the tokens since the last one. */
function finishAddress(reader: Reader): void {
  const { phrase, comment } = reader;
  let { tokens } = reader;
  reader.tokens = [];
  reader.phrase = undefined;
  reader.comment = undefined;
  reader.spaced = false;
  if (phrase === undefined && tokens.length === 0) return;
  // Words between a bracketed address and the comma belong to nothing.
  if (
    reader.ended &&
    phrase === undefined &&
    !tokens.some(({ mark, text }) => mark && text === '@')
  )
    return;
  let adl: string | null = null;
  const colon = tokens.findLastIndex((token) => token.mark && token.text === ':');
  if (phrase !== undefined && colon > 0 && tokens[0]!.text === '@') {
    adl = joined(tokens.slice(0, colon));
    tokens = tokens.slice(colon + 1);
  }
  const [before, mailbox, host] = splitAddress(tokens, phrase !== undefined);
  const name = phrase || before || comment || null;
  reader.found.push([name, adl, mailbox, host]);
}

/** The words before the local part, the local part, the domain. */
function splitAddress(tokens: readonly Token[], bracketed: boolean): [string, string, string] {
  const at = tokens.findLastIndex((token) => token.mark && token.text === '@');
  if (at < 0) {
    const phrase = phraseOf(tokens);
    // A word alone is a local part (`MAILER-DAEMON`), several are a name.
    return bracketed || !phrase.includes(' ') ? ['', phrase, ''] : [phrase, '', ''];
  }
  let start = at - 1;
  while (start > 0 && (!tokens[start]!.spaced || touchesDot(tokens, start))) start--;
  start = Math.max(start, 0);
  let end = at + 1;
  while (end < tokens.length && (end === at + 1 || !tokens[end]!.spaced || touchesDot(tokens, end)))
    end++;
  return [
    phraseOf(tokens.slice(0, start)),
    joined(tokens.slice(start, at)),
    joined(tokens.slice(at + 1, end)),
  ];
}

/** RFC 5322 §4.4: white space may stand around a dot. */
function touchesDot(tokens: readonly Token[], index: number): boolean {
  return tokens[index]!.text === '.' || tokens[index - 1]!.text === '.';
}

function joined(tokens: readonly Token[]): string {
  return tokens.map((token) => token.text).join('');
}

function phraseOf(tokens: readonly Token[]): string {
  return tokens
    .map((token, index) => (token.spaced && index > 0 ? ` ${token.text}` : token.text))
    .join('');
}

function takeAtom(reader: Reader): string {
  const start = reader.at;
  while (reader.at < reader.text.length && !' \t()<>@,;:."['.includes(reader.text[reader.at]!))
    reader.at++;
  // A closing parenthesis that closes nothing is text.
  if (reader.at === start) reader.at++;
  return reader.text.slice(start, reader.at);
}

/** What stands up to the closing delimiter, or the end; quoted pairs resolved, nested comments counted. */
function takeDelimited(reader: Reader, close: string): string {
  const { text } = reader;
  let value = '';
  let depth = 0;
  let from = ++reader.at;
  for (; reader.at < text.length; reader.at++) {
    const character = text[reader.at]!;
    if (character === '\\' && reader.at + 1 < text.length) {
      value += text.slice(from, reader.at);
      from = ++reader.at;
    } else if (character === close) {
      if (depth === 0) break;
      depth--;
    } else if (character === '(' && close === ')') {
      depth++;
    }
  }
  value += text.slice(from, reader.at);
  reader.at++;
  return value;
}
