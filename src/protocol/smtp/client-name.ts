/**
 * The argument of EHLO and HELO: what the client says its name is (RFC 5321 §4.1.1.1, §4.1.3). Read liberally:
 * software behind the submission ports sends names with underscores, bare addresses or other words that are no
 * domain, and RFC 5321 §4.1.4 forbids refusing a name for being wrong. What could be mistaken for something else in
 * a Received or Authentication-Results field (spaces, quotes, brackets, parentheses, semicolons) is refused, and so
 * is UTF-8, which SMTPUTF8 does not extend to EHLO. The form is told, for the checks on mail from other servers.
 */
import { parseAddressLiteral } from '#protocol/address/address-literal';

export interface ClientName {
  /** As the client wrote it. */
  readonly text: string;
  /** `other`: neither a domain name of letters, digits and hyphens nor an address literal. */
  readonly form: 'domain' | 'address-literal' | 'other';
}

/** RFC 5321 §4.5.3.1.2 */
const MAX_LENGTH = 255;

const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
const DOMAIN = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`);
// atext of RFC 5322 §3.2.3 with dot, colon and square brackets
const HARMLESS = /^[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~.:[\]]+$/;

/** The name, or undefined where it is empty, too long or could do harm. */
export function parseClientName(text: string): ClientName | undefined {
  if (text.length > MAX_LENGTH || !HARMLESS.test(text)) return undefined;
  if (DOMAIN.test(text)) return { text, form: 'domain' };
  const literal = parseAddressLiteral(text).kind === 'literal';
  return { text, form: literal ? 'address-literal' : 'other' };
}
