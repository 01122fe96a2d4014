/**
 * From the text of a key record to a public key that can be calculated with. To import a key costs more than to verify with it, and a few signers write
 * most mail, so what was made of a text is remembered: the same text always gives the same, and what is remembered is bounded, whatever
 * strangers publish. Called by choose-key.ts.
 */
import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { view } from '#bytes';
import { type KeyRecord, parseKeyRecord } from './key-record.ts';

export interface ReadKey {
  readonly record: KeyRecord;
  /** Undefined where the octets of the record are no key, or of an unknown type. */
  readonly publicKey: PublicKey | undefined;
}

export interface PublicKey {
  readonly key: KeyObject;
  readonly bits: number;
  /** 0 for what has none. */
  readonly exponent: bigint;
}

/** Characters of all texts, each counted with about what a key takes besides: room for some seven hundred RSA-2048. */
const ROOM = 1024 * 1024;
const KEY_ROOM = 1024;

/** The least recently used first. */
const remembered = new Map<string, ReadKey>();
let taken = 0;

/** Undefined where the text is no valid key record. */
export function readKey(text: string): ReadKey | undefined {
  const known = remembered.get(text);
  if (known === undefined) return remember(text);
  remembered.delete(text);
  remembered.set(text, known);
  return known;
}

function remember(text: string): ReadKey | undefined {
  const record = parseKeyRecord(text);
  if (record === undefined) return undefined;
  const read = { record, publicKey: publicKeyOf(record) };
  remembered.set(text, read);
  taken += roomOf(text);
  for (const oldest of remembered.keys()) {
    if (taken <= ROOM) break;
    remembered.delete(oldest);
    taken -= roomOf(oldest);
  }
  return read;
}

function roomOf(text: string): number {
  return text.length + KEY_ROOM;
}

function publicKeyOf({ keyType, publicKey }: KeyRecord): PublicKey | undefined {
  const key =
    keyType === 'rsa'
      ? rsaKey(publicKey)
      : keyType === 'ed25519'
        ? ed25519Key(publicKey)
        : undefined;
  if (key === undefined) return undefined;
  const { modulusLength: bits = 256, publicExponent: exponent = 0n } =
    key.asymmetricKeyDetails ?? {};
  return { key, bits, exponent };
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
