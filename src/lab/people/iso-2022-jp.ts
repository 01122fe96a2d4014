/**
 * Text as ISO-2022-JP (RFC 1468), which Japanese phones wrote long after others had turned to UTF-8: ASCII, and JIS X 0208 between escape
 * sequences. The table is read off the decoder, once, when it is first asked for.
 */
import { concat } from '#bytes';
import { decodeCharset } from '#protocol/message/header/encoded-word';

const KANJI = Uint8Array.of(0x1b, 0x24, 0x42);
const ASCII = Uint8Array.of(0x1b, 0x28, 0x42);
/** Rows and columns of JIS X 0208. */
const FIRST = 0x21;
const LAST = 0x7e;

let table: ReadonlyMap<string, readonly [number, number]> | undefined;

/** Row and column in JIS X 0208; undefined: the character has no place there. */
export function cellOf(character: string): readonly [number, number] | undefined {
  table ??= readTable();
  return table.get(character);
}

/** @returns undefined: a character has no place there. What is returned ends in ASCII. */
export function encodeIso2022Jp(text: string): Uint8Array | undefined {
  const parts: Uint8Array[] = [];
  let inKanji = false;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    const cell = code < 0x80 ? undefined : cellOf(character);
    if (code >= 0x80 && cell === undefined) return undefined;
    if (inKanji !== (cell !== undefined)) parts.push(inKanji ? ASCII : KANJI);
    inKanji = cell !== undefined;
    parts.push(Uint8Array.of(...(cell ?? [code])));
  }
  if (inKanji) parts.push(ASCII);
  return concat(parts);
}

function readTable(): ReadonlyMap<string, readonly [number, number]> {
  const found = new Map<string, readonly [number, number]>();
  for (let row = FIRST; row <= LAST; row++)
    for (let column = FIRST; column <= LAST; column++) {
      const octets = concat([KANJI, Uint8Array.of(row, column), ASCII]);
      const character = decodeCharset(octets, 'iso-2022-jp') ?? '';
      const fits = Array.from(character).length === 1 && character !== '\ufffd';
      if (fits && !found.has(character)) found.set(character, [row, column]);
    }
  return found;
}
