/**
 * Key records: what stands in DNS at `selector._domainkey.domain` (RFC 6376 §3.6.1, RFC 8463 §4).
 * Reading and writing; whether a key fits a signature is judged in choose-key.ts.
 */
import type { KeyObject } from 'node:crypto';
import { base64, decodeBase64, EMPTY, latin1, utf8 } from '#bytes';
import { decodeQuotedPrintable, encodeQuotedPrintable } from './quoted-printable.ts';
import { formatTagList, parseTagList } from './tag-list.ts';
import { removeFws, splitColons } from './white-space.ts';

export interface KeyRecord {
  /** k=, `rsa` by default; lower case. */
  readonly keyType: string;
  /** p=; empty for a revoked key. */
  readonly publicKey: Uint8Array;
  /** h=, lower case; absent means all. */
  readonly hashAlgorithms?: readonly string[];
  /** s=, `*` by default; lower case. */
  readonly services: readonly string[];
  /** t=: `y` testing, `s` i= must have exactly the domain of d=. */
  readonly flags: readonly string[];
  /** n=, for people, as octets. */
  readonly notes?: Uint8Array;
}

/** A text record of more than this is no key: RSA-16384 takes under 3 KB. */
const MAX_LENGTH = 8_192;

/** Reads the joined strings of one TXT record, or undefined where it is no valid key record. */
export function parseKeyRecord(record: string): KeyRecord | undefined {
  if (record.length > MAX_LENGTH) return undefined;
  const list = parseTagList(latin1(utf8(record)));
  if (list.kind === 'error') return undefined;
  const get = (name: string): string | undefined => list.tags.get(name)?.value;
  // v= «MUST be the first tag in the record» and «DKIM1» if it is there
  if (list.tags.has('v') && (get('v') !== 'DKIM1' || list.tags.keys().next().value !== 'v')) {
    return undefined;
  }
  const p = get('p');
  const publicKey = p === '' ? EMPTY : p && decodeBase64(removeFws(p));
  if (!publicKey) return undefined;
  // «Not interpreted by any program» (§3.6.1): notes that cannot be read are as good as none
  const notes = decodeQuotedPrintable(get('n') ?? '');
  const hashes = get('h');
  const flags = get('t');
  return {
    keyType: (get('k') ?? 'rsa').toLowerCase(),
    publicKey,
    ...(hashes !== undefined && { hashAlgorithms: splitColons(hashes.toLowerCase()) }),
    services: splitColons((get('s') ?? '*').toLowerCase()),
    flags: flags === undefined ? [] : splitColons(flags),
    ...(notes && list.tags.has('n') && { notes }),
  };
}

/** Writes a key record; tags at their default are left out, except k=, which readers look for. */
export function formatKeyRecord(record: KeyRecord): string {
  const { hashAlgorithms, services, flags, notes } = record;
  const tags: [string, string][] = [['v', 'DKIM1']];
  if (hashAlgorithms) tags.push(['h', hashAlgorithms.join(':')]);
  tags.push(['k', record.keyType]);
  if (notes) tags.push(['n', encodeQuotedPrintable(notes)]);
  if (services.length !== 1 || services[0] !== '*') tags.push(['s', services.join(':')]);
  if (flags.length > 0) tags.push(['t', flags.join(':')]);
  tags.push(['p', base64(record.publicKey)]);
  return formatTagList(tags);
}

/**
 * The record to publish for a public key of ours, RSA (p= is its SubjectPublicKeyInfo, as everybody
 * reads it) or Ed25519 (the 32 octets themselves, RFC 8463 §4). One string: the zone's writer
 * splits it into strings of 255. Any other type of key is a mistake of the caller and throws.
 */
export function dnsRecordFor(publicKey: KeyObject): string {
  const { asymmetricKeyType } = publicKey;
  if (asymmetricKeyType === 'rsa') {
    const spki = publicKey.export({ type: 'spki', format: 'der' });
    return formatKeyRecord({ keyType: 'rsa', publicKey: spki, services: ['*'], flags: [] });
  }
  if (asymmetricKeyType === 'ed25519') {
    const raw = fromBase64Url(publicKey.export({ format: 'jwk' }).x ?? '');
    return formatKeyRecord({ keyType: 'ed25519', publicKey: raw, services: ['*'], flags: [] });
  }
  throw new TypeError(`no DKIM key: ${asymmetricKeyType ?? publicKey.type}`);
}

function fromBase64Url(text: string): Uint8Array {
  return Buffer.from(text, 'base64url');
}
