/**
 * Judges one signature that was read: its key, the header, the body (RFC 6376 §6.1.2 and §6.1.3). All three are
 * tried even if one fails, so that the report shows which of them is the cause: a list that adds a footer
 * leaves a valid header over a changed body. Pure. Called by verify.ts.
 */
import { base64, equalConstantTime } from '#bytes';
import type { Field } from '#protocol/message/header/fields';
import type { BodyHash } from './body-hash.ts';
import type { KeyAnswer, SignatureReport, Step } from './report.ts';
import { type Reason, RULES } from './rules.ts';
import type { Signature } from './signature.ts';
import { type Signed, tryKeys } from './try-keys.ts';
import { findWeaknesses, WEAKNESS_RULES } from './weaknesses.ts';

/** A signature that was read and is in its time. */
export interface Candidate extends Signed {
  readonly signature: Signature;
  /** Of the message, but for the one that the signature stands in. */
  readonly fields: readonly Field[];
  readonly steps: readonly Step[];
}

/** Why a signature does not pass; empty for one that does. */
export type Conclusion = { readonly reason?: Reason; readonly tag?: string };

/** The report on a candidate, from the hash of its body and the answer for its key. */
export function judge(
  candidate: Candidate,
  bodyHash: BodyHash,
  answer: KeyAnswer,
): SignatureReport {
  const { signature } = candidate;
  const key = tryKeys(candidate, answer);
  const body = compareBody(signature, bodyHash);
  const reason = key.keyReason ?? body.reason ?? key.headerReason;
  const steps = [...candidate.steps, ...key.steps, body.step];
  const uncoveredOctets = uncovered(bodyHash);
  const facts = {
    ...(signature.bodyLength !== undefined && { uncoveredOctets }),
    ...key.facts,
  };
  if (reason) return { ...reportOf(signature, steps, { reason }), ...facts };
  const weaknesses = findWeaknesses(candidate.fields, signature, uncoveredOctets);
  const told = weaknesses.map((weakness): Step => ({
    step: 'weakness',
    rfc: WEAKNESS_RULES[weakness.kind],
    ...weakness,
  }));
  return {
    ...reportOf(signature, [...steps, ...told], {}),
    ...facts,
    ...(weaknesses.length > 0 && { weaknesses }),
  };
}

/** The report on a signature that was read, with the last step added. */
export function reportOf(
  signature: Signature,
  steps: readonly Step[],
  conclusion: Conclusion,
): SignatureReport {
  const { algorithm, identity, signedFields } = signature;
  const signaturePrefix = base64(signature.signature).slice(0, 8);
  return {
    ...conclude(steps, conclusion, signature),
    algorithm,
    identity,
    signaturePrefix,
    signedFields,
  };
}

/** Result and last step of a report. */
export function conclude(
  steps: readonly Step[],
  conclusion: Conclusion,
  { domain, selector }: { readonly domain?: string; readonly selector?: string } = {},
): SignatureReport {
  const { result, rfc } = conclusion.reason
    ? RULES[conclusion.reason]
    : ({ result: 'pass', rfc: 'RFC 6376 §6.1.3' } as const);
  const known = { ...(domain && { domain }), ...(selector && { selector }) };
  const last: Step = { step: 'concluded', rfc, result, ...conclusion, ...known };
  return { result, ...conclusion, ...known, steps: [...steps, last] };
}

/** Whether the body is the one that was signed (§6.1.3 step 2). */
export function compareBody(
  signature: Signature,
  hash: BodyHash,
): { step: Extract<Step, { step: 'body-hashed' }>; reason?: Reason } {
  const matches = equalConstantTime(hash.digest, signature.bodyHash);
  const step = {
    step: 'body-hashed',
    rfc: 'RFC 6376 §3.7',
    canonicalization: signature.canonicalization.body,
    claimed: base64(signature.bodyHash),
    computed: base64(hash.digest),
    octets: hash.octets,
    uncovered: uncovered(hash),
    matches,
  } as const;
  // §3.5 l=: «The value MUST NOT be larger than the actual number of octets in the canonicalized message body»
  if ((signature.bodyLength ?? 0) > hash.octets)
    return { step, reason: 'body-shorter-than-signed' };
  return matches ? { step } : { step, reason: 'body-hash-mismatch' };
}

function uncovered({ octets, covered }: BodyHash): number {
  return octets - covered;
}
