/**
 * Where reports of a domain may go: the addresses of its record, and those outside its organization only where their domain says that it
 * takes reports about it (RFC 9990 §4). Pure but for the resolver that is handed in.
 */
import { toAscii } from '#protocol/address/domain';
import { formatMailbox, isAscii } from '#protocol/address/mailbox';
import { parseMailbox } from '#protocol/address/path';
import { dnsName } from '#protocol/dmarc/domain-name';
import { isDmarcRecord, parseRecord } from '#protocol/dmarc/record';
import { recordLookup, type RecordLookup } from '#protocol/dmarc/record-lookup';
import type { ReportUri } from '#protocol/dmarc/report-uri';
import { organizationalDomain, walkTree } from '#protocol/dmarc/tree-walk';
import { txtText, type Resolver } from '#protocol/dns/resolver';

export interface Destination {
  /** `dmarc@example.org`, its domain in A-labels. */
  readonly address: string;
  readonly domain: string;
  /** Octets of the report as it is sent, from an obsolete `!10m`; undefined: as large as it is. */
  readonly most: number | undefined;
}

/** Of one record. */
const MOST_DESTINATIONS = 10;

export interface Asking {
  readonly resolver: Resolver;
  readonly signal: AbortSignal;
}

/** @param policyDomain where the record was found, in A-labels */
export async function reportDestinations(
  policyDomain: string,
  rua: readonly ReportUri[],
  { resolver, signal }: Asking,
): Promise<readonly Destination[]> {
  const lookup = recordLookup(resolver, { signal }, () => {});
  const found: Destination[] = [];
  for (const destination of mailDestinations(rua).slice(0, MOST_DESTINATIONS)) {
    const own = await isOfOneOrganization(policyDomain, destination.domain, lookup);
    if (own) found.push(destination);
    else found.push(...(await allowedBy(destination, policyDomain, { resolver, signal })));
  }
  const addresses = new Set<string>();
  return found.filter(({ address }) => addresses.size < addresses.add(address).size);
}

/** Those of mailto, without what may follow the address (RFC 6068 §2); nothing else is spoken here. */
export function mailDestinations(rua: readonly ReportUri[]): readonly Destination[] {
  return rua.flatMap(({ uri, scheme, most }) => {
    if (scheme !== 'mailto') return [];
    const mailbox = parseMailbox(decoded(uri.slice('mailto:'.length).split('?', 1)[0]!));
    const domain = mailbox && toAscii(mailbox.domain);
    // an address that only SMTPUTF8 can carry cannot stand in the header of a report
    return mailbox &&
      isAscii(mailbox.localPart) &&
      domain !== undefined &&
      dnsName(domain) === domain
      ? [{ address: formatMailbox({ localPart: mailbox.localPart, domain }), domain, most }]
      : [];
  });
}

async function isOfOneOrganization(
  policyDomain: string,
  domain: string,
  lookup: RecordLookup,
): Promise<boolean> {
  if (policyDomain === domain) return true;
  const [one, other] = [await walkTree(policyDomain, lookup), await walkTree(domain, lookup)];
  // what cannot be found out is not allowed: the next day has another report
  if (one.broken || other.broken) return false;
  return organizationalDomain(one).domain === organizationalDomain(other).domain;
}

/** RFC 9990 §4 steps 2 to 9: the destination, or what its own domain has in its place. */
async function allowedBy(
  destination: Destination,
  policyDomain: string,
  { resolver, signal }: Asking,
): Promise<readonly Destination[]> {
  const name = `${policyDomain}._report._dmarc.${destination.domain}`;
  if (name.length > 253) return [];
  const answer = await resolver.resolve(name, 'TXT', { signal });
  if (answer.kind !== 'records') return [];
  const text = answer.records.map(txtText).find(isDmarcRecord);
  if (text === undefined) return [];
  const instead = parseRecord(text)?.rua ?? [];
  if (instead.length === 0) return [destination];
  // «the overriding URI MUST use the same destination host»
  return mailDestinations(instead).filter(({ domain }) => domain === destination.domain);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
