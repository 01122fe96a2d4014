/** T1 to T5, P1 to P3, A1. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { createSecureContext, type TlsOptions } from 'node:tls';
import type { HttpAnswer, ProbeFailure } from '#clients/probe/probe';
import { probeTls } from '#clients/probe/tls';
import type { PlannedRecord } from '#mail/dns-plan/record';
import { recordText } from '#mail/dns-plan/zone-line';
import { planToJson } from '#mail/doctor/plan-json';
import { challengeCertificate } from '#mail/certificates/x509';
import type { AuthorityFacts, CertificateFacts } from '#mail/doctor/server-facts';
import {
  issue,
  issueExpired,
  rootAuthority,
  tlsaOf,
  type Authority,
} from '../../support/certificates/authority.ts';
import { certificateFor } from '../../support/certificates/self-signed.ts';
import { caseOf, type Break } from './case.ts';
import type { Listeners } from './listeners.ts';
import {
  ADDRESS,
  change,
  DAY,
  DOMAIN,
  HOST,
  NOW,
  stsPolicy,
  TRIAL,
  without,
  type Draft,
} from './world.ts';

let root: Promise<Authority> | undefined;

function authority(): Promise<Authority> {
  root ??= rootAuthority('Root');
  return root;
}

interface Shown {
  readonly name?: string;
  readonly days?: number;
  readonly options?: TlsOptions;
}

/** Submission under TLS with a certificate of an authority that is trusted here. */
async function secure(
  world: Draft,
  on: Listeners,
  { name = HOST, days = 60, options = {} }: Shown = {},
): Promise<string> {
  const by = await authority();
  const notAfter = new Date(Date.now() + days * DAY + DAY / 2);
  const { cert, key } = await issue(by, { names: [name], notAfter });
  await show(world, on, { cert, key, ...options });
  return cert;
}

async function show(world: Draft, on: Listeners, tls: TlsOptions): Promise<void> {
  const { cert } = await authority();
  world.probes.tls = (question, signal) => probeTls(question, signal, [cert]);
  world.server!.listeners = [
    await on.listen('smtp', { tls }),
    await on.listen('submissions', { tls }),
    await on.listen('imap', { tls }),
  ];
}

const closed: Break = async (world, on) => {
  world.server!.listeners = [await on.closed('submissions')];
};

type Challenge = AuthorityFacts['challenge'];
const ACCOUNT = 'https://ca.test/acct/1';
const DIRECTORY = 'https://ca.test/directory';

function ordered(more: Partial<CertificateFacts>, challenge: Challenge = 'http-01'): Break {
  return (world) => {
    const renewAt = NOW + 40 * DAY;
    world.server!.certificates = [
      { names: [HOST], failure: undefined, limited: false, issued: 1, renewAt, ...more },
    ];
    world.server!.authority = { directory: DIRECTORY, accountUri: ACCOUNT, challenge };
    world.probes.http = ({ path }) =>
      Promise.resolve(
        path.endsWith(`/${TRIAL.token}`)
          ? { status: 200, body: TRIAL.keyAuthorization }
          : { status: 404, body: '' },
      );
  };
}

const answersHttp =
  (answer: HttpAnswer | ProbeFailure): Break =>
  (world, on) => {
    void ordered({})(world, on);
    world.probes.http = () => Promise.resolve(answer);
  };

/** What port 443 shows to who asks as an authority does. */
const answersAlpn =
  (authorization: string): Break =>
  async (world, on) => {
    await ordered({}, 'tls-alpn-01')(world, on);
    const { cert } = await challengeCertificate(TRIAL.name, authorization, Date.now());
    world.probes.tls = ({ port, serverName, alpn }) => {
      assert.deepEqual([port, serverName, alpn], [443, TRIAL.name, ['acme-tls/1']]);
      return Promise.resolve({
        kind: 'secured',
        version: 'TLSv1.3',
        cipher: 'TLS_AES_128_GCM_SHA256',
        chain: [new X509Certificate(cert).raw],
        untrusted: 'self-signed certificate',
      });
    };
  };

/** Another name for which certificates are ordered, and what who asks for it gets. */
function otherName(days: number | undefined): Break {
  return async (world, on) => {
    const by = await authority();
    const name = `mta-sts.${DOMAIN}`;
    const main = await issue(by, { names: [HOST], notAfter: new Date(Date.now() + 60.5 * DAY) });
    const notAfter = new Date(Date.now() + ((days ?? 60) + 0.5) * DAY);
    const other = await issue(by, { names: [name], notAfter });
    const SNICallback: TlsOptions['SNICallback'] = (asked, done) => {
      const { cert, key } = asked === name && days !== undefined ? other : main;
      done(null, createSecureContext({ cert, key }));
    };
    await show(world, on, { ...main, SNICallback });
    void ordered({ names: [HOST, name] })(world, on);
  };
}

