/** S1 to S3, K1 to K4, M1 to M4. */
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { dnsRecordFor } from '#protocol/dkim/key-record';
import type { DomainFacts, KeyFacts } from '#mail/doctor/server-facts';
import { caseOf, type Break } from './case.ts';
import type { Listeners } from './listeners.ts';
import {
  ADDRESS,
  change,
  DAY,
  DOMAIN,
  HOST,
  keysOfDomain,
  makeKeys,
  NOW,
  signedSample,
  without,
  type Draft,
} from './world.ts';

const spf =
  (...records: readonly string[]): Break =>
  ({ names }) =>
    change(names, DOMAIN, { TXT: records });
const includes =
  (count: number): Break =>
  (world) => {
    const terms = Array.from({ length: count }, (_, index) => `include:s${index}.example.net`);
    change(world.names, DOMAIN, { TXT: [`v=spf1 ${terms.join(' ')} ip4:${ADDRESS} ~all`] });
    for (const term of terms) world.names[term.slice('include:'.length)] = { TXT: 'v=spf1 -all' };
  };
/** Right in the zone, and older elsewhere. */
function stale(broken: Break): Break {
  return async (world, on) => {
    world.own = { ...world.names };
    await broken(world, on);
  };
}

const failing: Break = ({ names }) => change(names, DOMAIN, { TXT: { fault: 'servfail' } });
function noAddress(world: Draft): void {
  world.settings.addresses = [];
  world.host.publicAddresses = () => [];
}

export const SPF_CASES = [
  caseOf('S1', 'one'),
  caseOf('S1', 'none', spf('other text')),
  caseOf('S1', 'several', spf('v=spf1 mx -all', 'v=spf1 a -all')),
  caseOf('S1', 'propagating', (world, on) => {
    world.own = { ...world.names };
    void spf('other text')(world, on);
  }),
  caseOf('S1', 'propagating', (world) => {
    world.others = { ...world.names };
    change(world.others, DOMAIN, { TXT: 'other text' });
  }),
  caseOf('S1', 'no-answer', failing),

  caseOf('S2', 'sound'),
  caseOf('S2', 'many', includes(9)),
  caseOf('S2', 'broken', includes(11)),
  caseOf('S2', 'no-record', spf('other text')),
  caseOf('S2', 'propagating', stale(includes(11))),
  caseOf('S2', 'no-answer', failing),

  caseOf('S3', 'pass'),
  caseOf('S3', 'open-end', spf('v=spf1 mx ?all')),
  caseOf('S3', 'ehlo-not-passed', ({ names }) => without(names, HOST, 'TXT')),
  caseOf('S3', 'not-passed', spf('v=spf1 ip4:203.0.113.1 -all')),
  caseOf('S3', 'all-pass', spf('v=spf1 +all')),
  caseOf('S3', 'no-record', spf('other text')),
  caseOf('S3', 'propagating', stale(spf('v=spf1 ip4:203.0.113.1 -all'))),
  caseOf('S3', 'no-answer', failing),
  caseOf('S3', 'no-address', noAddress),
];

const NAME = `s1._domainkey.${DOMAIN}`;

function ofDomain(more: Partial<DomainFacts>): Break {
  return (world) => {
    world.server!.domains = world.server!.domains.map((domain) => Object.assign({}, domain, more));
  };
}

function withKeys(change: (key: KeyFacts) => Partial<KeyFacts>): Break {
  return ofDomain({ keys: keysOfDomain().facts.map((key) => Object.assign({}, key, change(key))) });
}

const noKeys = ofDomain({ keys: [] });
const other = (): string =>
  dnsRecordFor(createPublicKey(generateKeyPairSync('ed25519').privateKey));

function weakKey(bits: number): Break {
  return async (world) => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: bits });
    const { facts } = makeKeys([['rsa-sha256', 's1', privateKey]]);
    await ofDomain({ keys: facts })(world, undefined as never);
    change(world.names, NAME, { TXT: facts[0]!.record });
  };
}

const testing: Break = ({ names }) =>
  change(names, NAME, { TXT: `${keysOfDomain().facts[0]!.record}; t=y` });
const revoked: Break = ({ names }) => change(names, NAME, { TXT: 'v=DKIM1; k=rsa; p=' });
const noKeyAnswer: Break = ({ names }) => change(names, NAME, { fault: 'timeout' });

