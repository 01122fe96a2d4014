/**
 * Results as RFC 8601 §2.7 and the registry of its §6 name them, from what the checks report. Only what the RFCs register is said: a reader may
 * trust no more.
 */
import type { MethodResult, Property } from './field.ts';

/** §2.7.2; `value` is the address of the reverse-path, or the HELO name where that is null. */
export function spfResult(
  result: string,
  identity: 'mailfrom' | 'helo',
  value: string,
  reason?: string,
): MethodResult {
  return {
    method: 'spf',
    result,
    ...(reason !== undefined && { reason }),
    properties: [{ ptype: 'smtp', property: identity, value }],
  };
}

/** What is told of one signature; a `SignatureReport` of dkim/report.ts is one. */
export interface SignatureFacts {
  readonly result: string;
  readonly reason?: string;
  readonly domain?: string;
  readonly selector?: string;
  readonly algorithm?: string;
  readonly signaturePrefix?: string;
}

/** §2.7.1: one result for each signature, or `none`. */
export function dkimResults(signatures: readonly SignatureFacts[]): readonly MethodResult[] {
  if (signatures.length === 0) return [{ method: 'dkim', result: 'none', properties: [] }];
  return signatures.map(({ result, reason, domain, selector, algorithm, signaturePrefix }) => ({
    method: 'dkim',
    result,
    ...(reason !== undefined && { reason: words(reason) }),
    properties: [
      ...header('d', domain),
      ...header('s', selector),
      ...header('a', algorithm),
      // tells two signatures of one domain apart (RFC 6008)
      ...header('b', signaturePrefix),
    ],
  }));
}

/** What is told of DMARC; a `DmarcReport` is one. */
export interface DmarcFacts {
  readonly result: string;
  readonly domain: string;
  readonly policy: string;
  readonly policyDomain?: string;
}

/** RFC 9989 §9.1: the policy only where one was found and judged by. */
export function dmarcResult({ result, domain, policy, policyDomain }: DmarcFacts): MethodResult {
  const judged = policyDomain !== undefined && (result === 'pass' || result === 'fail');
  return {
    method: 'dmarc',
    result,
    properties: [
      ...header('from', domain),
      ...(judged ? [{ ptype: 'policy', property: 'dmarc', value: policy }] : []),
    ],
  };
}

/** RFC 9989 §5.3.1: where there is not exactly one Author Domain, nothing can be judged. `reason` is the kind of `Author`. */
export function dmarcWithoutAuthor(reason: string): MethodResult {
  return {
    method: 'dmarc',
    result: 'permerror',
    reason: `author domain: ${words(reason)}`,
    properties: [],
  };
}

/** §2.7.3. */
export function iprevResult(result: string, ip: string): MethodResult {
  return {
    method: 'iprev',
    result,
    properties: [{ ptype: 'policy', property: 'iprev', value: ip }],
  };
}

/** RFC 8617 §10.2, §10.3. `oldestPass`: the lowest instance whose message signature still verifies, 0 for none known. */
export function arcResult(
  cv: 'none' | 'pass' | 'fail',
  facts: { readonly remoteIp?: string; readonly oldestPass?: number } = {},
): MethodResult {
  return {
    method: 'arc',
    result: cv,
    properties: [
      ...(facts.remoteIp === undefined
        ? []
        : [{ ptype: 'smtp', property: 'remote-ip', value: facts.remoteIp }]),
      ...header('oldest-pass', facts.oldestPass?.toFixed(0)),
    ],
  };
}

/** §2.7.4: who logged in to submit it; without `user` that somebody did, whose reverse-path it is. */
export function authResult(user: string | undefined, mailFrom?: string): MethodResult {
  return {
    method: 'auth',
    result: 'pass',
    properties: [
      ...(user === undefined ? [] : [{ ptype: 'smtp', property: 'auth', value: user }]),
      ...(mailFrom === undefined ? [] : [{ ptype: 'smtp', property: 'mailfrom', value: mailFrom }]),
    ],
  };
}

function header(property: string, value: string | undefined): Property[] {
  return value === undefined ? [] : [{ ptype: 'header', property, value }];
}

/** `body-hash-mismatch` as a person writes it. */
function words(reason: string): string {
  return reason.replaceAll('-', ' ');
}
