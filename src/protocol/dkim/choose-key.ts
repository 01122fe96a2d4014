/**
 * From the TXT records at a selector to the public key that may verify a signature
 * (RFC 6376 §6.1.2, RFC 8301 §3.2, RFC 8463 §4). Pure. Called by verify.ts.
 */
import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { view } from '#bytes';
import { type KeyRecord, parseKeyRecord } from './key-record.ts';
import type { Reason } from './rules.ts';
import type { Signature } from './signature.ts';

/** What of a signature a key is judged by. */
type KeyUse = Pick<Signature, 'algorithm' | 'domain' | 'identity'>;

/** RFC 8301 §3.2: «Verifiers MUST NOT consider signatures using RSA keys of less than 1024 bits as valid». */
const MIN_RSA_BITS = 1024;
/** «Verifiers MUST be able to validate signatures with keys ranging from 1024 bits to 4096 bits»; larger ones cost a stranger nothing and us much. */
const MAX_RSA_BITS = 4096;
/** Public exponents are small in practice (65537); one as long as the modulus makes verifying as dear as signing. */
const MAX_RSA_EXPONENT = 2n ** 32n;
/** With an exponent of 1 a signature is what it signs: anyone can write it. */
const MIN_RSA_EXPONENT = 3n;

export type JudgedKey =
  | {
      readonly kind: 'key';
      readonly record: KeyRecord;
      readonly key: KeyObject;
      readonly bits: number;
    }
  | { readonly kind: 'refused'; readonly reason: Reason; readonly record?: KeyRecord };

/** Judges one TXT record for one signature. */
export function judgeKey(text: string, signature: KeyUse): JudgedKey {
  const record = parseKeyRecord(text);
  if (!record) return { kind: 'refused', reason: 'malformed-key-record' };
  const reason = recordMismatch(record, signature);
  if (reason) return { kind: 'refused', reason, record };
  const key = record.keyType === 'rsa' ? rsaKey(record.publicKey) : ed25519Key(record.publicKey);
  if (!key) return { kind: 'refused', reason: 'unreadable-public-key', record };
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 256;
  const unfit = record.keyType === 'rsa' ? rsaUnfit(key, bits) : undefined;
  return unfit ? { kind: 'refused', reason: unfit, record } : { kind: 'key', record, key, bits };
}

function recordMismatch(record: KeyRecord, signature: KeyUse): Reason | undefined {
  const [keyType, hash] = signature.algorithm.split('-');
  // §3.6.1 s=: «Verifiers for a given service type MUST ignore this record if the appropriate type is not listed»
  if (!record.services.includes('*') && !record.services.includes('email')) {
    return 'key-for-other-service';
  }
  if (record.hashAlgorithms && !record.hashAlgorithms.includes(hash!)) return 'key-for-other-hash';
  if (record.publicKey.length === 0) return 'key-revoked';
  if (record.keyType !== keyType) return 'key-for-other-algorithm';
  // §3.6.1 t=s: «the "i=" domain MUST NOT be a subdomain of "d="»
  if (record.flags.includes('s') && signature.identity.domain !== signature.domain) {
    return 'key-for-exact-domain';
  }
  return undefined;
}

function rsaUnfit(key: KeyObject, bits: number): Reason | undefined {
  if (bits < MIN_RSA_BITS) return 'key-too-short';
  const exponent = key.asymmetricKeyDetails?.publicExponent ?? 0n;
  if (bits > MAX_RSA_BITS || exponent > MAX_RSA_EXPONENT) return 'key-too-long';
  return exponent < MIN_RSA_EXPONENT ? 'key-without-effect' : undefined;
}

/** §3.6.1 says RSAPublicKey (PKCS#1); what is published is SubjectPublicKeyInfo. Both are read. */
function rsaKey(der: Uint8Array): KeyObject | undefined {
  return readDer(der, 'spki', 'rsa') ?? readDer(der, 'pkcs1', 'rsa');
}

function ed25519Key(raw: Uint8Array): KeyObject | undefined {
  if (raw.length !== 32) return undefined;
  const jwk: JsonWebKey = { kty: 'OKP', crv: 'Ed25519', x: view(raw).toString('base64url') };
  return attempt(() => createPublicKey({ key: jwk, format: 'jwk' }));
}

function readDer(der: Uint8Array, type: 'spki' | 'pkcs1', keyType: string): KeyObject | undefined {
  const key = attempt(() => createPublicKey({ key: view(der), format: 'der', type }));
  return key?.asymmetricKeyType === keyType ? key : undefined;
}

/** node:crypto throws on octets that are no key. */
function attempt(make: () => KeyObject): KeyObject | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