export const DKIM_CASES = [
  caseOf('K1', 'equal'),
  caseOf('K1', 'missing', ({ names }) => without(names, NAME, 'TXT')),
  caseOf('K1', 'differs', ({ names }) => change(names, NAME, { TXT: other() })),
  caseOf('K1', 'several', ({ names }) => change(names, NAME, { TXT: [other(), other()] })),
  caseOf('K1', 'no-keys', noKeys),
  caseOf('K1', 'propagating', (world) => {
    world.own = { ...world.names };
    without(world.names, NAME, 'TXT');
  }),
  caseOf('K1', 'no-answer', noKeyAnswer),

  caseOf('K2', 'strong'),
  caseOf('K2', 'short', weakKey(1024)),
  caseOf('K2', 'weak', weakKey(768)),
  caseOf('K2', 'testing', testing),
  caseOf('K2', 'not-published', ({ names }) => {
    for (const { selector } of keysOfDomain().facts)
      without(names, `${selector}._domainkey.${DOMAIN}`, 'TXT');
  }),
  caseOf('K2', 'propagating', stale(testing)),
  caseOf('K2', 'no-keys', noKeys),
  caseOf('K2', 'no-answer', noKeyAnswer),

  caseOf('K3', 'verified'),
  caseOf('K3', 'other-domain', async (world) => {
    const [key] = keysOfDomain().signing;
    const sample = await signedSample([{ ...key!, domain: 'other.example' }]);
    await ofDomain({ sample })(world, undefined as never);
    world.names['s1._domainkey.other.example'] = { TXT: keysOfDomain().facts[0]!.record };
  }),
  caseOf('K3', 'failed', async (world, on) => {
    await ofDomain({ sample: await signedSample(keysOfDomain().signing, true) })(world, on);
  }),
  caseOf('K3', 'propagating', stale(revoked)),
  caseOf('K3', 'unsigned', ofDomain({ sample: undefined })),
  caseOf('K3', 'no-keys', noKeys),
  caseOf('K3', 'no-answer', noKeyAnswer),

  caseOf('K4', 'young'),
  caseOf(
    'K4',
    'old',
    withKeys(() => ({ createdAt: NOW - 500 * DAY })),
  ),
  caseOf('K4', 'withdrawn-early', (world) => {
    const [first, next] = keysOfDomain().facts;
    const retired = { ...first!, selector: 's0', state: 'retired', retiredAt: NOW - DAY } as const;
    void ofDomain({ keys: [first!, next!, retired] })(world, undefined as never);
  }),
  caseOf('K4', 'revoked', revoked),
  caseOf('K4', 'propagating', stale(revoked)),
  caseOf('K4', 'no-keys', noKeys),
  caseOf('K4', 'no-answer', noKeyAnswer),
];

const DMARC = `_dmarc.${DOMAIN}`;
const dmarc =
  (...records: readonly string[]): Break =>
  ({ names }) =>
    change(names, DMARC, { TXT: records });
const noRecord: Break = ({ names }) => without(names, DMARC, 'TXT');
const noDmarcAnswer: Break = ({ names }) => change(names, DMARC, { fault: 'servfail' });

/** A domain without a record of its own. */
function below(label: string, exists = true): (world: Draft, on: Listeners) => void {
  return (world) => {
    const name = `${label}.${DOMAIN}`;
    world.domains = [name];
    if (exists) world.names[name] = { A: ADDRESS };
  };
}

const external = 'v=DMARC1; p=none; rua=mailto:dmarc@reports.example';

function watched(finding: string, days: number): Break {
  return (world, on) => {
    void dmarc('v=DMARC1; p=none')(world, on);
    world.before = () => ({ status: 'pass', finding, since: NOW - days * DAY });
  };
}

async function reports(
  world: Draft,
  on: Listeners,
  replies: Readonly<Record<string, string>> = {},
): Promise<void> {
  world.server!.listeners = [await on.listen('smtp', { replies })];
}

/** What others tell of mail from this server. */
function reportedOn(own: { readonly count: number; readonly aligned: number }) {
  return { reports: { dmarc: { at: NOW - DAY, from: 'big.test', own }, tls: undefined } };
}

