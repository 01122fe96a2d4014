/** Who lessons of Phase 1 deal with, as the DNS knows them: without a zone their mail would be refused for its sender's domain. */
import type { HostedParty } from '#lab/dns/start';
import type { LabHost } from '#lab/addresses';

const TTL = 3600;

export function lessonParties(addressOf: (host: LabHost) => string): readonly HostedParty[] {
  const home = (zone: string, host: LabHost, mail: boolean): HostedParty => {
    const ip = addressOf(host);
    const apex = mail
      ? [
          { name: zone, type: 'MX', ttl: TTL, values: [`10 ${host}.`] },
          { name: zone, type: 'TXT', ttl: TTL, values: ['"v=spf1 mx -all"'] },
        ]
      : [];
    const own = host === zone || host.endsWith(`.${zone}`);
    const records = [...apex, ...(own ? [{ name: host, type: 'A', ttl: TTL, values: [ip] }] : [])];
    return { zone, records, pointers: { [ip]: host } };
  };
  return [
    home('peer.test', 'mx.peer.test', true),
    home('mallory.test', 'relay.mallory.test', true),
    home('app.test', 'app.test', false),
    // carol types her mail by hand, from wherever she is: her domain says nothing about addresses
    {
      zone: 'friends.test',
      records: [{ name: 'friends.test', type: 'MX', ttl: TTL, values: ['10 mx.peer.test.'] }],
    },
  ];
}
