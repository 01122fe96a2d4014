/**
 * Whether the certificates that a host presented are those of its TLSA records (RFC 7671 §5, RFC 7672 §3). DANE-EE (3) compares the host's
 * own certificate or key and nothing else: no name, no date. DANE-TA (2) wants a chain from the host's certificate to the trust anchor,
 * in its time, and a name. One record that matches is enough, so that a roll-over has both. Pure.
 */
import { createHash, createPublicKey, X509Certificate, type KeyObject } from 'node:crypto';
import { equalConstantTime } from '#bytes';
import { certificateExtensions } from './certificate-extensions.ts';
import type { UsableTlsa } from './tlsa.ts';

export interface DaneQuestion {
  /** The host's own certificate first, then each one's issuer, as far as they came. */
  readonly chain: readonly X509Certificate[];
  readonly records: readonly UsableTlsa[];
  /** Of which DANE-TA wants one in the certificate: TLSA base domain, name of the exchange, the domain of the recipient. */
  readonly names: readonly string[];
  /** Real time in milliseconds. */
  readonly now: number;
}

export type DaneVerdict =
  | { readonly kind: 'verified'; readonly record: UsableTlsa }
  | { readonly kind: 'failed'; readonly reason: DaneFailure };

/** From how far a chain came: the later ones are nearer to a match. */
export type DaneFailure =
  | 'no-match'
  | 'chain-broken'
  | 'wrong-purpose'
  | 'expired'
  | 'name-mismatch';

const NEARNESS: readonly DaneFailure[] = [
  'no-match',
  'chain-broken',
  'wrong-purpose',
  'expired',
  'name-mismatch',
];
/** Longer chains are of no use to anybody, and each link costs a signature. */
const MAX_CHAIN = 10;
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const ANY_PURPOSE = '2.5.29.37.0';

export function verifyDane(question: DaneQuestion): DaneVerdict {
  let nearest: DaneFailure = 'no-match';
  for (const record of question.records) {
    const failure = against(record, question);
    if (failure === undefined) return { kind: 'verified', record };
    if (NEARNESS.indexOf(failure) > NEARNESS.indexOf(nearest)) nearest = failure;
  }
  return { kind: 'failed', reason: nearest };
}

function against(record: UsableTlsa, question: DaneQuestion): DaneFailure | undefined {
  try {
    return record.usage === 3 ? againstEntity(record, question) : againstAnchor(record, question);
  } catch {
    // Node throws where OpenSSL cannot read the key or a name of a certificate, which a stranger wrote
    return 'chain-broken';
  }
}

/** RFC 7671 §5.1 */
function againstEntity(record: UsableTlsa, { chain }: DaneQuestion): DaneFailure | undefined {
  const leaf = chain[0];
  return leaf !== undefined && matches(record, leaf) ? undefined : 'no-match';
}

/** RFC 7671 §5.2 */
function againstAnchor(record: UsableTlsa, question: DaneQuestion): DaneFailure | undefined {
  const chain = question.chain.slice(0, MAX_CHAIN);
  const leaf = chain[0];
  if (leaf === undefined) return 'no-match';
  const below = belowAnchor(record, chain);
  if (typeof below === 'string') return below;
  return (
    brokenLink(chain, below) ??
    (isForServers(leaf) ? undefined : 'wrong-purpose') ??
    (chain.slice(0, below).every((one) => isInTime(one, question.now)) ? undefined : 'expired') ??
    (question.names.some((name) => bears(leaf, name)) ? undefined : 'name-mismatch')
  );
}

/** How many certificates of the chain stand below the trust anchor, which the host may leave out where the record holds it whole. */
function belowAnchor(
  record: UsableTlsa,
  chain: readonly X509Certificate[],
): number | 'no-match' | 'chain-broken' {
  const at = chain.findIndex((one, index) => index > 0 && matches(record, one));
  if (at > 0) {
    const anchor = chain[at]!;
    return mayIssue(anchor, at - 1) && isIssuedBy(chain[at - 1]!, anchor) ? at : 'chain-broken';
  }
  if (record.matchingType !== 0) return 'no-match';
  const anchor = wholeAnchor(record);
  if (anchor === undefined) return 'no-match';
  const last = chain.length - 1;
  const issued =
    anchor instanceof X509Certificate
      ? mayIssue(anchor, last) && isIssuedBy(chain[last]!, anchor)
      : isSignedBy(chain[last]!, anchor);
  return issued ? chain.length : 'no-match';
}

function wholeAnchor({ selector, data }: UsableTlsa): X509Certificate | KeyObject | undefined {
  try {
    return selector === 0
      ? new X509Certificate(data)
      : createPublicKey({ key: Buffer.from(data), format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}

/** Every certificate below the anchor is issued by the next one, and that one may do so. */
function brokenLink(chain: readonly X509Certificate[], below: number): DaneFailure | undefined {
  for (let i = 1; i < below; i++) {
    if (!mayIssue(chain[i]!, i - 1) || !isIssuedBy(chain[i - 1]!, chain[i]!)) return 'chain-broken';
  }
  const leaf = certificateExtensions(chain[0]!.raw);
  return leaf === undefined || leaf.unknownCritical ? 'chain-broken' : undefined;
}

/** @param authorities how many CA certificates stand between it and the host's own */
function mayIssue(certificate: X509Certificate, authorities: number): boolean {
  const extensions = certificateExtensions(certificate.raw);
  return (
    certificate.ca &&
    extensions !== undefined &&
    extensions.signsCertificates &&
    !extensions.unknownCritical &&
    (extensions.pathLength === undefined || extensions.pathLength >= authorities)
  );
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && isSignedBy(certificate, issuer.publicKey);
}

function isSignedBy(certificate: X509Certificate, key: KeyObject): boolean {
  try {
    return certificate.verify(key);
  } catch {
    // a key of another kind than the signature
    return false;
  }
}

function isForServers(leaf: X509Certificate): boolean {
  const purposes = leaf.keyUsage as readonly string[] | undefined;
  return purposes === undefined || purposes.includes(SERVER_AUTH) || purposes.includes(ANY_PURPOSE);
}

function isInTime({ validFromDate, validToDate }: X509Certificate, now: number): boolean {
  return validFromDate.getTime() <= now && now <= validToDate.getTime();
}

/** RFC 7672 §3.2.3: names of the certificate, its subject only where it has none. */
function bears(leaf: X509Certificate, name: string): boolean {
  return leaf.checkHost(name, { partialWildcards: false }) !== undefined;
}

function matches({ selector, matchingType, data }: UsableTlsa, one: X509Certificate): boolean {
  const octets = selector === 0 ? one.raw : one.publicKey.export({ type: 'spki', format: 'der' });
  return equalConstantTime(matchingType === 0 ? octets : digest(matchingType, octets), data);
}

function digest(matchingType: 1 | 2, octets: Uint8Array): Uint8Array {
  return createHash(matchingType === 1 ? 'sha256' : 'sha512')
    .update(octets)
    .digest();
}
