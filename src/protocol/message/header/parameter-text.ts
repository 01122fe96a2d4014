/**
 * Parameters for people: extended values (RFC 2231 §4), and what is seen in the wild in their place, encoded words with
 * or without quotes (RFC 2047 §5 forbids them there), raw UTF-8 and raw legacy octets.
 * Called by file-name.ts, part-text.ts.
 */
import { fromLatin1 } from '#bytes';
import { decodeText, octetsText } from '#protocol/message/charset';
import type { Octets, Parameter } from '#protocol/message/structure';
import { decodeEncodedWords } from './encoded-word.ts';
import { percentDecode } from './parameters.ts';

/** The text of a parameter, its extended form before the plain one. `charset` is a guess for raw octets that are no UTF-8. */
export function parameterText(
  params: readonly Parameter[],
  name: string,
  charset?: string,
): string | undefined {
  const extended = parameterOctets(params, `${name}*`);
  if (extended !== undefined) return printable(extendedText(extended));
  const plain = parameterOctets(params, name);
  return plain === undefined
    ? undefined
    : printable(decodeEncodedWords(octetsText(plain, charset)));
}

/** The first parameter of that name, as it is written. */
export function parameterOctets(params: readonly Parameter[], name: string): Octets | undefined {
  for (const parameter of params) if (parameter[0] === name) return parameter[1];
  return undefined;
}

/** `charset'language'percent-encoded`; without the apostrophes it is percent-encoded all the same. */
function extendedText(value: Octets): string {
  const [, charset, rest] = /^([^']*)'[^']*'(.*)$/.exec(value) ?? ['', '', value];
  const octets = percentDecode(rest);
  return decodeText(fromLatin1(octets), charset === '' ? undefined : charset);
}

function printable(text: string): string {
  return text.replaceAll(/[\x00-\x1f\x7f-\x9f]/g, ' ').trim();
}
