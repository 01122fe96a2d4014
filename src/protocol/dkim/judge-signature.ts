/**
 * Judges one signature that was read: its key, the header, the body (RFC 6376 §6.1.2 and §6.1.3). All three are
 * tried even if one fails, so that the report shows which of them is the cause: a list that adds a footer
 * leaves a valid header over a changed body. Pure. Called by verify.ts.
 */
import { type KeyObject, verify } from 'node:crypto';
import { base64, equalConstantTime } from '#bytes';
import type { BodyHash } from './body-hash.ts';
import { judgeKey } from './choose-key.ts';
import type { KeyAnswer, SignatureReport, Step } from './report.ts';
import { type Reason, RULES } from './rules.ts';
import { digestFor, digestName } from './sign.ts';
import type { Algorithm, Signature } from './signature.ts';

/** A signature that was read and is in its time. */
export interface Candidate {
  readonly signature: Signature;
  readonly algorithm: Algorithm;
  /** What the signature signs, canonical. */
  readonly signed: Uint8Array;
  readonly steps: readonly Step[];
}

/** Why a signature does not pass; empty for one that does. */
export type Conclusion = { readonly reason?: Reason; readonly tag?: string };

/** «results are undefined» for several records (RFC 6376 §3.6.2.2); during a change of keys two are seen. */
const MAX_RECORDS = 4;

/** The report on a candidate, from the hash of its body and the answer for its key. */
export function judge(
  candidate: Candidate,
  bodyHash: BodyHash,
  answer: KeyAnswer,
): SignatureReport {
  const { signature, steps } = candidate;
  const key = tryKeys(candidate, answer);
  const body = compareBody(signature, bodyHash);
  const reason = key.keyReason ?? body.reason ?? key.headerReason;
  return {
    ...reportOf(signature, [...steps, ...key.steps, body.step], reason ? { reason } : {}),
    ...(signature.bodyLength !== undefined && { uncoveredOctets: uncovered(bodyHash) }),
    ...key.facts,
  };
}

/** The report on a signature that was read, with the last step added. */
export function reportOf(
  signature: Signature,
  steps: readonly Step[],
  conclusion: Conclusion,
): SignatureReport {
  return {
    domain: signature.domain,
    selector: signature.selector,
    algorithm: signature.algorithm,
    identity: signature.identity,
    signaturePrefix: base64(signature.signature).slice(0, 8),
    signedFields: signature.signedFields,
    ...conclude(steps, conclusion),
  };
}

/** Result and last step of a report. */
export function conclude(steps: readonly Step[], conclusion: Conclusion): SignatureReport {
  const { result, rfc } = conclusion.reason
    ? RULES[conclusion.reason]
    : ({ result: 'pass', rfc: 'RFC 6376 §6.1.3' } as const);
  const last: Step = { step: 'concluded', rfc, result, ...conclusion };
  return { result, ...conclusion, steps: [...steps, last] };
}

/** RFC 6376 §3.6.2.1 */
export function keyName({ selector, domain }: Signature): string {
  return `${selector}._domainkey.${domain}`;
}

interface TriedKeys {
  readonly steps: readonly Step[];
  /** Why there was no key to verify with. */
  readonly keyReason?: Reason;
  /** Why the header did not verify. */
  readonly headerReason?: Reason;
  readonly facts?: { readonly testing: boolean; readonly keyBits: number };
}

/** The first key that verifies the header, else the first that could be used, else the first refusal. */
function tryKeys(candidate: Candidate, answer: KeyAnswer): TriedKeys {
  const name = keyName(candidate.signature);
  const steps: Step[] = [{ step: 'key-asked', rfc: 'RFC 6376 §3.6.2.1', name, answer }];
  if (answer.kind === 'temporary') return { steps, keyReason: 'key-unavailable' };
  let failed: TriedKeys | undefined;
  let refusal: Reason | undefined;
  for (const text of answer.kind === 'none' ? [] : answer.records.slice(0, MAX_RECORDS)) {
    const judged = judgeKey(text, candidate.signature);
    if (judged.kind === 'refused') {
      const { reason } = judged;
      steps.push({ step: 'key-refused', rfc: RULES[reason].rfc, record: text, reason });
      refusal ??= reason;
      continue;
    }
    const { record, key, bits } = judged;
    const testing = record.flags.includes('y');
    const matches = verifies(candidate, key);
    steps.push(
      {
        step: 'key-accepted',
        rfc: 'RFC 6376 §6.1.2',
        record: text,
        keyType: record.keyType,
        bits,
        testing,
      },
      {
        step: 'header-checked',
        rfc: 'RFC 6376 §6.1.3',
        canonicalization: candidate.signature.canonicalization.header,
        matches,
      },
    );
    const facts = { testing, keyBits: bits };
    if (matches) return { steps, facts };
    failed ??= { steps, headerReason: 'signature-mismatch', facts };
  }
  return failed ?? { steps, keyReason: refusal ?? 'no-key' };
}

function verifies({ algorithm, signed, signature }: Candidate, key: KeyObject): boolean {
  try {
    const data = digestFor(algorithm, signed);
    return verify(digestName(algorithm), data, key, signature.signature);
  } catch {
    // a key that parses but that OpenSSL cannot calculate with verifies nothing
    return false;
  }
}

function compareBody(signature: Signature, hash: BodyHash): { step: Step; reason?: Reason } {
  const matches = equalConstantTime(hash.digest, signature.bodyHash);
  const step: Step = {
    step: 'body-hashed',
    rfc: 'RFC 6376 §3.7',
    canonicalization: signature.canonicalization.body,
    claimed: base64(signature.bodyHash),
    computed: base64(hash.digest),
    octets: hash.octets,
    uncovered: uncovered(hash),
    matches,
  };
  // §3.5 l=: «The value MUST NOT be larger than the actual number of octets in the canonicalized message body»
  if ((signature.bodyLength ?? 0) > hash.octets)
    return { step, reason: 'body-shorter-than-signed' };
  return matches ? { step } : { step, reason: 'body-hash-mismatch' };
}

function uncovered({ octets, covered }: BodyHash): number {
  return octets - covered;
}
