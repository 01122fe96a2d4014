/**
 * Rows of COPY in text form (PostgreSQL's documentation of COPY, «Text Format»): a line each, fields parted by tabs, null as `\N`, and
 * control characters and backslashes behind a backslash. Pure.
 */

import { TextDecoder } from 'node:util';

export type TextRow = readonly (string | null)[];

/** @throws SyntaxError where octets are no UTF-8, or the last line does not end */
export async function* readTextRows(
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<TextRow, void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let rest = '';
  for await (const piece of pieces) {
    // cut only at ends of lines: most pieces end in the middle of one
    const text = rest + decoded(decoder, piece);
    const end = text.lastIndexOf('\n');
    rest = text.slice(end + 1);
    if (end >= 0) for (const line of text.slice(0, end).split('\n')) yield fieldsOf(line);
  }
  if (rest !== '') throw new SyntaxError('a line without its end');
}

function decoded(decoder: TextDecoder, piece: Uint8Array): string {
  try {
    return decoder.decode(piece, { stream: true });
  } catch {
    throw new SyntaxError('not in UTF-8');
  }
}

function fieldsOf(line: string): TextRow {
  return line.split('\t').map((field) => (field === '\\N' ? null : unescaped(field)));
}

const ESCAPES: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

function unescaped(field: string): string {
  if (!field.includes('\\')) return field;
  return field.replace(/\\(.)/gs, (_, letter: string) => ESCAPES[letter] ?? letter);
}

/** A field of type bytea: `\x` and hexadecimal digits. */
export function byteaOf(field: string): Buffer {
  return Buffer.from(field.slice(2), 'hex');
}

/** A field of type integer[] or bigint[]. */
export function numbersOf(field: string): number[] {
  return field === '{}' ? [] : field.slice(1, -1).split(',').map(Number);
}

/** A field of type text[] without nulls: `{a,"b c","d\"e"}`. */
export function textsOf(field: string): string[] {
  const texts: string[] = [];
  for (const [, quoted, plain] of field.slice(1, -1).matchAll(/"((?:[^"\\]|\\.)*)"|([^,]+)/gs))
    texts.push(quoted === undefined ? plain! : quoted.replace(/\\(.)/gs, '$1'));
  return texts;
}