export const DMARC_CASES = [
  caseOf('M1', 'one'),
  caseOf('M1', 'inherited', below('news')),
  caseOf('M1', 'none', (world, on) => {
    below('news')(world, on);
    void dmarc('v=DMARC1; p=none', 'v=DMARC1; p=reject')(world, on);
  }),
  caseOf('M1', 'unusable', (world, on) => {
    below('news')(world, on);
    void dmarc('v=DMARC1; p=maybe')(world, on);
  }),
  caseOf('M1', 'no-answer', (world, on) => {
    below('news')(world, on);
    void noDmarcAnswer(world, on);
  }),
  caseOf('M1', 'old-tags', dmarc('v=DMARC1; p=reject; pct=50')),
  caseOf('M1', 'none', noRecord),
  caseOf('M1', 'several', dmarc('v=DMARC1; p=none', 'v=DMARC1; p=reject')),
  caseOf('M1', 'unusable', dmarc('v=DMARC1; p=maybe')),
  caseOf('M1', 'propagating', (world, on) => {
    world.own = { ...world.names };
    void dmarc('v=DMARC1; p=maybe')(world, on);
  }),
  caseOf('M1', 'no-answer', noDmarcAnswer),

  caseOf('M2', 'enforced'),
  // RFC 9989 §4.10.2: the organization's, not that of the nearest name above
  caseOf('M2', 'enforced', (world, on) => {
    below('a.b')(world, on);
    void dmarc('v=DMARC1; p=reject')(world, on);
    world.names[`_dmarc.b.${DOMAIN}`] = { TXT: 'v=DMARC1; p=none' };
  }),
  caseOf('M2', 'watching', (world, on) => {
    below('a.b')(world, on);
    void dmarc('v=DMARC1; p=reject')(world, on);
    world.names[`_dmarc.b.${DOMAIN}`] = { TXT: 'v=DMARC1; p=none; psd=n' };
  }),
  caseOf('M2', 'enforced', (world, on) => {
    below('nowhere', false)(world, on);
    void dmarc('v=DMARC1; p=none; np=reject')(world, on);
  }),
  caseOf('M2', 'watching', (world, on) => {
    below('news')(world, on);
    void dmarc('v=DMARC1; p=none; np=reject')(world, on);
  }),
  caseOf('M2', 'no-answer', (world, on) => {
    below('news')(world, on);
    void dmarc('v=DMARC1; p=none; np=reject')(world, on);
    world.names[`news.${DOMAIN}`] = { fault: 'timeout' };
  }),
  caseOf('M2', 'no-record', (world, on) => {
    below('news')(world, on);
    void dmarc('v=DMARC1; p=none', 'v=DMARC1; p=none')(world, on);
  }),
  caseOf('M2', 'propagating', stale(dmarc('v=DMARC1; p=reject; t=y'))),
  caseOf('M2', 'watching', dmarc('v=DMARC1; p=none')),
  caseOf('M2', 'idle', watched('watching', 40)),
  caseOf('M2', 'testing', dmarc('v=DMARC1; p=reject; t=y')),
  caseOf('M2', 'loses-own', (world, on) => {
    void dmarc('v=DMARC1; p=reject')(world, on);
    void ofDomain({ sent: { count: 100, aligned: 80 } })(world, on);
  }),
  caseOf('M2', 'reported-failing', (world, on) => {
    void dmarc('v=DMARC1; p=reject')(world, on);
    void ofDomain(reportedOn({ count: 50, aligned: 40 }))(world, on);
  }),
  caseOf('M2', 'no-record', noRecord),
  caseOf('M2', 'no-answer', noDmarcAnswer),

  caseOf('M3', 'here', reports),
  caseOf('M3', 'arriving', async (world, on) => {
    await reports(world, on);
    await ofDomain(reportedOn({ count: 50, aligned: 50 }))(world, on);
  }),
  caseOf('M3', 'external', (world, on) => {
    void dmarc(external)(world, on);
    world.names[`${DOMAIN}._report._dmarc.reports.example`] = { TXT: 'v=DMARC1' };
  }),
  caseOf('M3', 'none', dmarc('v=DMARC1; p=none')),
  caseOf('M3', 'refused', (world, on) =>
    reports(world, on, { 'RCPT TO:<postmaster@': '550 5.1.1 nobody of this name' }),
  ),
  caseOf('M3', 'unauthorised', dmarc(external)),
  caseOf('M3', 'unauthorised', async (world, on) => {
    await reports(world, on);
    void dmarc(`v=DMARC1; p=none; rua=mailto:postmaster@${DOMAIN},mailto:dmarc@reports.example`)(
      world,
      on,
    );
  }),
  caseOf('M3', 'unauthorised', async (world, on) => {
    await reports(world, on);
    void dmarc(
      `v=DMARC1; p=none; rua=mailto:postmaster@${DOMAIN}; ruf=mailto:dmarc@reports.example`,
    )(world, on);
  }),
  caseOf('M3', 'refused', async (world, on) => {
    await reports(world, on, { 'RCPT TO:<second@': '550 5.1.1 nobody of this name' });
    void dmarc(`v=DMARC1; p=none; rua=mailto:postmaster@${DOMAIN},mailto:second@${DOMAIN}`)(
      world,
      on,
    );
  }),
  caseOf('M3', 'external', (world, on) => {
    // one organization, by the walk: no word of the other is needed
    void dmarc(`v=DMARC1; p=none; rua=mailto:dmarc@reports.${DOMAIN}`)(world, on);
  }),
  caseOf('M3', 'no-answer', (world, on) => {
    void dmarc(external)(world, on);
    world.names[`${DOMAIN}._report._dmarc.reports.example`] = { fault: 'timeout' };
  }),
  caseOf('M3', 'propagating', async (world, on) => {
    await reports(world, on);
    world.own = { ...world.names };
    void dmarc('v=DMARC1; p=none')(world, on);
  }),
  caseOf('M3', 'no-record', noRecord),
  caseOf('M3', 'no-answer', noDmarcAnswer),
  caseOf('M3', 'unreachable', async (world, on) => {
    world.server!.listeners = [await on.closed('smtp')];
  }),

  caseOf('M4', 'all'),
  caseOf('M4', 'most', ofDomain({ sent: { count: 100, aligned: 99 } })),
  caseOf('M4', 'few', ofDomain({ sent: { count: 100, aligned: 70 } })),
  caseOf('M4', 'none-sent', ofDomain({ sent: { count: 0, aligned: 0 } })),
];
