/** D1 to D6, I1 to I3, X1 to X3. */
import type { PlannedRecord } from '#mail/dns-plan/record';
import { caseOf, type Break } from './case.ts';
import type { Listeners } from './listeners.ts';
import {
  ADDRESS,
  change,
  DAY,
  DOMAIN,
  HOST,
  NOW,
  PARENT,
  REVERSE,
  sentTo,
  without,
  type Draft,
} from './world.ts';

const SOA = (serial: number): string =>
  `ns1.example.net. hostmaster.example.net. ${serial} 7200 3600 1209600 300`;
const RDAP = 'https://data.iana.org/rdap/dns.json';
const REGISTRY = 'https://rdap.example.net/';

/** CAA is planned for the host; the host has none, and the domain above it has these. */
function authorityAbove({ names, server }: Draft, records: string | readonly string[]): void {
  const planned: PlannedRecord = {
    type: 'CAA',
    name: HOST,
    data: { flags: 0, tag: 'issue', value: 'ca.test' },
    purpose: 'caa',
    need: 'optional',
    zone: 'domain',
  };
  const [domain] = server!.domains;
  const plan = { ...domain!.plan!, records: [...domain!.plan!.records, planned] };
  server!.domains = [{ ...domain!, plan }];
  without(names, HOST, 'CAA');
  change(names, DOMAIN, { CAA: records });
}

function second(more: Parameters<typeof change>[2]): Break {
  return (world) => {
    const names = { ...world.names };
    change(names, DOMAIN, more);
    world.servers['192.0.2.54'] = names;
  };
}

function registered(days: number, left: number): Break {
  return (world) => {
    const events = [
      { eventAction: 'registration', eventDate: new Date(NOW - days * DAY).toISOString() },
      { eventAction: 'expiration', eventDate: new Date(NOW + left * DAY).toISOString() },
    ];
    registry(world, JSON.stringify({ events }));
  };
}

function registry(world: Draft, body: string): void {
  world.settings.rdap = RDAP;
  world.pages[RDAP] = JSON.stringify({ services: [[['org'], [REGISTRY]]] });
  world.pages[`${REGISTRY}domain/${DOMAIN}`] = body;
}

const DS = '4711 13 2 aabbccddeeff00112233445566778899aabbccddeeff00112233445566778899';

function noAddress(world: Draft): void {
  world.settings.addresses = [];
  world.host.publicAddresses = () => [];
}

