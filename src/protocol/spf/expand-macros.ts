/**
 * Filling macros in (RFC 7208 §7.3). The name of a question is built from the right and no further than a name can reach, so
 * that a record of a thousand macros costs no more than one.
 */
import { utf8 } from '#bytes';
import type { Macro, MacroLetter, MacroPart, MacroString } from './macro-string.ts';

export type MacroValues = Readonly<Record<MacroLetter, string>>;

/** RFC 1035 §2.3.4. */
const MAX_NAME = 253;

/** The text, or undefined where it is longer than `most` characters. */
export function expandText(
  parts: MacroString,
  values: MacroValues,
  most: number,
): { readonly text: string; readonly isCut: boolean } {
  let text = '';
  for (const part of parts) {
    text += expandPart(part, values);
    if (text.length > most) return { text: text.slice(0, most), isCut: true };
  }
  return { text, isCut: false };
}

/** The name, without a final dot; of one that is too long the labels on the left are left out (§7.3). */
export function expandDomain(parts: MacroString, values: MacroValues): string {
  let name = '';
  for (let at = parts.length - 1; at >= 0 && name.length <= MAX_NAME + 1; at--) {
    name = expandPart(parts[at]!, values) + name;
  }
  if (name.endsWith('.')) name = name.slice(0, -1);
  if (name.length <= MAX_NAME) return name;
  const dot = name.indexOf('.', name.length - MAX_NAME - 1);
  return dot === -1 ? name.slice(-MAX_NAME) : name.slice(dot + 1);
}

function expandPart(part: MacroPart, values: MacroValues): string {
  if (part.kind === 'literal') return part.text;
  if (part.kind === 'escape') return ESCAPES[part.which];
  const value = transformed(values[part.letter], part);
  return part.isEscaped ? urlEscaped(value) : value;
}

const ESCAPES = { '%': '%', _: ' ', '-': '%20' } as const;

function transformed(value: string, { keep, isReversed, delimiters }: Macro): string {
  if (keep === undefined && !isReversed && delimiters === '') return value;
  const labels = splitAt(value, delimiters === '' ? '.' : delimiters);
  if (isReversed) labels.reverse();
  return (keep === undefined ? labels : labels.slice(-keep)).join('.');
}

function splitAt(value: string, delimiters: string): string[] {
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < value.length; at++) {
    if (!delimiters.includes(value[at]!)) continue;
    parts.push(value.slice(from, at));
    from = at + 1;
  }
  parts.push(value.slice(from));
  return parts;
}

/** RFC 7208 §7.3: «all characters not in the "unreserved" set» of RFC 3986 §2.3. */
function urlEscaped(value: string): string {
  return value.replaceAll(/[^A-Za-z0-9\-._~]+/g, (run) =>
    [...utf8(run)].map((octet) => `%${octet.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
}
