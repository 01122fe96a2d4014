/**
 * Writes a DKIM-Signature field, folded (RFC 6376 §3.5; RFC 5322 §2.1.1). The inverse of signature.ts.
 * Invariant that signing relies on: up to and including `b=` the field does not depend on the
 * signature, so what was hashed with an empty b= is what stands before the filled one.
 */
import { base64, fromLatin1, utf8 } from '#bytes';
import { encodeQuotedPrintable } from './quoted-printable.ts';
import type { Signature } from './signature.ts';

/** Lines stay under 78 columns, except where one word alone (a long domain) is longer. */
const COLUMNS = 77;

/** Words are written whole; white space may be put before each, and is put before one with `space`. */
export type Word = { readonly text: string; readonly space: boolean };

/** A tag with what it says: on one line, or where it may be folded. */
export type TagToFold = readonly [name: string, value: string | readonly Word[] | undefined];

/** The field with its name and its CRLF, ASCII only. */
export function formatSignature(signature: Signature): Uint8Array {
  const { identity, domain } = signature;
  const auidTag =
    identity.localPart === '' && identity.domain === domain ? undefined : auid(identity);
  const tags = signatureTags(signature, ['v', '1'], ['i', auidTag]);
  return formatTags('DKIM-Signature', tags, signature.signature);
}

/** A field of these tags, but for those without a value, and of b= at the end. */
export function formatTags(
  name: string,
  tags: readonly TagToFold[],
  signature: Uint8Array,
): Uint8Array {
  const lines: string[] = [];
  let line = `${name}:`;
  for (const { text, space } of words(tags)) {
    const gap = space ? ' ' : '';
    if (line.length + gap.length + text.length > COLUMNS && line.length > 1) {
      lines.push(line);
      line = ` ${text}`;
    } else {
      line += gap + text;
    }
  }
  return fromLatin1([...lines, ...fillLines(line, base64(signature)), ''].join('\r\n'));
}

/** The tags that DKIM-Signature and ARC-Message-Signature have in common, between `first` and b=. */
export function signatureTags(
  signature: Signature,
  first: TagToFold,
  identity: TagToFold,
): readonly TagToFold[] {
  const { canonicalization: c, copiedFields } = signature;
  return [
    first,
    ['a', signature.algorithm],
    ['c', `${c.header}/${c.body}`],
    ['d', signature.domain],
    ['s', signature.selector],
    identity,
    ['t', signature.timestamp?.toFixed(0)],
    ['x', signature.expiration?.toFixed(0)],
    ['l', signature.bodyLength?.toFixed(0)],
    ['h', joined(signature.signedFields, ':')],
    ['z', copiedFields && joined(copiedFields.map(copiedField), '|')],
    ['bh', base64(signature.bodyHash)],
  ];
}

/** Everything up to and including `b=`. */
function words(tags: readonly TagToFold[]): Word[] {
  return [
    ...tags.flatMap(([name, value]) => (value === undefined ? [] : tagWords(name, value))),
    { text: 'b=', space: true },
  ];
}

function tagWords(name: string, value: string | readonly Word[]): Word[] {
  const list = typeof value === 'string' ? [{ text: value, space: false }] : value;
  const last = list.length - 1;
  return list.map(({ text }, index) => ({
    text: `${index === 0 ? `${name}=` : ''}${text}${index === last ? ';' : ''}`,
    space: index === 0,
  }));
}

function joined(members: readonly string[], separator: string): Word[] {
  const last = members.length - 1;
  return members.map((text, index) => ({
    text: index === last ? text : text + separator,
    space: false,
  }));
}

function auid({ localPart, domain }: Signature['identity']): string {
  return encodeQuotedPrintable(utf8(`${localPart}@${domain}`));
}

function copiedField({ name, value }: { name: string; value: Uint8Array }): string {
  return `${name}:${encodeQuotedPrintable(value, '|')}`;
}

/** Base64 may be folded anywhere (§2.10: base64string); fills the line begun, then full lines. */
function fillLines(begun: string, text: string): string[] {
  const lines = [];
  let line = begun;
  let rest = text;
  while (rest.length > 0) {
    const room = Math.max(COLUMNS - line.length, 0);
    line += rest.slice(0, room);
    rest = rest.slice(room);
    lines.push(line);
    line = ' ';
  }
  return lines.length === 0 ? [begun] : lines;
}
