/** H1 to H8 and N1 to N6. */
import type { ServerFacts } from '#mail/doctor/server-facts';
import { caseOf, type Break } from './case.ts';
import type { Listeners } from './listeners.ts';
import { ADDRESS, change, DAY, failure, HOST, NOW, without, type Draft } from './world.ts';

const SECRET = '/var/lib/hikyaku/tls/self-signed.key';
const OWN = 'https://releases.example.org/hikyaku.json';
const PROBE = 'https://probe.example.net/connect';
const NODE = 'https://nodejs.org/dist/index.json';

function disk(free: number): Break {
  return (world) => {
    world.host.disk = () => Promise.resolve({ free: free * 1e9, total: 100e9 });
  };
}

function server(more: Partial<ServerFacts>): Break {
  return (world) => void Object.assign(world.server!, more);
}

function timeServer(ahead: number): Break {
  return (world) => {
    world.settings.timeServer = '192.0.2.123';
    world.probes.time = () => Promise.resolve(ahead);
  };
}

function database(more: object): Break {
  return (world) => {
    Object.assign(world.server!.database, more);
  };
}

function backups(age: number, tested?: number): Break {
  return server({
    backups: {
      backup: NOW - age * DAY,
      folder: '/var/lib/hikyaku/backups/20261124T031500Z',
      restoreTest: tested === undefined ? undefined : NOW - tested * DAY,
    },
  });
}

function releases(...list: readonly (readonly [string, boolean])[]): Break {
  return (world) => {
    world.settings.nodeReleases = NODE;
    world.pages[NODE] = JSON.stringify(list.map(([version, security]) => ({ version, security })));
  };
}

function ownReleases(...list: readonly (readonly [string, boolean])[]): Break {
  return (world) => {
    world.settings.releases = OWN;
    world.pages[OWN] = JSON.stringify(list.map(([version, security]) => ({ version, security })));
  };
}

export const HOST_CASES = [
  caseOf('H1', 'public'),
  caseOf('H1', 'foreign', ({ names }) => change(names, HOST, { A: [ADDRESS, '203.0.113.9'] })),
  caseOf('H1', 'elsewhere', ({ names }) => change(names, HOST, { A: '203.0.113.9' })),
  caseOf('H1', 'none', ({ names }) => without(names, HOST, 'A')),
  caseOf('H1', 'loopback', ({ names }) => change(names, HOST, { A: '127.0.1.1' })),
  caseOf('H1', 'not-full', ({ settings }) => void (settings.hostname = 'mail')),
  caseOf('H1', 'no-answer', ({ names }) => change(names, HOST, { fault: 'timeout' })),
  caseOf('H1', 'no-address', (world) => {
    world.settings.addresses = [];
    world.host.publicAddresses = () => [];
  }),

  caseOf('H2', 'right', timeServer(80)),
  caseOf('H2', 'right', database({ ahead: -200 })),
  caseOf('H2', 'off', timeServer(-4200)),
  caseOf('H2', 'far-off', timeServer(180_000)),
  caseOf('H2', 'no-reference'),
  caseOf('H2', 'unreachable', ({ settings }) => void (settings.timeServer = '192.0.2.123')),

  caseOf('H3', 'room', disk(60)),
  caseOf('H3', 'filling', disk(20)),
  caseOf('H3', 'full', disk(3)),
  caseOf('H3', 'unreachable', ({ host }) => void (host.disk = () => Promise.resolve(undefined))),

  caseOf('H4', 'calm'),
  caseOf('H4', 'tight', server({ load: { lag: 3, free: 15, total: 100 } })),
  caseOf('H4', 'late', server({ load: { lag: 90, free: 50, total: 100 } })),
  caseOf('H4', 'exhausted', server({ load: { lag: 3, free: 4, total: 100 } })),

  caseOf('H5', 'ready'),
  caseOf('H5', 'crowded', database({ busy: 90 })),
  caseOf('H5', 'pool-crowded', database({ pool: { busy: 7, most: 8 } })),
  caseOf('H5', 'ready', database({ pool: { busy: 6, most: 8 } })),
  caseOf('H5', 'unsupported', database({ version: '13.22' })),
  caseOf('H5', 'behind', database({ schema: 12 })),
  caseOf('H5', 'down', server({ database: { kind: 'down', cause: 'connection refused' } })),

  caseOf('H6', 'recent', backups(0.5, 5)),
  caseOf('H6', 'aging', backups(3, 5)),
  caseOf('H6', 'untested', backups(0.5, 45)),
  caseOf('H6', 'old', backups(12, 5)),
  caseOf(
    'H6',
    'none',
    server({ backups: { backup: undefined, folder: undefined, restoreTest: undefined } }),
  ),

  caseOf('H7', 'safe'),
  caseOf('H7', 'in-environment', ({ host }) => void (host.secretsInEnvironment = ['DATABASE_URL'])),
  caseOf('H7', 'readable', ({ host }) => {
    host.secretFiles = () => Promise.resolve([{ path: SECRET, mode: 0o644, isForeign: false }]);
  }),
  caseOf('H7', 'foreign-owner', ({ host }) => {
    host.secretFiles = () => Promise.resolve([{ path: SECRET, mode: 0o600, isForeign: true }]);
  }),
  caseOf('H7', 'development-accounts', server({ developmentAccounts: ['alice@example.test'] })),

  caseOf('H8', 'current', releases(['v25.1.0', true], ['v24.5.0', true])),
  caseOf('H8', 'behind', releases(['v24.6.0', false], ['v24.5.0', true])),
  caseOf('H8', 'insecure', releases(['v24.7.0', false], ['v24.6.0', true])),
  caseOf('H8', 'own-behind', ownReleases(['99.0.0', false])),
  caseOf('H8', 'own-insecure', (world, on) => {
    void ownReleases(['99.0.1', true])(world, on);
    void releases(['v24.7.0', true])(world, on);
  }),
  caseOf('H8', 'not-asked'),
  caseOf('H8', 'unreachable', ({ settings }) => void (settings.nodeReleases = NODE)),
];

