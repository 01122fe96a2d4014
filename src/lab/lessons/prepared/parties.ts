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
    mailtools(addressOf('out.mailtools.test')),
    // carol types her mail by hand, from wherever she is: her domain says nothing about addresses
    {
      zone: 'friends.test',
      records: [{ name: 'friends.test', type: 'MX', ttl: TTL, values: ['10 mx.peer.test.'] }],
    },
  ];
}

/**
 * A service that sends for others, and tells them to include `_spf.mailtools.test`: eleven look-ups before the one that has the address it
 * sends from, as with services that grew by buying others.
 */
function mailtools(ip: string): HostedParty {
  const zone = 'mailtools.test';
  const text = (name: string, ...terms: string[]) => ({
    name: `${name}.${zone}`,
    type: 'TXT',
    ttl: TTL,
    values: [`"v=spf1 ${terms.join(' ')} -all"`],
  });
  const parts = ['us', 'asia', 'legacy'];
  return {
    zone,
    records: [
      text('_spf', ...[...parts, 'eu'].map((part) => `include:${part}._spf.${zone}`)),
      ...parts.flatMap((part, index) => [
        text(`${part}._spf`, ...[1, 2].map((pool) => `include:${part}${pool}._spf.${zone}`)),
        text(`${part}1._spf`, `ip4:198.51.100.${index * 32}/28`),
        text(`${part}2._spf`, `ip4:198.51.100.${index * 32 + 16}/28`),
      ]),
      text('eu._spf', `ip4:${ip}`),
      { name: `out.${zone}`, type: 'A', ttl: TTL, values: [ip] },
    ],
    pointers: { [ip]: `out.${zone}` },
  };
}
