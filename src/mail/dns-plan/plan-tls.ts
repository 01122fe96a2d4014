/** DANE for the MX host (RFC 7672) and who may issue certificates (RFC 8659, RFC 8657). */
import { createHash, X509Certificate } from 'node:crypto';
import type { PartFacts, PlannedAuthority } from './facts.ts';
import type { PlannedRecord } from './record.ts';

/** DANE-EE (3), SubjectPublicKeyInfo (1), SHA-256 (1): holds as long as the key does (RFC 7671 §5.1). */
const DANE_EE = { usage: 3, selector: 1, matchingType: 1 } as const;

/** @param der a certificate, or throws */
export function keySha256(der: Uint8Array): Uint8Array {
  const { publicKey } = new X509Certificate(der);
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest();
}

export function tlsRecords(facts: PartFacts): PlannedRecord[] {
  const { domain, host, hostZone, certificates, authority } = facts;
  const hashes = new Set<string>();
  const records: PlannedRecord[] = [];
  for (const use of ['current', 'next'] as const)
    for (const certificate of certificates.filter((one) => one.use === use)) {
      const hex = Buffer.from(certificate.keySha256).toString('hex');
      if (hashes.has(hex)) continue;
      hashes.add(hex);
      records.push({
        type: 'TLSA',
        name: `_25._tcp.${host}`,
        data: { ...DANE_EE, certificate: certificate.keySha256 },
        purpose: use === 'current' ? 'dane-current' : 'dane-next',
        need: 'optional',
        zone: hostZone,
      });
    }
  if (authority === undefined) return records;
  const names = hostZone === 'domain' ? [domain] : [domain, host];
  return [
    ...records,
    ...names.flatMap((name) =>
      tagsFor(name, authority).map((tag): PlannedRecord => ({
        type: 'CAA',
        name,
        data: { flags: 0, tag, value: issueValue(authority) },
        purpose: 'caa',
        need: 'optional',
        zone: name === domain ? 'domain' : hostZone,
      })),
    ),
  ];
}

/** A wildcard has a line of its own, so that no `issuewild` for others takes it away (RFC 8659 §4.3). */
function tagsFor(name: string, { wildcards }: PlannedAuthority): readonly string[] {
  const isOver = (one: string): boolean => one === name || one.endsWith(`.${name}`);
  return wildcards.some(isOver) ? ['issue', 'issuewild'] : ['issue'];
}

function issueValue({ issuer, accountUri, validationMethods }: PlannedAuthority): string {
  return [
    issuer,
    ...(accountUri === undefined ? [] : [`accounturi=${accountUri}`]),
    ...(validationMethods.length === 0 ? [] : [`validationmethods=${validationMethods.join(',')}`]),
  ].join('; ');
}