async function listen(
  world: Draft,
  listeners: Listeners,
  script: Parameters<Listeners['listen']>[1] = {},
): Promise<void> {
  world.server!.listeners = [
    await listeners.listen('smtp', script),
    await listeners.listen('imap', {}),
  ];
}

/** The exchanges of two domains, and what they say to whom. */
function exchanges(answers: Readonly<Record<string, string>>, from = ADDRESS): Break {
  return (world) => {
    world.settings.mailExchanges = ['one.example', 'two.example'];
    world.names['one.example'] = { MX: '10 mx.one.example' };
    world.names['two.example'] = { MX: '10 mx.two.example' };
    world.names['mx.one.example'] = { A: '203.0.113.1' };
    world.names['mx.two.example'] = { A: '203.0.113.2' };
    world.probes.greeting = ({ address }) => {
      const line = answers[address];
      return Promise.resolve(
        line === undefined ? failure('timed out') : { kind: 'greeting', line, localAddress: from },
      );
    };
  };
}

/** What a page outside says of our ports. */
function probed(answers: Readonly<Record<number, string>>): Break {
  return (world) => {
    world.settings.probe = PROBE;
    const ports = Object.keys(answers).map(Number);
    world.server!.listeners = ports.map((port) => ({
      name: 'smtp',
      address: ADDRESS,
      port,
      proxied: false,
    }));
    for (const port of ports) world.pages[`${PROBE}?host=${HOST}&port=${port}`] = answers[port]!;
  };
}

const BOTH = { '203.0.113.1': '220 mx.one.example', '203.0.113.2': '220 mx.two.example' };
const SIX = '2001:db8::25';

export const NETWORK_CASES = [
  caseOf('N1', 'all', listen),
  caseOf('N1', 'foreign', (world, on) => listen(world, on, { banner: '220 other.example ESMTP' })),
  caseOf('N1', 'missing', async (world, on) => {
    world.server!.listeners = [await on.closed('smtp')];
  }),

  caseOf('N1', 'missing', async (world, on) => {
    await listen(world, on);
    const { address, port } = await on.closed('smtp');
    world.server!.web = [{ name: 'https', address, port }];
  }),

  caseOf('N1', 'unwanted', async (world, on) => {
    await listen(world, on);
    const { port } = await on.listen('smtp', { banner: '+OK POP3 ready' });
    world.settings.otherPorts = [{ name: 'pop3', port, start: 'clear' }];
  }),

  caseOf('N2', 'no-probe'),
  caseOf('N2', 'open', probed({ 25: '220 mail.example.org ESMTP' })),
  caseOf('N2', 'closed', probed({ 25: '!status: 504' })),
  caseOf('N2', 'unreachable', probed({ 25: '!status: 404' })),
  caseOf('N2', 'no-server', (world) => {
    world.settings.probe = PROBE;
    world.server = undefined;
  }),

  caseOf('N3', 'greeted', exchanges(BOTH)),
  caseOf('N3', 'few', exchanges({ '203.0.113.1': '220 mx.one.example' })),
  caseOf('N3', 'none', exchanges({})),
  caseOf('N3', 'not-set'),
  caseOf('N3', 'no-answer', async (world, on) => {
    await exchanges({})(world, on);
    for (const name of ['one.example', 'two.example']) world.names[name] = { fault: 'servfail' };
  }),

  caseOf('N4', 'planned', exchanges(BOTH)),
  caseOf('N4', 'no-name', async (world, on) => {
    await exchanges(BOTH, SIX)(world, on);
    world.settings.addresses = [ADDRESS, SIX];
  }),
  caseOf('N4', 'other', exchanges(BOTH, '203.0.113.77')),
  caseOf('N4', 'not-set'),
  caseOf('N4', 'no-answer', async (world, on) => {
    await exchanges({})(world, on);
    for (const name of ['one.example', 'two.example']) world.names[name] = { fault: 'servfail' };
  }),
  caseOf('N4', 'unreachable', exchanges({})),
  caseOf('N4', 'no-address', async (world, on) => {
    await exchanges(BOTH)(world, on);
    world.settings.addresses = [];
    world.host.publicAddresses = () => [];
  }),

  caseOf('N5', 'real', clients('203.0.113.1', '198.51.100.3')),
  caseOf('N5', 'gateway', clients('172.17.0.1')),
  caseOf('N5', 'no-mail'),

  caseOf('N6', 'refused', listen),
  caseOf('N6', 'relayed', (world, on) =>
    listen(world, on, { replies: { 'RCPT TO:<nobody@': '250 2.1.5 ok' } }),
  ),
  caseOf('N6', 'unreachable', async (world, on) => {
    world.server!.listeners = [await on.closed('smtp')];
  }),
];

function clients(...different: readonly string[]): Break {
  return (world) => {
    const all = Array.from({ length: 20 }, (_, index) => different[index % different.length]!);
    world.server!.traffic = { ...world.server!.traffic, clients: all };
  };
}
