/**
 * Domain names as DMARC compares and asks for them: A-labels in lower case without a final dot (RFC 9989 §5.3.1). Wider
 * than a host name of SMTP: an underscore is legal in the DNS, and what is shown as an author's domain must be judged.
 */
import { toAscii } from '#protocol/address/domain';

const DNS_NAME = /^[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*$/;
const MAX_NAME = 253;

/** Undefined for what can be no name: address literals, empty or long labels, invalid U-labels. */
export function dnsName(text: string): string | undefined {
  if (text.length > MAX_NAME + 1) return undefined;
  const name = (text.endsWith('.') ? text.slice(0, -1) : text).toLowerCase();
  return name.length <= MAX_NAME && DNS_NAME.test(name) ? name : toAscii(name);
}

export function labelsOf(name: string): string[] {
  return name.split('.');
}

/** Whether a name is the other or below it. */
export function isWithin(name: string, ancestor: string): boolean {
  return name === ancestor || name.endsWith(`.${ancestor}`);
}
