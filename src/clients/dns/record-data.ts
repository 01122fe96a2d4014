/**
 * From what `dns-packet` makes of the data of a record to our own types (`resolver.ts`): names in lower case,
 * octets copied out of the packet, so that a cached answer does not hold it. Called by `packet.ts`, which has
 * checked that the data fills its frame.
 */
import type * as dnsPacket from 'dns-packet';
import { latin1 } from '#bytes';
import { normaliseName } from './name.ts';
import type { RecordData, RecordType } from '#protocol/dns/resolver';

declare module 'dns-packet' {
  /** Exported by the package, missing in its types: decodes the one record at an offset. */
  export const answer: {
    decode: { (packet: Buffer, offset: number): Answer; bytes: number };
  };
}

type Decoded = {
  A: string;
  AAAA: string;
  CNAME: string;
  NS: string;
  PTR: string;
  MX: dnsPacket.MxData;
  TXT: readonly Buffer[];
  SOA: { [K in keyof dnsPacket.SoaData]-?: NonNullable<dnsPacket.SoaData[K]> };
  SRV: dnsPacket.SrvData;
  CAA: dnsPacket.CaaData;
  DS: dnsPacket.DsData;
  TLSA: dnsPacket.TlsaData;
};

/** The data of a decoded record of this type, or undefined where it is of another. */
export function readRecordData<T extends RecordType>(
  type: T,
  record: dnsPacket.Answer,
): RecordData[T] | undefined {
  if (record.type !== type) return undefined;
  return READERS[type](record.data as Decoded[T]);
}

const READERS: { [T in RecordType]: (data: Decoded[T]) => RecordData[T] } = {
  A: (address) => address,
  AAAA: (address) => address,
  CNAME: domainName,
  NS: domainName,
  PTR: domainName,
  MX: (mx) => ({ preference: mx.preference ?? 0, exchange: domainName(mx.exchange) }),
  TXT: (strings) => strings.map((octets) => latin1(octets)),
  SOA: (soa) => ({
    mname: domainName(soa.mname),
    rname: domainName(soa.rname),
    serial: soa.serial,
    refresh: soa.refresh,
    retry: soa.retry,
    expire: soa.expire,
    minimum: soa.minimum,
  }),
  SRV: (srv) => ({
    priority: srv.priority ?? 0,
    weight: srv.weight ?? 0,
    port: srv.port,
    target: domainName(srv.target),
  }),
  CAA: (caa) => ({ flags: caa.flags ?? 0, tag: caa.tag.toLowerCase(), value: caa.value }),
  DS: (ds) => ({
    keyTag: ds.keyTag,
    algorithm: ds.algorithm,
    digestType: ds.digestType,
    digest: Uint8Array.from(ds.digest),
  }),
  TLSA: (tlsa) => ({
    usage: tlsa.usage,
    selector: tlsa.selector,
    matchingType: tlsa.matchingType,
    certificate: Uint8Array.from(tlsa.certificate),
  }),
};

/** A name in lower case; one that no host can bear is left as it is, for whoever uses it to refuse. */
function domainName(name: string): string {
  return normaliseName(name) ?? name;
}
