/**
 * A TXT record of a version and fields: `v=STSv1; id=20260101; ext=1` (RFC 8461 §3.1, RFC 8460 §3). Both RFCs write the same grammar:
 * delimiters are a semicolon with white space around it, the last of them may be left out, and what is not known is passed over
 * as long as it is well-formed. Called by the parsers of MTA-STS and TLSRPT records.
 */

export interface RecordField {
  readonly name: string;
  readonly value: string;
}

export type FieldsFault = 'no-fields' | 'empty-field' | 'malformed-field';

/** More than any record that fits in a response of 64 KB needs. */
const MAX_FIELDS = 100;
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}$/;
/** Visible ASCII but semicolons and equals signs. */
const EXTENSION_VALUE = /^[!-:<>-~]+$/;

/** Whether a record is one of this version, well-formed or not: others at the name are none of ours. */
export function hasVersion(text: string, version: string): boolean {
  return text.startsWith(`v=${version}`) && /^[ \t]*(?:;|$)/.test(text.slice(version.length + 2));
}

/**
 * The fields after the version.
 * @param known names whose values have a grammar of their own, which the caller judges
 */
export function versionedFields(
  text: string,
  known: ReadonlySet<string>,
): readonly RecordField[] | FieldsFault {
  const parts = text.split(';', MAX_FIELDS + 2).slice(1);
  if (parts.length > MAX_FIELDS) return 'malformed-field';
  // the last delimiter may be there or not
  if (parts.length > 0 && isBlank(parts.at(-1)!)) parts.pop();
  if (parts.length === 0) return 'no-fields';
  const fields: RecordField[] = [];
  for (const part of parts) {
    if (isBlank(part)) return 'empty-field';
    const field = readField(trimmed(part), known);
    if (field === undefined) return 'malformed-field';
    fields.push(field);
  }
  return fields;
}

function readField(text: string, known: ReadonlySet<string>): RecordField | undefined {
  const equals = text.indexOf('=');
  if (equals < 0) return undefined;
  const name = text.slice(0, equals);
  const value = text.slice(equals + 1);
  if (!NAME.test(name)) return undefined;
  return known.has(name) || EXTENSION_VALUE.test(value) ? { name, value } : undefined;
}

function isBlank(text: string): boolean {
  return trimmed(text) === '';
}

/** Without the white space of RFC 5234 at both ends, in linear time. */
export function trimmed(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isWhite(text, start)) start++;
  while (end > start && isWhite(text, end - 1)) end--;
  return text.slice(start, end);
}

function isWhite(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === 0x20 || code === 0x09;
}
