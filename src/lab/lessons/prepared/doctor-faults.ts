/** What may be wrong with a learner's domain: changes of its zone and its reverse name, each of which the doctor finds by another check. */
import type { ZoneRecord } from '#lab/dns/records';
import type { CheckId } from '#mail/doctor/texts';

export interface FaultSite {
  readonly domain: string;
  readonly hostname: string;
  /** Of mallory. */
  readonly stranger: string;
}

export interface ZoneFault {
  readonly kind: 'zone';
  /** By which the doctor finds it. */
  readonly check: CheckId;
  readonly of: (site: FaultSite) => { readonly name: string; readonly type: string };
  /** What stands there then. @param before what stood there */
  readonly values: (site: FaultSite, before: readonly string[]) => readonly string[];
}

export interface PointerFault {
  readonly kind: 'pointer';
  readonly check: CheckId;
  readonly name: (site: FaultSite) => string;
}

export type DoctorFault = ZoneFault | PointerFault;

export const DOCTOR_FAULTS: Readonly<Record<string, DoctorFault>> = {
  /** Two records are none (RFC 7208 §4.5). */
  'spf-twice': {
    kind: 'zone',
    check: 'S1',
    of: ({ domain }) => ({ name: domain, type: 'TXT' }),
    values: (_site, before) => [...before, '"v=spf1 include:bigmail.test ~all"'],
  },
  /** A range of the provider before. */
  'spf-elsewhere': {
    kind: 'zone',
    check: 'S3',
    of: ({ domain }) => ({ name: domain, type: 'TXT' }),
    values: ({ stranger }) => [`"v=spf1 ip4:${stranger} -all"`],
  },
  'pointer-of-the-pool': {
    kind: 'pointer',
    check: 'I2',
    name: () => 'dyn-25-25.pool.isp.test',
  },
  /** A comma for a semicolon. */
  'dmarc-comma': {
    kind: 'zone',
    check: 'M1',
    of: ({ domain }) => ({ name: `_dmarc.${domain}`, type: 'TXT' }),
    values: ({ domain }) => [`"v=DMARC1, p=none, rua=mailto:postmaster@${domain}"`],
  },
  'mail-elsewhere': {
    kind: 'zone',
    check: 'X1',
    of: ({ domain }) => ({ name: domain, type: 'MX' }),
    values: () => ['10 mx.peer.test.'],
  },
  'report-nowhere': {
    kind: 'zone',
    check: 'P2',
    of: ({ domain }) => ({ name: `_smtp._tls.${domain}`, type: 'TXT' }),
    values: ({ domain }) => [`"v=TLSRPTv1; rua=postmaster@${domain}"`],
  },
  /** Another host answers for the policy, with a certificate of its own. */
  'policy-elsewhere': {
    kind: 'zone',
    check: 'P1',
    of: ({ domain }) => ({ name: `mta-sts.${domain}`, type: 'CNAME' }),
    values: () => ['mta-sts.bigmail.test.'],
  },
  'another-authority': {
    kind: 'zone',
    check: 'T5',
    of: ({ domain }) => ({ name: domain, type: 'CAA' }),
    values: () => ['0 issue "letsencrypt.org"'],
  },
  'programs-elsewhere': {
    kind: 'zone',
    check: 'A1',
    of: ({ domain }) => ({ name: `_submissions._tcp.${domain}`, type: 'SRV' }),
    values: () => ['0 1 465 mx.peer.test.'],
  },
};

/** Not two at one place: the second would undo the first. */
export function placeOf(fault: DoctorFault, site: FaultSite): string {
  if (fault.kind === 'pointer') return 'pointer';
  const { name, type } = fault.of(site);
  return `${type} ${name}`;
}

export function recordsAt(
  records: readonly ZoneRecord[],
  { name, type }: { readonly name: string; readonly type: string },
): ZoneRecord | undefined {
  return records.find((record) => record.name === name && record.type === type);
}
