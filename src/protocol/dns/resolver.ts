/**
 * What a look-up in the DNS is asked and what it answers: the interface that everything above `clients` sees, and that
 * the rules that ask the DNS (SPF, DMARC) are handed. Implemented by `clients/dns/stub-resolver.ts`, by the one that
 * never asks (`clients/dns/nowhere.ts`), by the practice Internet, and by the declared zones of the tests. A resolver
 * never throws and never rejects for what the network or a server did: every outcome is a `DnsAnswer`.
 *
 * Names are A-labels; any case and a trailing dot are taken, answers carry lower case without it.
 */

/** What the data of one record looks like in each type. Addresses are text, octets are `Uint8Array`. */
export interface RecordData {
  A: string;
  AAAA: string;
  CNAME: string;
  NS: string;
  PTR: string;
  MX: MxData;
  /** The character-strings of one record in order, one character per octet (ISO-8859-1). */
  TXT: readonly string[];
  SOA: SoaData;
  SRV: SrvData;
  CAA: CaaData;
  DS: DsData;
  TLSA: TlsaData;
}

export type RecordType = keyof RecordData;

/** RFC 1035 §3.3.9. The exchange of a null MX (RFC 7505) is '.'. */
export interface MxData {
  readonly preference: number;
  readonly exchange: string;
}

/** RFC 1035 §3.3.13; times in seconds. */
export interface SoaData {
  readonly mname: string;
  readonly rname: string;
  readonly serial: number;
  readonly refresh: number;
  readonly retry: number;
  readonly expire: number;
  readonly minimum: number;
}

/** RFC 2782. */
export interface SrvData {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly target: string;
}

/** RFC 8659 §4.1. */
export interface CaaData {
  readonly flags: number;
  readonly tag: string;
  readonly value: string;
}

/** RFC 4034 §5.1. */
export interface DsData {
  readonly keyTag: number;
  readonly algorithm: number;
  readonly digestType: number;
  readonly digest: Uint8Array;
}

/** RFC 6698 §2.1. */
export interface TlsaData {
  readonly usage: number;
  readonly selector: number;
  readonly matchingType: number;
  readonly certificate: Uint8Array;
}

/** What every answer that came from a server says besides its data. */
export interface AnswerOrigin {
  /** The AD bit of a server that is trusted to set it: the data was validated by DNSSEC (RFC 6840 §5.8). */
  readonly authenticated: boolean;
  /** The names that CNAME records led to, in order; empty without a CNAME. */
  readonly aliases: readonly string[];
  /** The last of `aliases`, or the name that was asked. */
  readonly canonicalName: string;
  /** Who answered: `host:port`. */
  readonly server: string;
  /** Milliseconds until the answer was there; of the first look-up where it came from the cache. */
  readonly elapsed: number;
  readonly cached: boolean;
}

export interface DnsRecords<T extends RecordType> extends AnswerOrigin {
  readonly kind: 'records';
  /** Never empty. */
  readonly records: readonly RecordData[T][];
  /** Seconds for which the answer holds from now on: the lowest of the set and of the aliases before it. */
  readonly ttl: number;
}

/** The name exists, but has no record of that type. */
export interface DnsNoData extends AnswerOrigin {
  readonly kind: 'no-data';
  /** Seconds for which the answer holds from now on (RFC 2308); 0 where the server gave none. */
  readonly ttl: number;
}

/** The name (or the one an alias led to) does not exist. */
export interface DnsNxdomain extends AnswerOrigin {
  readonly kind: 'nxdomain';
  readonly ttl: number;
}

/**
 * servfail, refused: the server said so · timeout, network: it could not be reached · malformed: what it sent
 * cannot be read · cname-loop: more than eight aliases, or a circle · aborted: by the caller's signal ·
 * overload: too many look-ups wait already · bad-name: what was asked is no domain name. All but the last are
 * temporary.
 */
export type FailureCause =
  | 'servfail'
  | 'refused'
  | 'timeout'
  | 'malformed'
  | 'network'
  | 'cname-loop'
  | 'aborted'
  | 'overload'
  | 'bad-name';

/** Nothing is known about the name. */
export interface DnsFailure {
  readonly kind: 'failure';
  readonly cause: FailureCause;
  /** One sentence in English for an operator: who was asked and what went wrong. */
  readonly text: string;
}

export type DnsAnswer<T extends RecordType = RecordType> =
  | DnsRecords<T>
  | DnsNoData
  | DnsNxdomain
  | DnsFailure;

export interface ResolveOptions {
  /** Gives up at once with the failure `aborted`. */
  readonly signal?: AbortSignal;
  /**
   * On whose behalf: the network of a client, say. The look-ups of one owner get a bounded share of what is asked at the same time,
   * so that a stranger with slow zones never keeps the others waiting. Without it there is no bound but the one on all.
   */
  readonly owner?: string;
}

export interface Resolver {
  resolve<T extends RecordType>(
    name: string,
    type: T,
    options?: ResolveOptions,
  ): Promise<DnsAnswer<T>>;
}

/** The text of a TXT record: its character-strings joined without a space (RFC 7208 §3.3, RFC 6376 §3.6.2.2). */
export function txtText(data: RecordData['TXT']): string {
  return data.join('');
}
