/**
 * Reads an Authentication-Results field (RFC 8601 §2.2): CFWS wherever the grammar has it, quoted strings, versions. Linear, one pass,
 * no recursion. The inverse of format.ts.
 */
import { type Cursor, cursorOver, skipCfws, takeQuotedString } from '#protocol/address/cfws';
import { KEYWORD, TOKEN, type MethodResult, type Property } from './field.ts';

export type ParsedResults =
  | {
      readonly kind: 'results';
      readonly authservId: string;
      readonly version: number;
      readonly results: readonly MethodResult[];
    }
  | { readonly kind: 'error'; readonly at: number };

/** Far over what is written in earnest. */
const MAX_RESULTS = 200;
const MAX_PROPERTIES = 1000;

/** The value of the field, folded or not. */
export function parseAuthenticationResults(value: string): ParsedResults {
  const cursor = cursorOver(unfolded(value));
  try {
    const { authservId, version } = takeHead(cursor);
    return { kind: 'results', authservId, version, results: takeResults(cursor) };
  } catch (error) {
    if (error instanceof Malformed) return { kind: 'error', at: cursor.at };
    throw error;
  }
}

/**
 * Who a field claims to be from, with the comments beside that name; undefined where that cannot be read without doubt.
 */
export function readClaim(
  value: string,
): { readonly authservId: string; readonly comments: string } | undefined {
  const cursor = cursorOver(unfolded(value));
  try {
    const { authservId } = takeHead(cursor);
    const isEnd = cursor.at >= cursor.text.length || cursor.text[cursor.at] === ';';
    return isEnd ? { authservId, comments: cursor.text.slice(0, cursor.at) } : undefined;
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

/** What the grammar does not allow; never leaves this file. */
class Malformed extends Error {}

function unfolded(value: string): string {
  return value.replaceAll(/\r?\n(?=[ \t])/g, '').replace(/\r?\n$/, '');
}

/** authserv-id and version; the cursor then stands at the first semicolon. */
function takeHead(cursor: Cursor): { authservId: string; version: number } {
  space(cursor);
  const authservId = takeValue(cursor);
  space(cursor);
  const digits = takeWhile(cursor, isDigit);
  if (digits.length > 9) throw new Malformed();
  space(cursor);
  return { authservId, version: digits === '' ? 1 : Number(digits) };
}

function takeResults(cursor: Cursor): readonly MethodResult[] {
  const results: MethodResult[] = [];
  let properties = 0;
  while (cursor.at < cursor.text.length) {
    expect(cursor, ';');
    space(cursor);
    // a semicolon at the end is written by some
    if (cursor.at >= cursor.text.length && results.length > 0) break;
    const method = takeKeyword(cursor);
    space(cursor);
    if (
      method.toLowerCase() === 'none' &&
      cursor.at >= cursor.text.length &&
      results.length === 0
    ) {
      return [];
    }
    const result = takeResult(cursor, method);
    properties += result.properties.length;
    results.push(result);
    if (results.length > MAX_RESULTS || properties > MAX_PROPERTIES) throw new Malformed();
  }
  if (results.length === 0) throw new Malformed();
  return results;
}

function takeResult(cursor: Cursor, method: string): MethodResult {
  let version = 1;
  if (cursor.text[cursor.at] === '/') {
    cursor.at++;
    space(cursor);
    const digits = takeWhile(cursor, isDigit);
    if (digits === '' || digits.length > 9) throw new Malformed();
    version = Number(digits);
    space(cursor);
  }
  expect(cursor, '=');
  space(cursor);
  const result = takeKeyword(cursor);
  space(cursor);
  let reason: string | undefined;
  const properties: Property[] = [];
  while (cursor.at < cursor.text.length && cursor.text[cursor.at] !== ';') {
    const word = takeKeyword(cursor);
    space(cursor);
    if (cursor.text[cursor.at] === '=' && word.toLowerCase() === 'reason') {
      if (reason !== undefined || properties.length > 0) throw new Malformed();
      cursor.at++;
      space(cursor);
      reason = takeValue(cursor);
    } else {
      properties.push(takeProperty(cursor, word));
      if (properties.length > MAX_PROPERTIES) throw new Malformed();
    }
    space(cursor);
  }
  return {
    method: method.toLowerCase(),
    ...(version !== 1 && { version }),
    result: result.toLowerCase(),
    ...(reason !== undefined && { reason }),
    properties,
  };
}

function takeProperty(cursor: Cursor, ptype: string): Property {
  expect(cursor, '.');
  space(cursor);
  const property = takeKeyword(cursor);
  space(cursor);
  expect(cursor, '=');
  space(cursor);
  return {
    ptype: ptype.toLowerCase(),
    property: property.toLowerCase(),
    value: takePropertyValue(cursor),
  };
}

/** pvalue: a value, or `[local-part]@domain`, whose local part may be a quoted string. */
function takePropertyValue(cursor: Cursor): string {
  const isQuoted = cursor.text[cursor.at] === '"';
  const first = isQuoted ? takeString(cursor) : takeWhile(cursor, isAddressCharacter);
  if (!isQuoted) {
    if (TOKEN.test(first) || /^[^@]*@[^@]+$/.test(first)) return first;
    throw new Malformed();
  }
  if (cursor.text[cursor.at] !== '@') return first;
  cursor.at++;
  const domain = takeWhile(cursor, isTokenCharacter);
  if (domain === '') throw new Malformed();
  return `${first}@${domain}`;
}

function takeValue(cursor: Cursor): string {
  if (cursor.text[cursor.at] === '"') return takeString(cursor);
  const token = takeWhile(cursor, isTokenCharacter);
  if (token === '') throw new Malformed();
  return token;
}

function takeString(cursor: Cursor): string {
  const value = takeQuotedString(cursor);
  if (typeof value !== 'string') throw new Malformed();
  return value;
}

function takeKeyword(cursor: Cursor): string {
  const word = takeWhile(cursor, isKeywordCharacter);
  if (!KEYWORD.test(word)) throw new Malformed();
  return word;
}

function expect(cursor: Cursor, character: string): void {
  if (cursor.text[cursor.at] !== character) throw new Malformed();
  cursor.at++;
}

function space(cursor: Cursor): void {
  if (skipCfws(cursor)) throw new Malformed();
}

function takeWhile(cursor: Cursor, is: (character: string) => boolean): string {
  const start = cursor.at;
  while (cursor.at < cursor.text.length && is(cursor.text[cursor.at]!)) cursor.at++;
  return cursor.text.slice(start, cursor.at);
}

function isDigit(character: string): boolean {
  return character >= '0' && character <= '9';
}

function isKeywordCharacter(character: string): boolean {
  return /[A-Za-z0-9-]/.test(character);
}

function isTokenCharacter(character: string): boolean {
  return TOKEN.test(character);
}

/** What an unquoted address may have beside the characters of a token: `=`, `?` and `/` are atext. */
function isAddressCharacter(character: string): boolean {
  return TOKEN.test(character) || '@/=?'.includes(character);
}
