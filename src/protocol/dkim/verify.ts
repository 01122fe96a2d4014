/**
 * Verifying (RFC 6376 §6, RFC 8301, RFC 8463): every signature of a message, each with its steps.
 *
 * In two parts, so that no body is read twice: `beginVerification` reads the signatures as soon as the header is there,
 * says which hashes of the body they need, and asks for the keys meanwhile, each name once; `finish` judges.
 * `arc/verify-chain.ts` has the same shape, so that one pass of `startBodyHashes` serves both. Pure but for the lookup that is
 * handed in. Work is bounded: eight signatures, four records at a selector, fields of 64 KB, keys as
 * choose-key.ts limits them. Called by mail/receive and the command line.
 */
import { concat, latin1 } from '#bytes';
import { type Field, fieldsNamed, type Header, splitHeader } from '#protocol/message/header/fields';
import {
  type BodyHashes,
  type BodyHashRequest,
  type Chunks,
  startBodyHashes,
} from './body-hash.ts';
import { canonicalizeFields, chooseFields, headerToSign } from './canonicalize-header.ts';
import { type Candidate, conclude, judge, reportOf } from './judge-signature.ts';
import { type Asked, askForKeys } from './ask-for-keys.ts';
import type { DkimReport, KeyLookup, SignatureReport, Step } from './report.ts';
import type { Reason } from './rules.ts';
import { parseSignature, type Signature, type SignatureError } from './signature.ts';
import { keyName } from './try-keys.ts';
import { leavesFromOpen } from './weaknesses.ts';

export interface VerificationInput {
  /** The octets that `header` was read from. */
  readonly head: Uint8Array;
  readonly header: Header;
  readonly lookup: KeyLookup;
  /** Seconds since 1970. */
  readonly now: number;
  /** How many signatures are looked at, from the top; the rest is counted. */
  readonly maxSignatures?: number;
}

/** Signatures that wait for the body. */
export interface Verification<Report> {
  /** What `startBodyHashes` has to be asked for, among others; empty where no body is needed. */
  readonly bodyHashes: readonly BodyHashRequest[];
  /** To be called once, when the body has ended. Rejects only where the lookup does. */
  finish(hashes: BodyHashes): Promise<Report>;
}

export interface VerifyOptions extends Omit<VerificationInput, 'head' | 'header'> {
  /** The header; octets after its empty line are not looked at. */
  readonly header: Uint8Array;
  /** From the first octet after the empty line. */
  readonly body: Chunks;
}

/** Lists and forwarders make a handful; each costs a lookup and a public-key operation (RFC 6376 §8.4). */
const MAX_SIGNATURES = 8;
/** Octets of one field. A signature has about 700; z= may repeat a long header in it. */
const MAX_FIELD = 64 * 1024;
/** Seconds that a signer's clock may be ahead of ours. */
const CLOCK_TOLERANCE = 300;

/** Verifies all signatures of a message that is at hand. Rejects only where `body` or `lookup` do. */
export async function verifyMessage(options: VerifyOptions): Promise<DkimReport> {
  const { header: head, body, ...rest } = options;
  const verification = beginVerification({ ...rest, head, header: splitHeader(head) });
  return finishWithBody(verification, body);
}

/** Reads the whole body, unless nobody needs it. */
export async function finishWithBody<Report>(
  verification: Verification<Report>,
  body: Chunks,
): Promise<Report> {
  const hasher = startBodyHashes(verification.bodyHashes);
  if (verification.bodyHashes.length > 0) for await (const chunk of body) hasher.push(chunk);
  hasher.end();
  return verification.finish(hasher);
}