export const DNS_CASES = [
  caseOf('D1', 'same'),
  caseOf('D1', 'stale', second({ SOA: SOA(6) })),
  caseOf('D1', 'different', second({ NS: ['ns1.example.net', 'old.example.net'] })),
  caseOf('D1', 'lame', second({ fault: 'refused' })),
  caseOf('D1', 'none', ({ names }) => without(names, DOMAIN, 'NS')),
  // nobody's: the servers of the top-level domain are not its own
  caseOf('D1', 'none', (world) => void (world.domains = ['nobody.org'])),
  caseOf('D1', 'no-answer', (world) => {
    change(world.names, DOMAIN, { fault: 'timeout' });
    change(world.names, 'a.org-servers.example', { fault: 'timeout' });
  }),
  caseOf('D1', 'no-answer', ({ delegations }) => {
    delegations[PARENT] = { kind: 'failure', cause: 'timeout', text: 'no answer' };
  }),
  caseOf('D1', 'lame', ({ delegations }) => {
    // it answers from memory, and not as one that holds the zone
    delegations['192.0.2.54'] = sentTo(['ns1.example.net']);
  }),
  caseOf('D1', 'lame', (world) => {
    // the parent sends to one that the zone does not name any more, and that does not hold it
    world.delegations[PARENT] = sentTo(['ns1.example.net', 'ns2.example.net', 'gone.example.net']);
    world.names['gone.example.net'] = { A: '192.0.2.55' };
    world.servers['192.0.2.55'] = {};
  }),
  caseOf('D1', 'lame', ({ names }) =>
    change(names, DOMAIN, { NS: ['ns1.example.net', 'ns2.example.net', 'nowhere.example.net'] }),
  ),
  caseOf('D1', 'lame', (world) => {
    // a resolver finds no server that holds the zone
    world.own = Object.fromEntries(Object.keys(world.names).map((name) => [name, {}]));
    world.delegations[PARENT] = sentTo(['ns1.example.net', 'ns2.example.net']);
    change(world.names, DOMAIN, { fault: 'servfail' });
  }),
  caseOf('D1', 'parent-differs', ({ delegations }) => {
    delegations[PARENT] = sentTo(['ns1.example.net']);
  }),
  caseOf('D1', 'glue-differs', (world) => {
    const inside = `ns1.${DOMAIN}`;
    change(world.names, DOMAIN, { NS: [inside, 'ns2.example.net'] });
    world.names[inside] = { A: '192.0.2.53' };
    world.delegations[PARENT] = sentTo([inside, 'ns2.example.net'], { [inside]: '192.0.2.9' });
  }),
  caseOf('D1', 'not-delegated', ({ delegations }) => {
    delegations[PARENT] = { kind: 'none', exists: false, server: PARENT, elapsed: 1 };
  }),

  caseOf('D2', 'validates'),
  caseOf('D2', 'does-not', ({ names }) => without(names, 'com', 'authenticated')),
  caseOf('D2', 'untrusted', (world) => {
    world.believed = { ...world.names };
    without(world.names, 'com', 'authenticated');
  }),
  caseOf('D2', 'broken', ({ names }) => change(names, 'com', { fault: 'servfail' })),
  caseOf('D2', 'no-answer', ({ names }) => change(names, 'com', { fault: 'network' })),

  caseOf('D3', 'secure'),
  caseOf('D3', 'unsigned', ({ names }) => without(names, DOMAIN, 'authenticated')),
  caseOf('D3', 'cannot-tell', ({ names }) => {
    without(names, DOMAIN, 'authenticated');
    change(names, DOMAIN, { DS });
  }),
  caseOf('D3', 'bogus', (world) => {
    world.own = { ...world.names };
    change(world.names, DOMAIN, { SOA: { fault: 'servfail' }, DS });
  }),
  caseOf('D3', 'no-answer', ({ names }) => change(names, DOMAIN, { SOA: { fault: 'timeout' } })),

  caseOf('D4', 'old', registered(400, 200)),
  caseOf('D4', 'young', registered(10, 355)),
  caseOf('D4', 'expiring', registered(400, 5)),
  caseOf('D4', 'not-said', (world) => registry(world, '{}')),
  caseOf('D4', 'not-asked'),
  caseOf('D4', 'unreachable', ({ settings }) => void (settings.rdap = RDAP)),

  caseOf('D5', 'usual'),
  caseOf('D5', 'long', ({ names }) => change(names, DOMAIN, { ttl: 604_800 })),
  caseOf('D5', 'short', ({ names }) => change(names, HOST, { ttl: 30 })),
  caseOf('D5', 'nothing', ({ names }) => {
    without(names, DOMAIN, 'MX', 'TXT');
    for (const name of [HOST, `_dmarc.${DOMAIN}`]) names[name] = {};
  }),
  caseOf('D5', 'no-answer', (world) => {
    world.own = Object.fromEntries(
      Object.keys(world.names).map((name) => [name, { fault: 'timeout' as const }]),
    );
  }),

  caseOf('D6', 'published'),
  caseOf('D6', 'extra', ({ names }) =>
    change(names, DOMAIN, { MX: [`10 ${HOST}.`, '20 old.example.net.'] }),
  ),
  caseOf('D6', 'differs', ({ names }) => without(names, `_dmarc.${DOMAIN}`, 'TXT')),
  caseOf('D6', 'recommended', ({ server }) => {
    const [domain] = server!.domains;
    const records = domain!.plan!.records.map((record) =>
      record.purpose === 'mta-sts'
        ? Object.assign({}, record, { name: `_other.${DOMAIN}`, need: 'optional' })
        : record,
    );
    server!.domains = [{ ...domain!, plan: { ...domain!.plan!, records } }];
  }),
  // no CAA of its own: the domain above the host lets ours issue, or not
  caseOf('D6', 'published', (world) => authorityAbove(world, '0 issue ca.test')),
  caseOf('D6', 'differs', (world) => authorityAbove(world, '0 issue ;')),
  caseOf('D6', 'recommended', (world) => authorityAbove(world, [])),
  caseOf('D6', 'propagating', (world) => {
    world.own = { ...world.names };
    change(world.names, `_dmarc.${DOMAIN}`, { TXT: 'v=DMARC1; p=none' });
  }),
  caseOf('D6', 'no-answer', ({ names }) => change(names, `_dmarc.${DOMAIN}`, { fault: 'timeout' })),
  caseOf('D6', 'no-domain', ({ server }) => void (server!.domains = [])),
];

