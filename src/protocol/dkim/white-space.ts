/**
 * Folding white space of tag-lists (RFC 6376 §2.8): spaces, tabs and the line ends of folding.
 * Only these four: `String.trim` would take U+00A0 too, which is an octet of a UTF-8 character in
 * text that was read one character per octet. Linear on any input.
 */

/** The text without white space at both ends. */
export function trimFws(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isFws(text.charCodeAt(start))) start++;
  while (end > start && isFws(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

/** The text without any white space: for base64 and quoted-printable, where folding means nothing. */
export function removeFws(text: string): string {
  return text.replaceAll(/[ \t\r\n]+/g, '');
}

/** The members of a colon-separated list (RFC 6376 §3.5 h=, q=; §3.6.1 h=, s=, t=), each trimmed. */
export function splitColons(text: string): string[] {
  return text.split(':').map(trimFws);
}

function isFws(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0d || code === 0x0a;
}
