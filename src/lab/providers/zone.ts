/** What a provider publishes of itself in the DNS, as plain records: in its own zone, and the names of its addresses. Pure. */
import type { LabNetwork } from '#lab/network';
import type { Provider } from './rule.ts';
import type { OwnKey } from './sending/keys.ts';

/** All records of one name and type, values as in a zone file. */
export interface PlainRecord {
  readonly name: string;
  readonly type: string;
  /** Seconds. */
  readonly ttl: number;
  readonly values: readonly string[];
}

export interface ProviderZone {
  readonly zone: string;
  readonly records: readonly PlainRecord[];
  /** Reverse names: address → name. */
  readonly pointers: Readonly<Record<string, string>>;
}

const TTL = 300;

export function providerZone(
  { domain, mx, out, mtaSts, reports }: Provider,
  network: Pick<LabNetwork, 'addressOf'>,
  key: Pick<OwnKey, 'selector' | 'record'>,
): ProviderZone {
  const [mxAddress, outAddress] = [network.addressOf(mx), network.addressOf(out)];
  const record = (name: string, type: string, value: string): PlainRecord => ({
    name,
    type,
    ttl: TTL,
    values: [type === 'TXT' ? quoted(value) : value],
  });
  return {
    zone: domain,
    records: [
      record(domain, 'MX', `10 ${mx}.`),
      record(domain, 'A', mxAddress),
      record(mx, 'A', mxAddress),
      record(out, 'A', outAddress),
      record(domain, 'TXT', `v=spf1 ip4:${outAddress} -all`),
      record(out, 'TXT', 'v=spf1 a -all'),
      record(`${key.selector}._domainkey.${domain}`, 'TXT', key.record),
      record(`_dmarc.${domain}`, 'TXT', `v=DMARC1; p=reject; rua=mailto:dmarc@${domain}`),
      ...(mtaSts
        ? [
            record(`_mta-sts.${domain}`, 'TXT', 'v=STSv1; id=1'),
            record(`mta-sts.${domain}`, 'A', mxAddress),
          ]
        : []),
      ...(reports.tls
        ? [record(`_smtp._tls.${domain}`, 'TXT', `v=TLSRPTv1; rua=mailto:tlsrpt@${domain}`)]
        : []),
    ],
    pointers: { [mxAddress]: mx, [outAddress]: out },
  };
}

/** Character-strings of 255 octets at most (RFC 1035 §3.3.14). */
function quoted(text: string): string {
  return (text.match(/.{1,255}/g) ?? [''])
    .map((part) => `"${part.replaceAll(/["\\]/g, '\\$&')}"`)
    .join(' ');
}
