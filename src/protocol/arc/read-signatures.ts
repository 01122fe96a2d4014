/**
 * The two signatures of a set, as values: ARC-Message-Signature, which has the syntax and the semantics of a DKIM-Signature (RFC 8617
 * §4.1.2), and ARC-Seal, which signs fields of ARC alone (§4.1.3). Pure.
 */
import { EMPTY } from '#bytes';
import type { Reason } from '#protocol/dkim/rules';
import {
  ARC_MESSAGE_SIGNATURE,
  readAlgorithm,
  readBase64,
  readDomain,
  readNumber,
  readSelector,
  readSignature,
  type Signature,
} from '#protocol/dkim/signature';
import { outOfTime } from '#protocol/dkim/verify';
import type { CollectedField } from './collect-fields.ts';
import type { ArcFault } from './report.ts';

/** The octets of the value that are not signed: those of b=, with the white space around it. */
type Removed = { readonly start: number; readonly end: number };

type Known = { readonly domain?: string; readonly selector?: string };

export type ReadSignature =
  | { readonly kind: 'read'; readonly signature: Signature; readonly removed: Removed }
  | ({ readonly kind: 'fault' } & ArcFault & Known);

/** @param now seconds since 1970 */
export function readMessageSignature({ tags }: CollectedField, now: number): ReadSignature {
  const parsed = readSignature(tags, ARC_MESSAGE_SIGNATURE);
  if (parsed.kind === 'error') return { ...parsed, kind: 'fault' };
  const { signature, removed } = parsed;
  if (signature.signedFields.some((name) => name.toLowerCase() === 'arc-seal')) {
    return fault(signature, { reason: 'seal-signed', tag: 'h' });
  }
  return judged(signature, removed, now);
}

const SEAL_TAGS = ['a', 'b', 'd', 's'] as const;

/** @param now seconds since 1970 */
export function readSeal({ tags }: CollectedField, now: number): ReadSignature {
  const value = (name: string): string => tags.get(name)?.value ?? '';
  const domain = readDomain(value('d'));
  const selector = readSelector(value('s'));
  const known = { ...(domain && { domain }), ...(selector && { selector }) };
  if (tags.has('h')) return fault(known, { reason: 'seal-names-fields', tag: 'h' });
  const missing = SEAL_TAGS.find((name) => !tags.has(name));
  if (missing) return fault(known, { reason: 'missing-tag', tag: missing });
  const algorithm = readAlgorithm(value('a'));
  if (!algorithm) return fault(known, { reason: 'unsupported-algorithm', tag: 'a' });
  const signature = readBase64(value('b'));
  if (!signature) return fault(known, malformed('b'));
  if (!domain) return fault(known, malformed('d'));
  if (!selector) return fault(known, malformed('s'));
  const timestamp = readNumber(tags, 't', 12);
  if (timestamp === 'malformed') return fault(known, malformed('t'));
  const { start, end } = tags.get('b')!;
  const seal: Signature = {
    algorithm,
    signature,
    bodyHash: EMPTY,
    canonicalization: { header: 'relaxed', body: 'relaxed' },
    domain,
    selector,
    signedFields: [],
    identity: { localPart: '', domain },
    ...(timestamp !== undefined && { timestamp }),
  };
  return judged(seal, { start, end }, now);
}

function judged(signature: Signature, removed: Removed, now: number): ReadSignature {
  if (signature.algorithm === 'rsa-sha1') return fault(signature, { reason: 'sha1', tag: 'a' });
  const late = outOfTime(signature, now);
  return late ? fault(signature, late) : { kind: 'read', signature, removed };
}

function fault({ domain, selector }: Known, why: ArcFault): ReadSignature {
  return { kind: 'fault', ...(domain && { domain }), ...(selector && { selector }), ...why };
}

function malformed(tag: string): { readonly reason: Reason; readonly tag: string } {
  return { reason: 'malformed-tag', tag };
}
