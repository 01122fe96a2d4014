/** JSON that a terminal shows and does not obey: to who reads it as JSON it is the same. Pure. */

/** DEL, C1, soft hyphen, zero-width and direction marks (UAX #9), line separators, byte order mark, tags: JSON itself escapes C0 alone (RFC 8259 §7). */
const UNSEEN =
  /[\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/gu;

/** @param json as JSON.stringify writes it: outside of its strings none of these stands */
export function visibleJson(json: string): string {
  return json.replace(UNSEEN, escaped);
}

/** §7: what lies beyond the BMP as two. */
function escaped(character: string): string {
  return character
    .split('')
    .map((unit) => String.raw`\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