export const IDENTITY_CASES = [
  caseOf('I1', 'one'),
  caseOf('I1', 'several', ({ names }) =>
    change(names, REVERSE, { PTR: [`${HOST}.`, 'www.example.org.'] }),
  ),
  caseOf('I1', 'none', ({ names }) => without(names, REVERSE, 'PTR')),
  caseOf('I1', 'no-answer', ({ names }) => change(names, REVERSE, { fault: 'servfail' })),
  caseOf('I1', 'no-address', noAddress),

  caseOf('I2', 'equal'),
  caseOf('I2', 'other', ({ names }) => {
    change(names, REVERSE, { PTR: 'host.example.net.' });
    names['host.example.net'] = { A: ADDRESS };
  }),
  caseOf('I2', 'unconfirmed', ({ names }) => change(names, REVERSE, { PTR: 'host.example.net.' })),
  caseOf('I2', 'no-answer', ({ names }) => change(names, REVERSE, { fault: 'timeout' })),
  caseOf('I2', 'no-address', noAddress),

  caseOf('I3', 'own'),
  caseOf('I3', 'generic', ({ names }) =>
    change(names, REVERSE, { PTR: '25-100.51.198.dynamic.isp.example.' }),
  ),
  caseOf('I3', 'no-name', ({ names }) => without(names, REVERSE, 'PTR')),
  caseOf('I3', 'no-answer', ({ names }) => change(names, REVERSE, { fault: 'timeout' })),
  caseOf('I3', 'no-address', noAddress),
];

const mx =
  (...list: readonly string[]): Break =>
  ({ names }) =>
    change(names, DOMAIN, { MX: list });

async function listen(
  world: Draft,
  on: Listeners,
  replies: Readonly<Record<string, string>> = {},
): Promise<void> {
  world.server!.listeners = [await on.listen('smtp', { replies })];
}

export const EXCHANGE_CASES = [
  caseOf('X1', 'ours'),
  caseOf('X1', 'others', mx(`10 ${HOST}.`, '20 backup.example.net.')),
  caseOf('X1', 'foreign', mx('10 backup.example.net.')),
  caseOf('X1', 'none', ({ names }) => without(names, DOMAIN, 'MX')),
  caseOf('X1', 'null-mx', mx('0 .')),
  caseOf('X1', 'propagating', (world) => {
    world.own = { ...world.names };
    change(world.names, DOMAIN, { MX: '10 old.example.net.' });
  }),
  caseOf('X1', 'no-answer', (world) => {
    change(world.names, DOMAIN, { MX: { fault: 'timeout' } });
  }),

  caseOf('X2', 'hosts'),
  caseOf('X2', 'alias', (world, on) => {
    void mx('10 alias.example.org.')(world, on);
    world.names['alias.example.org'] = { CNAME: `${HOST}.` };
  }),
  caseOf('X2', 'address', mx(`10 ${ADDRESS}`)),
  caseOf('X2', 'dangling', mx('10 nowhere.example.org.')),
  caseOf('X2', 'no-mx', ({ names }) => without(names, DOMAIN, 'MX')),
  caseOf('X2', 'propagating', (world, on) => {
    world.own = { ...world.names };
    void mx('10 nowhere.example.org.')(world, on);
  }),
  caseOf('X2', 'no-answer', ({ names }) => change(names, DOMAIN, { MX: { fault: 'timeout' } })),

  caseOf('X3', 'both', listen),
  caseOf('X3', 'not-here', (world) => void (world.server!.domains = [])),
  caseOf('X3', 'no-abuse', (world, on) =>
    listen(world, on, { 'RCPT TO:<abuse@': '550 5.1.1 nobody of this name' }),
  ),
  caseOf('X3', 'no-postmaster', (world, on) =>
    listen(world, on, { 'RCPT TO:<postmaster@': '550 5.1.1 nobody of this name' }),
  ),
  caseOf('X3', 'no-postmaster', (world, on) =>
    listen(world, on, { 'RCPT TO:<postmaster@': '450 4.2.1 no account yet' }),
  ),
  caseOf('X3', 'unreachable', (world, on) =>
    listen(world, on, { 'RCPT TO:<postmaster@': '451 4.3.0 busy' }),
  ),
  caseOf('X3', 'unreachable', async (world, on) => {
    world.server!.listeners = [await on.closed('smtp')];
  }),
];
