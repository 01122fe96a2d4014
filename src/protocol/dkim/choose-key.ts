/**
 * From the TXT records at a selector to the public key that may verify a signature
 * (RFC 6376 §6.1.2, RFC 8301 §3.2, RFC 8463 §4). Pure. Called by verify.ts.
 */
import type { KeyObject } from 'node:crypto';
import type { KeyRecord } from './key-record.ts';
import { type PublicKey, readKey } from './public-key.ts';
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
  const read = readKey(text);
  if (!read) return { kind: 'refused', reason: 'malformed-key-record' };
  const { record, publicKey } = read;
  const reason = recordMismatch(record, signature);
  if (reason) return { kind: 'refused', reason, record };
  if (!publicKey) return { kind: 'refused', reason: 'unreadable-public-key', record };
  const unfit = record.keyType === 'rsa' ? rsaUnfit(publicKey) : undefined;
  if (unfit) return { kind: 'refused', reason: unfit, record };
  return { kind: 'key', record, key: publicKey.key, bits: publicKey.bits };
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

function rsaUnfit({ bits, exponent }: PublicKey): Reason | undefined {
  if (bits < MIN_RSA_BITS) return 'key-too-short';
  if (bits > MAX_RSA_BITS || exponent > MAX_RSA_EXPONENT) return 'key-too-long';
  return exponent < MIN_RSA_EXPONENT ? 'key-without-effect' : undefined;
}
