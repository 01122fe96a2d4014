/** How the DNS leads to the pages. Pure. */
import type { HostedParty } from '#lab/dns/start';
import { BLOCK_LIST, POSTMASTER, REGISTRAR, WEB_HOST, WHY } from './sites.ts';

const TTL = 3600;

const hostRecord = (name: string, ip: string) => ({ name, type: 'A', ttl: TTL, values: [ip] });

export function homeOfPages(ip: string): HostedParty {
  return {
    zone: 'lab.test',
    records: [hostRecord(WEB_HOST, ip), hostRecord(WHY, ip)],
    pointers: { [ip]: WEB_HOST },
  };
}

export function homeOfRegistrar(ip: string): HostedParty {
  return { zone: REGISTRAR, records: [hostRecord(REGISTRAR, ip)] };
}

export function recordOfList(ip: string): HostedParty['records'][number] {
  return hostRecord(BLOCK_LIST, ip);
}

/** The zone of the provider that has a page for senders, with its name; other zones as they are. */
export function withPostmaster(party: HostedParty, ip: string): HostedParty {
  if (!POSTMASTER.endsWith(`.${party.zone}`)) return party;
  return { ...party, records: [...party.records, hostRecord(POSTMASTER, ip)] };
}