/** Reads the signatures and asks for their keys. */
export function beginVerification(input: VerificationInput): Verification<DkimReport> {
  const found = fieldsNamed(input.header, 'DKIM-Signature');
  const considered = found.slice(0, input.maxSignatures ?? MAX_SIGNATURES);
  const read = considered.map((field) => readField(input, field));
  const candidates = read.filter((outcome) => 'signed' in outcome);
  const names = candidates.map(({ signature }) => keyName(signature));
  const keys: Asked = askForKeys(names, input.lookup);
  return {
    bodyHashes: candidates.map(({ signature }) => bodyHashRequest(signature)),
    async finish(hashes) {
      const answers = await keys.answers();
      const signatures = read.map((outcome) => {
        if (!('signed' in outcome)) return outcome;
        const { signature } = outcome;
        const hash = hashes.of(bodyHashRequest(signature));
        return judge(outcome, hash, answers.get(keyName(signature))!);
      });
      return { signatures, ignored: found.length - considered.length };
    },
  };
}

/** §6.1.1: reads and validates one field; what cannot pass is reported without asking for its key. */
function readField(
  { head, header, now }: VerificationInput,
  field: Field,
): Candidate | SignatureReport {
  if (field.end - field.start > MAX_FIELD) return conclude([], { reason: 'signature-too-long' });
  const parsed = parseSignature(latin1(head.subarray(field.valueStart, field.end)));
  if (parsed.kind === 'error') return unreadable(parsed);
  const { signature, removed } = parsed;
  const { algorithm } = signature;
  const steps = [readStep(signature)];
  if (algorithm === 'rsa-sha1') return reportOf(signature, steps, { reason: 'sha1', tag: 'a' });
  const outside = outOfTime(signature, now);
  if (outside) return reportOf(signature, steps, outside);
  // h= may name other DKIM-Signature fields, never the one it stands in (§3.5)
  const fields = header.fields.filter((other) => other !== field);
  if (leavesFromOpen(fields, signature)) {
    return reportOf(signature, steps, { reason: 'from-not-covered', tag: 'h' });
  }
  const signed = signedHeader(head, fields, field, signature, removed);
  return { signature, algorithm, signed, fields, steps };
}

/** What a signature signs of the header (§3.7): the fields that h= names, and its own without the value of b=. */
export function signedHeader(
  head: Uint8Array,
  fields: readonly Field[],
  field: Field,
  { canonicalization, signedFields }: Pick<Signature, 'canonicalization' | 'signedFields'>,
  removed: { readonly start: number; readonly end: number },
): Uint8Array {
  const kind = canonicalization.header;
  const chosen = chooseFields(fields, signedFields);
  const own = withoutValueOfB(head, field, removed);
  return headerToSign(kind, canonicalizeFields(kind, head, chosen), own);
}

/** The field as it stands, with what §3.7 removes cut out. */
export function withoutValueOfB(
  head: Uint8Array,
  field: Field,
  removed: { readonly start: number; readonly end: number },
): Uint8Array {
  return concat([
    head.subarray(field.start, field.valueStart + removed.start),
    head.subarray(field.valueStart + removed.end, field.end),
  ]);
}

function readStep(signature: Signature): Step {
  const { algorithm, domain, selector, canonicalization, signedFields } = signature;
  return {
    step: 'signature-read',
    rfc: 'RFC 6376 §3.5',
    algorithm,
    domain,
    selector,
    canonicalization,
    signedFields,
  };
}

/** Why it is not the time of a signature (§3.5 t=, x=). */
export function outOfTime(
  { timestamp, expiration }: Pick<Signature, 'timestamp' | 'expiration'>,
  now: number,
): { readonly reason: Reason; readonly tag: string } | undefined {
  if (expiration !== undefined && expiration < now) return { reason: 'expired', tag: 'x' };
  return timestamp !== undefined && timestamp > now + CLOCK_TOLERANCE
    ? { reason: 'signed-in-the-future', tag: 't' }
    : undefined;
}

function unreadable({ reason, tag, ...known }: SignatureError): SignatureReport {
  return conclude([], { reason, ...(tag && { tag }) }, known);
}

/** The hash of the body that a signature is compared with. */
export function bodyHashRequest(signature: Signature): BodyHashRequest {
  const { canonicalization, bodyLength } = signature;
  return {
    canonicalization: canonicalization.body,
    ...(bodyLength !== undefined && { limit: bodyLength }),
  };
}
