/** What the domain says about mail in its name (DMARC, RFC 9989) and where reports about it go (RFC 9990, RFC 8460). */
import type { PartFacts } from './facts.ts';
import { textStrings, type PlannedRecord } from './record.ts';

/** Every domain has it (RFC 5321 §4.5.1), so that nothing else has to be made first. */
function reportAddress(domain: string): string {
  return `mailto:postmaster@${domain}`;
}

export function reportRecords({ domain, dmarcPolicy }: PartFacts): PlannedRecord[] {
  const text = (name: string, value: string) =>
    ({ type: 'TXT', name, data: textStrings(value), need: 'publish', zone: 'domain' }) as const;
  return [
    {
      ...text(`_dmarc.${domain}`, `v=DMARC1; p=${dmarcPolicy}; rua=${reportAddress(domain)}`),
      purpose: 'dmarc',
    },
    {
      ...text(`_smtp._tls.${domain}`, `v=TLSRPTv1; rua=${reportAddress(domain)}`),
      purpose: 'tls-rpt',
    },
  ];
}
