/** Which names can be asked for, and which of them can have an SPF record (RFC 7208 §4.3, RFC 8616 §4). */
import { toAscii } from '#protocol/address/domain';
import type { UnusableDomain } from './report.ts';

/** RFC 1035 §2.3.4. */
const MAX_NAME = 253;
const MAX_LABEL = 63;

/**
 * ASCII without controls and backslash, two labels or more, none of them empty or too long, and a top label that is no number (§7.1): what
 * a domain-spec may come to when its macros are filled in. Colons, slashes and spaces can come out of them.
 */
export function isTargetName(name: string): boolean {
  if (name.length > MAX_NAME || !/^[\x20-\x5b\x5d-\x7e]+$/.test(name)) return false;
  const labels = name.split('.');
  return (
    labels.length > 1 &&
    isTopLabel(labels.at(-1)!) &&
    labels.every((label) => label.length > 0 && label.length <= MAX_LABEL)
  );
}

/** `toplabel` of §7.1: letters, digits and hyphens, not at an edge, not digits alone. */
export function isTopLabel(label: string): boolean {
  return (
    /^[A-Za-z0-9-]+$/.test(label) &&
    !label.startsWith('-') &&
    !label.endsWith('-') &&
    !/^\d+$/.test(label)
  );
}

export type CheckedDomain =
  | { readonly kind: 'domain'; readonly name: string }
  | { readonly kind: 'unusable'; readonly why: UnusableDomain };

/** The domain as its record is asked for: A-labels, lower case, no final dot. */
export function checkedDomain(given: string): CheckedDomain {
  if (given.startsWith('[')) return { kind: 'unusable', why: 'address-literal' };
  const undotted = given.endsWith('.') ? given.slice(0, -1) : given;
  const name = /[^\x00-\x7f]/.test(undotted) ? toAscii(undotted) : undotted.toLowerCase();
  if (name === undefined) return { kind: 'unusable', why: 'malformed' };
  if (isTargetName(name)) return { kind: 'domain', name };
  const isLabel = !name.includes('.') && isTargetName(`${name}.a`);
  return { kind: 'unusable', why: isLabel ? 'one-label' : 'malformed' };
}
