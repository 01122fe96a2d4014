/** The signatures of a chain whose structure is valid, ready to be verified (RFC 8617 §4.1.2, §4.1.3, §5.1.1). Pure. */
import { canonicalizeFields, headerToSign } from '#protocol/dkim/canonicalize-header';
import type { Signature } from '#protocol/dkim/signature';
import type { Signed } from '#protocol/dkim/try-keys';
import { signedHeader, type VerificationInput, withoutValueOfB } from '#protocol/dkim/verify';
import { leavesFromOpen } from '#protocol/dkim/weaknesses';
import type { ArcSet } from './arrange-sets.ts';
import type { CollectedField } from './collect-fields.ts';
import { readMessageSignature, readSeal, type ReadSignature } from './read-signatures.ts';
import type { ArcField, ArcSetReport } from './report.ts';

/** A signature of the chain that could be read. What it signs is made when it is asked for: seals sign all before them. */
export interface ChainSignature {
  readonly kind: 'read';
  readonly at: ArcField;
  readonly signature: Signature;
  readonly signed: () => Signed;
}

export type ReadOrFault =
  | ChainSignature
  | (Extract<ReadSignature, { kind: 'fault' }> & { at: ArcField });

export interface ChainLink {
  readonly message: ReadOrFault;
  readonly seal: ReadOrFault;
  readonly report: ArcSetReport;
}

/** Characters of the results of one set that the report repeats. */
const MAX_RESULTS = 4096;

export function readChain(input: VerificationInput, sets: readonly ArcSet[]): readonly ChainLink[] {
  const covered = sealedFields(input.head, sets);
  return sets.map((set, index): ChainLink => {
    const message = readMessage(input, set);
    const seal = readSealOf(input, set, covered[index]!);
    return { message, seal, report: reportOf(input, set, message, seal) };
  });
}

function readMessage({ head, header, now }: VerificationInput, { message }: ArcSet): ReadOrFault {
  const at = placeOf(message);
  const read = readMessageSignature(message, now);
  if (read.kind === 'fault') return { ...read, at };
  const { signature, removed } = read;
  return chainSignature(at, signature, () => {
    const others = header.fields.filter((field) => field !== message.field);
    return signedHeader(head, others, message.field, signature, removed);
  });
}

function readSealOf(
  { head, now }: VerificationInput,
  { seal }: ArcSet,
  covered: Uint8Array,
): ReadOrFault {
  const at = placeOf(seal);
  const read = readSeal(seal, now);
  if (read.kind === 'fault') return { ...read, at };
  const { signature, removed } = read;
  return chainSignature(at, signature, () =>
    headerToSign('relaxed', covered, withoutValueOfB(head, seal.field, removed)),
  );
}

function chainSignature(
  at: ArcField,
  signature: Signature,
  signed: () => Uint8Array,
): ChainSignature {
  const { algorithm } = signature;
  // read-signatures.ts refuses it, so that no signature that was read has it
  if (algorithm === 'rsa-sha1') throw new Error('a signature with SHA-1 was not refused');
  return {
    kind: 'read',
    at,
    signature,
    signed: () => ({ signature, algorithm, signed: signed() }),
  };
}

/**
 * What each seal signs before its own field (§5.1.1): all sets before it, then the results and the message signature of its own.
 * Views of one array, made once.
 */
export function sealedFields(head: Uint8Array, sets: readonly ArcSet[]): readonly Uint8Array[] {
  const fields = sets.flatMap(({ results, message, seal }) => [results, message, seal]);
  const parts = fields.map(({ field }) => canonicalizeFields('relaxed', head, [field]));
  const all = Buffer.concat(parts);
  let octets = 0;
  return sets.map((_, index) => {
    const [results, message, seal] = parts.slice(index * 3, index * 3 + 3);
    const covered = all.subarray(0, octets + results!.length + message!.length);
    octets = covered.length + seal!.length;
    return covered;
  });
}

function reportOf(
  { header }: VerificationInput,
  { instance, cv, results }: ArcSet,
  message: ReadOrFault,
  seal: ReadOrFault,
): ArcSetReport {
  const sealer = seal.kind === 'read' ? seal.signature : seal;
  const signer = message.kind === 'read' ? message.signature : message;
  return {
    instance,
    cv,
    ...(sealer.domain && { domain: sealer.domain }),
    ...(sealer.selector && { selector: sealer.selector }),
    ...(signer.domain && { signatureDomain: signer.domain }),
    signsFrom:
      message.kind === 'read' &&
      message.signature.signedFields.some((name) => name.toLowerCase() === 'from') &&
      !leavesFromOpen(header.fields, message.signature),
    results: results.results.slice(0, MAX_RESULTS),
  };
}

function placeOf({ name, instance }: CollectedField): ArcField {
  return { field: name, instance };
}
