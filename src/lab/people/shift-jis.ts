/**
 * Text as Shift_JIS (JIS X 0208 Annex 1), in which some carriers' phones wrote mail: the cells of ISO-2022-JP, folded into two octets that
 * leave room for ASCII beside them.
 */
import { cellOf } from './iso-2022-jp.ts';

/** Rows above this one begin their lead octets anew, after the half-width kana. */
const LAST_LOW_ROW = 0x5e;

/** @returns undefined: a character has no place there */
export function encodeShiftJis(text: string): Uint8Array | undefined {
  const octets: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (code < 0x80) {
      octets.push(code);
      continue;
    }
    const cell = cellOf(character);
    if (cell === undefined) return undefined;
    octets.push(...folded(cell));
  }
  return Uint8Array.from(octets);
}

/** Two rows share one lead octet: the odd one has the lower half of the trail octets. */
function folded([row, column]: readonly [number, number]): readonly [number, number] {
  const lead = ((row - 1) >> 1) + (row <= LAST_LOW_ROW ? 0x71 : 0xb1);
  // DEL is left out
  const trail = row % 2 === 0 ? column + 0x7e : column + (column > 0x5f ? 0x20 : 0x1f);
  return [lead, trail];
}
