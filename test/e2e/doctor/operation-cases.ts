/** R1 to R4, L1 to L3, C1, C2, B1, B2. */
import { utf8 } from '#bytes';
import { lintMessage } from '#mail/doctor/lint-message';
import type { ServerFacts, TrafficFacts } from '#mail/doctor/server-facts';
import type { WarmUpFacts } from '#mail/doctor/warm-up-facts';
import { caseOf, type Break } from './case.ts';
import { DOMAIN, NOW, type Draft } from './world.ts';

const LISTS = [
  { zone: 'big.example', of: 'addresses', weight: 'major' },
  { zone: 'small.example', of: 'addresses', weight: 'minor' },
  { zone: 'names.example', of: 'domains', weight: 'major' },
] as const;
const AT = '25.100.51.198';

function listedAt(records: Readonly<Record<string, string>>): Break {
  return (world) => {
    world.settings.dnsLists = LISTS;
    for (const [name, A] of Object.entries(records)) world.names[name] = { A };
  };
}

function traffic(more: Partial<TrafficFacts>): Break {
  return (world) => {
    world.server!.traffic = { ...world.server!.traffic, ...more };
  };
}

const complaints = (delivered: number, complained: number): Break =>
  traffic({
    complaints: [
      { site: 'mx.big.example', delivered, complaints: complained },
      { site: 'mx.small.example', delivered: 20, complaints: 9 },
    ],
  });

const bulk = (more: Partial<TrafficFacts['bulk']>): Break =>
  traffic({ bulk: { messages: 0, oneClick: 0, unsigned: 0, mostADay: 0, ...more } });

/** What is there where our links lead. */
function leaving(page: string): Break {
  return (world, on) => {
    void bulk({ messages: 12, oneClick: 12 })(world, on);
    world.settings.leaving = 'https://mail.example.org/u/doctor';
    world.pages[world.settings.leaving] = page;
  };
}

const outcomes = (delivered: number, failed: number): Break =>
  traffic({ outcomes: { delivered, failed } });

function warmUps(...plans: readonly Partial<WarmUpFacts>[]): Break {
  const usual: WarmUpFacts = {
    site: 'mx.big.example',
    source: '',
    state: 'active',
    planned: 50,
    taken: 10,
    slowed: 0,
    restsUntil: undefined,
  };
  return (world) => {
    world.server!.warmUps = plans.map((plan) => Object.assign({}, usual, plan));
  };
}

function queue(more: Partial<ServerFacts['queue']>): Break {
  return (world) => {
    world.server!.queue = { waiting: 80, oldestAt: NOW - 600_000, hours: [], ...more };
  };
}

const deferred = (attempts: number, count: number): Break =>
  traffic({
    deferrals: {
      attempts,
      reasons: [
        { stage: 'rcpt', status: '4.2.2', count: 1 },
        { stage: 'greeting', status: '4.7.0', count },
      ],
    },
  });

/** The newest first. */
function sent(...messages: readonly string[]): Break {
  const lastSent = messages.map((message, index) => ({
    id: `0h2k3m4n5p6q${index}`,
    lint: lintMessage(utf8(message), false),
  }));
  return traffic({ lastSent });
}

const HEADER =
  'From: a@example.org\r\nDate: Tue, 24 Nov 2026 09:00:00 +0000\r\nMessage-ID: <1@example.org>\r\n';
const MIXED = 'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n';
const html = (size: number): string => `<p>${'x'.repeat(size)}</p>`;
const two = (size: number): string =>
  `${HEADER}MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b\r\nContent-Type: text/html\r\n\r\n${html(size)}\r\n--b--\r\n`;

function trip(replies: Readonly<Record<string, string>> = {}, more: Partial<Draft> = {}): Break {
  return async (world, on) => {
    world.server!.listeners = [await on.listen('smtp', { replies })];
    Object.assign(world, more);
  };
}

