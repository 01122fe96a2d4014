/** Keys, certificate requests, and what a certificate says: the X.509 side of ACME. The library is loaded when it is first needed. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  webcrypto,
  X509Certificate,
} from 'node:crypto';
import { promisify } from 'node:util';
import type { JsonGeneralName } from '@peculiar/x509';

export type KeyType = 'ecdsa' | 'rsa';

const generate = promisify(generateKeyPair);

/** A new private key in PKCS #8 DER: P-256, or RSA of 2048 bits. */
export async function newPrivateKey(type: KeyType): Promise<Uint8Array> {
  const { privateKey } =
    type === 'ecdsa'
      ? await generate('ec', { namedCurve: 'P-256' })
      : await generate('rsa', { modulusLength: 2048 });
  return privateKey.export({ type: 'pkcs8', format: 'der' });
}

/** Undefined for keys that this server does not make. */
export function keyTypeOf(privateKey: Uint8Array): KeyType | undefined {
  const { asymmetricKeyType, asymmetricKeyDetails } = readKey(privateKey);
  if (asymmetricKeyType === 'rsa') return 'rsa';
  return asymmetricKeyDetails?.namedCurve === 'prime256v1' ? 'ecdsa' : undefined;
}

/** PEM, for TLS and for export. */
export function privateKeyPem(privateKey: Uint8Array): string {
  return readKey(privateKey).export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** SHA-256 of the public key in hex: what a TLSA record 3 1 1 says (RFC 6698 §2.1). */
export function publicKeyDigest(privateKey: Uint8Array): string {
  const spki = createPublicKey(readKey(privateKey)).export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(spki).digest('hex');
}

function readKey(privateKey: Uint8Array) {
  return createPrivateKey({ key: Buffer.from(privateKey), format: 'der', type: 'pkcs8' });
}

const ALGORITHMS = {
  ecdsa: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  rsa: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
} as const;

/** A key that `newPrivateKey` made, for the library. */
export async function keyPair(privateKey: Uint8Array): Promise<webcrypto.CryptoKeyPair> {
  const algorithm = ALGORITHMS[keyTypeOf(privateKey)!];
  const spki = createPublicKey(readKey(privateKey)).export({ type: 'spki', format: 'der' });
  const { subtle } = webcrypto;
  return {
    privateKey: await subtle.importKey('pkcs8', Buffer.from(privateKey), algorithm, false, [
      'sign',
    ]),
    publicKey: await subtle.importKey('spki', spki, algorithm, true, ['verify']),
  };
}

/** A certificate request (RFC 8555 §7.4) for names, by a key that `newPrivateKey` made. DER. */
export async function certificateRequest(
  names: readonly string[],
  privateKey: Uint8Array,
): Promise<Uint8Array> {
  const x509 = await import('@peculiar/x509');
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    keys: await keyPair(privateKey),
    signingAlgorithm: ALGORITHMS[keyTypeOf(privateKey)!],
    extensions: [new x509.SubjectAlternativeNameExtension(names.map(dnsName))],
  });
  return new Uint8Array(request.rawData);
}

/** RFC 8737 §6.1. */
const ACME_IDENTIFIER = '1.3.6.1.5.5.7.1.31';
const DAY = 24 * 60 * 60 * 1000;

export interface PemPair {
  readonly cert: string;
  readonly key: string;
}

/** The certificate by which TLS-ALPN-01 is answered (RFC 8737 §3): self-signed, with the digest of the key authorization. */
export async function challengeCertificate(
  name: string,
  keyAuthorization: string,
  now: number,
): Promise<PemPair> {
  const x509 = await import('@peculiar/x509');
  const privateKey = await newPrivateKey('ecdsa');
  const digest = createHash('sha256').update(keyAuthorization).digest();
  // an OCTET STRING of 32 octets
  const value = Buffer.concat([Buffer.of(0x04, digest.length), digest]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=ACME challenge',
    keys: await keyPair(privateKey),
    signingAlgorithm: ALGORITHMS.ecdsa,
    notBefore: new Date(now - DAY),
    notAfter: new Date(now + 7 * DAY),
    extensions: [
      new x509.SubjectAlternativeNameExtension([dnsName(name)]),
      new x509.Extension(ACME_IDENTIFIER, true, value),
    ],
  });
  return { cert: certificate.toString('pem'), key: privateKeyPem(privateKey) };
}

