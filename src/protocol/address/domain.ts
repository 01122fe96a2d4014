/**
 * Domain names of mail: validation as host names and the way between U-labels and A-labels (IDNA2008 through the
 * mapping of UTS 46, non-transitional). A name inside the program is always lower-case A-labels without a final dot.
 * `domainToASCII` follows the URL standard, which reads `1.2.3` as an IPv4 address, decodes `%41` and stops at `/`:
 * such input never reaches it. Names of one label and names that end in digits are legal here (RFC 5321 §4.1.2);
 * an underscore is not (RFC 5321 §2.3.5: letters, digits, hyphen).
 * Called by path.ts, address-list.ts, configuration and the command line.
 */
import { domainToASCII, domainToUnicode } from 'node:url';

/** RFC 1035 §2.3.4: 255 octets on the wire are 253 characters in text. */
const MAX_NAME = 253;
const MAX_LABEL = 63;

// A label that is neither empty nor hyphen-edged nor over 63 characters long; the alternation never overlaps.
const HOST_NAME = new RegExp(
  `^(?:[a-z0-9](?:[a-z0-9-]{0,${MAX_LABEL - 2}}[a-z0-9])?\\.)*[a-z0-9](?:[a-z0-9-]{0,${MAX_LABEL - 2}}[a-z0-9])?$`,
);
// The full stops of IDNA (UTS 46 maps them to a dot), and what may stand beside them in an unmapped name.
const UNMAPPED = /^[A-Za-z0-9\-.\u00a0-\uffff]+$/;
// Keeps `domainToASCII` from taking a name of numbers for an IPv4 address; a label of its own, satisfying every bidi rule.
const GUARD = '.a';

/**
 * The name in lower-case A-labels, or undefined where it is no host name: empty labels (a final dot among them),
 * labels over 63 or names over 253 characters, hyphens at the edge of a label, any other character, invalid U-labels.
 */
export function toAscii(name: string): string | undefined {
  if (name.length > MAX_NAME || !UNMAPPED.test(name)) return undefined;
  const lower = name.toLowerCase();
  if (isHostName(lower)) return lower;
  if (!/[^\x00-\x7f]/.test(name)) return undefined;
  const mapped = domainToASCII(name + GUARD);
  if (!mapped.endsWith(GUARD)) return undefined;
  const ascii = mapped.slice(0, -GUARD.length);
  return isHostName(ascii) ? ascii : undefined;
}

/** The name with U-labels where its A-labels are valid, for people; what cannot be converted stays as it is. */
export function toUnicode(ascii: string): string {
  if (!ascii.includes('xn--')) return ascii;
  const mapped = domainToUnicode(ascii + GUARD);
  if (!mapped.endsWith(GUARD)) return ascii;
  const unicode = mapped.slice(0, -GUARD.length);
  // A label that does not come back to itself would name another domain.
  return toAscii(unicode) === ascii ? unicode : ascii;
}

/** Whether the text is a host name in lower-case letters, digits and hyphens (RFC 1123 §2.1), within the DNS limits. */
export function isHostName(name: string): boolean {
  return name.length <= MAX_NAME && HOST_NAME.test(name);
}
