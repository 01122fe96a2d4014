/** A TLS connection judged by TLSA records instead of by roots (RFC 7672 §3): the certificates that the peer presented, as they came. */
import type { X509Certificate } from 'node:crypto';
import { systemClock } from '#clock';
import type { TLSSocket } from 'node:tls';
import type { UsableTlsa } from '#protocol/dane/tlsa';
import { verifyDane } from '#protocol/dane/verify-chain';
import type { TlsFacts } from '#protocol/smtp/dialogue';

export interface DaneExpectation {
  /** Never empty. */
  readonly records: readonly UsableTlsa[];
  /** Of which a certificate below a trust anchor must bear one. */
  readonly names: readonly string[];
}

/** Longer chains are of no use to anybody. */
const MAX_CHAIN = 10;

export function judgeByDane(
  socket: TLSSocket,
  name: string,
  { records, names }: DaneExpectation,
): TlsFacts['peer'] {
  const chain: X509Certificate[] = [];
  let next = socket.getPeerX509Certificate();
  while (next !== undefined && chain.length < MAX_CHAIN) {
    chain.push(next);
    next = next.issuerCertificate;
  }
  // certificates are judged by real time, whatever the calendar of the practice Internet says
  const verdict = verifyDane({ chain, records, names, now: systemClock.now() });
  if (verdict.kind === 'failed') return { kind: 'unverified', name, reason: verdict.reason };
  const { usage, selector, matchingType } = verdict.record;
  return { kind: 'verified', name, tlsa: `${usage} ${selector} ${matchingType}` };
}
