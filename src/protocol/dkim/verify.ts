/**
 * Verifying (RFC 6376 §6, RFC 8301, RFC 8463): every signature of a message, each with its steps.
 *
 * Pure but for the lookup that is handed in. The body is read once, and only if a signature is left that
 * needs it; keys are asked for meanwhile, each name once. Work is bounded: eight signatures, four records at a
 * selector, keys as choose-key.ts limits them. Called by mail/receive and the command line.
 */
import { concat, latin1 } from '#bytes';
import { type Field, fieldsNamed, splitHeader } from '#protocol/message/fields';
import { type BodyHashRequest, type Chunks, hashBody } from './body-hash.ts';
import { canonicalizeFields, chooseFields, headerToSign } from './canonicalize-header.ts';
import {
  type Candidate,
  conclude,
  type Conclusion,
  judge,
  keyName,
  reportOf,
} from './judge-signature.ts';
import type { DkimReport, KeyAnswer, KeyLookup, SignatureReport, Step } from './report.ts';
import { parseSignature, type Signature, type SignatureError } from './signature.ts';

export interface VerifyOptions {
  /** The header; octets after its empty line are not looked at. */
  readonly header: Uint8Array;
  /** From the first octet after the empty line. */
  readonly body: Chunks;
  readonly lookup: KeyLookup;
  /** Seconds since 1970. */
  readonly now: number;
  /** How many signatures are looked at, from the top; the rest is counted. */
  readonly maxSignatures?: number;
}

/** Lists and forwarders make a handful; each costs a lookup and a public-key operation (RFC 6376 §8.4). */
const MAX_SIGNATURES = 8;
/** Seconds that a signer's clock may be ahead of ours. */
const CLOCK_TOLERANCE = 300;

/** Verifies all signatures of a message. Rejects only where `body` or `lookup` do. */
export async function verifyMessage(options: VerifyOptions): Promise<DkimReport> {
  const header = splitHeader(options.header);
  const found = fieldsNamed(header, 'DKIM-Signature');
  const considered = found.slice(0, options.maxSignatures ?? MAX_SIGNATURES);
  const read = considered.map((field) => readField(options, header.fields, field));
  const candidates = read.filter((outcome) => 'signed' in outcome);
  const [bodyHashes, answers] = await Promise.all([
    candidates.length === 0 ? [] : hashBody(options.body, candidates.map(bodyHashRequest)),
    askForKeys(candidates, options.lookup),
  ]);
  const reports = new Map(
    candidates.map((candidate, index) => [
      candidate,
      judge(candidate, bodyHashes[index]!, answers.get(keyName(candidate.signature))!),
    ]),
  );
  return {
    signatures: read.map((outcome) => ('signed' in outcome ? reports.get(outcome)! : outcome)),
    ignored: found.length - considered.length,
  };
}

/** §6.1.1: reads and validates one field; what cannot pass is reported without asking for its key. */
function readField(
  { header, now }: VerifyOptions,
  fields: readonly Field[],
  field: Field,
): Candidate | SignatureReport {
  const parsed = parseSignature(latin1(header.subarray(field.valueStart, field.end)));
  if (parsed.kind === 'error') return unreadable(parsed);
  const { signature, removed } = parsed;
  const { algorithm } = signature;
  const steps = [readStep(signature)];
  if (algorithm === 'rsa-sha1') return reportOf(signature, steps, { reason: 'sha1', tag: 'a' });
  const outside = outOfTime(signature, now);
  if (outside) return reportOf(signature, steps, outside);
  // h= may name other DKIM-Signature fields, never the one it stands in (§3.5)
  const others = fields.filter((other) => other !== field);
  const chosen = chooseFields(others, signature.signedFields);
  const kind = signature.canonicalization.header;
  const own = concat([
    header.subarray(field.start, field.valueStart + removed.start),
    header.subarray(field.valueStart + removed.end, field.end),
  ]);
  const signed = headerToSign(kind, canonicalizeFields(kind, header, chosen), own);
  return { signature, algorithm, signed, steps };
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

function outOfTime({ timestamp, expiration }: Signature, now: number): Conclusion | undefined {
  if (expiration !== undefined && expiration < now) return { reason: 'expired', tag: 'x' };
  return timestamp !== undefined && timestamp > now + CLOCK_TOLERANCE
    ? { reason: 'signed-in-the-future', tag: 't' }
    : undefined;
}

async function askForKeys(
  candidates: readonly Candidate[],
  lookup: KeyLookup,
): Promise<Map<string, KeyAnswer>> {
  const names = new Set(candidates.map(({ signature }) => keyName(signature)));
  const asked = Array.from(names, async (name) => [name, await lookup(name)] as const);
  return new Map(await Promise.all(asked));
}

function unreadable({ reason, tag, domain, selector }: SignatureError): SignatureReport {
  return {
    ...(domain && { domain }),
    ...(selector && { selector }),
    ...conclude([], { reason, ...(tag && { tag }) }),
  };
}

function bodyHashRequest({ signature }: Candidate): BodyHashRequest {
  const { canonicalization, bodyLength } = signature;
  return {
    canonicalization: canonicalization.body,
    ...(bodyLength !== undefined && { limit: bodyLength }),
  };
}