function dnsName(value: string): JsonGeneralName {
  return { type: 'dns', value };
}

/** By which a certificate authority knows a certificate (RFC 9773 §4.1); undefined where it lacks what that is made of. */
export async function renewalIdentifier(chain: string): Promise<string | undefined> {
  const { X509Certificate: Certificate, AuthorityKeyIdentifierExtension } =
    await import('@peculiar/x509');
  const own = new X509Certificate(chain);
  const keyId = new Certificate(own.raw).getExtension(AuthorityKeyIdentifierExtension)?.keyId;
  if (keyId === undefined) return undefined;
  // DER of a positive integer: a zero before a first bit that is set
  const hex = own.serialNumber.length % 2 === 0 ? own.serialNumber : `0${own.serialNumber}`;
  const octets = Buffer.from(hex, 'hex');
  const serial = octets[0]! >= 0x80 ? Buffer.concat([Buffer.of(0), octets]) : octets;
  return `${Buffer.from(keyId, 'hex').toString('base64url')}.${serial.toString('base64url')}`;
}

/** What a chain in PEM says of its first certificate. */
export interface CertificateFacts {
  /** DNS names, sorted. */
  readonly names: readonly string[];
  readonly issuer: string;
  readonly fingerprint: string;
  /** Calendar milliseconds. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** DER. */
  readonly raw: Uint8Array;
  /** Whether it is for this key (PKCS #8 DER). */
  readonly isKey: (privateKey: Uint8Array) => boolean;
}

/** @throws when it is no certificate */
export function readChain(chain: string): CertificateFacts {
  const own = new X509Certificate(chain);
  return {
    names: (own.subjectAltName ?? '')
      .split(', ')
      .flatMap((part) => (part.startsWith('DNS:') ? [part.slice(4).toLowerCase()] : []))
      .sort(),
    issuer: nameIn(own.issuer),
    fingerprint: own.fingerprint256,
    notBefore: own.validFromDate.getTime(),
    notAfter: own.validToDate.getTime(),
    raw: own.raw,
    isKey: (privateKey) => own.checkPrivateKey(readKey(privateKey)),
  };
}

export type PairRead =
  | {
      readonly kind: 'pair';
      readonly facts: CertificateFacts;
      /** PKCS #8 DER. */
      readonly privateKey: Uint8Array;
    }
  | { readonly kind: 'unusable'; readonly reason: string };

/** A chain and its key as somebody brings them, in PEM. */
export function readPair(chain: string, key: string): PairRead {
  try {
    const facts = readChain(chain);
    const privateKey = createPrivateKey(key).export({ type: 'pkcs8', format: 'der' });
    if (facts.names.length === 0) {
      return { kind: 'unusable', reason: 'the certificate is for no name (subjectAltName)' };
    }
    return facts.isKey(privateKey)
      ? { kind: 'pair', facts, privateKey }
      : { kind: 'unusable', reason: 'the key is not that of the first certificate' };
  } catch (error) {
    return { kind: 'unusable', reason: (error as Error).message };
  }
}

/** Organization and common name of a distinguished name as Node.js writes it. */
function nameIn(distinguished: string): string {
  const parts = new Map(
    distinguished.split('\n').map((line) => {
      const at = line.indexOf('=');
      return [line.slice(0, at), line.slice(at + 1)] as const;
    }),
  );
  return [parts.get('O'), parts.get('CN')]
    .filter((part) => part !== undefined)
    .join(' ')
    .slice(0, 200);
}
