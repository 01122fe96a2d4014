/** A record of the plan, and where and why it is published. Values only; made by plan.ts, written by zone-line.ts, compared by compare.ts. */
import type { RecordData } from '#protocol/dns/resolver';

export type PlanType = 'A' | 'AAAA' | 'CNAME' | 'MX' | 'TXT' | 'SRV' | 'TLSA' | 'CAA' | 'PTR';

/** What a record is for; each has its sentence in both languages (texts.ts). */
export const PURPOSES = [
  'mx',
  'host-address',
  'spf',
  'host-spf',
  'dkim-active',
  'dkim-next',
  'dkim-retired',
  'dkim-revoked',
  'dmarc',
  'mta-sts',
  'mta-sts-host',
  'tls-rpt',
  'dane-current',
  'dane-next',
  'srv-submissions',
  'srv-submission',
  'srv-imaps',
  'srv-imap',
  'srv-not-offered',
  'autoconfig',
  'autodiscover',
  'caa',
  'reverse-name',
  'no-mail-in',
  'no-mail-out',
  'no-keys',
  'no-author',
] as const;
export type Purpose = (typeof PURPOSES)[number];

/**
 * publish: it belongs there · optional: useful where it applies (DANE in a signed zone, CAA), wrong only when it contradicts ·
 * remove: what stood there before may go.
 */
export type Need = 'publish' | 'optional' | 'remove';

/** Who changes it: the owner of the domain's zone, of the zone of the host, of the network (PTR). */
export type PlanZone = 'domain' | 'host' | 'reverse';

export type PlannedRecord = {
  [T in PlanType]: {
    readonly type: T;
    /** Lower case A-labels, without a final dot. */
    readonly name: string;
    /** Strings of a TXT record have at most 255 octets. */
    readonly data: RecordData[T];
    readonly purpose: Purpose;
    readonly need: Need;
    readonly zone: PlanZone;
  };
}[PlanType];

export type PlannedOf<T extends PlanType> = Extract<PlannedRecord, { readonly type: T }>;

/** Pure; every record that the domain should have. */
export interface DnsPlan {
  readonly domain: string;
  /** The host that takes mail for it; undefined for a domain that has nothing to do with mail. */
  readonly host: string | undefined;
  readonly records: readonly PlannedRecord[];
  /** What the plan leaves out, since nobody said. */
  readonly gaps: readonly PlanGap[];
}

/** addresses: no public address of the host is known · keys: no DKIM key signs for the domain. */
export type PlanGap = 'addresses' | 'keys';

/** RFC 1035 §3.3: one character-string holds at most 255 octets; readers join them (RFC 7208 §3.3, RFC 6376 §3.6.2.2). */
const STRING_OCTETS = 255;

/** @param text ASCII, as every text of the plan is */
export function textStrings(text: string): readonly string[] {
  const strings: string[] = [];
  for (let at = 0; at < text.length || at === 0; at += STRING_OCTETS)
    strings.push(text.slice(at, at + STRING_OCTETS));
  return strings;
}
