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

/** A tag with what it says: on one line, or in words, before each of which a line may end. */
export type TagToFold = readonly [name: string, value: string | readonly string[] | undefined];

/** The field with its name and its CRLF, ASCII only. */
export function formatSignature(signature: Signature): Uint8Array {
  return fillSignature(beginSignature(signature), signature.signature);
}

/** The field up to and including `b=`, whatever its signature; `fillSignature` goes on from there. */
export function beginSignature(signature: Signature): string {
  const { identity, domain } = signature;
  const auidTag =
    identity.localPart === '' && identity.domain === domain ? undefined : auid(identity);
  return beginField('DKIM-Signature', signatureTags(signature, ['v', '1'], ['i', auidTag]));
}

/** A field of these tags, but for those without a value, and of b= at the end. */
export function formatTags(
  name: string,
  tags: readonly TagToFold[],
  signature: Uint8Array,
): Uint8Array {
  return fillSignature(beginField(name, tags), signature);
}

function beginField(name: string, tags: readonly TagToFold[]): string {
  let before = '';
  let line = `${name}:`;
  const put = (word: string, gap: '' | ' '): void => {
    if (line.length + gap.length + word.length > COLUMNS && line.length > 1) {
      before += `${line}\r\n`;
      line = ` ${word}`;
    } else {
      line += gap + word;
    }
  };
  for (const [tag, value] of tags) {
    if (typeof value === 'string') put(`${tag}=${value};`, ' ');
    else if (value !== undefined) {
      const last = value.length - 1;
      for (const [i, word] of value.entries()) {
        const text = i === last ? `${word};` : word;
        if (i === 0) put(`${tag}=${text}`, ' ');
        else put(text, '');
      }
    }
  }
  put('b=', ' ');
  return before + line;
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

function joined(members: readonly string[], separator: string): string[] {
  const last = members.length - 1;
  return members.map((text, index) => (index === last ? text : text + separator));
}

function auid({ localPart, domain }: Signature['identity']): string {
  return encodeQuotedPrintable(utf8(`${localPart}@${domain}`));
}

function copiedField({ name, value }: { name: string; value: Uint8Array }): string {
  return `${name}:${encodeQuotedPrintable(value, '|')}`;
}

/**
 * The whole field from what {@link beginSignature} began. Base64 may be folded anywhere (§2.10: base64string): the line begun is
 * filled, then full lines.
 */
export function fillSignature(begun: string, signature: Uint8Array): Uint8Array {
  const text = base64(signature);
  const column = begun.length - (begun.lastIndexOf('\n') + 1);
  const room = Math.max(COLUMNS - column, 0);
  let field = begun + text.slice(0, room);
  for (let at = room; at < text.length; at += COLUMNS - 1)
    field += `\r\n ${text.slice(at, at + COLUMNS - 1)}`;
  return fromLatin1(`${field}\r\n`);
}