async function replies(
  world: Draft,
  on: Listeners,
  smtp: Readonly<Record<string, string>>,
  imap: Readonly<Record<string, string>> = {},
): Promise<void> {
  world.server!.listeners = [
    await on.listen('submission', { replies: smtp }),
    await on.listen('imap', { replies: imap }),
  ];
}

const caa =
  (value: string): Break =>
  (world, on) => {
    void ordered({})(world, on);
    change(world.names, HOST, { CAA: `0 issue ${value}` });
  };

const identities =
  (name: string): Break =>
  (world, on) => {
    void caa('ca.test')(world, on);
    world.pages[DIRECTORY] = JSON.stringify({ meta: { caaIdentities: [name] } });
  };

export const TLS_CASES = [
  caseOf('T1', 'valid', async (world, on) => void (await secure(world, on))),
  caseOf('T1', 'ending', async (world, on) => void (await secure(world, on, { days: 12 }))),
  caseOf('T1', 'about-to-end', async (world, on) => void (await secure(world, on, { days: 3 }))),
  caseOf('T1', 'expired', async (world, on) =>
    show(world, on, await issueExpired(await authority(), HOST)),
  ),
  caseOf('T1', 'wrong-name', async (world, on) => {
    await secure(world, on, { name: 'www.example.org' });
  }),
  caseOf('T1', 'self-signed', async (world, on) => show(world, on, await certificateFor(HOST))),
  caseOf('T1', 'incomplete-chain', async (world, on) =>
    show(world, on, await issue(await rootAuthority('Unknown'), { names: [HOST] })),
  ),
  caseOf('T1', 'unreachable', closed),
  caseOf('T1', 'valid', otherName(60)),
  caseOf('T1', 'name-ending', otherName(12)),
  caseOf('T1', 'name-about-to-end', otherName(3)),
  caseOf('T1', 'name-without', otherName(undefined)),

  caseOf('T2', 'ready', ordered({})),
  caseOf('T2', 'slowed', ordered({ failure: 'rateLimited: too many', limited: true })),
  caseOf('T2', 'failing', ordered({ failure: 'unauthorized: 404' })),
  caseOf('T2', 'closed', answersHttp({ kind: 'failed', cause: 'timed out' })),
  caseOf('T2', 'closed', (world, on) => {
    void ordered({ names: [HOST, `nowhere.${DOMAIN}`] })(world, on);
  }),
  // something answers, and it is not this server
  caseOf('T2', 'foreign', answersHttp({ status: 404, body: 'not found' })),
  caseOf('T2', 'foreign', answersHttp({ status: 200, body: 'Welcome' })),
  caseOf('T2', 'foreign', answersAlpn('of somebody else')),
  caseOf('T2', 'ready', answersAlpn(TRIAL.keyAuthorization)),
  caseOf('T2', 'closed', ordered({}, 'tls-alpn-01')),
  caseOf('T2', 'by-dns', ordered({}, 'dns-01')),
  caseOf('T2', 'near-limit', ordered({ issued: 3 })),
  caseOf('T2', 'not-used'),

  caseOf('T3', 'modern', async (world, on) => void (await secure(world, on))),
  caseOf('T3', 'weak-suite', async (world, on) => {
    const { generate } = await import('selfsigned');
    const made = await generate([{ name: 'commonName', value: HOST }], { keySize: 2048 });
    const ciphers = 'AES128-SHA:ECDHE-RSA-AES128-GCM-SHA256:TLS_AES_128_GCM_SHA256';
    await show(world, on, { cert: made.cert, key: made.private, ciphers });
  }),
  caseOf('T3', 'old', async (world, on) => {
    const options = { minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' } as const;
    await secure(world, on, { options });
  }),
  caseOf('T3', 'no-starttls', (world, on) => replies(world, on, { EHLO: `250 ${HOST}` })),
  caseOf('T3', 'unreachable', closed),

  caseOf('T4', 'yes', (world, on) => replies(world, on, {})),
  caseOf('T4', 'clear', (world, on) =>
    replies(world, on, { EHLO: `250-${HOST}\r\n250 AUTH PLAIN` }),
  ),
  caseOf('T4', 'clear', (world, on) =>
    replies(world, on, {}, { 'd1 CAPABILITY': '* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nd1 OK done' }),
  ),
  caseOf('T4', 'unreachable', async (world, on) => {
    world.server!.listeners = [await on.closed('submission')];
  }),

  caseOf('T5', 'allows'),
  caseOf('T5', 'none', ({ names }) => without(names, HOST, 'CAA')),
  caseOf('T5', 'forbids', ({ names }) => change(names, HOST, { CAA: '0 issue other.example' })),
  caseOf('T5', 'forbids', (world, on) => {
    // of another name that certificates are ordered for
    void ordered({ names: [HOST, `mta-sts.${DOMAIN}`] })(world, on);
    world.names[`mta-sts.${DOMAIN}`] = { CAA: '0 issue other.example' };
  }),
  // a top-level domain may say it for all below it
  caseOf('T5', 'forbids', ({ names }) => {
    without(names, HOST, 'CAA');
    change(names, 'org', { CAA: '0 issue other.example' });
  }),
  // a wildcard is forbidden by a record of its own, and let by one
  caseOf('T5', 'forbids', (world, on) => {
    void ordered({ names: [`*.${DOMAIN}`] })(world, on);
    change(world.names, DOMAIN, { CAA: ['0 issue letsencrypt.org', '0 issuewild ;'] });
  }),
  caseOf('T5', 'strange', ({ names }) =>
    change(names, HOST, { CAA: ['0 issue letsencrypt.org', '128 later what'] }),
  ),
  caseOf('T5', 'allows', caa(`letsencrypt.org; accounturi=${ACCOUNT}; validationmethods=http-01`)),
  caseOf('T5', 'other-account', caa('letsencrypt.org; accounturi=https://ca.test/acct/2')),
  caseOf('T5', 'other-method', caa('letsencrypt.org; validationmethods=dns-01')),
  // the directory of the authority says what it is called
  caseOf('T5', 'allows', identities('ca.test')),
  caseOf('T5', 'forbids', identities('other.test')),
  caseOf('T5', 'propagating', (world, on) => {
    world.own = { ...world.names };
    void caa('other.example')(world, on);
  }),
  caseOf('T5', 'no-answer', ({ names }) => change(names, HOST, { CAA: { fault: 'servfail' } })),
];

const STS = `_mta-sts.${DOMAIN}`;
const POLICY = `https://mta-sts.${DOMAIN}/.well-known/mta-sts.txt`;
const RPT = `_smtp._tls.${DOMAIN}`;
const TLSA = `_25._tcp.${HOST}`;
const policy =
  (text: string): Break =>
  ({ pages }) =>
    void (pages[POLICY] = text);

/** A record of the certificate that is shown, or of another. */
function pinned(fits: boolean, authenticated = true): Break {
  return async (world, on) => {
    const cert = await secure(world, on);
    const other = fits ? cert : (await certificateFor('other.example')).cert;
    world.names[TLSA] = { TLSA: recordText('TLSA', tlsaOf(other, 3, 1, 1)), authenticated };
  };
}

/** What was found before, for so long, and how many messages came in the last week. */
function withoutReport(finding: string, days: number, messages = 20): Break {
  const status = finding === 'there' ? 'pass' : 'warn';
  return (world) => {
    world.before = () => ({ status, finding, since: NOW - days * DAY });
    const clients = Array.from({ length: messages }, () => '203.0.113.1');
    world.server!.traffic = { ...world.server!.traffic, clients };
  };
}

/** The plan has the key that follows. */
function nextKey(isPublished: boolean): Break {
  return async (world, on) => {
    await pinned(true)(world, on);
    const data = tlsaOf((await certificateFor('next.example')).cert, 3, 1, 1);
    const record: PlannedRecord = {
      type: 'TLSA',
      name: TLSA,
      data,
      purpose: 'dane-next',
      need: 'optional',
      zone: 'domain',
    };
    world.server!.domains = world.server!.domains.map((one) => {
      const { plan } = one;
      const more = plan && planToJson({ ...plan, records: [...plan.records, record] });
      return Object.assign({}, one, { plan: more });
    });
    const { TLSA: current } = world.names[TLSA]!;
    const both = [current as string, recordText('TLSA', data)];
    if (isPublished) change(world.names, TLSA, { TLSA: both });
  };
}

/** A record of a key that nobody shows any more. */
async function pinnedElsewhere({ names }: Draft): Promise<void> {
  const { cert } = await certificateFor('other.example');
  names[TLSA] = { TLSA: recordText('TLSA', tlsaOf(cert, 3, 1, 1)), authenticated: true };
}

export const POLICY_CASES = [
  caseOf('P1', 'enforced'),
  caseOf('P1', 'absent', ({ names }) => without(names, STS, 'TXT')),
  caseOf('P1', 'testing', policy(stsPolicy('testing', HOST, 1_209_600))),
  caseOf('P1', 'short', policy(stsPolicy('enforce', HOST, 3600))),
  caseOf('P1', 'not-listed', policy(stsPolicy('enforce', 'old.example.org', 1_209_600))),
  caseOf('P1', 'not-there', policy('!certificate: self-signed certificate')),
  caseOf('P1', 'bad-record', ({ names }) => change(names, STS, { TXT: 'v=STSv1; id=' })),
  caseOf('P1', 'propagating', (world) => {
    world.own = { ...world.names };
    without(world.names, STS, 'TXT');
  }),
  caseOf('P1', 'no-answer', ({ names }) => change(names, STS, { fault: 'timeout' })),

  caseOf('P2', 'there'),
  caseOf('P2', 'arriving', ({ server }) => {
    const reports = { dmarc: undefined, tls: { at: NOW - DAY, from: 'Big' } };
    server!.domains = server!.domains.map((one) => Object.assign({}, one, { reports }));
  }),
  caseOf('P2', 'elsewhere', ({ names }) =>
    change(names, RPT, { TXT: 'v=TLSRPTv1; rua=mailto:tls@reports.example' }),
  ),
  caseOf('P2', 'there', withoutReport('there', 13)),
  caseOf('P2', 'there', withoutReport('there', 15, 19)),
  caseOf('P2', 'silent', withoutReport('there', 15)),
  caseOf('P2', 'silent', withoutReport('silent', 1)),
  caseOf('P2', 'none', ({ names }) => without(names, RPT, 'TXT')),
  caseOf('P2', 'broken', ({ names }) => change(names, RPT, { TXT: 'v=TLSRPTv1; rua=nowhere' })),
  caseOf('P2', 'propagating', (world) => {
    world.own = { ...world.names };
    without(world.names, RPT, 'TXT');
  }),
  caseOf('P2', 'no-answer', ({ names }) => change(names, RPT, { fault: 'timeout' })),

  caseOf('P3', 'fits', pinned(true)),
  caseOf('P3', 'fits-both', nextKey(true)),
  caseOf('P3', 'next-missing', nextKey(false)),
  caseOf('P3', 'none', async (world, on) => {
    await pinned(true)(world, on);
    // another name of ours that takes mail too
    change(world.names, DOMAIN, { MX: [`10 ${HOST}`, '20 mx2.example.org'] });
    world.names['mx2.example.org'] = { A: ADDRESS };
  }),
  caseOf('P3', 'none'),
  caseOf('P3', 'unvalidated', pinned(true, false)),
  caseOf('P3', 'mismatch', pinned(false)),
  caseOf('P3', 'no-certificate', async (world, on) => {
    await pinned(true)(world, on);
    world.server!.listeners = [await on.closed('smtp')];
  }),
  caseOf('P3', 'propagating', async (world, on) => {
    await pinned(true)(world, on);
    world.own = { ...world.names };
    await pinnedElsewhere(world);
  }),
  caseOf('P3', 'no-answer', ({ names }) => change(names, TLSA, { fault: 'servfail' })),
];

/** Where the SRV records lead, as mail programs reach it. */
const reached: Break = async (world, on) => {
  await secure(world, on);
  const [smtp, submissions, imap] = world.server!.listeners;
  const at: Readonly<Record<number, number>> = {
    465: submissions!.port,
    587: smtp!.port,
    993: submissions!.port,
    143: imap!.port,
  };
  const { probes } = world;
  world.probes = {
    ...probes,
    tls: (question, signal) =>
      probes.tls({ ...question, address: '127.0.0.1', port: at[question.port]! }, signal),
  };
};

const alsoReached =
  (breaks: Break): Break =>
  async (world, on) => {
    await reached(world, on);
    await breaks(world, on);
  };

export const CLIENT_CASES = [
  caseOf('A1', 'all', reached),
  caseOf(
    'A1',
    'no-srv',
    alsoReached(({ names }) => without(names, `_imaps._tcp.${DOMAIN}`, 'SRV')),
  ),
  caseOf(
    'A1',
    'no-autoconfig',
    alsoReached(({ pages }) => {
      pages[`https://autoconfig.${DOMAIN}/mail/config-v1.1.xml`] = '!look-up: nowhere';
    }),
  ),
  caseOf(
    'A1',
    'no-autodiscover',
    alsoReached(({ pages }) => {
      pages[`https://autodiscover.${DOMAIN}/autodiscover/autodiscover.xml`] =
        '<html>Welcome</html>';
    }),
  ),
  caseOf(
    'A1',
    'no-tls',
    alsoReached(({ probes }) => {
      probes.tls = () => Promise.resolve({ kind: 'no-starttls' });
    }),
  ),
  caseOf('A1', 'no-tls'),
  caseOf('A1', 'other-host', ({ names }) =>
    change(names, `_imaps._tcp.${DOMAIN}`, { SRV: '0 1 993 imap.example.net.' }),
  ),
  caseOf(
    'A1',
    'propagating',
    alsoReached((world) => {
      world.own = { ...world.names };
      change(world.names, `_imaps._tcp.${DOMAIN}`, { SRV: '0 1 993 imap.example.net.' });
    }),
  ),
  caseOf('A1', 'no-answer', ({ names }) =>
    change(names, `_imaps._tcp.${DOMAIN}`, { fault: 'timeout' }),
  ),
];
