/** Keys of signed zones: ECDSA P-256 with SHA-256 (RFC 6605, algorithm 13), one key for everything (RFC 6781 §4.1.3, «single-type»). */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { concat, view } from '#bytes';
import { encodeName } from '#lab/dns/wire/name';
import { u16 } from '#lab/dns/wire/message';

export const ECDSA_P256 = 13;
export const SHA256_DIGEST = 2;
/** Zone key and secure entry point (RFC 4034 §2.1.1). */
const FLAGS = 257;
const PROTOCOL = 3;

/** A private key as it is kept: JWK members of a P-256 key. */
export interface KeptKey {
  readonly x: string;
  readonly y: string;
  readonly d: string;
}

export interface SigningKey {
  /** RFC 4034 appendix B. */
  readonly tag: number;
  /** The data of its DNSKEY record. */
  readonly dnskey: Uint8Array;
  readonly privateKey: KeyObject;
}

export function makeKey(): KeptKey {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x, y, d } = privateKey.export({ format: 'jwk' });
  return { x: x!, y: y!, d: d! };
}

export function signingKey(kept: KeptKey): SigningKey {
  const coordinates = [kept.x, kept.y].map((text) => Buffer.from(text, 'base64url'));
  const dnskey = concat([u16(FLAGS), Uint8Array.of(PROTOCOL, ECDSA_P256), ...coordinates]);
  const jwk = { kty: 'EC', crv: 'P-256', ...kept };
  return { tag: keyTag(dnskey), dnskey, privateKey: createPrivateKey({ key: jwk, format: 'jwk' }) };
}

/** The public key in the data of a DNSKEY record; undefined where the algorithm, the protocol or the length is another, or it is no zone key. */
export function publicKey(dnskey: Uint8Array): KeyObject | undefined {
  const zoneKey = ((dnskey[0] ?? 0) & 1) === 1;
  if (dnskey.length !== 68 || !zoneKey || dnskey[2] !== PROTOCOL || dnskey[3] !== ECDSA_P256) {
    return undefined;
  }
  const [x, y] = [dnskey.subarray(4, 36), dnskey.subarray(36)].map((octets) =>
    view(octets).toString('base64url'),
  ) as [string, string];
  try {
    return createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
  } catch {
    // no point of the curve
    return undefined;
  }
}

/** RFC 4034 appendix B. */
export function keyTag(dnskey: Uint8Array): number {
  const sum = dnskey.reduce(
    (total, octet, index) => total + (index % 2 === 0 ? octet << 8 : octet),
    0,
  );
  return (sum + (sum >>> 16)) & 0xffff;
}

/** The data of the DS record that stands for a key at the parent (RFC 4034 §5.1.4, digest by RFC 4509). */
export function dsOf(zone: string, dnskey: Uint8Array): Uint8Array {
  const digest = createHash('sha256').update(encodeName(zone)).update(dnskey).digest();
  return concat([u16(keyTag(dnskey)), Uint8Array.of(dnskey[3]!, SHA256_DIGEST), digest]);
}
