/**
 * Writes an Authentication-Results field, folded, each result on a line of its own (RFC 8601 §2.2, RFC 5322 §2.1.1). Whatever a value
 * holds, what comes out is one field with just these results: strangers choose domains, selectors and local parts.
 */
import { utf8 } from '#bytes';
import {
  FIELD_NAME,
  KEYWORD,
  TOKEN,
  type AuthenticationResults,
  type MethodResult,
} from './field.ts';

const COLUMNS = 78;
/** UTF-16 units; the longest honest one is an address, of 320 octets. */
const MAX_VALUE = 320;
const MAX_REASON = 200;

/** The field with its name and its CRLF, in UTF-8. @throws RangeError for a name of ours that is no Keyword */
export function formatAuthenticationResults({
  authservId,
  results,
}: AuthenticationResults): Uint8Array {
  const first = `${FIELD_NAME}: ${formatValue(authservId)};`;
  if (results.length === 0) return utf8(`${first} none\r\n`);
  const lines = [first];
  for (const [index, result] of results.entries()) {
    const words = wordsOf(result);
    words[words.length - 1] += index < results.length - 1 ? ';' : '';
    lines.push(...fold(words));
  }
  return utf8(`${lines.join('\r\n')}\r\n`);
}

function wordsOf({ method, version, result, reason, properties }: MethodResult): string[] {
  const versioned = version === undefined || version === 1 ? '' : `/${version.toFixed(0)}`;
  return [
    `${keyword(method)}${versioned}=${keyword(result)}`,
    ...(reason === undefined ? [] : [`reason=${quoted(safe(reason, MAX_REASON))}`]),
    ...properties.map(
      ({ ptype, property, value }) =>
        `${keyword(ptype)}.${keyword(property)}=${formatProperty(value)}`,
    ),
  ];
}

function fold(words: readonly string[]): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of words) {
    if (line !== '' && line.length + 1 + word.length > COLUMNS) {
      lines.push(line);
      line = '';
    }
    line += line === '' ? `${lines.length === 0 ? ' ' : '   '}${word}` : ` ${word}`;
  }
  return [...lines, line];
}

function keyword(text: string): string {
  if (KEYWORD.test(text)) return text;
  throw new RangeError(`no Keyword of RFC 5321: ${JSON.stringify(text)}`);
}

/** dot-atom of RFC 5322 §3.2.3, the part before the `@` of an address that needs no quotes. */
const ADDRESS =
  /^[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~.\u00a0-\uffff]*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*$/;

function formatProperty(value: string): string {
  const text = safe(value, MAX_VALUE);
  return ADDRESS.test(text) && !/^\.|\.[.@]/.test(text) ? text : formatSafe(text);
}

function formatValue(value: string): string {
  return formatSafe(safe(value, MAX_VALUE));
}

function formatSafe(text: string): string {
  return TOKEN.test(text) ? text : quoted(text);
}

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

/** No controls, no lone surrogates, nothing that turns the direction of writing or breaks a line. */
function safe(text: string, limit: number): string {
  return text
    .slice(0, limit)
    .toWellFormed()
    .replaceAll(/[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufffd]/g, '?');
}
