/** The record types that the practice Internet knows by name (RFC 1035 §3.2.2 and those after it); others are `TYPE123` (RFC 3597 §5). Pure. */

export const TYPE = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  HINFO: 13,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  NAPTR: 35,
  DNAME: 39,
  OPT: 41,
  DS: 43,
  SSHFP: 44,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  NSEC3: 50,
  NSEC3PARAM: 51,
  TLSA: 52,
  SMIMEA: 53,
  CDS: 59,
  CDNSKEY: 60,
  OPENPGPKEY: 61,
  SVCB: 64,
  HTTPS: 65,
  SPF: 99,
  IXFR: 251,
  AXFR: 252,
  ANY: 255,
  CAA: 257,
} as const;

export type TypeName = keyof typeof TYPE;

const NAMES = new Map<number, string>(Object.entries(TYPE).map(([name, code]) => [code, name]));

export function typeName(code: number): string {
  return NAMES.get(code) ?? `TYPE${code}`;
}

export function typeCode(name: string): number | undefined {
  const upper = name.toUpperCase();
  if (Object.hasOwn(TYPE, upper)) return TYPE[upper as TypeName];
  const digits = /^TYPE(\d{1,5})$/.exec(upper)?.[1];
  return digits === undefined || Number(digits) > 65_535 ? undefined : Number(digits);
}

/** RFC 1035 §4.1.1; RFC 6891 §9 for the last. */
export const RCODE = {
  noError: 0,
  formErr: 1,
  servFail: 2,
  nxDomain: 3,
  notImp: 4,
  refused: 5,
  badVers: 16,
} as const;

const RCODES = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'];

export function rcodeName(code: number): string {
  return RCODES[code] ?? (code === RCODE.badVers ? 'BADVERS' : `RCODE${code}`);
}
