/**
 * Parameters of a MIME field (RFC 2045 §5.1): `; name=value` with comments, quoted strings, and the continuations and
 * extended values of RFC 2231. Read as mail is written: semicolons may be missing, an unquoted value may hold spaces,
 * a quote may stay open. Reading is total and linear, and looks at each character a bounded number of times.
 * Called by content-fields.ts, parameter-text.ts.
 */
import type { Octets, Parameter } from '#protocol/message/structure';

/** A field is read up to its 64 KB; in earnest it has under ten. */
const MAX_PARAMETERS = 500;

const TOKEN = /[!#$%&'*+\-.0-9A-Z^_`a-z{|}~]+/y;
const NAME_AND_EQUALS = /[!#$%&'*+\-.0-9A-Z^_`a-z{|}~]+[ \t]*=/y;
const VALUE_RUN = /[^; \t(]+/y;

/** Reads from offset `at` to the end of the unfolded text; a name that comes twice is told twice, in its order. */
export function parseParameters(text: Octets, at: number): Parameter[] {
  const written: Parameter[] = [];
  let next = at;
  let segmented = false;
  while (next < text.length && written.length < MAX_PARAMETERS) {
    next = skipCfws(text, next);
    const end = tokenEnd(text, next);
    if (end === next) {
      next++;
      continue;
    }
    const name = text.slice(next, end).toLowerCase();
    next = skipCfws(text, end);
    // A word without a value is nothing.
    if (text[next] !== '=') continue;
    next = skipCfws(text, next + 1);
    const [value, after] = text[next] === '"' ? quotedString(text, next) : bareValue(text, next);
    written.push([name, value]);
    segmented ||= name.includes('*');
    next = after;
  }
  return segmented ? joinSegments(written) : written;
}

/** The offset after a token that starts at `at`; `at` where none does. */
export function tokenEnd(text: string, at: number): number {
  TOKEN.lastIndex = at;
  return TOKEN.test(text) ? TOKEN.lastIndex : at;
}

/** The offset after white space and comments (RFC 5322 §3.2.2); an open comment goes on to the end. */
export function skipCfws(text: string, at: number): number {
  let next = at;
  for (;;) {
    next = skipSpace(text, next);
    if (text[next] !== '(') return next;
    next = commentEnd(text, next);
  }
}

function skipSpace(text: string, at: number): number {
  let next = at;
  while (text[next] === ' ' || text[next] === '\t') next++;
  return next;
}

function commentEnd(text: string, at: number): number {
  let depth = 0;
  for (let next = at; next < text.length; next++) {
    const character = text[next];
    if (character === '\\') next++;
    else if (character === '(') depth++;
    else if (character === ')' && --depth === 0) return next + 1;
  }
  return text.length;
}

/** What a quoted string that starts at `at` says, and the offset after it. */
function quotedString(text: string, at: number): [string, number] {
  let value = '';
  let from = at + 1;
  let next = from;
  for (; next < text.length && text[next] !== '"'; next++)
    if (text[next] === '\\' && next + 1 < text.length) {
      value += text.slice(from, next);
      from = ++next;
    }
  return [value + text.slice(from, next), next + 1];
}

/** Up to the semicolon, what looks like the next parameter, or a comment that ends the value. */
function bareValue(text: string, at: number): [string, number] {
  let end = at;
  let next = at;
  for (;;) {
    VALUE_RUN.lastIndex = next;
    if (VALUE_RUN.test(text)) next = end = VALUE_RUN.lastIndex;
    if (next >= text.length || text[next] === ';') break;
    next = skipCfws(text, next);
    NAME_AND_EQUALS.lastIndex = next;
    if (NAME_AND_EQUALS.test(text)) break;
  }
  return [text.slice(at, end), next];
}

type Segment = { readonly index: number; readonly extended: boolean; readonly value: string };
const SEGMENT = /^(.+)\*(\d{1,3})(\*?)$/;

/** RFC 2231 §3: `name*0`, `name*1*`, … become one parameter at the place of the first that was written. */
function joinSegments(written: readonly Parameter[]): Parameter[] {
  const found = new Map<string, Segment[]>();
  for (const [name, value] of written) {
    const match = SEGMENT.exec(name);
    if (!match) continue;
    const segment = { index: Number(match[2]), extended: match[3] !== '', value };
    const others = found.get(match[1]!);
    if (others) others.push(segment);
    else found.set(match[1]!, [segment]);
  }
  const joined: Parameter[] = [];
  for (const parameter of written) {
    const base = SEGMENT.exec(parameter[0])?.[1];
    if (base === undefined) joined.push(parameter);
    else {
      const segments = found.get(base);
      if (segments) joined.push(joinOne(base, segments));
      found.delete(base);
    }
  }
  return joined;
}

function joinOne(base: string, segments: Segment[]): Parameter {
  segments.sort((a, b) => a.index - b.index);
  // Only the first segment can name the charset (RFC 2231 §4.1): where it does not, nothing is extended.
  const extended = segments[0]!.extended;
  const texts = segments
    .filter(({ index }, at) => at === 0 || index !== segments[at - 1]!.index)
    .map((segment) => {
      if (extended) return segment.extended ? segment.value : segment.value.replaceAll('%', '%25');
      return segment.extended ? percentDecode(segment.value) : segment.value;
    });
  return [extended ? `${base}*` : base, texts.join('')];
}

/** Octets for `%XX`; what no `Octets` holds becomes a space. */
export function percentDecode(text: Octets): Octets {
  return text
    .replaceAll(/%([0-9A-Fa-f]{2})/g, (_, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 16)),
    )
    .replaceAll(/[\0\r\n]/g, ' ');
}
