/**
 * Text for comparing without regard to case, as SEARCH does (RFC 9051 §6.4.4; the idea is i;unicode-casemap of RFC 5051):
 * simple case folding of every script, canonical composition, no compatibility mapping. The same for the text and what
 * is looked for in it, for the index and for verification, so that each finds what the others find.
 * Called by store/search, mail/search, servers.
 */

/**
 * Lower-case letters that share their capital with another one, to that other one (µ to μ, ı to i, ſ to s, ς to σ, …). A
 * final sigma is written by where it stands, so that a word could not be found as the beginning of a longer one.
 */
const VARIANTS: Readonly<Record<string, string>> = {
  '\u00b5': '\u03bc',
  '\u0131': '\u0069',
  '\u017f': '\u0073',
  '\u03c2': '\u03c3',
  '\u03d0': '\u03b2',
  '\u03d1': '\u03b8',
  '\u03d5': '\u03c6',
  '\u03d6': '\u03c0',
  '\u03f0': '\u03ba',
  '\u03f1': '\u03c1',
  '\u03f5': '\u03b5',
  '\u1c80': '\u0432',
  '\u1c81': '\u0434',
  '\u1c82': '\u043e',
  '\u1c83': '\u0441',
  '\u1c84': '\u0442',
  '\u1c85': '\u0442',
  '\u1c86': '\u044a',
  '\u1c87': '\u0463',
  '\u1c88': '\ua64b',
  '\u1e9b': '\u1e61',
};
// The dot that lower case leaves of İ goes too.
const VARIANT = new RegExp(`[${Object.keys(VARIANTS).join('')}]|i\\u0307+`, 'g');

/** Folding what is folded changes nothing. */
export function foldText(text: string): string {
  const lower = text.toLowerCase();
  if (!/[^\x00-\x7f]/.test(lower)) return lower;
  const composed = lower.normalize('NFC');
  const folded = composed.replaceAll(VARIANT, (letter) => VARIANTS[letter] ?? 'i');
  return folded === composed ? composed : folded.normalize('NFC');
}

/** Whether `text` has the `needle` in it, which is folded already. */
export function containsFolded(text: string, needle: string): boolean {
  return foldText(text).includes(needle);
}
