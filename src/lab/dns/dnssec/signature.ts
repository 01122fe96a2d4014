/** RRSIG records: what is signed in which order (RFC 4034 §3.1.8.1 and §6), made and checked. Times are seconds since 1970. */
import { sign, verify } from 'node:crypto';
import { concat, view } from '#bytes';
import { decodeName, encodeName, labelsOf, nameOf } from '#lab/dns/wire/name';
import { u16, u32 } from '#lab/dns/wire/message';
import { ECDSA_P256, keyTag, publicKey } from './key.ts';
import type { SigningKey } from './key.ts';
import type { RRset } from '#lab/dns/zone/zone';

const CLASS_IN = 1;
const FIXED = 18;
const RAW = 'ieee-p1363';

export interface Signature {
  readonly typeCovered: number;
  readonly algorithm: number;
  readonly labels: number;
  readonly originalTtl: number;
  readonly expiration: number;
  readonly inception: number;
  readonly keyTag: number;
  readonly signer: string;
  readonly signature: Uint8Array;
}

export interface Validity {
  readonly inception: number;
  readonly expiration: number;
}

/** The data of the RRSIG record of a set. A wildcard's owner is `*.…`, whatever name it answered for. */
export function signSet(
  set: RRset,
  signer: string,
  key: SigningKey,
  validity: Validity,
): Uint8Array {
  const labels = labelsOf(set.name);
  const head = concat([
    u16(set.type),
    Uint8Array.of(ECDSA_P256, labels[0] === '*' ? labels.length - 1 : labels.length),
    u32(set.ttl),
    u32(validity.expiration),
    u32(validity.inception),
    u16(key.tag),
    encodeName(signer),
  ]);
  const signature = sign('sha256', concat([head, canonicalSet(set, set.name, set.ttl)]), {
    key: key.privateKey,
    dsaEncoding: RAW,
  });
  return concat([head, signature]);
}

export function readSignature(rdata: Uint8Array): Signature | undefined {
  const octets = view(rdata);
  const signer = octets.length < FIXED ? undefined : decodeName(octets, FIXED);
  if (signer === undefined) return undefined;
  return {
    typeCovered: octets.readUInt16BE(0),
    algorithm: octets[2]!,
    labels: octets[3]!,
    originalTtl: octets.readUInt32BE(4),
    expiration: octets.readUInt32BE(8),
    inception: octets.readUInt32BE(12),
    keyTag: octets.readUInt16BE(16),
    signer: signer.name,
    signature: octets.subarray(signer.end),
  };
}

export type Check = 'good' | 'expired' | 'not-yet' | 'no-key' | 'wrong';

/** Whether one of `dnskeys` made this signature over the set, and whether it holds at `now` (RFC 4035 §5.3). */
export function checkSignature(
  set: RRset,
  rdata: Uint8Array,
  zone: string,
  dnskeys: readonly Uint8Array[],
  now: number,
): Check {
  const read = readSignature(rdata);
  if (read === undefined || read.typeCovered !== set.type || read.signer !== zone) return 'wrong';
  const labels = labelsOf(set.name);
  const counted = labels[0] === '*' ? labels.length - 1 : labels.length;
  if (read.labels > counted) return 'wrong';
  // Serial number arithmetic (RFC 4034 §3.1.5): the difference counts, modulo 2^32.
  if (((read.expiration - now) | 0) < 0) return 'expired';
  if (((now - read.inception) | 0) < 0) return 'not-yet';
  const fitting = dnskeys.filter(
    (dnskey) => dnskey[3] === read.algorithm && keyTag(dnskey) === read.keyTag,
  );
  if (fitting.length === 0) return 'no-key';
  const owner =
    read.labels < counted ? nameOf(['*', ...labels.slice(labels.length - read.labels)]) : set.name;
  const head = rdata.subarray(0, rdata.length - read.signature.length);
  const signed = concat([head, canonicalSet(set, owner, read.originalTtl)]);
  // Two keys may share a tag; more than a few are an attack (CVE-2023-50387).
  const good = fitting.slice(0, 4).some((dnskey) => {
    const key = publicKey(dnskey);
    return key !== undefined && verify('sha256', signed, { key, dsaEncoding: RAW }, read.signature);
  });
  return good ? 'good' : 'wrong';
}

/** The records of a set in canonical form and order, without repetition (RFC 4034 §6.2 and §6.3). */
export function canonicalSet(set: RRset, owner: string, ttl: number): Uint8Array {
  const head = concat([encodeName(owner), u16(set.type), u16(CLASS_IN), u32(ttl)]);
  const sorted = [...set.rdatas].sort((a, b) => Buffer.compare(a, b));
  const different = sorted.filter(
    (rdata, at) => at === 0 || Buffer.compare(rdata, sorted[at - 1]!) !== 0,
  );
  return concat(different.map((rdata) => concat([head, u16(rdata.length), rdata])));
}
