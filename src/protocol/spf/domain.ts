/** Which names can be asked for, and which of them can have an SPF record (RFC 7208 §4.3, RFC 8616 §4). */
import { toAscii } from '#protocol/address/domain';
import type { UnusableDomain } from './report.ts';

/** RFC 1035 §2.3.4. */
const MAX_NAME = 253;
const MAX_LABEL = 63;

/** ASCII without controls, no empty label, within the limits of the DNS. Colons, slashes and spaces can come out of macros (RFC 7208 §7.1). */
export function isQueryable(name: string): boolean {
  if (name.length === 0 || name.length > MAX_NAME || !/^[\x20-\x5b\x5d-\x7e]+$/.test(name))
    return false;
  return name.split('.').every((label) => label.length > 0 && label.length <= MAX_LABEL);
}

export type CheckedDomain =
  | { readonly kind: 'domain'; readonly name: string }
  | { readonly kind: 'unusable'; readonly why: UnusableDomain };

/** The domain as its record is asked for: A-labels, lower case, no final dot. */
export function checkedDomain(given: string): CheckedDomain {
  if (given.startsWith('[')) return { kind: 'unusable', why: 'address-literal' };
  const undotted = given.endsWith('.') ? given.slice(0, -1) : given;
  const name = /[^\x00-\x7f]/.test(undotted) ? toAscii(undotted) : undotted.toLowerCase();
  if (name === undefined || !isQueryable(name)) return { kind: 'unusable', why: 'malformed' };
  if (!name.includes('.')) return { kind: 'unusable', why: 'one-label' };
  return { kind: 'domain', name };
}
