/** A TXT record as a line of a zone file (RFC 1035 §5.1). Pure. */

/** RFC 1035 §3.3: a character string has at most 255 octets; a longer text is several, which readers join. */
const STRING_OCTETS = 255;

export function zoneLine(name: string, text: string): string {
  const strings: string[] = [];
  for (let i = 0; i < text.length || i === 0; i += STRING_OCTETS) {
    const escaped = text.slice(i, i + STRING_OCTETS).replaceAll(/["\\]/g, String.raw`\$&`);
    strings.push(`"${escaped}"`);
  }
  const data = strings.length === 1 ? strings[0]! : `( ${strings.join('\n    ')} )`;
  return `${name}. IN TXT ${data}`;
}
