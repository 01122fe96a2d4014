/**
 * The extensions of a certificate (RFC 5280 §4.2), read from its DER: what `X509Certificate` of Node does not tell and a chain to a trust
 * anchor of DANE depends on. Total and bounded: octets that are no certificate give undefined.
 */
import { hex } from '#bytes';

export interface CertificateExtensions {
  /** How many further CA certificates may follow below; undefined without a bound. */
  readonly pathLength: number | undefined;
  /** Whether a key usage allows to sign certificates; true where there is none. */
  readonly signsCertificates: boolean;
  /** Critical ones that are not known here: RFC 5280 §4.2 has the certificate rejected. */
  readonly unknownCritical: boolean;
}

type Draft = { -readonly [K in keyof CertificateExtensions]: CertificateExtensions[K] };

interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
  /** Offset behind it. */
  readonly end: number;
}

const SEQUENCE = 0x30;
const BOOLEAN = 0x01;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const EXTENSIONS = 0xa3;
/** RFC 5280 §4.2.1: id-ce-… as the octets of their OIDs, `55 1d` and one more. */
const BASIC_CONSTRAINTS = '551d13';
const KEY_USAGE = '551d0f';
/** Judged by OpenSSL when names are compared, and by the caller. */
const JUDGED_ELSEWHERE = new Set(['551d11', '551d25']);
const KEY_CERT_SIGN = 0x04;
const MAX_EXTENSIONS = 100;

export function certificateExtensions(der: Uint8Array): CertificateExtensions | undefined {
  const certificate = read(der, 0);
  const tbs = certificate?.tag === SEQUENCE ? read(certificate.content, 0) : undefined;
  if (tbs?.tag !== SEQUENCE) return undefined;
  const wrapped = children(tbs.content)?.find(({ tag }) => tag === EXTENSIONS);
  const list = wrapped && read(wrapped.content, 0);
  const extensions = list ? children(list.content) : [];
  if (extensions === undefined || extensions.length > MAX_EXTENSIONS) return undefined;
  const found: Draft = { pathLength: undefined, signsCertificates: true, unknownCritical: false };
  for (const { content } of extensions) {
    const parts = children(content);
    const oid = parts?.[0];
    const value = parts?.at(-1);
    if (!parts || !oid || !value || parts.length < 2) return undefined;
    const critical = parts[1]!.tag === BOOLEAN && parts[1]!.content[0] !== 0;
    const name = hex(oid.content);
    if (name === BASIC_CONSTRAINTS) found.pathLength = pathLength(value.content);
    else if (name === KEY_USAGE) found.signsCertificates = mayCertify(value.content);
    else if (critical && !JUDGED_ELSEWHERE.has(name)) found.unknownCritical = true;
  }
  return found;
}

function pathLength(der: Uint8Array): number | undefined {
  const constraints = read(der, 0);
  const bound = constraints && children(constraints.content)?.find(({ tag }) => tag === INTEGER);
  // longer than an octet is longer than any chain here
  return bound?.content.length === 1 ? bound.content[0] : undefined;
}

function mayCertify(der: Uint8Array): boolean {
  const bits = read(der, 0);
  return bits?.tag === BIT_STRING && ((bits.content[1] ?? 0) & KEY_CERT_SIGN) !== 0;
}

function children(content: Uint8Array): Element[] | undefined {
  const elements: Element[] = [];
  for (let at = 0; at < content.length;) {
    const element = read(content, at);
    if (element === undefined) return undefined;
    elements.push(element);
    at = element.end;
  }
  return elements;
}

function read(bytes: Uint8Array, at: number): Element | undefined {
  const tag = bytes[at];
  const first = bytes[at + 1];
  if (tag === undefined || first === undefined) return undefined;
  let start = at + 2;
  let length = first;
  if (first >= 0x80) {
    const octets = first & 0x7f;
    // no indefinite length in DER, and no certificate of 16 MB
    if (octets === 0 || octets > 3) return undefined;
    length = 0;
    for (let i = 0; i < octets; i++) length = length * 256 + (bytes[start + i] ?? 0);
    start += octets;
  }
  const end = start + length;
  return end > bytes.length ? undefined : { tag, content: bytes.subarray(start, end), end };
}
