/**
 * The grammar of macro strings (RFC 7208 §7.1): `%{ir}.%{v}._spf.%{d2}`. Read once into parts; `expand-macros.ts` fills them in.
 * Linear in the text, without backtracking.
 */

export const MACRO_LETTERS = ['s', 'l', 'o', 'd', 'i', 'p', 'h', 'c', 'r', 't', 'v'] as const;

/** RFC 7208 §7.2. */
export type MacroLetter = (typeof MACRO_LETTERS)[number];

/** `%{d2r-}`: two labels from the right, of the value reversed, split at hyphens. */
export interface Macro {
  readonly kind: 'macro';
  readonly letter: MacroLetter;
  /** In upper case: the value is URL-escaped. */
  readonly isEscaped: boolean;
  /** Parts kept, from the right; undefined for all. */
  readonly keep: number | undefined;
  readonly isReversed: boolean;
  /** What the value is split at; empty means at dots. */
  readonly delimiters: string;
}

export type MacroPart =
  | Macro
  | { readonly kind: 'literal'; readonly text: string }
  /** `%%` a percent sign, `%_` a space, `%-` a space URL-escaped. */
  | { readonly kind: 'escape'; readonly which: Escape };

type Escape = '%' | '_' | '-';

export type MacroString = readonly MacroPart[];

export type ParsedMacroString =
  | { readonly kind: 'macro-string'; readonly parts: MacroString }
  | { readonly kind: 'malformed'; readonly problem: 'malformed-macro' | 'not-ascii' };

const MALFORMED = { kind: 'malformed', problem: 'malformed-macro' } as const;
const NOT_ASCII = { kind: 'malformed', problem: 'not-ascii' } as const;

/** Anchored at `lastIndex`: what a macro is between `%{` and `}`. */
const MACRO = /([slodiphcrtv])(\d*)(r?)([-.+,/_=]*)\}/iy;

/** @param spaces whether spaces may stand in it: in the text of an explanation (`explain-string`) */
export function parseMacroString(text: string, spaces = false): ParsedMacroString {
  const legal = spaces ? /^[\x20-\x7e]*$/ : /^[\x21-\x7e]*$/;
  if (!legal.test(text)) return NOT_ASCII;
  const parts: MacroPart[] = [];
  let at = 0;
  while (at < text.length) {
    const percent = text.indexOf('%', at);
    const end = percent === -1 ? text.length : percent;
    if (end > at) parts.push({ kind: 'literal', text: text.slice(at, end) });
    if (percent === -1) break;
    const next = text[percent + 1];
    if (isEscape(next)) {
      parts.push({ kind: 'escape', which: next });
      at = percent + 2;
      continue;
    }
    MACRO.lastIndex = percent + 2;
    const match = next === '{' ? MACRO.exec(text) : null;
    const macro = match && macroOf(match);
    if (!macro) return MALFORMED;
    parts.push(macro);
    at = MACRO.lastIndex;
  }
  return { kind: 'macro-string', parts };
}

export function formatMacroString(parts: MacroString): string {
  return parts.map(formatPart).join('');
}

/** Whether one of these letters is used. */
export function usesMacro(parts: MacroString, letters: string): boolean {
  return parts.some((part) => part.kind === 'macro' && letters.includes(part.letter));
}

function isEscape(character: string | undefined): character is Escape {
  return character === '%' || character === '_' || character === '-';
}

function macroOf(match: RegExpExecArray): Macro | undefined {
  const [, letter = '', digits = '', reverse, delimiters = ''] = match;
  const keep = digits === '' ? undefined : Math.min(Number(digits), Number.MAX_SAFE_INTEGER);
  // RFC 7208 §7.3: «the DIGIT transformer … MUST be nonzero»
  if (keep === 0) return undefined;
  const lower = letter.toLowerCase() as MacroLetter;
  return {
    kind: 'macro',
    letter: lower,
    isEscaped: letter !== lower,
    keep,
    isReversed: reverse !== '',
    delimiters,
  };
}

function formatPart(part: MacroPart): string {
  if (part.kind === 'literal') return part.text;
  if (part.kind === 'escape') return `%${part.which}`;
  const { letter, isEscaped, keep = '', isReversed, delimiters } = part;
  const shown = isEscaped ? letter.toUpperCase() : letter;
  return `%{${shown}${keep}${isReversed ? 'r' : ''}${delimiters}}`;
}
