/**
 * The DNS plan: every record that a domain of this server should have, from what this server is and does. Pure: the same facts give the
 * same plan. `read-plan.ts` gathers the facts; `domain dns` and the doctor show and compare the plan (compare.ts).
 */
import { formatIp, parseIp, reverseDomain, type IpAddress } from '#protocol/address/ip-address';
import type { PartFacts, PlanFacts } from './facts.ts';
import { reportRecords } from './plan-reports.ts';
import { clientRecords, webRecords } from './plan-clients.ts';
import { keyRecords } from './plan-keys.ts';
import { tlsRecords } from './plan-tls.ts';
import { textStrings, type DnsPlan, type PlannedRecord, type PlanZone } from './record.ts';

export function dnsPlan(facts: PlanFacts): DnsPlan {
  const part: PartFacts = { ...facts, hostZone: zoneOf(facts.host, facts.domain) };
  return {
    domain: facts.domain,
    host: facts.host,
    records: [
      ...receivingRecords(part),
      ...sendingRecords(part),
      ...keyRecords(part),
      ...reportRecords(part),
      ...webRecords(part),
      ...tlsRecords(part),
      ...clientRecords(part),
      ...reverseRecords(part),
    ],
    gaps: [
      ...(facts.addresses.length === 0 ? (['addresses'] as const) : []),
      ...(facts.keys.some(({ state }) => state === 'active') ? [] : (['keys'] as const)),
    ],
  };
}

/** Of a domain that neither sends nor receives: nobody shall be able to use its name (RFC 7505, RFC 7208, RFC 6376 §3.6.1, RFC 9989). */
export function parkedPlan(domain: string): DnsPlan {
  const base = { need: 'publish', zone: 'domain' } as const;
  const text = (name: string, value: string) =>
    ({ ...base, type: 'TXT', name, data: textStrings(value) }) as const;
  return {
    domain,
    host: undefined,
    records: [
      {
        ...base,
        type: 'MX',
        name: domain,
        data: { preference: 0, exchange: '.' },
        purpose: 'no-mail-in',
      },
      { ...text(domain, 'v=spf1 -all'), purpose: 'no-mail-out' },
      { ...text(`*._domainkey.${domain}`, 'v=DKIM1; p='), purpose: 'no-keys' },
      { ...text(`_dmarc.${domain}`, 'v=DMARC1; p=reject'), purpose: 'no-author' },
    ],
    gaps: [],
  };
}

function zoneOf(host: string, domain: string): PlanZone {
  return host === domain || host.endsWith(`.${domain}`) ? 'domain' : 'host';
}

function receivingRecords({ domain, host, addresses, hostZone }: PartFacts): PlannedRecord[] {
  return [
    {
      type: 'MX',
      name: domain,
      data: { preference: 10, exchange: host },
      purpose: 'mx',
      need: 'publish',
      zone: 'domain',
    },
    ...parsed(addresses).map((address) => ({
      type: address.family === 4 ? ('A' as const) : ('AAAA' as const),
      name: host,
      data: formatIp(address),
      purpose: 'host-address' as const,
      need: 'publish' as const,
      zone: hostZone,
    })),
  ];
}

/**
 * `mx` follows the host where it moves; `~all`, since a forwarder that does not rewrite the sender fails here, and what
 * DKIM and DMARC say of such mail shall count (RFC 7208 §8.4). No mail but a notice comes from the host's own name.
 */
function sendingRecords({ domain, host, sources, hostZone }: PartFacts): PlannedRecord[] {
  const others = parsed(sources).map((address) => ` ip${address.family}:${formatIp(address)}`);
  const records: PlannedRecord[] = [
    {
      type: 'TXT',
      name: domain,
      data: textStrings(`v=spf1 mx${others.join('')} ~all`),
      purpose: 'spf',
      need: 'publish',
      zone: 'domain',
    },
  ];
  if (host !== domain)
    records.push({
      type: 'TXT',
      name: host,
      data: textStrings(`v=spf1 a${others.join('')} -all`),
      purpose: 'host-spf',
      need: 'publish',
      zone: hostZone,
    });
  return records;
}

function reverseRecords({ host, addresses, sources }: PartFacts): PlannedRecord[] {
  return parsed([...addresses, ...sources]).map((address) => ({
    type: 'PTR',
    name: reverseDomain(address),
    data: host,
    purpose: 'reverse-name',
    need: 'publish',
    zone: 'reverse',
  }));
}

/** Each once. */
function parsed(addresses: readonly string[]): readonly IpAddress[] {
  const read = addresses.flatMap((text) => parseIp(text) ?? []);
  return [...new Map(read.map((address) => [formatIp(address), address])).values()];
}
