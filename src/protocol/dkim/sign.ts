/**
 * Signing (RFC 6376 §3.7 and §5, RFC 8463 for Ed25519): relaxed/relaxed, over the fields of
 * signed-fields.ts and the whole body.
 *
 * In three parts, so that the caller decides where the dear one runs: hashing the body (`hashBody`, once for
 * all keys), `prepareHeader` and `prepareSignature` (pure, microseconds), and the private-key operation, which is
 * handed in (`signOffMainThread` keeps RSA's quarter millisecond off the main thread). `signMessage` does all
 * of it. Called by mail/submit; failures are those of the private-key operation and of the body's source.
 */
import { createHash, type KeyObject, sign as cryptoSign } from 'node:crypto';
import { concat, EMPTY } from '#bytes';
import { type Field, splitHeader } from '#protocol/message/header/fields';
import { type Chunks, hashBody } from './body-hash.ts';
import { canonicalizeFields, chooseFields, headerToSign } from './canonicalize-header.ts';
import { beginSignature, fillSignature } from './format-signature.ts';
import type { Algorithm, Signature } from './signature.ts';
import { fieldsToSign } from './signed-fields.ts';

export interface SigningKey {
  /** d=, in lower-case A-labels. */
  readonly domain: string;
  /** s=, in lower-case A-labels. */
  readonly selector: string;
  readonly algorithm: Algorithm;
  readonly privateKey: KeyObject;
}

/**
 * The private-key operation: RSASSA-PKCS1-v1_5 over the SHA-256 of `toSign` for rsa-sha256, PureEdDSA over
 * `toSign` itself for ed25519-sha256.
 */
export type SignBytes = (
  algorithm: Algorithm,
  key: KeyObject,
  toSign: Uint8Array,
) => Promise<Uint8Array>;

export interface PreparedSignature {
  readonly algorithm: Algorithm;
  /** What `SignBytes` takes: the canonical header for RSA, its SHA-256 for Ed25519 (RFC 8463 §3). */
  readonly toSign: Uint8Array;
  /** The DKIM-Signature field with its CRLF, to be put before the header. */
  finish(signature: Uint8Array): Uint8Array;
}

export interface SignMessageOptions {
  /** The header; octets after its empty line are not looked at. */
  readonly header: Uint8Array;
  /** From the first octet after the empty line. Read once. */
  readonly body: Chunks;
  readonly keys: readonly SigningKey[];
  /** t=, seconds since 1970. */
  readonly time: number;
  readonly signBytes: SignBytes;
}

/** What all keys sign in common. */
export interface PreparedHeader {
  /** h= */
  readonly signedFields: readonly string[];
  /** The chosen fields in relaxed form. */
  readonly canonicalFields: Uint8Array;
}

/**
 * Chooses and canonicalizes the fields, once for all keys. The header must not change afterwards, except
 * for fields put before it that are not oversigned.
 */
export function prepareHeader(header: Uint8Array): PreparedHeader {
  const { fields } = splitHeader(header);
  const signedFields = fieldsToSign(fields);
  return { signedFields, canonicalFields: prepareFields(header, fields, signedFields) };
}

/** The fields that h= names, in relaxed form. */
export function prepareFields(
  header: Uint8Array,
  fields: readonly Field[],
  signedFields: readonly string[],
): Uint8Array {
  return canonicalizeFields('relaxed', header, chooseFields(fields, signedFields));
}

/** The tags of a signature of ours before it is signed; an ARC-Message-Signature has the same. */
export function unsignedSignature(
  { algorithm, domain, selector }: Omit<SigningKey, 'privateKey'>,
  bodyHash: Uint8Array,
  signedFields: readonly string[],
  time: number,
): Signature {
  return {
    algorithm,
    signature: EMPTY,
    bodyHash,
    canonicalization: { header: 'relaxed', body: 'relaxed' },
    domain,
    selector,
    signedFields,
    identity: { localPart: '', domain },
    timestamp: Math.floor(time),
  };
}

/** What one key has to sign. `bodyHash` is the SHA-256 of the relaxed body; `time` is t=, in seconds. */
export function prepareSignature(
  header: PreparedHeader,
  bodyHash: Uint8Array,
  key: Omit<SigningKey, 'privateKey'>,
  time: number,
): PreparedSignature {
  const { algorithm } = key;
  const begun = beginSignature(unsignedSignature(key, bodyHash, header.signedFields, time));
  const data = headerToSign('relaxed', header.canonicalFields, fillSignature(begun, EMPTY));
  return {
    algorithm,
    toSign: digestFor(algorithm, data),
    finish: (signature) => fillSignature(begun, signature),
  };
}

/** The DKIM-Signature fields for all keys, in the order of the keys, to be put before the header. */
export async function signMessage(options: SignMessageOptions): Promise<Uint8Array> {
  const { body, keys, time, signBytes } = options;
  if (keys.length === 0) return EMPTY;
  const [bodyHash] = await hashBody(body, [{ canonicalization: 'relaxed' }]);
  const header = prepareHeader(options.header);
  const fields = keys.map(async (key) => {
    const prepared = prepareSignature(header, bodyHash!.digest, key, time);
    return prepared.finish(await signBytes(key.algorithm, key.privateKey, prepared.toSign));
  });
  return concat(await Promise.all(fields));
}

/**
 * The `SignBytes` of production, on libuv's thread pool: measured with both kinds of key, the main thread is
 * left with about 130 µs a message, against 200 when it makes the Ed25519 signature itself.
 */
export const signOffMainThread: SignBytes = (algorithm, key, toSign) =>
  new Promise((resolve, reject) => {
    cryptoSign(digestName(algorithm), toSign, key, (error, signature) => {
      if (error) reject(error);
      else resolve(signature);
    });
  });

/** The octets that go into the public-key algorithm: see {@link SignBytes}. */
export function digestFor(algorithm: Algorithm, data: Uint8Array): Uint8Array {
  return algorithm === 'rsa-sha256' ? data : createHash('sha256').update(data).digest();
}

/** The digest name that node:crypto's sign and verify take for an algorithm. */
export function digestName(algorithm: Algorithm): 'sha256' | null {
  return algorithm === 'rsa-sha256' ? 'sha256' : null;
}
