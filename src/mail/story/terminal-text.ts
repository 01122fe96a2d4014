/**
 * Text for a terminal: what others wrote made safe to print, and lines broken by the width that they take on the screen,
 * where East Asian characters take two columns (UAX #11). Pure.
 */

/** Characters of one value that are shown; the rest is counted. */
const MAX_SHOWN = 400;

/**
 * One printable line of what others wrote: control characters, line ends and marks that turn the direction of writing
 * become visible escapes, so that nobody can move the cursor, colour the screen or forge a line.
 */
export function printable(text: string, most: number = MAX_SHOWN): string {
  const kept = text.length > most ? text.slice(0, most) : text;
  const shown = kept.toWellFormed().replaceAll(UNPRINTABLE, escaped);
  return text.length > most ? `${shown}… (+${text.length - most})` : shown;
}

/** C0, DEL, C1, soft hyphen, zero-width and direction marks, line separators, byte order mark, tags. */
const UNPRINTABLE =
  /[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/gu;

function escaped(character: string): string {
  const code = character.codePointAt(0)!;
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}

/** How many columns a text takes. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += columnsOf(character);
  return width;
}

function columnsOf(character: string): number {
  const code = character.codePointAt(0)!;
  if (code < 0x300) return 1;
  if (NO_WIDTH.test(character)) return 0;
  return isWide(code) ? 2 : 1;
}

const NO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}]$/u;

/** Ranges of characters that are wide or full-width in EastAsianWidth.txt, joined where only unassigned ones part them. */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x4dbf],
  [0x4e00, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1f9ff],
  [0x20000, 0x3fffd],
];

function isWide(code: number): boolean {
  return WIDE.some(([first, last]) => code >= first && code <= last);
}

/** Stands for a space at which a line is not broken; printed as a space. */
export const STICKY = '\u00a0';

/** No line begins with one of these (JIS X 4051, in short). */
const NOT_FIRST = /^[、。，．・：；？！）」』】〕〉》ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ%…]$/u;
/** No line ends with one of these. */
const NOT_LAST = /^[（「『【〔〈《]$/u;

/**
 * Breaks a text into lines of at most `width` columns, at spaces and between East Asian characters. A word longer than a
 * line keeps its line whole: addresses and ids must stay whole to be copied.
 */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const { word, gap } of pieces(text)) {
    const columns = displayWidth(word);
    if (line !== '' && used + gap + columns > width) {
      lines.push(line);
      line = word;
      used = columns;
    } else {
      line += ' '.repeat(gap) + word;
      used += gap + columns;
    }
  }
  lines.push(line);
  return lines.map((one) => one.replaceAll(STICKY, ' '));
}

interface Piece {
  readonly word: string;
  /** Spaces before it, which a line break takes the place of. */
  readonly gap: 0 | 1;
}

/** What may not be broken, in order. */
function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  for (const [index, run] of text.split(' ').entries()) {
    let word = '';
    let last = '';
    let gap: 0 | 1 = index === 0 ? 0 : 1;
    for (const character of run) {
      if (word !== '' && mayBreak(last, character)) {
        found.push({ word, gap });
        word = '';
        gap = 0;
      }
      word += character;
      last = character;
    }
    found.push({ word, gap });
  }
  return found;
}

function mayBreak(last: string, character: string): boolean {
  if (NOT_FIRST.test(character) || NOT_LAST.test(last)) return false;
  return isWide(last.codePointAt(0)!) || isWide(character.codePointAt(0)!);
}
