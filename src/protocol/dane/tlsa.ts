/**
 * TLSA records as SMTP uses them (RFC 6698 §2.1, RFC 7672 §3.1): which can be used at all, which of their digests count, and how they are
 * written. Pure.
 */
import { hex } from '#bytes';
import type { TlsaData } from '#protocol/dns/resolver';

/** A record that a certificate can be compared with. */
export interface UsableTlsa {
  /** 2: a trust anchor of the receiver's own. 3: the certificate or key of the host itself. */
  readonly usage: 2 | 3;
  /** 0: the whole certificate. 1: its public key. */
  readonly selector: 0 | 1;
  /** 0: as it is. 1: its SHA-256. 2: its SHA-512. */
  readonly matchingType: 0 | 1 | 2;
  readonly data: Uint8Array;
}

/** Enough for any roll-over; a zone that a stranger wrote makes no handshake dear. */
const MAX_RECORDS = 50;
const DIGEST_OCTETS: Readonly<Record<number, number>> = { 1: 32, 2: 64 };

/**
 * The records that can be used. Usages 0 and 1 are none for SMTP (RFC 7672 §3.1.3): there is no set of roots that both sides share.
 */
export function usableTlsa(records: readonly TlsaData[]): readonly UsableTlsa[] {
  return withStrongestDigests(records.slice(0, MAX_RECORDS).flatMap((one) => usable(one) ?? []));
}

function usable({ usage, selector, matchingType, certificate }: TlsaData): UsableTlsa | undefined {
  if (usage !== 2 && usage !== 3) return undefined;
  if (selector !== 0 && selector !== 1) return undefined;
  if (matchingType !== 0 && matchingType !== 1 && matchingType !== 2) return undefined;
  const octets = DIGEST_OCTETS[matchingType];
  if (octets === undefined ? certificate.length === 0 : certificate.length !== octets) {
    return undefined;
  }
  return { usage, selector, matchingType, data: certificate };
}

/** RFC 7671 §9: of the digests of one usage and selector the strongest alone counts, so that breaking the other one gains nothing. */
function withStrongestDigests(records: readonly UsableTlsa[]): readonly UsableTlsa[] {
  const hasSha512 = new Set(records.filter(({ matchingType }) => matchingType === 2).map(kindOf));
  return records.filter((one) => one.matchingType !== 1 || !hasSha512.has(kindOf(one)));
}

function kindOf({ usage, selector }: UsableTlsa): string {
  return `${usage} ${selector}`;
}

/** `3 1 1 0123…`, as in a zone file and in TLS reports (RFC 8460 §4.4). */
export function formatTlsa(record: TlsaData | UsableTlsa): string {
  const data = 'data' in record ? record.data : record.certificate;
  return `${record.usage} ${record.selector} ${record.matchingType} ${hex(data)}`;
}

/** Where the records of a host are (RFC 6698 §3). */
export function tlsaName(port: number, base: string): string {
  return `_${port}._tcp.${base}`;
}