const silent = {
  open: () => Promise.resolve(`doctor-1@${DOMAIN}`),
  look: () => Promise.resolve(undefined),
};
const junk = { ...silent, look: () => Promise.resolve({ junk: ['lists', 'spf-fail'] }) };
const logins = (more: Partial<TrafficFacts['logins']>): Break =>
  traffic({ logins: { failures: 2, usual: 1, names: 1, beyond: [], ...more } });

export const OPERATION_CASES = [
  caseOf('R1', 'not-listed', listedAt({})),
  caseOf('R1', 'minor', listedAt({ [`${AT}.small.example`]: '127.0.0.2' })),
  caseOf('R1', 'major', listedAt({ [`${AT}.big.example`]: '127.0.0.4' })),
  caseOf('R1', 'major', listedAt({ [`${DOMAIN}.names.example`]: '127.0.1.2' })),
  ...['127.255.255.252', '127.255.255.254', '127.255.255.255'].map((code) =>
    caseOf('R1', 'refused', listedAt({ [`${AT}.big.example`]: code })),
  ),
  caseOf('R1', 'not-set'),
  caseOf('R1', 'no-answer', (world, on) => {
    void listedAt({})(world, on);
    world.names[`${AT}.big.example`] = { fault: 'timeout' };
  }),
  caseOf('R1', 'no-address', (world) => {
    world.settings.dnsLists = [LISTS[0]];
    world.settings.addresses = [];
    world.host.publicAddresses = () => [];
  }),

  caseOf('R2', 'few', complaints(1000, 0)),
  caseOf('R2', 'some', complaints(1000, 2)),
  caseOf('R2', 'many', complaints(1000, 3)),
  caseOf('R2', 'too-few', complaints(99, 5)),

  caseOf('R3', 'few', outcomes(999, 1)),
  caseOf('R3', 'some', outcomes(97, 3)),
  caseOf('R3', 'many', outcomes(90, 10)),
  caseOf('R3', 'too-few', outcomes(5, 5)),

  caseOf('R4', 'none'),
  caseOf('R4', 'inside', warmUps({}, { taken: 20 })),
  caseOf('R4', 'ahead', warmUps({}, { site: 'mx.small.example', taken: 60 })),
  caseOf('R4', 'finished', warmUps({ state: 'finished' })),
  caseOf('R4', 'slowed', warmUps({}, { site: 'mx.small.example', slowed: 2 })),
  caseOf('R4', 'slowed', warmUps({ restsUntil: NOW + 3_600_000 })),
  caseOf('R4', 'paused', warmUps({ state: 'paused' }, {})),
  caseOf('R4', 'stopped', warmUps({ state: 'paused' }, { state: 'stopped' })),

  caseOf('L1', 'empty'),
  caseOf('L1', 'short', queue({})),
  caseOf('L1', 'waiting', queue({ oldestAt: NOW - 5 * 3_600_000 })),
  caseOf('L1', 'stuck', queue({ oldestAt: NOW - 50 * 3_600_000 })),
  caseOf(
    'L1',
    'growing',
    queue({ hours: [1, 2, 3].map((hour) => ({ came: 100 * hour, left: 10 })) }),
  ),

  caseOf('L2', 'arrived', trip()),
  caseOf('L2', 'junk', trip({}, { echo: junk })),
  caseOf('L2', 'arrived', trip({}, { pace: 20_000 })),
  caseOf('L2', 'slow', trip({}, { pace: 61_000 })),
  caseOf('L2', 'refused', trip({ 'RCPT TO': '550 5.1.1 nobody of this name' })),
  caseOf('L2', 'not-here', (world) => void (world.server!.domains = [])),
  caseOf('L2', 'lost', trip({}, { echo: silent, pace: 5000 })),
  caseOf('L2', 'unreachable', async (world, on) => {
    world.server!.listeners = [await on.closed('smtp')];
  }),

  caseOf('L3', 'few', deferred(100, 2)),
  caseOf('L3', 'some', deferred(100, 10)),
  caseOf('L3', 'many', deferred(100, 40)),
  ...(['4.7.28', '4.7.32', '4.2.1', '4.4.1', '4.3.0'] as const).map((status) =>
    caseOf(
      'L3',
      'many',
      traffic({
        deferrals: { attempts: 100, reasons: [{ stage: 'rcpt', status, count: 90 }] },
      }),
    ),
  ),
  caseOf('L3', 'too-few', deferred(5, 3)),

  caseOf('C1', 'good', sent(`${HEADER}\r\nHello.\r\n`)),
  caseOf('C1', 'html-only', sent(`${HEADER}Content-Type: text/html\r\n\r\n${html(10)}\r\n`)),
  caseOf('C1', 'html-large', sent(two(110_000))),
  caseOf('C1', 'missing', sent('From: a@example.org\r\n\r\nHello.\r\n')),
  caseOf('C1', 'two-from', sent(`From: b@example.org\r\n${HEADER}\r\nHello.\r\n`)),
  caseOf('C1', 'bare-line-end', sent(`${HEADER}\r\nHello.\nBare.\r\n`)),
  caseOf('C1', 'raw-header', sent(`${HEADER}Subject: \u98db\u811a\r\n\r\nHello.\r\n`)),
  caseOf('C1', 'broken-mime', sent(`${HEADER}Content-Type: multipart/mixed\r\n\r\nHello.\r\n`)),
  caseOf('C1', 'broken-mime', sent(`${HEADER}Content-Transfer-Encoding: eight\r\n\r\nHello.\r\n`)),
  caseOf(
    'C1',
    'broken-mime',
    sent(`${HEADER}${MIXED}Content-Transfer-Encoding: base64\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n`),
  ),
  caseOf(
    'C1',
    'bad-date',
    sent(HEADER.replace(/Date: .*/, 'Date: yesterday at nine') + '\r\nHello.\r\n'),
  ),
  ...[
    '=?utf-8?B?6Zc?=',
    '=?utf-8?Q?=3?=',
    '=?klingon?Q?x?=',
    '=?utf-8?Q?two words?=',
    '=?utf-8?X?a?=',
  ].map((word) =>
    caseOf('C1', 'bad-encoded-word', sent(`${HEADER}Subject: ${word}\r\n\r\nHello.\r\n`)),
  ),
  caseOf(
    'C1',
    'good',
    sent(`${HEADER}Subject: =?utf-8?B?6ZaT?= =?iso-2022-jp?B?GyRCNFYbKEI=?=\r\n\r\nHello.\r\n`),
  ),
  // not only the newest
  caseOf(
    'C1',
    'missing',
    sent(`${HEADER}\r\nHello.\r\n`, two(110_000), 'From: a@example.org\r\n\r\nHello.\r\n'),
  ),
  caseOf('C1', 'none-kept'),

  caseOf('C2', 'good', bulk({ messages: 12, oneClick: 12 })),
  caseOf('C2', 'some', bulk({ messages: 12, oneClick: 9 })),
  caseOf('C2', 'many-without', bulk({ messages: 9000, oneClick: 8999, mostADay: 5000 })),
  caseOf('C2', 'some', bulk({ messages: 9000, oneClick: 8999, mostADay: 4999 })),
  caseOf('C2', 'good', leaving('!status: 404')),
  caseOf('C2', 'closed', leaving('!certificate: self-signed certificate')),
  caseOf('C2', 'unsigned', bulk({ messages: 12, oneClick: 9, unsigned: 3 })),
  caseOf('C2', 'no-bulk'),

  caseOf('B1', 'calm'),
  caseOf('B1', 'spike', logins({ failures: 4000, usual: 20 })),
  caseOf('B1', 'spray', logins({ failures: 300, names: 200 })),
  caseOf('B1', 'beyond', logins({ beyond: ['alice@example.org'] })),

  caseOf('B2', 'later'),
  caseOf('B2', 'exposed', ({ server }) => void (server!.http = { address: '::', port: 8025 })),
];
