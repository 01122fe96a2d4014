/** Public keys of accounts as they are sent (RFC 7517), which of them will do, and their thumbprints (RFC 7638). */
import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { AcmeProblem, malformed } from '#lab/ca/problem';

export interface PublicKey {
  readonly key: KeyObject;
  /** The only algorithm by which it signs. */
  readonly algorithm: Algorithm;
  /** Base64url. */
  readonly thumbprint: string;
}

export type Algorithm = 'ES256' | 'ES384' | 'RS256' | 'EdDSA';

/** RFC 8555 §6.2: ES256 is a must, EdDSA should be; the others are what clients use. */
export const ALGORITHMS: readonly Algorithm[] = ['ES256', 'ES384', 'RS256', 'EdDSA'];

const number = z.string().regex(/^[\w-]{1,1400}$/);
const jwkSchema = z.union([
  z.object({ kty: z.literal('EC'), crv: z.enum(['P-256', 'P-384']), x: number, y: number }),
  z.object({ kty: z.literal('RSA'), n: number, e: number }),
  z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: number }),
]);
type Jwk = z.infer<typeof jwkSchema>;

/** Modulus lengths of RSA in bits: fewer are weak, more cost time to verify. */
const RSA = { least: 2048, most: 4096 };
/** 65537: the exponent of every key that is made nowadays. */
const EXPONENT = 'AQAB';

/** @throws AcmeProblem */
export function readJwk(value: unknown): PublicKey {
  if (typeof value === 'object' && value !== null && 'd' in value) {
    throw malformed('the JWK holds a private key: throw that key away');
  }
  const read = jwkSchema.safeParse(value);
  if (!read.success) throw badKey('the key is none of EC (P-256, P-384), RSA and Ed25519');
  const jwk = read.data;
  let key: KeyObject;
  try {
    key = createPublicKey({ key: jwk, format: 'jwk' });
  } catch {
    throw badKey('the key cannot be read');
  }
  if (jwk.kty === 'RSA') {
    const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
    if (jwk.e !== EXPONENT || bits < RSA.least || bits > RSA.most) {
      throw badKey(`keys of RSA have ${RSA.least} to ${RSA.most} bits and the exponent 65537`);
    }
  }
  const digest = createHash('sha256').update(canonical(jwk)).digest('base64url');
  return { key, algorithm: algorithmOf(jwk), thumbprint: digest };
}

function badKey(detail: string): AcmeProblem {
  return new AcmeProblem(400, 'badPublicKey', detail);
}

/** RFC 7638 §3.2: the required members in the order of their names. */
function canonical(jwk: Jwk): string {
  switch (jwk.kty) {
    case 'EC':
      return JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y });
    case 'RSA':
      return JSON.stringify({ e: jwk.e, kty: jwk.kty, n: jwk.n });
    case 'OKP':
      return JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x });
  }
}

function algorithmOf(jwk: Jwk): Algorithm {
  if (jwk.kty === 'RSA') return 'RS256';
  if (jwk.kty === 'OKP') return 'EdDSA';
  return jwk.crv === 'P-256' ? 'ES256' : 'ES384';
}

const HASHES = { ES256: 'sha256', ES384: 'sha384', RS256: 'sha256', EdDSA: null } as const;

/** Whether the key made the signature (RFC 7518 §3). */
export function isSignedBy(
  { key, algorithm }: PublicKey,
  signed: Uint8Array,
  signature: Uint8Array,
): boolean {
  return verify(HASHES[algorithm], signed, { key, dsaEncoding: 'ieee-p1363' }, signature);
}
